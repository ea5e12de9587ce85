"""May somebody with this paper enter? What a code on a paper is worth, compared with the record, the day and the hall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME, exam_time_in_words

ENTRY_OPENS: Final = timedelta(minutes=60)
"""So long before a sitting starts people are let in; the notices ask them to come 15 to 30 minutes before it."""

ENTRY_CLOSES: Final = timedelta(minutes=15)
"""So long after it the door still counts: a sitting starts when the invigilator starts it, and lines are long."""


class TicketVerdict(StrEnum):
    """What is said of a paper at the door: first what the paper is, then what the hour and the hall say."""

    CURRENT = "current"
    TYPED = "typed"
    OUTDATED = "outdated"
    FORM = "form"
    NOT_ADMITTED = "not-admitted"
    UNKNOWN = "unknown"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    CASE_LOST = "case-lost"
    INPUT_METHOD = "input-method"
    UNVERIFIABLE = "unverifiable"
    UNCONFIRMED = "unconfirmed"
    ENTERED_BEFORE = "entered-before"
    NOT_TODAY = "not-today"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    OVER = "over"
    OTHER_HALL = "other-hall"


ADMITS: Final = frozenset({TicketVerdict.CURRENT, TicketVerdict.TYPED})
"""With these the person may enter, once face, photo and document were compared."""

VERDICT_WORDS: Final[dict[TicketVerdict, Bilingual]] = {
    TicketVerdict.CURRENT: Bilingual(
        "真实有效。请核对本人、照片与身份证件后放行。",
        "Genuine and current. Compare person, photo and document, then admit.",
    ),
    TicketVerdict.TYPED: Bilingual(
        "号码存在，考试安排有效。号码不能证明纸质准考证的真伪，请扫描二维码，或仔细核对照片与身份证件。",
        "The number exists and its seats stand. A number does not prove the paper: scan the QR code, "
        "or compare photo and document with care.",
    ),
    TicketVerdict.OUTDATED: Bilingual(
        "准考证真实，但不是最新的：打印之后记录已变更。请按下面的最新安排，并请考生重新打印。",
        "Genuine but not current: the record changed after it was printed. Follow the seats below and "
        "ask for a new print.",
    ),
    TicketVerdict.FORM: Bilingual(
        "这是报名登记表的二维码，真实有效，但它不是准考证。请扫描准考证，或输入准考证号。",
        "This is the code of a registration form. It is genuine, and no admission ticket: scan the "
        "admission ticket, or type its number.",
    ),
    TicketVerdict.NOT_ADMITTED: Bilingual(
        "记录存在，但没有有效的考试安排（可能已取消或未编排考场）。不能放行，请联系考务办公室。",
        "The record exists but has no seat that stands (cancelled, or not seated yet). Do not admit; "
        "call the exam office.",
    ),
    TicketVerdict.UNKNOWN: Bilingual(
        "这里没有这个号码。请核对考点和日期；若考生坚持，请联系考务办公室。",
        "There is no such number here. Check site and day; if the candidate insists, call the exam office.",
    ),
    TicketVerdict.FORGED: Bilingual(
        "签名不符：此码不是本系统签发的。不能放行，请保留该准考证并报告考务办公室。",
        "The signature is not ours: this code was not issued here. Do not admit; keep the paper and "
        "report it to the exam office.",
    ),
    TicketVerdict.UNREADABLE: Bilingual(
        "无法识别。请重新扫描准考证上的二维码，或输入 14 位报名号、16 位准考证号。",
        "Not readable. Scan the QR code of the admission ticket again, or type the 14-digit registration number "
        "or the 16-digit ticket number.",
    ),
    TicketVerdict.CASE_LOST: Bilingual(
        "大小写已丢失，无法核对签名。请关闭键盘的大写锁定（Caps Lock）或扫码枪的大写模式后重新扫描，或输入准考证号。",
        "Capitals and small letters were mixed up, so the signature cannot be checked. Switch off Caps Lock, or the "
        "scanner's upper-case mode, and scan again; or type its number.",
    ),
    TicketVerdict.INPUT_METHOD: Bilingual(
        "扫描内容被输入法改动了。请切换到英文输入后重新扫描。",
        "An input method changed what was scanned. Switch the keyboard to English and scan again.",
    ),
    TicketVerdict.UNCONFIRMED: Bilingual(
        "本考点要求现场确认，该考生尚未确认。不能放行，请先到现场确认处核对证件。",
        "This site asks for confirmation on site, and the candidate is not confirmed yet. Do not admit; send them to the "
        "confirmation desk first.",
    ),
    TicketVerdict.ENTERED_BEFORE: Bilingual(
        "该准考证已于 {at} 入场（考场 {hall}）。不能再次放行，请核对是否有人冒用。",
        "Already let in at {at} (hall {hall}). Do not admit again; check whether somebody else uses the admission ticket.",
    ),
    TicketVerdict.NOT_TODAY: Bilingual(
        "不是今天的考试：考试时间为 {when}。不能放行。",
        "Not today: the sitting is on {when} (Beijing time). Do not admit.",
    ),
    TicketVerdict.TOO_EARLY: Bilingual(
        "今天 {when} 开考，{from} 起入场。请考生等候。",
        "The sitting starts today at {when}; people are let in from {from} on. Ask the candidate to wait.",
    ),
    TicketVerdict.TOO_LATE: Bilingual(
        "{when} 已开考，入场已截止。请联系考务办公室。",
        "The sitting started at {when}, and entry is closed. Call the exam office.",
    ),
    TicketVerdict.OVER: Bilingual(
        "今天的考试已于 {when} 结束。不能放行。",
        "Today's sitting ended at {when}. Do not admit.",
    ),
    TicketVerdict.OTHER_HALL: Bilingual(
        "不在这里：请到考场 {hall}（{room}），{when} 开考。",
        "Not here: send the candidate to hall {hall} ({room}); the sitting starts at {when}.",
    ),
    TicketVerdict.UNVERIFIABLE: Bilingual(
        "此浏览器不能验证签名。请换用新版浏览器；在此之前请仔细核对照片与身份证件。",
        "This browser cannot check signatures. Use a newer one; until then compare photo and document "
        "with care.",
    ),
}


HALTS: Final = (
    frozenset(TicketVerdict)
    - ADMITS
    - {TicketVerdict.OUTDATED, TicketVerdict.FORM, TicketVerdict.UNVERIFIABLE, TicketVerdict.TOO_EARLY}
)
"""With these nobody enters; the others are for a person to decide."""

BY_A_PERSON: Final = frozenset({TicketVerdict.OUTDATED, TicketVerdict.TOO_EARLY, TicketVerdict.TOO_LATE})
"""With these a member of staff may let somebody in all the same; what the door said is recorded with the entry."""

READS_SEATS: Final = frozenset({*ADMITS, TicketVerdict.OUTDATED})
"""Where the paper names somebody with seats, so that day and hall count."""


def verdict_of(with_metadata: str | None, standing: str | None, seated: bool) -> TicketVerdict:
    """What a ticket is worth: the digest on it (None: a number was typed) beside that of the record.

    `standing` is None where there is no such record, `seated` false where it has no seat that stands.
    """
    if standing is None:
        return TicketVerdict.UNKNOWN
    if not seated:
        return TicketVerdict.NOT_ADMITTED
    if with_metadata is None:
        return TicketVerdict.TYPED
    return TicketVerdict.CURRENT if with_metadata == standing else TicketVerdict.OUTDATED


class SeatedSubject(Protocol):
    """A subject with its seat; moments are aware."""

    @property
    def ticket(self) -> str:
        """The number of the admission ticket."""

    @property
    def hall(self) -> int:
        """The number of the hall on the door list."""

    @property
    def room(self) -> str:
        """The room of the sitting."""

    @property
    def starts_at(self) -> datetime:
        """When the sitting begins."""

    @property
    def ends_at(self) -> datetime:
        """When the sitting ends."""


@dataclass(frozen=True)
class Ruling:
    """What is said at the door now: the verdict, the ticket number of the sitting it is about, and its particulars."""

    verdict: TicketVerdict
    ticket: str = ""
    hall: int = 0
    particulars: Mapping[str, str] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """The answer to the door in a language, `zh` or `en`."""
        return VERDICT_WORDS[self.verdict].say(language, **self.particulars)

    @property
    def may_be_let_in(self) -> bool:
        """Whether a member of staff may let the person in all the same."""
        return self.verdict in BY_A_PERSON and bool(self.ticket)


def ruling(
    paper: TicketVerdict,
    sittings: Sequence[SeatedSubject],
    now: datetime,
    *,
    confirmed: bool = True,
    entered: Mapping[str, datetime] | None = None,
    room: str = "",
) -> Ruling:
    """What a paper of this worth admits to now.

    `entered` says when each ticket number was let in. `room` is the room at whose door the staff stand, "" at the
    door of the site. Sittings come in the order of time.
    """
    if paper not in READS_SEATS or not sittings:
        return Ruling(paper)
    if not confirmed:
        return Ruling(TicketVerdict.UNCONFIRMED)
    entered = entered or {}
    today = [one for one in sittings if _day(one.starts_at) == _day(now)]
    if not today:
        later = [one for one in sittings if one.starts_at > now] or sittings[-1:]
        return Ruling(TicketVerdict.NOT_TODAY, particulars={"when": exam_time_in_words(later[0].starts_at)})
    near = [one for one in today if one.starts_at - ENTRY_OPENS <= now < one.ends_at]
    for one in near:
        if one.ticket in entered:
            return _entered(one, entered[one.ticket])
    for one in near:
        if now < one.starts_at + ENTRY_CLOSES:
            return _at_its_hall(one, paper, room)
    return _at_another_hour(today, near, now, entered)


def _entered(one: SeatedSubject, at: datetime) -> Ruling:
    return _about(one, TicketVerdict.ENTERED_BEFORE, at=_hour(at), hall=f"{one.hall:04}")


def _at_its_hall(one: SeatedSubject, paper: TicketVerdict, room: str) -> Ruling:
    if room and one.room != room:
        where = {"hall": f"{one.hall:04}", "room": one.room, "when": _hour(one.starts_at)}
        return Ruling(TicketVerdict.OTHER_HALL, particulars=where)
    return _about(one, paper)


def _at_another_hour(
    today: Sequence[SeatedSubject],
    near: Sequence[SeatedSubject],
    now: datetime,
    entered: Mapping[str, datetime],
) -> Ruling:
    """Whoever staff let in before the doors opened is not let in a second time by the same ticket."""
    if near:
        return _about(near[0], TicketVerdict.TOO_LATE, when=_hour(near[0].starts_at))
    for one in today:
        if now < one.starts_at:
            if one.ticket in entered:
                return _entered(one, entered[one.ticket])
            hours = {"when": _hour(one.starts_at), "from": _hour(one.starts_at - ENTRY_OPENS)}
            return _about(one, TicketVerdict.TOO_EARLY, **hours)
    return Ruling(TicketVerdict.OVER, particulars={"when": _hour(today[-1].ends_at)})


def _about(one: SeatedSubject, verdict: TicketVerdict, **particulars: str) -> Ruling:
    return Ruling(verdict, one.ticket, one.hall, particulars)


def _day(moment: datetime) -> str:
    return exam_time_in_words(moment)[:10]


def _hour(moment: datetime) -> str:
    return moment.astimezone(EXAM_TIME).strftime("%H:%M")
