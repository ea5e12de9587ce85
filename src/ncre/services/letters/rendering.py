"""What a letter says: the text in force with the particulars of the registration as it stands when it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round, Site, bilingual_title, exam_time_in_words
from ncre.domain.exam.revision_wording import change_words
from ncre.domain.exam.site_run import run_of_cause
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.letters.causes import BY_KIND
from ncre.domain.letters.kinds import Channel, LetterKind, LetterLanguage
from ncre.domain.letters.text_rules import LetterText, filled
from ncre.domain.letters.wording import (
    AGAIN,
    ANEW,
    CAME,
    CHOOSE,
    GOES_BACK,
    IS_KEPT,
    LEFT,
    MUST_BE_TOLD,
    NOTHING_PAID,
    OVER,
)
from ncre.domain.payment.settlement import yuan
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.events.base import Fact
from ncre.events.payment import RefundConfirmed
from ncre.events.registration import Cancelled, Postponed
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.letters.registration import RegistrationLetter
from ncre.operational import site_runs
from ncre.operational.letters import OutboxLetter
from ncre.projections.rows import RegistrationRow, SeatRow
from ncre.projections.seating import tickets
from ncre.services.letters.round_changes import RoundChanges
from ncre.services.letters.texts_in_force import LetterTexts
from ncre.services.letters.tokens import LetterTokens

Values = Mapping[str, Bilingual]

NOT_SAID: Final = Bilingual("见报名页面", "see the page of your registration")
NONE_YET: Final = Bilingual("（尚无）", "(none yet)")
CHOICES: Final = "/passport/letters"


class LetterContent:
    """Makes the letter of a row of the outbox."""

    def __init__(
        self,
        command_handler: CommandHandler,
        texts: LetterTexts,
        changes: RoundChanges,
        tokens: LetterTokens,
    ) -> None:
        self._command_handler = command_handler
        self._texts = texts
        self._changes = changes
        self._tokens = tokens

    def letter(
        self,
        connection: Connection,
        letter: OutboxLetter,
        row: RegistrationRow,
        to: str,
        language: LetterLanguage,
    ) -> RegistrationLetter:
        """What is sent to this address, in the text in force now."""
        kind, channel = LetterKind(letter.kind), Channel(letter.channel)
        text = self._texts.within(connection, kind).text
        values = self._values(connection, letter, row)
        optional = BY_KIND[kind].optional
        link = self._tokens.switch_off_link(letter.account, kind, channel) if optional else ""
        return RegistrationLetter(
            to,
            language,
            in_both(text, "subject", values),
            in_both(text, "body", values),
            in_both(text, "short", values),
            self._tokens.page(f"/registrations/{row['id']}"),
            CHOOSE if optional else MUST_BE_TOLD,
            self._tokens.page(CHOICES) if optional else "",
            self._tokens.envelope(letter.id, link if channel is Channel.MAIL else ""),
        )

    def _values(self, connection: Connection, letter: OutboxLetter, row: RegistrationRow) -> Values:
        exams = self._command_handler.exams
        round_ = exams.round(connection, row["round"])
        assert round_ is not None, "a registration has its round"
        site = exams.site(connection, row["round"], row["site"]) if row["site"] else None
        seats = tickets.seats_of(connection, row["id"])
        usual = letter_particulars(row, round_, site, seats, self._command_handler.clock())
        kind = LetterKind(letter.kind)
        if kind is LetterKind.REFUNDED:
            return {**usual, "amount": self._refunded(connection, letter)}
        if kind is LetterKind.ROUND_CHANGED:
            touching = self._changes.touching(connection, row, letter.cause)
            return {**usual, "changes": _lines(change_words(one) for one in touching)}
        if kind is LetterKind.MOVED:
            return {**usual, "moved": CAME if letter.account == row["account"] else LEFT}
        if kind is LetterKind.EXAM_TOMORROW:
            here = [seat for seat in seats if exam_time_in_words(seat["starts_at"]).startswith(letter.cause)]
            return {**usual, "day": _same(letter.cause), "seats": _seats(here, round_)}
        if kind in (LetterKind.SITE_CANCELLED, LetterKind.CANCELLED):
            anew = ANEW if round_.plan.windows.register.closes > self._command_handler.clock() else OVER
            cancelled = self._caused_by(connection, letter)
            return {
                **usual,
                "money": money_of(cancelled, row),
                "way_back": anew,
                "why": self._why(connection, cancelled),
            }
        if kind is LetterKind.POSTPONED:
            return {**usual, **self._carried_over(connection, letter)}
        return usual

    def _caused_by(self, connection: Connection, letter: OutboxLetter) -> Fact:
        """The fact that the letter is about; private fields are sealed."""
        rows = self._command_handler.store.raw_log(letter.position - 1, 1, connection)
        return self._command_handler.store.read(connection, rows, ())[0]

    def _why(self, connection: Connection, fact: Fact) -> Bilingual:
        """Why the site was called off, in the words of the office."""
        run = run_of_cause(fact.metadata.cause)
        found = site_runs.find(connection, run) if run else None
        return _same(found.why) if found else NOT_SAID

    def _carried_over(self, connection: Connection, letter: OutboxLetter) -> Values:
        postponed = self._caused_by(connection, letter)
        assert isinstance(postponed, Postponed), "the cause of this letter"
        before = self._command_handler.exams.round(connection, postponed.was)
        assert before is not None, "a registration was in a round"
        return {"why": _same(postponed.reason), "round_before": _title(before)}

    def _refunded(self, connection: Connection, letter: OutboxLetter) -> Bilingual:
        fact = self._caused_by(connection, letter)
        return _same(yuan(fact.amount) if isinstance(fact, RefundConfirmed) else "")


def letter_particulars(
    row: RegistrationRow, round_: Round, site: Site | None, seats: list[SeatRow], now: datetime
) -> dict[str, Bilingual]:
    """What any letter about the registration may say; what a single letter alone knows is missing."""
    named = [(line["subject"], subject_words(round_.subject(line["subject"]).name)) for line in row["lines"]]
    subjects = Bilingual(
        "、".join(f"{code} {name.zh}" for code, name in named),
        ", ".join(f"{code} {name.en}" for code, name in named),
    )
    reasons = [REVIEW_REASONS[code] for code in row["reasons"] if code in REVIEW_REASONS]
    open_ = round_.plan.windows.register.closes > now
    printing = round_.plan.windows.printing
    return {
        "round": _title(round_),
        "number": _same(row["number"]) if row["number"] else NONE_YET,
        "site": _same(f"{site.code} {site.plan.name}") if site else NONE_YET,
        "subjects": subjects if named else NONE_YET,
        "amount": _same(yuan(row["amount"])),
        "deadline": _same(exam_time_in_words(row["pay_by"] or round_.plan.windows.payment.closes)),
        "reasons": Bilingual(
            "；".join(one.text for one in reasons), "; ".join(one.text_en for one in reasons)
        ),
        "way_back": AGAIN if open_ else OVER,
        "seats": _seats(seats, round_),
        "printing": _same(f"{exam_time_in_words(printing.opens)} – {exam_time_in_words(printing.closes)}"),
    }


def _seats(seats: list[SeatRow], round_: Round) -> Bilingual:
    said = []
    for seat in seats:
        code, name = seat["subject"], subject_words(round_.subject(seat["subject"]).name)
        when = f"{exam_time_in_words(seat['starts_at'])}–{exam_time_in_words(seat['ends_at'])[-5:]}"
        said.append(
            Bilingual(
                f"{code} {name.zh}，{when}，第 {seat['hall']} 考场（{seat['room']}）{seat['seat']} 号",
                f"{code} {name.en}, {when}, hall {seat['hall']} ({seat['room']}), seat {seat['seat']}",
            )
        )
    return _lines(said)


def _lines(said: Iterable[Bilingual]) -> Bilingual:
    every = list(said)
    return Bilingual("\n".join(one.zh for one in every), "\n".join(one.en for one in every))


def _title(round_: Round) -> Bilingual:
    return bilingual_title(round_.plan)


def money_of(cancelled: Fact, row: RegistrationRow) -> Bilingual:
    """What becomes of the fee of a registration that was cancelled."""
    if not row["payment"]:
        return NOTHING_PAID
    keeps = isinstance(cancelled, Cancelled) and cancelled.money == PaidFee.KEEP
    amount = {"amount": yuan(row["payment"]["amount"])}
    return Bilingual(*(filled(text, amount) for text in (IS_KEPT if keeps else GOES_BACK)))


def _same(text: str) -> Bilingual:
    return Bilingual(text, text)


def in_both(text: LetterText, part: str, values: Values) -> Bilingual:
    """A part of a text filled in."""
    return Bilingual(*(_said(text, part, language, values) for language in ("zh", "en")))


def _said(text: LetterText, part: str, language: str, values: Values) -> str:
    return filled(text.say(part, language), {name: value.say(language) for name, value in values.items()})
