"""What somebody types into a long form before it is sent: kept for a day, sealed under the key of their account.

Each page of a form writes a draft of its own, so that two tabs overwrite nothing of each other. A draft records no
fact: it goes when its form is sent or it is thrown away, a day after it was saved last, or with its owner's key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from ncre.store.columns import Moment
from ncre.store.database import Database
from ncre.store.fact_store import FactStore
from ncre.store.schema import metadata
from ncre.store.scrubbing import scrub
from ncre.store.sealing import CiphertextForged, PersonKeyDestroyed

form_drafts = Table(
    "form_drafts",
    metadata,
    Column("page", Uuid, primary_key=True),
    Column("account", Uuid, nullable=False),
    Column("form", String(20), nullable=False),
    Column("about", Uuid),
    Column("seen", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("saves", Integer, nullable=False),
    Column("box", LargeBinary),
    Index("form_drafts_account", "account"),
    Index("form_drafts_about", "about"),
    Index("form_drafts_saved", "saved_at"),
)
"""`about` is what the form is about, most often a registration; a row without its box is of a page that was sent or thrown away."""

_BEGIN: Final = insert(form_drafts)
_EVERY: Final = (
    select(form_drafts)
    .where(form_drafts.c.account == bindparam("of"))
    .order_by(form_drafts.c.saved_at.desc())
)
_LIVING: Final = _EVERY.where(form_drafts.c.box.is_not(None), form_drafts.c.saved_at > bindparam("since"))
_DROP: Final = (
    update(form_drafts).where(form_drafts.c.page.in_(bindparam("pages", expanding=True))).values(box=None)
)

LIFE: Final = timedelta(days=1)
"""After the last save."""

LARGEST: Final = 16_000
"""Bytes of what one draft holds, as JSON, where its form says nothing else."""

LARGEST_OF_STAFF: Final = 130_000
"""Of what the office writes: both bodies of a notice at their longest."""

OF_A_FORM: Final = 3
"""Drafts of one form; the oldest goes when another tab begins one."""

OF_AN_ACCOUNT: Final = 20

A_MINUTE: Final = 60
"""Saves of one account a minute."""

Fields = Sequence[tuple[str, str]]
"""Names and values of a form, as they are sent."""


class SaveResult(StrEnum):
    """What became of a save."""

    SAVED = "saved"
    FINISHED = "finished"
    TOO_OFTEN = "too-often"
    TOO_LARGE = "too-large"


@dataclass(frozen=True)
class DraftPage:
    """One page with a form, as it was shown: whose, which form, of what; and the draft and its revision it began with."""

    page: UUID
    account: UUID
    form: str
    about: UUID | None = None
    origin: UUID | None = None
    origin_revision: int = 0


@dataclass(frozen=True)
class FormDraft:
    """`seen` is the version of what was saved when the page with the form was shown."""

    page: UUID
    form: str
    about: UUID | None
    seen: int
    begun_at: datetime
    saved_at: datetime
    revision: int
    fields: tuple[tuple[str, str], ...]


class FormDrafts:
    """Thread-safe; every call is a transaction of its own."""

    def __init__(self, database: Database, store: FactStore, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._store = store
        self._clock = clock

    def keep(self, page: DraftPage, fields: Fields, seen: int, largest: int = LARGEST) -> SaveResult:
        """What stands in the form now takes the place of what this page saved before. Raises PersonKeyDestroyed."""
        text = json.dumps(fields, ensure_ascii=False).encode()
        if len(text) > largest:
            return SaveResult.TOO_LARGE
        with self._database.transaction() as connection:
            self._database.lock(connection, page.account)
            rows = self._rows(connection, page.account)
            mine = next((row for row in rows if row["page"] == page.page), None)
            if mine is not None and mine["box"] is None:
                return SaveResult.FINISHED
            if sum(row["saves"] for row in rows if row["minute"] == self._minute()) >= A_MINUTE:
                return SaveResult.TOO_OFTEN
            self._write(connection, page, mine, text, seen)
            others = [row for row in rows if row["page"] != page.page and row["box"] is not None]
            self._drop(connection, [one for one in others if _replaced(one, page)])
            self._drop(connection, _too_many(page, [one for one in others if not _replaced(one, page)]))
        return SaveResult.SAVED

    def finish(self, page: DraftPage) -> None:
        """The form was sent, or its draft thrown away: it goes with the one it began with, and no late save brings it back."""
        now = self._clock()
        with self._database.transaction() as connection:
            self._database.lock(connection, page.account)
            rows = self._rows(connection, page.account)
            gone = [row for row in rows if row["page"] == page.page or _replaced(row, page)]
            self._drop(connection, gone)
            if page.page not in {row["page"] for row in rows}:
                connection.execute(_BEGIN, _row(page, now, None))

    def throw_away(self, account: UUID, page: UUID) -> None:
        """One draft of an account."""
        mine = (form_drafts.c.account == account, form_drafts.c.page == page)
        with self._database.transaction() as connection:
            connection.execute(update(form_drafts).where(*mine).values(box=None))

    def of(self, account: UUID, about: UUID | None = None) -> list[FormDraft]:
        """The drafts of an account about one registration or other thing, or about none; the last that was saved comes first."""
        return [one for one in self.of_account(account) if one.about == about]

    def of_account(self, account: UUID) -> list[FormDraft]:
        """All drafts of an account, at most OF_AN_ACCOUNT; the last that was saved comes first."""
        asked = {"of": account, "since": self._clock() - LIFE}
        with self._database.reading() as connection:
            rows = connection.execute(_LIVING, asked).mappings().all()
            return list(self._opened(connection, cast(Iterable[dict[str, Any]], rows)))

    def tidy(self, _before: datetime) -> None:
        """What a day has passed over goes, and on SQLite its bytes go from the write-ahead log."""
        old = form_drafts.c.saved_at <= self._clock() - LIFE
        with self._database.transaction() as connection:
            gone = connection.execute(delete(form_drafts).where(old)).rowcount
        if gone and self._database.file is not None:
            scrub(self._database, [form_drafts.name])

    def _opened(self, connection: Connection, rows: Iterable[dict[str, Any]]) -> Iterable[FormDraft]:
        """Those that open; a draft that does not is as good as none."""
        for row in rows:
            with suppress(PersonKeyDestroyed, CiphertextForged, ValueError):
                purpose = _purpose(row["page"], row["form"], row["about"])
                text = self._store.open_bytes(connection, row["account"], row["box"], purpose)
                fields = tuple((name, value) for name, value in json.loads(text))
                yield FormDraft(
                    **{name: row[name] for name in FormDraft.__dataclass_fields__ if name != "fields"},
                    fields=fields,
                )

    def _rows(self, connection: Connection, account: UUID) -> list[dict[str, Any]]:
        return [dict(row) for row in connection.execute(_EVERY, {"of": account}).mappings()]

    def _write(
        self, connection: Connection, page: DraftPage, mine: dict[str, Any] | None, text: bytes, seen: int
    ) -> None:
        box = self._store.seal_bytes(
            connection, page.account, text, _purpose(page.page, page.form, page.about)
        )
        now, minute = self._clock(), self._minute()
        if mine is None:
            connection.execute(_BEGIN, {**_row(page, now, box), "seen": seen, "minute": minute, "saves": 1})
            return
        saves = mine["saves"] + 1 if mine["minute"] == minute else 1
        changed = {"box": box, "seen": seen, "saved_at": now, "minute": minute, "saves": saves}
        connection.execute(
            update(form_drafts)
            .where(form_drafts.c.page == page.page, form_drafts.c.account == page.account)
            .values(**changed, revision=mine["revision"] + 1)
        )

    def _drop(self, connection: Connection, rows: Collection[dict[str, Any]]) -> None:
        pages = [row["page"] for row in rows]
        if pages:
            connection.execute(_DROP, {"pages": pages})

    def _minute(self) -> int:
        return int(self._clock().timestamp()) // 60


def forget_drafts(connection: Connection, account: UUID) -> None:
    """Of an account that is closed, in the transaction that closes it; also what staff were writing about it."""
    either = or_(form_drafts.c.account == account, form_drafts.c.about == account)
    connection.execute(delete(form_drafts).where(either))


def forget_about(connection: Connection, registrations: Collection[UUID]) -> None:
    """In the transaction of an erasure: what anybody, staff too, was writing about these registrations."""
    connection.execute(delete(form_drafts).where(form_drafts.c.about.in_(registrations)))


def _row(page: DraftPage, now: datetime, box: bytes | None) -> dict[str, Any]:
    return {
        "page": page.page,
        "account": page.account,
        "form": page.form,
        "about": page.about,
        "seen": 0,
        "begun_at": now,
        "saved_at": now,
        "revision": 1,
        "minute": 0,
        "saves": 0,
        "box": box,
    }


def _replaced(row: dict[str, Any], page: DraftPage) -> bool:
    """Whether it is the draft that the page began with, and nobody went on with it elsewhere since."""
    return bool(row["page"] == page.origin and row["revision"] == page.origin_revision)


def _too_many(page: DraftPage, others: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The oldest beyond what a form and an account may have, the one just written counted; `others` newest first."""
    same = [row for row in others if (row["form"], row["about"]) == (page.form, page.about)]
    rest = [row for row in others if row not in same]
    return [*same[OF_A_FORM - 1 :], *rest[max(0, OF_AN_ACCOUNT - OF_A_FORM) :]]


def _purpose(page: UUID, form: str, about: UUID | None) -> str:
    """What a box is bound to besides its owner's key."""
    return f"form-draft|{page}|{form}|{about or ''}"
