"""The history of a registration as staff and auditors read it: what happened, when, and who did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from ncre.domain.exam.plan import in_words
from ncre.domain.registration.vocabulary import Role
from ncre.projections.base import Row
from ncre.web.shared.auth import container

NAMED: Final = frozenset({Role.REVIEWER, Role.OFFICE, Role.AUDITOR})
"""Roles whose account name is shown: they act in office. A candidate's may be an e-mail address."""


@dataclass(frozen=True)
class Told:
    """A line of the history; `name` is the account of whoever acted in office, else ""."""

    row: Row
    name: str
    when: str = ""
    """The moment as it is shown: with seconds where another line shares the minute."""


def newest_first(story: Iterable[Row]) -> list[Told]:
    """The lines of `timeline.story`, the newest first, each with the name of the staff who acted."""
    rows = list(story)[::-1]
    name_of = names()
    shared = Counter(in_words(row["at"]) for row in rows)
    return [
        Told(row, name_of(row["actor"]) if row["role"] in NAMED else "", _moment(row["at"], shared))
        for row in rows
    ]


def _moment(at: datetime, shared: Counter[str]) -> str:
    minute = in_words(at)
    return f"{minute}:{at:%S}" if shared[minute] > 1 else minute


def names() -> Callable[[str], str]:
    """The name of an account in office by its id, looked up once; the id where there is none.

    It may be called after the request, while its answer is sent.
    """
    return cache(name_of)


def name_of(actor: str) -> str:
    """The name of one account in office by its id; the id where there is none."""
    known = container().integrations.integrations.name_of(actor)
    return known or container().accounts.name_in_office(actor)
