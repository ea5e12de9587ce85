"""Every text of the pages is there in English too, and the reader's choice is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

from ncre.web.shared.language import gettext, language, lazy_gettext
from tests.web.visitor import ORIGIN

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "src" / "ncre" / "web" / "translations" / "en" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file)


def texts(known: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in known if message.id}


def test_every_text_is_translated_with_the_same_particulars() -> None:
    for zh, en in texts(catalogue()).items():
        assert en, zh
        assert set(PLACEHOLDER.findall(zh)) == set(PLACEHOLDER.findall(en)), zh


def test_no_translation_says_a_thing_twice_or_runs_sentences_together() -> None:
    for zh, en in texts(catalogue()).items():
        half = len(en) // 2
        assert len(en) < 20 or en[:half].strip() != en[half:].strip(), zh
        assert not re.search(r"[a-z)][.;!?][A-Z]", en), zh


def test_sentences_of_a_page_stand_apart_in_english() -> None:
    """Chinese needs no blank after a full stop: two texts side by side run together in English alone."""
    beside = re.compile(r"[。；]'\) *\}\}\{\{ _\(")
    found = [
        f"{file.name}: {line.strip()[:80]}"
        for file in (ROOT / "src" / "ncre" / "web").rglob("*.html")
        for line in file.read_text(encoding="utf-8").splitlines()
        if beside.search(line)
    ]
    assert found == []


def test_no_text_stands_where_it_is_not_gathered() -> None:
    """What is translated within an f-string is passed over by the extractor, and stays Chinese."""
    within = re.compile(r"""\bf(["']).*\{(?:_|gettext|ngettext)\(""")
    found = [
        f"{file.name}: {line.strip()[:80]}"
        for file in (ROOT / "src" / "ncre" / "web").rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if within.search(line)
    ]
    assert found == []


def test_the_catalogue_holds_every_text_of_the_pages(tmp_path: Path) -> None:
    found = tmp_path / "messages.pot"
    pybabel = [sys.executable, "-m", "babel.messages.frontend", "--quiet", "extract"]
    command = [*pybabel, "-F", "tools/babel.cfg", "-k", "later", "-o", str(found), "src/ncre/web"]
    subprocess.run(command, cwd=ROOT, check=True)
    with found.open("rb") as file:
        assert set(texts(read_po(file))) == set(texts(catalogue())), "run: make translations"


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        assert texts(read_mo(file)) == texts(catalogue()), "run: make translations"


@pytest.mark.usefixtures("container")
@pytest.mark.parametrize(
    ("preferred", "chosen", "language", "word"),
    [
        ("", "", "zh-CN", "登录报名"),
        ("de, fr", "", "zh-CN", "登录报名"),
        ("en-GB, en", "", "en", "Sign in to register"),
        ("en", "zh", "zh-CN", "登录报名"),
        ("zh", "en", "en", "Sign in to register"),
        ("zh", "xx", "zh-CN", "登录报名"),
    ],
)
def test_a_page_speaks_the_language_chosen_or_preferred(
    site: Flask, preferred: str, chosen: str, language: str, word: str
) -> None:
    client = site.test_client()
    if chosen:
        client.set_cookie("language", chosen, domain="localhost")
    headers = {"Accept-Language": preferred}
    page = client.get("/", base_url=ORIGIN, headers=headers).get_data(as_text=True)
    assert f'<html lang="{language}">' in page
    assert word in page


def test_choosing_a_language_comes_back_to_the_page_and_is_kept(site: Flask) -> None:
    answer = site.test_client().get("/language/en?next=/sign-in", base_url=ORIGIN)
    assert answer.headers["Location"] == "/sign-in"
    assert "language=en" in answer.headers["Set-Cookie"]


def test_a_sentence_is_in_the_language_of_its_request_and_chinese_outside_of_one(site: Flask) -> None:
    later = lazy_gettext("登录")
    for header, said in (("en", "Sign in"), ("zh-CN", "登录"), ("fr", "登录")):
        with site.test_request_context("/", headers={"Accept-Language": header}):
            assert str(later) == gettext("登录") == said
    assert str(later) == "登录"


def test_the_choice_of_a_reader_counts_before_what_the_browser_asks_for(site: Flask) -> None:
    for cookie, said in (("en", "en"), ("zh", "zh"), ("xx", "en")):
        with site.test_request_context(
            "/", headers={"Cookie": f"language={cookie}", "Accept-Language": "en"}
        ):
            assert language() == said
