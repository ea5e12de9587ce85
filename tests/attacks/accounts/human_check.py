"""Faulty answers and works at the 验证码: once each of them was a 500 to anybody, and each page opened left a row."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from contextlib import closing

from tests.attacks.target import Target
from tests.support.ports import free_port
from tests.support.served import Browser, serving

FORMS = {
    "/sign-in": {"name": "kaosheng", "password": "guess"},
    "/register": {"email": "new@example.com"},
    "/recover": {"email": "new@example.com"},
}
ANSWERS = ("１２３４５", "验证码", "é", "😀", "\u202e12345", "٣٤٥٦٧", "1" * 10_000, "")


def _work(until: str, purpose: str = "register") -> str:
    """A solution as the page's script sends it; `until` is JSON."""
    data = f'{{"purpose":"{purpose}","until":{until}}}'
    parameters = f'{{"algorithm":"PBKDF2/SHA-256","cost":1,"nonce":"00","salt":"00","data":{data}}}'
    challenge = f'{{"parameters":{parameters},"signature":"{"0" * 64}"}}'
    text = f'{{"challenge":{challenge},"solution":{{"counter":1,"derivedKey":"00"}}}}'
    return b64encode(text.encode()).decode()


WORKS = (
    _work("1e300"),
    _work("Infinity"),
    _work("-Infinity"),
    _work("NaN"),
    _work("1" * 401),
    _work("[" * 1_000),
    _work('{"a":null}'),
    b64encode(b"[" * 1_500).decode(),
    b64encode(b"[" * 100_000).decode(),
    b64encode(json.dumps({"challenge": 1, "solution": None}).encode()).decode(),
    "=" * 40,
    "ｅ３０＝",
    "A" * 500_000,
)
PAGES = 20


def findings(target: Target) -> list[str]:
    port = free_port()
    with serving({**target.environment, "NCRE_CAPTCHA": "always"}, port):
        return [*_rows(target, Browser(port)), *_faults(Browser(port))]


def _rows(target: Target, browser: Browser) -> list[str]:
    before = _written(target)
    for path in FORMS:
        for _ in range(PAGES):
            browser.ask("GET", path)
    written = _written(target) - before
    return [f"{len(FORMS) * PAGES} pages opened left {written} rows"] if written else []


def _written(target: Target) -> int:
    """How many rows stand in the tables beside the facts that strangers could fill."""
    with closing(sqlite3.connect(target.data / "ncre.sqlite")) as database:
        known = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        tables = sorted(known & {"challenges", "redeemed_tokens", "proofs", "attempts", "sessions"})
        return sum(database.execute(f"select count(*) from {table}").fetchone()[0] for table in tables)  # noqa: S608


def _faults(browser: Browser) -> list[str]:
    found = []
    for path, filled in FORMS.items():
        hidden = browser.hidden(path)
        for field, texts in (("answer", ANSWERS), ("work", WORKS), ("question", (*ANSWERS, *WORKS))):
            for text in texts:
                status, _, page = browser.ask("POST", path, {**hidden, **filled, field: text})
                if status != 422 or "验证码不正确" not in page:
                    found.append(
                        f"POST {path} with {field}={text[:30]!r} ({len(text)}) was answered {status}"
                    )
    return found
