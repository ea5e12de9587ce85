"""Sends what is due in the outbox: at least once, under the same Message-ID each time, and nothing that is not so any more.

Any number of senders may run, and any may be killed: what one had taken, another takes up when its time is over. Mail and
phone go separate ways, so that a server that is slow or dead holds up its own letters alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from ncre.clients.mail import MailNotSent, MailRefused
from ncre.domain.letters.kinds import Channel
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.email_templates import Mailing
from ncre.operational import letter_failures, letters
from ncre.operational.letters import LetterReason, LetterState, OutboxLetter
from ncre.services.letters.addressing import Addressed, Addressing
from ncre.store.sealing import PersonKeyDestroyed

log = logging.getLogger("ncre.letters")

DELAYS: Final = tuple(timedelta(seconds=one) for one in (30, 120, 600, 1800, 3600, 7200, 14400, 28800))
"""From one attempt to the next; the last one goes on until the letter is no use any more."""

TAKEN_FOR: Final = timedelta(minutes=3)
"""Longer than any server is waited for."""

THREADS: Final = 8
FAILURES: Final = 3
"""At once, and nothing taken: then the server is left alone until the next round."""

RETENTION: Final = timedelta(days=400)
"""How long the log of letters is kept: past the round and whatever is asked about it."""


class LetterSending:
    """Sends letters, and notes what became of each."""

    def __init__(self, command_handler: CommandHandler, addressing: Addressing, mailer: Mailing) -> None:
        self._command_handler = command_handler
        self._addressing = addressing
        self._mailer = mailer

    def once(self, channel: Channel) -> int:
        """One round over what is due by a channel; how many attempts were made."""
        attempts = 0
        with ThreadPoolExecutor(THREADS, thread_name_prefix=f"ncre-letters-{channel.value}") as threads:
            while taken := self._taken(channel):
                sent = list(threads.map(self._deliver, taken))
                attempts += len(sent)
                if len(sent) >= FAILURES and not any(sent):
                    break
        return attempts

    def tidy(self, _before: datetime) -> None:
        """Forget the log of what ended long ago; what a clock that stood later put off goes out."""
        now = self._command_handler.clock()
        with self._command_handler.database.transaction() as connection:
            letters.forget_ended(connection, now - RETENTION)
            if back := letters.bring_back(connection, now, (TAKEN_FOR, *DELAYS)):
                log.warning("%d letters were put off by a clock that stood later; they go now", back)

    def _taken(self, channel: Channel) -> Sequence[OutboxLetter]:
        now = self._command_handler.clock()
        with self._command_handler.database.reading() as connection:
            found = letters.due(connection, channel.value, now, THREADS)
        if not found:
            return []
        with self._command_handler.database.transaction() as connection:
            return [one for one in found if letters.take(connection, one, now + TAKEN_FOR)]

    def _deliver(self, letter: OutboxLetter) -> bool:
        """False where the server did not take it. Nothing of the letter or its address goes into the log."""
        database = self._command_handler.database
        with (
            database.sharing(),
            database.reading() as connection,
        ):  # one connection a letter, however much it asks
            addressed = self._addressing.addressed(connection, letter)
        if isinstance(addressed, LetterReason):
            self._end(letter, LetterState.DROPPED, addressed, None)
            return True
        try:
            self._mailer.send(addressed.letter)
        except MailRefused as refused:
            self._refused(letter, addressed, refused.status)
            return True
        except MailNotSent as error:
            self._put_off(letter, str(error))
            return False
        self._end(letter, LetterState.SENT, LetterReason.NONE, addressed)
        return True

    def _put_off(self, letter: OutboxLetter, said: str) -> None:
        delay = DELAYS[min(letter.tries, len(DELAYS) - 1)]
        until = min(self._command_handler.clock() + delay, letter.expires)
        log.warning("letter %s is put off: %s", letter.id, said)
        with self._command_handler.database.transaction() as connection:
            letters.put_off(connection, letter, until, LetterReason.SERVER, tried=True)

    def _refused(self, letter: OutboxLetter, addressed: Addressed, status: str) -> None:
        self._end(letter, LetterState.BOUNCED, LetterReason.REFUSED, addressed)
        with self._command_handler.database.transaction() as connection:
            letter_failures.note(
                connection,
                addressed.account,
                letter.channel,
                addressed.key,
                status,
                self._command_handler.clock(),
                hard=True,
            )

    def _end(
        self, letter: OutboxLetter, state: LetterState, why: LetterReason, addressed: Addressed | None
    ) -> None:
        now = self._command_handler.clock()
        if addressed is None:
            with self._command_handler.database.transaction() as connection:
                letters.end(connection, letter, state, why, ended_at=now)
            return
        try:
            with self._command_handler.database.transaction() as connection:
                box = self._addressing.sealed(connection, addressed, letter.id)
                values = {"account": addressed.account, "address": box, "address_key": addressed.key}
                tries = letter.tries + 1
                letters.end(connection, letter, state, why, ended_at=now, tries=tries, **values)
        except PersonKeyDestroyed:
            log.info("letter %s: its person was erased meanwhile", letter.id)
