"""Exam rounds and sites as rules see them: windows, fees, what a site offers, how long it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from ncre.domain.bilingual import Bilingual
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.declaration import DECLARATION
from ncre.domain.registration.state import NAMESPACE
from ncre.domain.registration.vocabulary import Opening, Status
from ncre.domain.registration.window_wording import TURNS, Deadline
from ncre.events import exam as facts
from ncre.events.exam import Offer, RoundPlan, SitePlan, Subject, Window

EXAM_TIME: Final = ZoneInfo("Asia/Shanghai")
"""Windows, deadlines and sittings are wall time here; facts are stamped in UTC."""

WHOLE_SITE: Final = "*"
"""Stands for all subjects where a site's own limit of people is counted."""


def bilingual_title(plan: RoundPlan) -> Bilingual:
    """In both languages. Files and pages ask for both; a round opened without an English one is named by its number."""
    return Bilingual(
        plan.title, plan.title_en.strip() or f"National Computer Rank Examination, round {plan.code}"
    )


def round_id(code: str) -> UUID:
    """The stream of a round."""
    return uuid5(NAMESPACE, f"round:{code}")


def site_id(round_code: str, code: str) -> UUID:
    """The stream of a site in a round."""
    return uuid5(NAMESPACE, f"site:{round_code}:{code}")


def revisions_id(round_code: str) -> UUID:
    """The stream of the revisions of a round."""
    return uuid5(NAMESPACE, f"revisions:{round_code}")


def notices_id(round_code: str) -> UUID:
    """The stream of the notices of a round."""
    return uuid5(NAMESPACE, f"notices:{round_code}")


@dataclass(frozen=True)
class Round:
    """A round and the version of its rules. `retired` are subjects of earlier versions that it has no more."""

    plan: RoundPlan
    version: int
    retired: tuple[Subject, ...] = ()

    @property
    def code(self) -> str:
        """As on files, pages and tickets."""
        return self.plan.code

    @cached_property
    def subjects(self) -> Mapping[str, Subject]:
        """Subjects by their codes."""
        return {subject.code: subject for subject in self.plan.subjects}

    @cached_property
    def _fees(self) -> Mapping[tuple[int, str], int]:
        return {(fee.level, fee.province): fee.amount for fee in self.plan.fees}

    @cached_property
    def _known(self) -> Mapping[str, Subject]:
        return {**{subject.code: subject for subject in self.retired}, **self.subjects}

    def subject(self, code: str) -> Subject:
        """A subject that somebody holds, also one that was taken out since; never fails.

        One that nothing is known of counts as long as the longest paper.
        """
        known = self._known.get(code)
        return known or Subject(code, code, 0, max((one.minutes for one in self._known.values()), default=0))

    def fee(self, subject: str, province: str = "") -> int:
        """What one subject costs at a site of this province, in fen; level and province decide (domain facts §6.4)."""
        level = self.subjects[subject].level
        own = self._fees.get((level, province))
        return self._fees[level, ""] if own is None else own

    def bases(self, province: str) -> list[str]:
        """The documents that set the fees of this province, each once."""
        own = {fee.level for fee in self.plan.fees if fee.province == province}
        mine = (
            fee
            for fee in self.plan.fees
            if fee.province == province or (not fee.province and fee.level not in own)
        )
        return list(dict.fromkeys(fee.basis for fee in mine if fee.basis))

    @property
    def declaration(self) -> Bilingual:
        """What candidates declare when they submit."""
        zh = self.plan.declaration or DECLARATION.zh
        en = self.plan.declaration_en if self.plan.declaration else DECLARATION.en
        return Bilingual(zh, en or zh)

    def window(self, opening: Opening) -> Window | None:
        """The window a step needs, or None where it needs none."""
        windows = self.plan.windows
        return {
            Opening.NONE: None,
            Opening.REGISTER: windows.register,
            Opening.REVIEW: windows.review,
            Opening.PAYMENT: windows.payment,
            Opening.PRINTING: windows.printing,
        }[opening]

    def begun(self, now: datetime) -> bool:
        """Whether people may register, or could."""
        return self.plan.windows.register.opens <= now

    def over(self, now: datetime) -> bool:
        """Whether nothing of it is open any more, printing included."""
        windows = self.plan.windows
        every = (windows.register, windows.review, windows.payment, windows.printing)
        return max(one.closes for one in every) <= now


@dataclass(frozen=True)
class Site:
    """A site in a round and the version of its policy, which is stamped on what it decides.

    A `closed` one takes nobody any more. `appealed` and `photo_lost` are those of the registration that it is looked at for (`for_photo`).
    """

    plan: SitePlan
    version: int
    appealed: bool = False
    photo_lost: bool = False
    closed: bool = False

    def for_photo(self, appealed: bool, lost: bool) -> Site:
        """The site as it is for a registration whose photo was sent to a person, or cannot be read any more."""
        if (appealed, lost) == (self.appealed, self.photo_lost):
            return self
        return replace(self, appealed=appealed, photo_lost=lost)

    @property
    def code(self) -> str:
        """As on files, pages and tickets."""
        return self.plan.code

    @property
    def reviews(self) -> bool:
        """Whether it reviews; a photo that a machine refused goes to a person at every site."""
        return self.plan.reviews or self.appealed

    @property
    def confirms(self) -> bool:
        """Whether people confirm in person."""
        return self.plan.confirms

    @property
    def clock(self) -> str:
        """When the time to pay begins to run."""
        return self.plan.clock

    @cached_property
    def offers(self) -> Mapping[str, Offer]:
        """Offers by the codes of their subjects."""
        return {offer.subject: offer for offer in self.plan.offers}

    def hold_from(self, moment: datetime, windows: facts.Windows) -> datetime:
        """When an unpaid registration lapses if its clock starts now; never after paying closes.

        While paying has not opened the clock waits, for nobody could pay in that time.
        """
        begins = max(moment, windows.payment.opens)
        return min(begins + timedelta(hours=self.plan.hold_hours), windows.payment.closes)


def deadline_of(status: Status, reviews: bool, round_: Round, now: datetime) -> Deadline:
    """What has to be done before which window closes, for a status at a site that reviews, or does not."""
    turn = TURNS[status, reviews]
    window = round_.window(turn.window)
    assert window is not None
    return Deadline(turn, window.closes, now >= window.closes, exam_time_in_words(window.closes))


def require_open(window: Window | None, now: datetime, opening: Opening) -> None:
    """Refuse what comes before a window opens or after it closes, saying which and when that is or was."""
    if window is None:
        return
    if now < window.opens:
        raise Refusal(RefusalCode.WINDOW_NOT_YET, window=opening, opens=exam_time_in_words(window.opens))
    if now >= window.closes:
        raise Refusal(RefusalCode.WINDOW_OVER, window=opening, closed=exam_time_in_words(window.closes))


def exam_time_in_words(moment: datetime) -> str:
    """A moment as people at the sites read it: 2027-03-27 08:00, exam time."""
    return moment.astimezone(EXAM_TIME).strftime("%Y-%m-%d %H:%M")
