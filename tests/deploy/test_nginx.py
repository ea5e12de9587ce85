"""The files of `deploy/` do what they say: their limits are those of the pages, and nginx takes them."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from ncre.web.shared import traffic
from tests.server.ground import START, TEXT, served, until
from tests.support.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
CONFIGURATION = (DEPLOY / "nginx" / "ncre.conf").read_text(encoding="utf-8")
PICTURE = "/registrations/00000000-0000-0000-0000-000000000000/photo"

needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx on this machine")


def test_the_proxy_takes_bodies_as_large_as_the_pages() -> None:
    usual, picture = re.findall(r"client_max_body_size (\d+);", CONFIGURATION)
    (pattern,) = re.findall(r"location ~ (\S+) \{\s+client_max_body_size", CONFIGURATION)
    assert int(usual) == traffic.largest_body("POST", "/sign-in")
    assert int(picture) == traffic.largest_body("POST", PICTURE)
    assert re.search(pattern, PICTURE)
    assert not re.search(pattern, PICTURE + "/adopt")


def seen(environ: dict[str, Any], start: START) -> Iterable[bytes]:
    """What the pages see of a request behind the proxy."""
    size = len(environ["wsgi.input"].read())
    names = (
        "HTTP_HOST",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_FORWARDED",
    )
    said = f"{size} " + " ".join(f"{name}={environ.get(name)}" for name in names)
    start("200 OK", [*TEXT, ("Content-Length", str(len(said)))])
    return [said.encode()]


@contextmanager
def proxied(folder: Path, upstream: int) -> Iterator[int]:
    """The port of nginx with the configuration of `deploy/` in front of what listens on `upstream`."""
    port, plain = free_port(2), 0
    plain = port + 1
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=exam.example",
            "-days",
            "2",
        ]
        + ["-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    changed = {
        "/etc/ssl/ncre/": f"{folder}/",
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "listen 80;": f"listen 127.0.0.1:{plain};",
    }
    site = CONFIGURATION
    for before, after in changed.items():
        assert before in site
        site = site.replace(before, after)
    (folder / "ncre.conf").write_text(site, encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"user root; daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;"
        f"events {{ worker_connections 1024; }}\nhttp {{ access_log off; {folders} include {folder}/ncre.conf; }}"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until(lambda: bool(asked(port, "GET", "/") or process.poll() is not None))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def asked(
    port: int, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str, str] | None:
    """Status, words and Retry-After; None where nobody listens yet."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    connection = HTTPSConnection("127.0.0.1", port, timeout=20, context=trusting)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body or None, {"Host": "exam.example", **sent})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("Retry-After", "")
    except ConnectionError:
        return None
    finally:
        connection.close()


@needs_nginx
def test_nginx_passes_on_what_the_pages_take_and_refuses_the_rest(tmp_path: Path) -> None:
    with (
        served(seen, proxies=1, largest_body=lambda *_: 20_000_000) as upstream,
        proxied(tmp_path, upstream) as port,
    ):
        for path, size, status in (
            ("/sign-in", 900_000, 200),
            ("/sign-in", 1_100_000, 413),
            (PICTURE, 9_900_000, 200),
            (PICTURE, 12_200_000, 413),
        ):
            answer = asked(port, "POST", path, b"x" * size)
            assert answer is not None
            assert answer[0] == status, (path, size)
            assert status != 200 or answer[1].startswith(f"{size} ")


@needs_nginx
def test_nginx_forwards_the_truth_and_nothing_that_a_client_claims(tmp_path: Path) -> None:
    forged = {
        "X_Forwarded_For": "6.6.6.6",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "ftp",
        "Forwarded": "for=6.6.6.6",
    }
    with served(seen, proxies=1) as upstream, proxied(tmp_path, upstream) as port:
        answer = asked(port, "GET", "/", **forged)
    assert answer is not None
    assert answer[1].split() == [
        "0",
        "HTTP_HOST=exam.example",
        "HTTP_X_FORWARDED_FOR=127.0.0.1",
        "HTTP_X_FORWARDED_PROTO=https",
        "HTTP_X_FORWARDED_HOST=None",
        "HTTP_FORWARDED=None",
    ]


@needs_nginx
def test_nginx_says_kindly_that_the_pages_are_away(tmp_path: Path) -> None:
    with proxied(tmp_path, free_port()) as port:
        answer = asked(port, "GET", "/")
    assert answer is not None
    assert answer[0] == 503
    assert answer[2] == "10"
    assert "请稍候" in answer[1]
