"""Letters that came back: handed over one by one, or taken from a maildir folder."""

from __future__ import annotations

import logging
from enum import StrEnum
from mailbox import Maildir
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from ncre.clients.bounce_reports import BounceReport, read_report
from ncre.handlers.command_handler import CommandHandler
from ncre.operational import letter_failures, letters
from ncre.operational.letters import LetterState
from ncre.services.letters.tokens import LetterTokens

log = logging.getLogger("ncre.letters")


class BounceOutcome(StrEnum):
    """What a message turned out to be."""

    NO_REPORT = "no-report"
    NOT_OURS = "not-ours"
    NO_FAILURE = "no-failure"
    NOTED = "noted"
    TOO_EARLY = "too-early"


class Bounces:
    """Notes letters that came back. Only a report that names a letter of ours, with its signature, counts."""

    def __init__(self, command_handler: CommandHandler, tokens: LetterTokens, folder: Path | None) -> None:
        self._command_handler = command_handler
        self._tokens = tokens
        self._folder = folder

    def take(self, raw: bytes) -> BounceOutcome:
        """One message as the mail server hands it over; the same again changes nothing.

        TOO_EARLY: it was quicker than the note that the letter was sent; it is to be handed over again.
        """
        report = read_report(raw)
        if report is None:
            return BounceOutcome.NO_REPORT
        letter = next((found for one in report.names if (found := self._tokens.letter_in(one))), None)
        if letter is None:
            return BounceOutcome.NOT_OURS
        if not report.failed:
            return BounceOutcome.NO_FAILURE
        return self._command_handler.run_in_transaction(
            lambda connection: self._note(connection, letter, report)
        )

    def take_from_folder(self) -> int:
        """Every message of the maildir folder, where one is set; what was read leaves it. How many were noted."""
        if self._folder is None or not self._folder.is_dir():
            return 0
        box, noted = Maildir(self._folder, create=False), 0
        for key in box.iterkeys():
            try:
                raw = box.get_bytes(key)
            except KeyError:  # another worker has it
                continue
            outcome = self.take(raw)
            noted += outcome is BounceOutcome.NOTED
            if outcome is not BounceOutcome.NOTED:
                log.info("a message in the folder of bounces was no failure of a letter: %s", outcome.value)
            if outcome is not BounceOutcome.TOO_EARLY:
                box.discard(key)
        return noted

    def _note(self, connection: Connection, letter_id: UUID, report: BounceReport) -> BounceOutcome:
        letter = letters.one(connection, letter_id)
        if letter is not None and letter.state == LetterState.WAITING:
            return BounceOutcome.TOO_EARLY
        if letter is None or letter.address_key is None or not letters.bounced(connection, letter_id):
            return BounceOutcome.NOTED
        letter_failures.note(
            connection,
            letter.account,
            letter.channel,
            letter.address_key,
            report.status,
            self._command_handler.clock(),
            hard=report.hard,
        )
        return BounceOutcome.NOTED
