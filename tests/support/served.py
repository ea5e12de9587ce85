"""A web process over real data, started as an operator starts it, and the least of a browser to ask it."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

BROKEN = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)


@dataclass
class Browser:
    """The least of a browser: cookies, a page's hidden fields, forms."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location", ""), text

    def fetch(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET, whatever it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request("GET", path, headers={"Cookie": cookies})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def hidden(self, path: str) -> dict[str, str]:
        status, _, text = self.ask("GET", path)
        assert status == 200, (path, status)
        main = text[text.index("<main") :]
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
        return {name: unescape(value) for name, value in found}


@contextmanager
def serving(
    environment: dict[str, str], port: int, log: Path | None = None, *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`log` is where its stderr goes, nowhere without it; `options` of `ncre serve`."""
    command = [sys.executable, "-m", "ncre", "serve", "--port", str(port), *options]
    with _private(log) if log else open(os.devnull, "ab") as stderr:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True
        )
    try:
        until_listening(process, port)
        yield process
    finally:
        process.kill()
        process.wait()


def _private(log: Path) -> BinaryIO:
    """For its user alone, as whatever lies beside the data."""
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Raises AssertionError where the process ends, or does not listen within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the web process ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the web process never listened")
