"""The text of each kind of letter that is in force: the office's own, or what ncre came with. Every version is a fact."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection

from ncre.domain.letters.kinds import LetterKind
from ncre.domain.letters.text_rules import LONGEST_REASON, LetterText, require_usable
from ncre.domain.letters.wording import SHIPPED
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.rejection_reasons import require_text
from ncre.domain.registration.vocabulary import Role
from ncre.events.letters import LetterTextChanged, LetterTextReset, letter_text_stream
from ncre.handlers.command_handler import Act, CommandHandler


@dataclass(frozen=True)
class TextInForce:
    """`version` counts the changes, 0 where there was none; `own` says whether the office wrote it."""

    kind: LetterKind
    text: LetterText
    version: int
    own: bool
    changed_at: datetime | None = None
    changed_by: str = ""


class LetterTexts:
    """What letters say; the exam office changes it."""

    def __init__(self, command_handler: CommandHandler) -> None:
        self._command_handler = command_handler

    def all(self) -> list[TextInForce]:
        """The text in force of every kind."""
        with self._command_handler.database.reading() as connection:
            return [self.within(connection, kind) for kind in LetterKind]

    def one(self, kind: LetterKind) -> TextInForce:
        """The text in force of a kind."""
        with self._command_handler.database.reading() as connection:
            return self.within(connection, kind)

    def within(self, connection: Connection, kind: LetterKind) -> TextInForce:
        """The same within a transaction."""
        history = self._command_handler.store.history(connection, letter_text_stream(kind.value))
        if not history:
            return TextInForce(kind, SHIPPED[kind], 0, own=False)
        newest = history[-1]
        stamp = newest.metadata
        text, own = SHIPPED[kind], False
        if isinstance(newest, LetterTextChanged):
            text, own = _text_of(newest), True
        return TextInForce(kind, text, stamp.version, own, stamp.recorded_at, stamp.actor)

    def change(self, act: Act, kind: LetterKind, text: LetterText, why: str, seen: int) -> None:
        """The same text again changes nothing. Raises Refusal, also where another changed it since `seen`."""
        _require_office(act, why)
        require_usable(kind, text)

        def changed(connection: Connection) -> None:
            now = self._seen(connection, act, kind, seen)
            if now is not None and now.text != text:
                fact = LetterTextChanged(kind.value, **asdict(text), why=why.strip())
                self._command_handler.record_behind(connection, act, letter_text_stream(kind.value), [fact])

        self._command_handler.run_in_transaction(changed)

    def reset(self, act: Act, kind: LetterKind, why: str, seen: int) -> None:
        """Back to the shipped text. Raises Refusal."""
        _require_office(act, why)

        def reset(connection: Connection) -> None:
            now = self._seen(connection, act, kind, seen)
            if now is not None and now.own:
                fact = LetterTextReset(kind.value, why.strip())
                self._command_handler.record_behind(connection, act, letter_text_stream(kind.value), [fact])

        self._command_handler.run_in_transaction(reset)

    def _seen(self, connection: Connection, act: Act, kind: LetterKind, seen: int) -> TextInForce | None:
        """What is in force; None where this command was carried out before. Raises Refusal."""
        self._command_handler.database.lock(connection, letter_text_stream(kind.value))
        history = self._command_handler.store.history(connection, letter_text_stream(kind.value))
        if any(fact.metadata.command_id == act.command_id for fact in history):
            return None
        if len(history) != seen:
            raise Refusal(RefusalCode.OUT_OF_DATE, seen=seen, version=len(history))
        return self.within(connection, kind)


def _text_of(changed: LetterTextChanged) -> LetterText:
    return LetterText(
        changed.subject, changed.subject_en, changed.body, changed.body_en, changed.short, changed.short_en
    )


def _require_office(act: Act, why: str) -> None:
    if act.actor.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if not why.strip():
        raise Refusal(RefusalCode.WHY_MISSING)
    require_text(why, LONGEST_REASON, "")
