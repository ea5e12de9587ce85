"""Which request a line of the log belongs to: one id each, taken over from a proxy of ours or made here."""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

_ID: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""32 hexadecimal digits, or a UUID: neither a name nor the number of a document fits."""

_now: ContextVar[str] = ContextVar("request_id", default="")


def begin(given: str | None) -> str:
    """The id of the request that begins in this thread; a given one where it is one."""
    request_id = given if given and _ID.fullmatch(given) else uuid4().hex
    _now.set(request_id)
    return request_id


def end() -> None:
    _now.set("")


def current() -> str:
    """ "" outside of a request."""
    return _now.get()


class AddRequestId(logging.Filter):
    """Puts `request_id` into every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current()
        return True
