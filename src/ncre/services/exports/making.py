"""Making the files of exports: a slice of a few seconds in each round of the worker, so that deadlines do not wait.

All of a file is read in one snapshot of the database, which is held over the rounds and ends with the last row.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal
from ncre.events.export import ExportMade
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.handlers.outages import OUTAGES
from ncre.operational.export_jobs import ExportJobs, JobState, Row
from ncre.operational.file_box import FileBox
from ncre.photo.file_store import PhotoNotKept, PhotoStore, PhotoStoreUnavailable
from ncre.services.accounts.actors import Actors
from ncre.services.exports.columns import chosen_columns
from ncre.services.exports.exports import Exports
from ncre.services.exports.rows import ExportRows, WantedRows
from ncre.services.exports.writers import writer_of

log = logging.getLogger("ncre.exports")

SLICE: Final = 2.0
"""Seconds of one round that go to exports."""

PIECE: Final = 1_000_000
"""Bytes that are sealed together."""


class ExportMaker:
    """One job at a time, in slices. A process that ends leaves its job to another, which begins it anew."""

    def __init__(
        self,
        command_handler: CommandHandler,
        jobs: ExportJobs,
        exports: Exports,
        rows: ExportRows,
        files: PhotoStore,
        actors: Actors,
        seconds: float = SLICE,
    ) -> None:
        self._command_handler = command_handler
        self._jobs = jobs
        self._exports = exports
        self._rows = rows
        self._files = files
        self._actors = actors
        self._seconds = seconds
        self._steps: Iterator[None] | None = None

    def run_due(self) -> None:
        """For the worker's rounds."""
        self._exports.begin_due()
        until = monotonic() + self._seconds
        while self._step() and monotonic() < until:
            pass

    def _step(self) -> bool:
        """Whether there was anything to do."""
        if self._steps is None:
            job = self._jobs.take()
            if job is None:
                return False
            self._steps = self._guarded(job)
        if next(self._steps, self) is self:
            self._steps = None
        return True

    def _guarded(self, job: Row) -> Iterator[None]:
        try:
            yield from self._made(job)
        except (Refusal, OSError, PhotoNotKept, PhotoStoreUnavailable) as error:
            if isinstance(error, PhotoStoreUnavailable) or getattr(error, "code", None) in OUTAGES.values():
                log.warning("the export %s is put off: %s", job["id"], error)
                return  # whoever finds it silent begins it anew
            log.error("the export %s cannot be made: %s", job["id"], error)
            self._command_handler.run_in_transaction(lambda connection: self._failed(connection, job["id"]))

    def _failed(self, connection: Connection, job: UUID) -> None:
        self._jobs.change(connection, job, state=JobState.FAILED.value, key=None, pieces=[])

    def _made(self, job: Row) -> Iterator[None]:
        owner = self._actors.exporter(job["account"])
        if owner is None or not owner.covers(job["site"]):
            raise OSError("whoever asked may not export any more")
        columns = chosen_columns(job["what"], job["columns"])
        wanted = WantedRows(job["what"], job["round"], job["site"], columns, owner, job["why"])
        done = rows = 0
        with TemporaryFile() as file:
            writer = writer_of(job["form"], file, columns)
            with self._command_handler.database.snapshot() as connection:
                position = self._rows.position(connection)
                for cases, portion in self._rows.portions(connection, wanted):
                    writer.write(portion)
                    done, rows = done + cases, rows + len(portion)
                    if not self._jobs.goes_on(job["id"], done):
                        return
                    yield
            writer.close()
            yield from self._sealed(job, Act(owner, job["id"]), file, rows, position)

    def _sealed(self, job: Row, act: Act, file: IO[bytes], rows: int, position: int) -> Iterator[None]:
        """The file in sealed pieces, and then the fact; what was not recorded is removed again."""
        key, digest, size = FileBox.fresh_key(), sha256(), 0
        box, pieces = FileBox(key, job["id"]), list[str]()
        file.seek(0)
        try:
            while piece := file.read(PIECE):
                pieces.append(self._files.put(box.seal(len(pieces), piece)))
                digest.update(piece)
                size += len(piece)
                yield
        except BaseException:  # a full disk, or a worker that stops: nobody would ever find them again
            self._discard(pieces)
            raise
        made = ExportMade(rows, size, digest.hexdigest(), position)

        def recorded(connection: Connection) -> bool:
            shut = self._command_handler.store.seal_bytes(
                connection, job["account"], key, f"export/{job['id']}"
            )
            whole = self._jobs.change(
                connection,
                job["id"],
                state=JobState.DONE.value,
                key=shut,
                pieces=pieces,
                rows=rows,
                size=size,
                digest=made.digest,
                position=position,
                made_at=self._command_handler.clock(),
            )
            if whole:
                self._command_handler.record_behind(connection, act, job["id"], [made])
            return whole

        if not self._command_handler.run_in_transaction(recorded):
            self._discard(pieces)

    def _discard(self, pieces: list[str]) -> None:
        for name in pieces:
            with suppress(PhotoStoreUnavailable):
                self._files.discard(name)
