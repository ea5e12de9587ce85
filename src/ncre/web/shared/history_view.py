"""The history of a registration as staff and auditors read it: what happened, when, and who did it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from flask import g

from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.registration.vocabulary import Role
from ncre.projections.rows import HistoryRow
from ncre.web.shared.auth import container

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NAMED: Final = frozenset({Role.REVIEWER, Role.SITE_ADMIN, Role.OFFICE, Role.AUDITOR})
"""Roles whose account name is shown: they act in office. A candidate's may be an e-mail address."""


@dataclass(frozen=True)
class HistoryLine:
    """A line of the history; `name` is the account of whoever acted in office, else ""."""

    row: HistoryRow
    name: str
    when: str = ""
    """The moment as it is shown: with seconds where another line shares the minute."""


def newest_first(story: Iterable[HistoryRow]) -> list[HistoryLine]:
    """The lines of `timeline.story`, the newest first, each with the name of the staff who acted."""
    rows = list(story)[::-1]
    named = _names_of(row["actor"] for row in rows if row["role"] in NAMED)
    shared = Counter(exam_time_in_words(row["at"]) for row in rows)
    return [
        HistoryLine(row, named[row["actor"]] if row["role"] in NAMED else "", _moment(row["at"], shared))
        for row in rows
    ]


def _moment(at: datetime, shared: Counter[str]) -> str:
    minute = exam_time_in_words(at)
    return f"{minute}:{at:%S}" if shared[minute] > 1 else minute


def names() -> Callable[[str], str]:
    """The name of an account in office by its id, looked up once; the id where there is none.

    It may be called after the request, while its answer is sent.
    """
    opened = container()
    return cache(
        lambda actor: opened.integrations.integrations.name_of(actor) or opened.accounts.name_in_office(actor)
    )


def name_of(actor: str) -> str:
    """The name of one account in office by its id; the id where there is none."""
    return _names_of([actor])[actor]


def _shortened(actor: str) -> str:
    """Of an account that is gone the beginning of its id, enough to tell two apart; the name of a machine as it is."""
    return f"{actor[:8]}…" if _ID.fullmatch(actor) else actor


def _names_of(actors: Iterable[str]) -> dict[str, str]:
    """The names that this request has read so far, with those of these actors: each is read once."""
    read: dict[str, str] = g.setdefault("names_in_office", {})
    new = {actor for actor in actors if actor not in read}
    if new:
        found = container().queries.accounts.names_in_office(new)
        integrations = container().integrations.integrations
        read.update({actor: integrations.name_of(actor) or actor for actor in new if found[actor] == actor})
        read.update({actor: name for actor, name in found.items() if name != actor})
        read.update({actor: _shortened(actor) for actor in new if read[actor] == actor})
    return read
