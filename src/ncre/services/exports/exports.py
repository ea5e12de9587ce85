"""Exports: asked for by staff of the office, made by the worker a slice at a time, downloaded within a day."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.disclosure import reason_in_words
from ncre.domain.registration.vocabulary import Role
from ncre.events import export as facts
from ncre.events.base import Fact
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.operational.export_jobs import AHEAD, KEPT, ExportJobs, Row
from ncre.operational.export_jobs import LONGEST_WHY as LONGEST_WHY
from ncre.operational.export_jobs import JobState as JobState
from ncre.operational.file_box import FileBox
from ncre.photo.file_store import PhotoDamaged, PhotoMissing, PhotoStore
from ncre.services.accounts.actors import Actors
from ncre.services.exports.columns import COLUMNS, FORMS, chosen_columns, usual
from ncre.services.exports.rows import ExportRows
from ncre.services.exports.writers import has_parquet
from ncre.store.deadlines import is_over

log = logging.getLogger("ncre.exports")

MOST_WAITING: Final = 5
"""Exports of one account that wait or run."""

MOST_SCHEDULES: Final = 10

_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class ExportRequest:
    """What is to be exported of the current round; `why` is asked for where a column is private."""

    what: str
    form: str
    site: str
    columns: tuple[str, ...]
    why: str = ""


class Exports:
    """What staff of the office do with exports. Each raises Refusal."""

    def __init__(
        self,
        command_handler: CommandHandler,
        jobs: ExportJobs,
        rows: ExportRows,
        files: PhotoStore,
        actors: Actors,
    ) -> None:
        self._command_handler = command_handler
        self._jobs = jobs
        self._rows = rows
        self._files = files
        self._actors = actors

    def request(self, act: Act, request: ExportRequest) -> UUID:
        """The id of the export, which is that of the command; it waits for the worker. Its columns are remembered."""
        private = self._require(act.actor, request)
        request = replace(request, why=reason_in_words(request.why) if private else "")

        def requested(connection: Connection) -> None:
            if self._jobs.one(connection, act.command_id) is not None:
                return
            mine = self._jobs.of(connection, UUID(act.actor.id), MOST_WAITING)
            if sum(job["state"] in (JobState.WAITING, JobState.RUNNING) for job in mine) >= MOST_WAITING:
                raise Refusal(RefusalCode.EXPORTS_MANY, most=MOST_WAITING)
            self._begin(connection, act, act.command_id, request, private)
            self._jobs.choose(connection, UUID(act.actor.id), request.what, list(request.columns))

        self._command_handler.run_in_transaction(requested)
        return act.command_id

    def schedule(self, act: Act, request: ExportRequest, at: str) -> None:
        """Made every day at this time (exam time, HH:MM). Private columns are for people who are present."""
        if self._require(act.actor, request):
            raise Refusal(RefusalCode.EXPORT_PRIVATE_SCHEDULED)
        if not _TIME.fullmatch(at):
            raise Refusal(RefusalCode.EXPORT_TIME)
        account, today = UUID(act.actor.id), self._command_handler.clock().astimezone(EXAM_TIME)

        def scheduled(connection: Connection) -> None:
            known = self._jobs.schedules(connection, account)
            if any(one["id"] == act.command_id for one in known):
                return
            if len(known) >= MOST_SCHEDULES:
                raise Refusal(RefusalCode.EXPORTS_MANY, most=MOST_SCHEDULES)
            self._jobs.schedule(
                connection,
                {
                    "id": act.command_id,
                    "account": account,
                    "what": request.what,
                    "form": request.form,
                    "site": request.site,
                    "columns": list(request.columns),
                    "at": at,
                    "last_on": today.date() if today.strftime("%H:%M") >= at else None,
                },
            )
            fact = facts.ExportScheduled(request.what, request.form, request.site, request.columns, at)
            self._command_handler.record_behind(connection, act, act.command_id, [fact])

        self._command_handler.run_in_transaction(scheduled)

    def unschedule(self, act: Act, schedule: UUID) -> None:
        """One's own; one that is gone is so already."""

        def unscheduled(connection: Connection) -> None:
            if self._jobs.unschedule(connection, schedule, UUID(act.actor.id)):
                self._command_handler.record_behind(connection, act, schedule, [facts.ExportUnscheduled()])

        self._command_handler.run_in_transaction(unscheduled)

    def one(self, account: UUID, export: UUID) -> Row:
        """One's own export."""
        with self._command_handler.database.reading() as connection:
            job = self._jobs.one(connection, export)
        if job is None or job["account"] != account:
            raise Refusal(RefusalCode.EXPORT_UNKNOWN)
        return job

    def of(self, account: UUID) -> tuple[list[Row], list[Row]]:
        """One's own exports, the newest first, and what is made for one every day."""
        with self._command_handler.database.reading() as connection:
            return self._jobs.of(connection, account), self._jobs.schedules(connection, account)

    def choice(self, account: UUID, what: str) -> list[str]:
        """The columns chosen last."""
        with self._command_handler.database.reading() as connection:
            return self._jobs.choice(connection, account, what) or usual(what)

    def download(self, act: Act, export: UUID) -> tuple[Row, Iterator[bytes]]:
        """The job and its file, a piece at a time; that it was taken is recorded first."""
        account = UUID(act.actor.id)
        job = self.one(account, export)
        if job["state"] != JobState.DONE or is_over(job["made_at"], self._command_handler.clock(), KEPT):
            raise Refusal(RefusalCode.EXPORT_GONE)

        def taken(connection: Connection) -> bytes:
            key = self._command_handler.store.open_bytes(connection, account, job["key"], f"export/{export}")
            self._command_handler.record_behind(connection, act, export, [facts.ExportTaken(job["digest"])])
            return key

        box = FileBox(self._command_handler.run_in_transaction(taken), export)
        try:
            first = box.open(0, self._files.get(job["pieces"][0]))
        except (PhotoMissing, PhotoDamaged):
            raise Refusal(RefusalCode.EXPORT_GONE) from None
        return job, self._pieces(box, first, job["pieces"][1:])

    def remove(self, act: Act, export: UUID) -> None:
        """One's own file, at once."""
        self.remove_file(act, self.one(UUID(act.actor.id), export), "asked")

    def remove_file(self, act: Act, job: Row, why: str) -> None:
        """The key goes with the fact; the pieces, unreadable by then, after it."""

        def removed(connection: Connection) -> bool:
            gone = self._jobs.remove(connection, job["id"])
            if gone:
                self._command_handler.record_behind(connection, act, job["id"], [facts.ExportRemoved(why)])
            return gone

        if self._command_handler.run_in_transaction(removed):
            for piece in job["pieces"]:
                self._files.discard(piece)

    def remove_all(self) -> None:
        """Of every account, upon an erasure: any of them may hold the person."""
        for job in self._live():
            self.remove_file(Act(_MACHINE), job, "erasure")

    def tidy(self, _before: datetime) -> None:
        """Files that are a day old go."""
        now = self._command_handler.clock()
        for job in self._live():
            made = job["made_at"]
            if is_over(made, now, KEPT) if made is not None else now > job["asked_at"] + KEPT:
                self.remove_file(Act(_MACHINE), job, "expired")
        self._command_handler.run_in_transaction(self._jobs.forget)

    def begin_due(self) -> None:
        """Begin what is made every day and is due; of accounts that are the office's no more it ends."""
        now = self._command_handler.clock().astimezone(EXAM_TIME)
        with self._command_handler.database.reading() as connection:
            due = [one for one in self._jobs.schedules(connection) if _is_due(one, now)]
        for schedule in due:
            self._begin_scheduled(schedule, now)

    def _begin_scheduled(self, schedule: Row, now: datetime) -> None:
        owner = self._actors.exporter(schedule["account"])
        if owner is None or not owner.covers(schedule["site"]):
            self._command_handler.run_in_transaction(
                lambda connection: self._jobs.unschedule(connection, schedule["id"])
            )
            return
        request = ExportRequest(
            schedule["what"], schedule["form"], schedule["site"], tuple(schedule["columns"])
        )
        export = uuid5(schedule["id"], now.date().isoformat())

        def begun(connection: Connection) -> None:
            mine = self._jobs.run_today(connection, schedule["id"], now.date())
            if mine and self._jobs.one(connection, export) is None:
                self._begin(connection, Act(owner, uuid4(), cause="daily"), export, request, [])

        try:
            self._command_handler.run_in_transaction(begun)
        except Refusal as refusal:
            log.warning("the daily export %s is not made: %s", schedule["id"], refusal.code)

    def _begin(
        self, connection: Connection, act: Act, export: UUID, request: ExportRequest, private: list[str]
    ) -> None:
        round_ = self._command_handler.exams.current(connection)
        if round_ is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        self._jobs.add(
            connection,
            {
                "id": export,
                "account": UUID(act.actor.id),
                "what": request.what,
                "form": request.form,
                "round": round_.code,
                "site": request.site,
                "columns": list(request.columns),
                "why": request.why,
                "total": self._rows.total(round_.code, request.site),
            },
        )
        fact = facts.ExportRequested(
            request.what,
            request.form,
            round_.code,
            request.site,
            request.columns,
            tuple(private),
            request.why,
        )
        self._record(connection, act, export, fact)

    def _record(self, connection: Connection, act: Act, export: UUID, fact: Fact) -> None:
        self._command_handler.record_behind(connection, act, export, [fact])

    def _require(self, actor: Actor, request: ExportRequest) -> list[str]:
        """The private ones of its columns. Raises Refusal where it cannot be made."""
        if actor.role is not Role.OFFICE:
            raise Refusal(RefusalCode.NOT_YOUR_ROLE)
        if request.what not in COLUMNS or request.form not in FORMS:
            raise Refusal(RefusalCode.EXPORT_COLUMNS)
        if request.form == "parquet" and not has_parquet():
            raise Refusal(RefusalCode.EXPORT_NO_PARQUET)
        if request.site:
            with self._command_handler.database.reading() as connection:
                round_ = self._command_handler.exams.current(connection)
                if (
                    round_ is None
                    or self._command_handler.exams.site(connection, round_.code, request.site) is None
                ):
                    raise Refusal(RefusalCode.STAFF_SITE_UNKNOWN, site=request.site[:10])
        return [column.code for column in chosen_columns(request.what, request.columns) if column.private]

    def _live(self) -> list[Row]:
        with self._command_handler.database.reading() as connection:
            return self._jobs.live(connection)

    def _pieces(self, box: FileBox, first: bytes, rest: list[str]) -> Iterator[bytes]:
        yield first
        for number, piece in enumerate(rest, start=1):
            yield box.open(number, self._files.get(piece))


_MACHINE: Final = Actor("clock", Role.CLOCK)


def _is_due(schedule: Row, now: datetime) -> bool:
    last = schedule["last_on"]
    other = last is None or not now.date() <= last <= now.date() + AHEAD
    return bool(other and now.strftime("%H:%M") >= schedule["at"])
