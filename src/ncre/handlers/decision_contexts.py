"""What a decision needs to know besides the registration: round, site, photo, ban, whether staff have looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol
from uuid import uuid5

from sqlalchemy import Connection

from ncre.domain.bans.ban import GATE, Ban
from ncre.domain.exam.plan import Round, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.decisions import ASKS_FOR_BANS
from ncre.domain.registration.state import Registration
from ncre.events import registration as facts
from ncre.projections.bans import bans
from ncre.projections.exam.exams import ExamRepository
from ncre.store.database import Database
from ncre.store.fact_store import FactStore

RESTS_ON_PHOTO: Final = (c.UploadPhoto, c.ReplacePhoto, c.RequestReview, c.Approve, c.Confirm)
"""Commands that ask whether a photo can still be read: what is taken over, what is looked at, what may be mended."""


class Photos(Protocol):
    """Where photos are kept, as far as decisions ask."""

    def require_known(self, digest: str) -> bool:
        """Whether the photo of this digest is lost or damaged. Raises Refusal where that cannot be told now."""


class DecisionContexts:
    """Thread-safe. All of it is read over the connection of the command."""

    def __init__(
        self,
        database: Database,
        store: FactStore,
        exams: ExamRepository,
        photos: Callable[[], Photos | None],
    ) -> None:
        self._database = database
        self._store = store
        self._exams = exams
        self._photos = photos

    def of(
        self, connection: Connection, registration: Registration, command: c.Command, now: datetime
    ) -> DecisionContext:
        """What the command is decided by as things stand. Raises Refusal, also where a photo cannot be looked for now."""
        code = command.round if isinstance(command, c.Agree) else registration.round
        round_ = self._exams.round(connection, code)
        if round_ is None:
            raise Refusal(RefusalCode.NOT_FOUND)
        site = self._site(connection, round_, registration, command)
        opened = self._review_opened(connection, registration, command)
        ban = self._ban(connection, registration, command, now)
        return DecisionContext(now, round_, site, self._photo_lost(registration, command), opened, ban)

    def _ban(
        self, connection: Connection, registration: Registration, command: c.Command, now: datetime
    ) -> Ban | None:
        """A ban in force of the person that the command names, or the registration.

        Whoever imposes one waits for this transaction, so that what is decided here was recorded before the ban.
        """
        if not isinstance(command, ASKS_FOR_BANS):
            return None
        person = command.person if isinstance(command, c.FillInfo | c.AmendInfo) else registration.person
        if not person:
            return None
        self._database.lock_shared(connection, GATE)
        return bans.in_force(connection, person, now)

    def _review_opened(self, connection: Connection, registration: Registration, command: c.Command) -> bool:
        """Whether staff opened the case since review was requested, or rejected it before; only for taking back.

        The stream of looks stays locked until the end of the transaction: a look is recorded before or after it.
        """
        if not isinstance(command, c.TakeBack):
            return False
        looks = uuid5(command.registration, "access")
        self._database.lock(connection, looks)
        seen = self._store.newest_stamp(connection, looks)
        history = self._store.history(connection, command.registration, opened=False)
        requests = [fact for fact in history if isinstance(fact, facts.ReviewRequested)]
        if seen is None or not requests:
            return registration.rejected is not None
        return registration.rejected is not None or seen.recorded_at >= requests[-1].metadata.recorded_at

    def _photo_lost(self, registration: Registration, command: c.Command) -> bool:
        """Whether the photo on which the command rests is lost; it is not looked for where nothing rests on it."""
        resting = command if isinstance(command, c.UploadPhoto) else registration
        photos = self._photos()
        if photos is None or resting.photo is None or not isinstance(command, RESTS_ON_PHOTO):
            return False
        return photos.require_known(resting.photo.digest)

    def _site(
        self, connection: Connection, round_: Round, registration: Registration, command: c.Command
    ) -> Site | None:
        code = command.site if isinstance(command, c.Submit | c.ChangeSubjects) else registration.site
        return self._exams.site(connection, round_.code, code) if code else None
