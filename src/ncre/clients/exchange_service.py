"""The exchange service of all provinces: hand in our file, ask for those of the others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from ncre.clients.failure_words import failed_of
from ncre.clients.mail import is_loopback

CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0
"""For the next piece of an answer."""

PASSING: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
"""Answers that may be another one a minute later."""

LARGEST_LIST: Final = 1_000_000
LARGEST_FILE: Final = 100_000_000
"""Bytes of a file, about 1.3 million people."""


class ExchangeUnavailable(Exception):
    """No usable answer came; it is tried again."""


class ExchangeRefused(Exception):
    """It was answered, and the answer is no, in the words of the service."""


@dataclass(frozen=True)
class ExchangeServiceTerms:
    """Where the service is, and our token of each of our provinces."""

    url: str
    tokens: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class ExchangeEntry:
    """A file that the service holds, by its position there."""

    position: int
    province: str
    digest: str


@dataclass(frozen=True)
class ExchangeList:
    """Files of other provinces, and the digest of our own, "" where it has none."""

    entries: tuple[ExchangeEntry, ...]
    own: str


def is_usable(url: str) -> bool:
    """Whether nobody on the way can read the tokens: https, and http on this machine alone."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = parts.query or parts.fragment or "@" in parts.netloc or not host
    return not plain and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


class ExchangeService:
    """Raises, in each of its methods, ExchangeUnavailable and ExchangeRefused."""

    def __init__(self, terms: ExchangeServiceTerms) -> None:
        self._terms = terms

    @property
    def provinces(self) -> tuple[str, ...]:
        """Those whose token we have."""
        return tuple(self._terms.tokens)

    def has_token(self, province: str) -> bool:
        return province in self._terms.tokens

    def put(self, province: str, file: bytes, over: date) -> None:
        """Hand in the file of a province; `over` is the last day of its round. The same one again changes nothing."""
        self._ask("POST", f"/files?over={over.isoformat()}", province, file)

    def files(self, province: str, round_code: str) -> ExchangeList:
        """What the service has for a round, asked for in the name of a province."""
        entries, own, since = list[ExchangeEntry](), "", 0
        while True:
            answer = self._ask("GET", f"/files?round={round_code}&since={since}", province)
            try:
                said: Any = json.loads(answer)
                page = [
                    ExchangeEntry(int(one["position"]), str(one["province"]), str(one["digest"]))
                    for one in said["files"]
                ]
                own, more = str(said["own"]), bool(said["more"])
            except (ValueError, KeyError, TypeError):
                raise ExchangeUnavailable("an answer that nobody can read") from None
            entries += page
            if not more or not page or page[-1].position <= since:
                return ExchangeList(tuple(entries), own)
            since = page[-1].position

    def file(self, province: str, position: int) -> bytes:
        """A file of another province."""
        return self._ask("GET", f"/files/{position}", province, largest=LARGEST_FILE)

    def _ask(
        self, method: str, path: str, province: str, body: bytes | None = None, largest: int = LARGEST_LIST
    ) -> bytes:
        import requests  # late: a setting that names the service is read by every command

        try:
            with requests.request(
                method,
                self._terms.url + path,
                data=body,
                headers={"Authorization": f"Bearer {self._terms.tokens[province]}"},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                read = bytearray()
                for piece in answer.iter_content(65536):
                    read += piece
                    if len(read) > largest:
                        raise ExchangeUnavailable("an answer larger than any that it has to give")
        except requests.RequestException as error:
            raise ExchangeUnavailable(failed_of(error)) from None
        if answer.status_code // 100 == 4 and answer.status_code not in PASSING:
            raise ExchangeRefused(_words(answer.status_code, bytes(read)))
        if answer.status_code // 100 != 2:
            raise ExchangeUnavailable(f"it answered {answer.status_code}")
        return bytes(read)


def _words(status: int, answer: bytes) -> str:
    """What the service says against it, in both languages; the number where it says nothing that can be shown."""
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:  # also said by proxies, in words of their own
        return f"{status}: 文件太大，请联系比对服务的管理者 / the file is too large: ask who runs the service"
    try:
        said = json.loads(answer)
        words = f"{said['zh']} / {said['en']}"
    except (ValueError, KeyError, TypeError):
        return str(status)
    return f"{status}: {words[:400]}" if words.isprintable() else str(status)
