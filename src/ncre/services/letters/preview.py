"""How a text of the office would read: with the particulars of a registration, made-up ones where it has none."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ncre.clients.mail import USUAL
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.letters.causes import BY_KIND
from ncre.domain.letters.kinds import LetterKind, LetterLanguage
from ncre.domain.letters.text_rules import LetterText, filled
from ncre.domain.letters.wording import CHOOSE, GOES_BACK, LEFT, MUST_BE_TOLD
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.letters.registration import RegistrationLetter
from ncre.projections.registration import desk_search
from ncre.projections.seating import tickets
from ncre.services.letters.rendering import CHOICES, Values, in_both, letter_particulars
from ncre.services.letters.tokens import LetterTokens

SAMPLE: Final = {
    "round": Bilingual("第 78 次全国计算机等级考试", "the 78th NCRE"),
    "number": Bilingual("78420019000001", "78420019000001"),
    "site": Bilingual("420019 示范考点", "420019 Sample Site"),
    "subjects": Bilingual("63 MySQL数据库程序设计", "63 MySQL Database Programming"),
    "amount": Bilingual("80.00", "80.00"),
    "reasons": Bilingual("照片背景不是白色或浅色", "The background of the photo is neither white nor light"),
    "way_back": Bilingual(
        "报名时间内可以登录后重新提交。", "While registration is open you may submit it again."
    ),
    "seats": Bilingual(
        "63 MySQL数据库程序设计，2027-03-27 08:00–10:00，第 1 考场（机房一）5 号",
        "63 MySQL Database Programming, 2027-03-27 08:00–10:00, hall 1 (机房一), seat 5",
    ),
    "printing": Bilingual("2027-03-15 08:00 – 2027-03-29 18:00", "2027-03-15 08:00 – 2027-03-29 18:00"),
    "changes": Bilingual("420019 地址：甲路 1 号 → 乙路 2 号", "420019 address: 甲路 1 号 → 乙路 2 号"),
    "moved": LEFT,
    "day": Bilingual("2027-03-27", "2027-03-27"),
    "why": Bilingual("考点所在地停水停电", "The site has no power"),
    "money": Bilingual(*(filled(text, {"amount": "80.00"}) for text in GOES_BACK)),
    "round_before": Bilingual("第 77 次全国计算机等级考试", "the 77th NCRE"),
}


class LetterPreview:
    """Letters that are shown and never sent."""

    def __init__(self, command_handler: CommandHandler, tokens: LetterTokens) -> None:
        self._command_handler = command_handler
        self._tokens = tokens

    def letter(self, kind: LetterKind, text: LetterText, number: str) -> RegistrationLetter:
        """With the particulars of the registration of this number, "" for a made-up one. Raises Refusal."""
        values = self._values(number)
        optional = BY_KIND[kind].optional
        return RegistrationLetter(
            "",
            LetterLanguage.BOTH,
            in_both(text, "subject", values),
            in_both(text, "body", values),
            in_both(text, "short", values),
            self._tokens.page("/registrations/…"),
            CHOOSE if optional else MUST_BE_TOLD,
            self._tokens.page(CHOICES) if optional else "",
            USUAL,
        )

    def _values(self, number: str) -> Values:
        now = self._command_handler.clock()
        later = exam_time_in_words(now + timedelta(hours=24))
        sample = {**SAMPLE, "deadline": Bilingual(later, later)}
        if not number:
            return sample
        with self._command_handler.database.reading() as connection:
            found = desk_search.found(connection, number, (), EVERY_SITE)
            if not found:
                raise Refusal(RefusalCode.NOT_FOUND)
            row, exams = found[0], self._command_handler.exams
            round_ = exams.round(connection, row["round"])
            assert round_ is not None, "a registration has its round"
            site = exams.site(connection, row["round"], row["site"]) if row["site"] else None
            seats = tickets.seats_of(connection, row["id"])
        own = letter_particulars(row, round_, site, seats, now)
        return {**sample, **{name: value for name, value in own.items() if value.zh}}
