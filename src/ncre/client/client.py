"""The calls. A command that found nobody, or was told to come back, is sent again under the same key, so it is done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import sleep
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import httpx

from ncre.client.models import Event, Page, Problem, Registration

AGAIN: Final = frozenset({429, 503})
TRIES: Final = 4
LONGEST_PAUSE: Final = 60.0


class Client:
    """`transport` stands in for the network in tests, `pause` for sleeping."""

    def __init__(
        self,
        base: str,
        token: str,
        *,
        language: str = "en",
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._http = httpx.Client(
            base_url=f"{base.rstrip('/')}/api/v1", headers=headers, timeout=30.0, transport=transport
        )
        self._pause = pause

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def me(self) -> Mapping[str, Any]:
        return self._json("GET", "/me")

    def round(self) -> Mapping[str, Any]:
        return self._json("GET", "/rounds/current")

    def sites(self) -> list[Mapping[str, Any]]:
        return list(self._json("GET", "/sites")["items"])

    def registration(self, identity: str) -> Registration:
        return Registration.of(self._json("GET", f"/registrations/{identity}"))

    def registrations(self, **asked: Any) -> Iterator[Registration]:
        """All of them, page by page. `status`, `site` and `candidate` narrow the list."""
        cursor = None
        while True:
            page = self._page({**asked, "cursor": cursor})
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def history(self, identity: str) -> list[Mapping[str, Any]]:
        return list(self._json("GET", f"/registrations/{identity}/history")["items"])

    def open_details(self, identity: str, why: str) -> Mapping[str, Any]:
        """The private details; that they were opened, and why, stands in the history."""
        return self._json("POST", f"/registrations/{identity}/details-views", json={"why": why})

    def candidate(self, reference: str) -> str:
        """The id of the candidate whom the caller knows by this reference."""
        return str(self._json("POST", "/candidates", json={"reference": reference})["id"])

    def agree(self, candidate: str, agreement: str) -> Registration:
        asked = {"candidate": candidate, "agreement": agreement}
        return Registration.of(self._json("POST", "/registrations", json=asked))

    def save_details(self, case: Registration, **details: str) -> Registration:
        return self._step(case, "details", details)

    def choose(
        self, case: Registration, site: str, subjects: list[str], declared: bool = True, student: str = ""
    ) -> Registration:
        asked = {"site": site, "subjects": subjects, "declared": declared, "student": student}
        return self._step(case, "subjects", asked)

    def send_photo(self, case: Registration, jpeg: bytes) -> Registration:
        """Raises Problem; its `offers` say what may be done with a refused photo."""
        headers = {"Content-Type": "image/jpeg"}
        answered = self._json("POST", f"/registrations/{case.id}/photo", case, content=jpeg, headers=headers)
        return Registration.of(answered)

    def adopt_photo(self, case: Registration, kind: str, draft: str) -> Registration:
        return self._step(case, "photo-adoptions", {"kind": kind, "draft": draft})

    def request_review(self, case: Registration) -> Registration:
        return self._step(case, "review-request")

    def take_back(self, case: Registration) -> Registration:
        """The request for review, while nobody has decided."""
        return self._step(case, "review-request-taken-back")

    def withdraw(self, case: Registration) -> Registration:
        return self._step(case, "withdrawal")

    def open_order(self, case: Registration, channel: str | None = None) -> Mapping[str, Any]:
        return self._json("POST", f"/registrations/{case.id}/orders", case, json={"channel": channel})

    def approve(self, case: Registration) -> Registration:
        return self._step(case, "approval")

    def reject(self, case: Registration, reasons: list[str], note: str = "") -> Registration:
        return self._step(case, "rejection", {"reasons": reasons, "note": note})

    def confirm(self, case: Registration) -> Registration:
        return self._step(case, "confirmation")

    def cancel(
        self, case: Registration, reason: str, money: str | None = None, money_reason: str = ""
    ) -> Registration:
        asked = {"reason": reason, "money": money, "money_reason": money_reason}
        return self._step(case, "cancellation", asked)

    def take_cash(self, case: Registration, receipt: str, fen: int) -> tuple[str, Registration]:
        """Why the money must be handed back, or ""; and the registration."""
        asked = {"receipt": receipt, "amount": fen}
        answered = self._json("POST", f"/registrations/{case.id}/counter-payments", case, json=asked)
        return str(answered["unusable"]), Registration.of(answered["registration"])

    def events(self, after: int = 0, limit: int = 100, wait: int = 0, private: bool = False) -> Page[Event]:
        """What happened after a position; go on from `next`."""
        asked = {"after": after, "limit": limit, "wait": wait, "private": "true" if private else "false"}
        answered = self._json("GET", "/events", params=asked)
        return Page(tuple(Event.of(one) for one in answered["items"]), answered["next"])

    def _page(self, asked: Mapping[str, Any]) -> Page[Registration]:
        params = {name: value for name, value in asked.items() if value is not None}
        answered = self._json("GET", "/registrations", params=params)
        return Page(tuple(Registration.of(one) for one in answered["items"]), answered["next"])

    def _step(self, case: Registration, step: str, asked: Mapping[str, Any] | None = None) -> Registration:
        sent = {"json": dict(asked)} if asked is not None else {}
        return Registration.of(self._json("POST", f"/registrations/{case.id}/{step}", case, **sent))

    def _json(
        self, method: str, path: str, case: Registration | None = None, **sent: Any
    ) -> Mapping[str, Any]:
        headers = dict(sent.pop("headers", {}))
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        if case is not None:
            headers["If-Match"] = f'"{case.version}"'
        answered = self._sent(method, path, headers=headers, **sent)
        if answered.status_code >= 400:
            raise Problem(answered.status_code, _said(answered))
        found: Mapping[str, Any] = answered.json()
        return found

    def _sent(self, method: str, path: str, **sent: Any) -> httpx.Response:
        for left in range(TRIES - 1, -1, -1):
            try:
                answered = self._http.request(method, path, **sent)
            except httpx.TransportError:
                if not left:
                    raise
                self._pause(2.0 ** (TRIES - left))
                continue
            if answered.status_code not in AGAIN or not left:
                return answered
            self._pause(_seconds(answered))
        raise AssertionError("the last try returns or raises")


def _said(answered: httpx.Response) -> Mapping[str, Any]:
    if "json" not in answered.headers.get("content-type", ""):
        return {}
    found: Mapping[str, Any] = answered.json()
    return found


def _seconds(answered: httpx.Response) -> float:
    given = answered.headers.get("Retry-After", "")
    return min(float(given), LONGEST_PAUSE) if given.isascii() and given.isdigit() else 2.0
