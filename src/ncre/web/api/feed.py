"""What happened, in log order: read after a position, waited for where nothing new is there, resumed for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Event
from time import monotonic
from typing import Any, Final

from flask import Response, jsonify, request
from msgspec import json
from werkzeug.exceptions import NotFound

from ncre.domain.integration.scopes import Scope
from ncre.services.integration.event_feed import EventPage
from ncre.services.integration.fact_schemas import schema_of, told_facts
from ncre.store.fact_json import shape_of
from ncre.web.api import bodies, models
from ncre.web.api.access import me, require_scope
from ncre.web.api.spec import operation, pages
from ncre.web.shared.auth import container

POLLING: Final = 0.25
"""Seconds between two looks at the log."""

WAITERS: Final = 2
"""Calls that wait in a process: one thread of their lane is always left for those that do not."""

_waiting = BoundedSemaphore(WAITERS)


@pages.get("/events")
@operation("listEvents", models.EventsShape, Scope.EVENTS, query=bodies.EventsAsked, tag="events")
def events() -> Response:
    """Events after a position

    In log order; `next` is the position to go on after. With `private` they are opened, which the history of
    each registration says; it needs the scope `private:read` too. `wait` may be cut short where many wait.
    """
    asked: bodies.EventsAsked = request.context.query  # type: ignore[attr-defined]
    if asked.private:
        require_scope(Scope.PRIVATE)
    page = container().event_feed.read(me(), asked.after, asked.limit, asked.private)
    if asked.wait and not page.items and not page.more:
        with _turn() as may_wait:
            if may_wait:
                page = _waited(asked, page)
    said = {"items": page.items, "next": page.next, "more": page.more}
    return Response(json.encode(said), mimetype="application/json")


@pages.get("/schemas/<topic>/<int:version>")
@operation("getSchema", models.FactSchema, tag="events")
def schema(topic: str, version: int) -> Response:
    """The JSON Schema of an event's data

    As `dataschema` of the event names it.
    """
    if topic not in told_facts() or shape_of(topic).version != version:
        raise NotFound
    found: Response = jsonify(schema_of(topic))
    return found


def _waited(asked: bodies.EventsAsked, page: EventPage) -> EventPage:
    """Until something is for the caller, or the time is over."""
    over, pause = monotonic() + asked.wait, Event()
    while not page.items and monotonic() < over:
        pause.wait(POLLING)
        if container().event_feed.has_more(page.next):
            page = container().event_feed.read(me(), page.next, asked.limit, asked.private)
    return page


@contextmanager
def _turn() -> Iterator[bool]:
    taken = _waiting.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _waiting.release()


def topics() -> dict[str, Any]:
    """Every schema by its stored name."""
    return {topic: schema_of(topic) for topic in told_facts()}
