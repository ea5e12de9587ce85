"""Files of the pages: named by their content, kept for ever, compressed beforehand, answered without a page's thread."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask

from ncre import web
from ncre.server.gate import over_tls
from ncre.web import static_files
from ncre.web.shared.security_headers import HEADERS
from ncre.web.staff.offline import SHELL
from ncre.web.static_files import PREFIX, FileResponse, StaticFiles
from tests.server.ground import Held, call, served

FILES = StaticFiles()
STYLE = f"{PREFIX}style.css"


def asked(path: str = STYLE, query: str = "", method: str = "GET", **headers: str) -> FileResponse:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    answered = FILES.answer(method, path, query, lines, False)
    assert answered is not None
    return answered


def test_every_page_names_its_files_by_their_content_and_every_named_file_is_kept_for_ever(
    site: Flask,
) -> None:
    page = site.test_client().get("/", base_url="https://localhost").get_data(as_text=True)
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(links) >= 2
    for link in links:
        path, _, query = link.partition("#")[0].partition("?")
        assert asked(path, query).headers[1] == ("cache-control", static_files.FOR_EVER), link


def test_every_file_that_a_page_or_the_offline_desk_names_is_there() -> None:
    named = {
        name
        for template in Path(web.__file__).parent.rglob("*.html")
        for name in re.findall(
            r"""url_for\('static', filename='([^']+)'""", template.read_text(encoding="utf-8")
        )
    }
    assert len(named) > 10
    assert [name for name in sorted(named | set(SHELL)) if not FILES.digest(name)] == []


def test_an_address_without_the_digest_of_today_is_asked_again() -> None:
    for query in ("", "v=", "v=0123456789abcdef", f"v={FILES.digest('style.css')}&v=2"):
        assert ("cache-control", static_files.ASK_AGAIN) in asked(query=query).headers, query


def test_styles_name_their_fonts_by_content() -> None:
    text = asked(f"{PREFIX}rare.css").body.decode()
    links = re.findall(r'url\("(fonts/[\w.-]+)\?v=(\w+)"\)', text)
    assert len(links) == text.count("url(") > 10
    assert all(FILES.digest(name) == digest for name, digest in links)


def test_the_digest_of_a_style_changes_with_its_fonts(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "a.css").write_text('@font-face { src: url("fonts/a.woff2"); }')
    (tmp_path / "fonts" / "a.woff2").write_bytes(b"one")
    before = StaticFiles(tmp_path).digest("a.css")
    (tmp_path / "fonts" / "a.woff2").write_bytes(b"two")
    assert StaticFiles(tmp_path).digest("a.css") != before


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("identity", ""),
        ("br;q=0, gzip;q=0", ""),
        ("", ""),
    ],
)
def test_what_a_browser_takes_is_sent(accepted: str, encoding: str) -> None:
    answer = asked(accept_encoding=accepted)
    headers = dict(answer.headers)
    assert headers.get("content-encoding", "") == encoding
    assert headers["vary"] == "Accept-Encoding"
    whole = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)(answer.body)
    assert whole == (static_files.STATIC / "style.css").read_bytes()
    assert int(headers["content-length"]) == len(answer.body)


def test_a_font_is_compressed_already_and_does_not_vary() -> None:
    headers = dict(asked(f"{PREFIX}fonts/rare-3400.woff2", accept_encoding="br").headers)
    assert headers["content-type"] == "font/woff2"
    assert not {"vary", "content-encoding"} & headers.keys()


def test_an_unchanged_file_is_not_sent_again_and_each_encoding_has_a_tag_of_its_own() -> None:
    tags = {dict(asked(accept_encoding=one).headers)["etag"] for one in ("", "gzip", "br")}
    assert len(tags) == 3
    tag = dict(asked(accept_encoding="br").headers)["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = asked(accept_encoding="br", if_none_match=known)
        assert (again.status, again.body) == (304, b"")
        assert {"etag", "vary", "cache-control"} <= dict(again.headers).keys()
    assert asked(accept_encoding="gzip", if_none_match=tag).status == 200


def test_what_is_no_file_is_left_to_the_pages() -> None:
    for path in (f"{PREFIX}nothing.css", f"{PREFIX}../site.py", f"{PREFIX}fonts", "/", "/static"):
        assert FILES.answer("GET", path, "", {}, False) is None, path
    assert FILES.answer("POST", STYLE, "", {}, False) is None


def test_the_front_answers_files_while_every_thread_is_taken_and_with_the_safeguards_of_a_page() -> None:
    held = Held()
    with served(held, files=FILES.answer, lane_of=lambda *_: "crowd") as port:
        answer = call(port, STYLE, Accept_Encoding="br")
        assert (answer.status, held.begun) == (200, [])
        assert {name.lower() for name in HEADERS} <= answer.headers.keys()
        assert "strict-transport-security" not in answer.headers
        assert call(port, STYLE, "HEAD").headers["content-length"] == str(len(asked().body))
        held.door.set()
        call(port, f"{PREFIX}nothing.css")
        assert held.begun == [f"{PREFIX}nothing.css"]


def test_over_tls_is_what_our_own_proxy_says() -> None:
    assert over_tls("https", "", 0)
    assert over_tls("http", "https", 1)
    assert over_tls("http", "http, https", 1)
    assert not over_tls("http", "https", 0)
    assert not over_tls("http", "https, http", 1)
    assert not over_tls("http", "", 1)
