"""What can happen to an exam round and to a site in it. Windows are moments in UTC, fees fen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from ncre.events.base import Fact


@dataclass(frozen=True, slots=True)
class Window:
    """Open from `opens` (included) to `closes` (excluded)."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Windows:
    """The four windows of a round: candidates register, sites review, people pay, tickets print."""

    register: Window
    review: Window
    payment: Window
    printing: Window


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject of the catalogue; `prerequisite` is the level-3 code its certificate needs, or ""."""

    code: str
    name: str
    level: int
    minutes: int
    status: str = "listed"
    prerequisite: str = ""


@dataclass(frozen=True, slots=True)
class Fee:
    """What one subject of a level costs, in fen, and the text that says so.

    One of a `province` holds at the sites there; the one without holds everywhere else.
    """

    level: int
    amount: int
    basis: str = ""
    province: str = ""


DOCUMENTS: Final = (
    "resident_id",
    "hk_macau_permit",
    "taiwan_permit",
    "passport",
    "residence_permit",
    "permanent_residence",
)
"""Kinds of documents (`ncre.domain.identity_documents`) that a round accepts where it names none."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where people ask; an empty part is not known."""

    phone: str = ""
    hours: str = ""
    hours_en: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class OnSite:
    """When and where people confirm on site; without a place, at the site's address."""

    opens: datetime | None = None
    closes: datetime | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """Everything a round is: code (two digits of the ticket number), title, windows, rules.

    `documents` are the kinds of identity documents that it accepts; rounds of before named none.
    `office` is the exam office; `papers` are what people bring to a confirmation on site.
    `declaration` is what candidates declare when they submit; without one, the standing words.
    """

    code: str
    title: str
    title_en: str
    windows: Windows
    subjects: tuple[Subject, ...]
    fees: tuple[Fee, ...]
    agreement: str
    agreement_text: str
    agreement_text_en: str
    documents: tuple[str, ...] = DOCUMENTS
    office: Contact = Contact()
    papers: str = ""
    papers_en: str = ""
    declaration: str = ""
    declaration_en: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A subject open at a site, with the most people it takes (限报人数)."""

    subject: str
    quota: int


@dataclass(frozen=True, slots=True)
class Room:
    """A room and how many seats it has."""

    name: str
    seats: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A sitting (批次); numbers run on over the days of the exam."""

    number: int
    starts_at: datetime
    ends_at: datetime


MANAGEABLE: Final = ("rooms", "offers", "notice", "reviewers")
"""Parts of a site that the exam office may leave to the site's own administrators."""


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site in a round: who it is, what it offers, and its policy.

    clock is "approved" or "submitted": where the payment hold of `hold_hours` starts.
    audience is "all", "own_students" or "social". `quota` is the site's own limit of people
    (限报总人数), `most_subjects` its 限报科次. `synthetic` marks an invented code or address.
    `manages` are the parts that the site's own administrators change themselves (`MANAGEABLE`).
    """

    code: str
    name: str
    province: str
    city: str
    address: str
    synthetic: bool
    reviews: bool
    confirms: bool
    hold_hours: int
    clock: str
    most_subjects: int
    audience: str
    quota: int
    offers: tuple[Offer, ...]
    rooms: tuple[Room, ...]
    batches: tuple[Batch, ...]
    notice: str = ""
    phone: str = ""
    hours: str = ""
    hours_en: str = ""
    confirmation: OnSite = OnSite()
    manages: tuple[str, ...] = ()

    @property
    def contact(self) -> Contact:
        """Whom to ask at the site."""
        return Contact(self.phone, self.hours, self.hours_en, self.address)


@dataclass(frozen=True)
class RoundOpened(Fact):
    """A round with its whole plan; from now on people can register in its windows."""

    TOPIC: ClassVar[str] = "exam.round_opened"
    plan: RoundPlan


@dataclass(frozen=True)
class RoundRevised(Fact):
    """The whole plan as it is from now on."""

    TOPIC: ClassVar[str] = "exam.round_revised"
    plan: RoundPlan


@dataclass(frozen=True)
class SiteOpened(Fact):
    """A site of a round with its whole plan."""

    TOPIC: ClassVar[str] = "exam.site_opened"
    round: str
    plan: SitePlan


@dataclass(frozen=True)
class SiteRevised(Fact):
    """The whole plan of a site as it is from now on."""

    TOPIC: ClassVar[str] = "exam.site_revised"
    round: str
    plan: SitePlan


@dataclass(frozen=True)
class SiteClosed(Fact):
    """The site takes nobody any more; who registered there stays. A SiteRevised opens it again."""

    TOPIC: ClassVar[str] = "exam.site_closed"
    round: str
    site: str


@dataclass(frozen=True)
class SiteCalledOff(Fact):
    """The exam does not take place at the site: everybody registered there is dealt with, one by one.

    On the site's stream, before the facts of the registrations, which name it as their cause. `to` is the round to
    which those who paid are postponed, "" where all are cancelled. `money` says what becomes of fees that were
    paid: "refund" or "keep"; "" where they go with the registration. `people` counts those it concerned.
    """

    TOPIC: ClassVar[str] = "exam.site_called_off"
    round: str
    site: str
    to: str
    money: str
    why: str
    people: int


@dataclass(frozen=True, slots=True)
class RevisedPoint:
    """One change of a revision: its kind and outcome as codes, the site's code or "" for the round.

    `item` is what was changed (a subject, a room, a sitting by its name), `before` and `after` what was
    said of it. `touched` counts the registrations that it touched when it was made.
    """

    kind: str
    site: str
    item: str
    before: str
    after: str
    outcome: str
    touched: int


@dataclass(frozen=True)
class RoundRevisionMade(Fact):
    """A round, its sites and notices were opened or revised together, from the revision `made_from` (0: none).

    On a stream of its own for each round, so that its version is the number of the revision. The plans
    themselves follow on the streams of round, sites and notices, and name the revision as their cause.
    """

    TOPIC: ClassVar[str] = "exam.round_revision_made"
    round: str
    made_from: int
    why: str
    points: tuple[RevisedPoint, ...]


@dataclass(frozen=True)
class NoticePosted(Fact):
    """A notice shown before sign-in. kind: "announcement" (网上报名公告) or "guide" (网上报名须知及流程)."""

    TOPIC: ClassVar[str] = "exam.notice_posted"
    round: str
    kind: str
    title: str
    title_en: str
    body: str
    body_en: str


@dataclass(frozen=True)
class SeatsDrawn(Fact):
    """A seating of a site was drawn from `seed`: so many people get so many seats by it.

    On the site's stream, before the seats themselves, each of which stands in its registration and
    names the seed as its cause. With the rules of this version of the site, the seed gives the same plan.
    `manner` is "spread" or "few"; `batches` and `rooms` are those that were chosen, none named means all.
    `digest` is that of the preview which was confirmed, "" where nobody looked at one.
    """

    TOPIC: ClassVar[str] = "exam.seats_drawn"
    round: str
    site: str
    seed: int
    people: int
    sittings: int
    manner: str = "spread"
    batches: tuple[int, ...] = ()
    rooms: tuple[str, ...] = ()
    digest: str = ""
