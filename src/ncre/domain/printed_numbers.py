"""The numbers on paper and what they are made of; nothing that does not fit into them is taken.

Registration number: round 2, site 6, serial 6 digits. Ticket number (rule of 2010, domain facts §3.1):
subject 2, round 2, site 6, hall 4, seat 2 digits. A part that is too long or too short would make two
numbers alike, or one that no form has room for. Files and commands are held to the same rules, on
every database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.seating.halls import LAST_HALL, MOST_IN_A_HALL
from ncre.events.exam import RoundPlan, SitePlan

LAST_SERIAL: Final = 999_999


@dataclass(frozen=True, slots=True)
class NumberPart:
    """Something that numbers are made of, or that stands beside them on paper: its name and its form."""

    name: Bilingual
    form: Bilingual
    pattern: str

    def fits(self, value: object) -> bool:
        """Whether the value has the form that is printed."""
        return re.fullmatch(self.pattern, str(value), re.ASCII) is not None

    def fault(self, value: object) -> tuple[str, str]:
        """What is wrong with a value in a file, in Chinese and English."""
        shown = str(value)[:40]
        return (
            f"{self.name.zh}应为{self.form.zh}，现在是“{shown}”",
            f"{self.name.en} must be {self.form.en}, not {shown!r}",
        )

    def refusal(self, value: object) -> Refusal:
        """What is said of a value that does not fit."""
        return Refusal(
            RefusalCode.NUMBER_UNFIT,
            what=self.name.zh,
            what_en=self.name.en,
            value=str(value)[:40],
            form=self.form.zh,
            form_en=self.form.en,
        )


ROUND: Final = NumberPart(
    Bilingual("考次代码", "the round's code"),
    Bilingual("01 至 99 的两位数字", "two digits, 01 to 99"),
    "0[1-9]|[1-9][0-9]",
)
SUBJECT: Final = NumberPart(
    Bilingual("科目代码", "the subject's code"),
    Bilingual("01 至 99 的两位数字", "two digits, 01 to 99"),
    "0[1-9]|[1-9][0-9]",
)
SITE: Final = NumberPart(
    Bilingual("考点代码", "the site's code"),
    Bilingual("不全是 0 的六位数字", "six digits that are not all 0"),
    r"(?!0{6})\d{6}",
)
SEATS: Final = NumberPart(
    Bilingual("机房座位数", "the seats of a room"),
    Bilingual(f"1 至 {MOST_IN_A_HALL}", f"a number from 1 to {MOST_IN_A_HALL}"),
    r"[1-9]\d?",
)
ROOM: Final = NumberPart(
    Bilingual("机房名称", "a room's name"),
    Bilingual("1 至 80 个字符，同一考点不重复", "1 to 80 characters, each once at a site"),
    r".{1,80}",
)
BATCH: Final = NumberPart(
    Bilingual("批次序号", "a sitting's number"),
    Bilingual("1 至 99，不重复", "a number from 1 to 99, each once"),
    r"[1-9]\d?",
)
HALLS: Final = NumberPart(
    Bilingual("考场数（机房数 × 批次数）", "the halls of a site (rooms x sittings)"),
    Bilingual(f"不超过 {LAST_HALL}", f"{LAST_HALL} at the most"),
    r"\d{1,4}",
)

Unfit = tuple[NumberPart, object]


def unfit_in_round(plan: RoundPlan) -> Iterator[Unfit]:
    """What of a round does not fit into the numbers."""
    codes = [subject.code for subject in plan.subjects]
    yield from _unfit(ROUND, [plan.code])
    yield from _unfit(SUBJECT, codes)
    yield from _repeated(SUBJECT, codes)


def unfit_in_site(round_code: str, plan: SitePlan) -> Iterator[Unfit]:
    """What of a site does not fit into the numbers."""
    rooms = [room.name for room in plan.rooms]
    batches = [batch.number for batch in plan.batches]
    yield from _unfit(ROUND, [round_code])
    yield from _unfit(SITE, [plan.code])
    yield from _unfit(SUBJECT, (offer.subject for offer in plan.offers))
    yield from _unfit(SEATS, (room.seats for room in plan.rooms))
    yield from _unfit(ROOM, rooms)
    yield from _repeated(ROOM, rooms)
    yield from _unfit(BATCH, batches)
    yield from _repeated(BATCH, batches)
    yield from _unfit(HALLS, [len(rooms) * len(batches)])


def require_fit(unfit: Iterator[Unfit]) -> None:
    """Raises Refusal with the first of them."""
    for part, value in unfit:
        raise part.refusal(value)


def registration_number(round_code: str, site: str, serial: int) -> str:
    """14 digits. Raises Refusal when the site has given out all its numbers."""
    if serial > LAST_SERIAL:
        raise Refusal(RefusalCode.NUMBERS_USED_UP, site=site, most=LAST_SERIAL)
    return f"{round_code}{site}{serial:06}"


def ticket_number(subject: str, round_code: str, site: str, hall: int, seat: int) -> str:
    """16 digits. Raises Refusal for what would make another: rules may be older than their checks."""
    if not 1 <= hall <= LAST_HALL:
        raise HALLS.refusal(hall)
    if not 1 <= seat <= MOST_IN_A_HALL:
        raise SEATS.refusal(seat)
    return f"{_head(subject, round_code, site)}{hall:04}{seat:02}"


@lru_cache(maxsize=1024)
def _head(subject: str, round_code: str, site: str) -> str:
    """What is the same on many tickets is looked at once."""
    for part, value in ((SUBJECT, subject), (ROUND, round_code), (SITE, site)):
        if not part.fits(value):
            raise part.refusal(value)
    return f"{subject}{round_code}{site}"


def _unfit(part: NumberPart, values: Iterable[object]) -> Iterator[Unfit]:
    return ((part, value) for value in values if not part.fits(value))


def _repeated(part: NumberPart, values: Iterable[object]) -> Iterator[Unfit]:
    return ((part, value) for value, times in Counter(values).items() if times > 1)
