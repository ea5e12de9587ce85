"""The named people and histories from which tests start, and the clock they live by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any, Final, cast
from uuid import UUID, uuid5

from PIL import Image

from ncre.bootstrap import Container
from ncre.domain.exam.plan import Round, Site
from ncre.domain.payment.settlement import order_number
from ncre.domain.registration import commands as c
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.decision_context import DecisionContext
from ncre.domain.registration.state import Registration, registration_id, replay
from ncre.domain.registration.vocabulary import Role
from ncre.domain.students import DECLARED
from ncre.events import registration as facts
from ncre.events.base import Envelope, Fact
from ncre.events.registration_values import Details, Photo, SubjectFee
from ncre.identity.accounts import Account
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from tests.support.fake_channel import FakeChannel
from tests.support.once.astronaut import astronaut

SECRET: Final = bytes(range(32))
TODAY: Final = date(2027, 1, 5)
NOW: Final = datetime(2027, 1, 5, 2, 0, tzinfo=UTC)
"""10:00 in the morning where the exam is; every window of the bundled round is open."""

SITE: Final = "420019"
"""It reviews and confirms; 429901 does neither, and its clock starts at submission."""


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


WENJING: Final = Details(
    name="欧阳文静",
    sex="female",
    document_type="resident_id",
    document_number="42011520060315002X",
    document_typed="42011520060315002x",
    birth=date(2006, 3, 15),
    ethnicity="01",
    education="bachelor",
    occupation="student",
    mobile="+8613800138000",
    email="wenjing@example.com",
    address="湖北省武汉市江夏区光谷大道117号",
    postcode="430205",
    remark="软件工程 2024级1班",
)
LIQIANG: Final = replace(
    WENJING,
    name="李强",
    sex="male",
    document_number="420115200603150011",
    document_typed="420115200603150011",
    mobile="+8613900139000",
    email="liqiang@example.com",
)

CANDIDATE_ID: Final = UUID("11111111-1111-4111-8111-111111111111")
OTHER_ID: Final = UUID("66666666-6666-4666-8666-666666666666")
"""Another account of the candidate, which they can get into."""

REVIEWER_ID: Final = UUID("22222222-2222-4222-8222-222222222222")
CANDIDATE: Final = Actor(str(CANDIDATE_ID), Role.CANDIDATE)
REVIEWER: Final = Actor(str(REVIEWER_ID), Role.REVIEWER, frozenset({SITE}))
ELSEWHERE: Final = Actor("33333333-3333-4333-8333-333333333333", Role.REVIEWER, frozenset({"429901"}))
OFFICE: Final = Actor("44444444-4444-4444-8444-444444444444", Role.OFFICE, EVERY_SITE)
AUDITOR: Final = Actor("55555555-5555-4555-8555-555555555555", Role.AUDITOR)

PHOTO: Final = Photo("a" * 64, "b" * 64, 60_000, 390, 567)
OTHER_PHOTO: Final = Photo("c" * 64, "d" * 64, 61_000, 390, 567)
DECLARATION: Final = "我保证以上信息是真实和准确的"
PERSON: Final = "f" * 64


@cache
def bundled_round() -> tuple[Round, dict[str, Site]]:
    """The bundled round and its sites as the rules see them on TODAY."""
    loaded = load_round(bundled(), TODAY)
    return Round(loaded.plan, 1), {site.code: Site(site, 1) for site in loaded.sites}


def context(site: str | None = SITE, now: datetime = NOW, **policy: Any) -> DecisionContext:
    """What a decision looks at: the bundled round, a site with parts of its policy changed."""
    round_, sites = bundled_round()
    if site is None:
        return DecisionContext(now, round_)
    chosen = sites[site]
    return DecisionContext(now, round_, Site(replace(chosen.plan, **policy), 1) if policy else chosen)


ROUND: Final = "78"
REGISTRATION: Final = registration_id(ROUND, CANDIDATE_ID, 1)
NUMBER: Final = "78420019000001"
LINES: Final = (SubjectFee("66", 8000), SubjectFee("67", 8000))
PAY_BY: Final = NOW + timedelta(hours=24)
AMOUNT: Final = 16000

AGREED: Final[tuple[Fact, ...]] = (facts.AgreementAccepted(ROUND, CANDIDATE_ID, 1, "2027-03"),)
FILLED: Final = (*AGREED, facts.InfoFilled(WENJING, PERSON))
SUBMITTED: Final = (*FILLED, facts.Submitted(NUMBER, SITE, LINES, DECLARATION, 1))
PICTURED: Final = (*SUBMITTED, facts.PhotoUploaded(PHOTO))
WAITING: Final = (*PICTURED, facts.ReviewRequested(1))
APPROVED: Final = (*WAITING, facts.Approved(PAY_BY, 1))
REJECTED: Final = (*WAITING, facts.Rejected(("P01",), "请更换照片"))
ORDER: Final = order_number(REGISTRATION, 6)
PAID: Final = (*APPROVED, facts.PaymentSettled(ORDER, "till", "T1", AMOUNT, NOW))
CONFIRMED: Final = (*PAID, facts.ConfirmedOnSite())
LAPSED: Final = (*APPROVED, facts.PaymentLapsed(PAY_BY))
WITHDRAWN: Final = (*PICTURED, facts.Withdrawn())
MOVED: Final = (*PAID, facts.Moved(CANDIDATE_ID, OTHER_ID, "核对身份证原件，申请书 2027-15"))
SUSPENDED: Final = (*APPROVED, facts.Suspended("approved", NOW, "考点正在接受调查"))
CANCELLED: Final = (*PAID, facts.Cancelled("考生申请并提交书面说明", "keep", "缴费后不退"))
KEEPING: Final[dict[str, Any]] = {"money": c.PaidFee.KEEP, "money_reason": "缴费后不退"}
"""What the office says of a paid fee that it keeps when it cancels."""


def recorded(history: tuple[Fact, ...], stream: UUID = REGISTRATION) -> list[Fact]:
    """The history as the store gives it back: stamped, one minute apart."""
    return [
        fact.with_metadata(
            Envelope(
                stream=stream,
                version=version,
                recorded_at=NOW + timedelta(minutes=version),
                actor=str(CANDIDATE_ID),
                role="candidate",
                command_id=uuid5(stream, str(version)),
                subject=CANDIDATE_ID,
            )
        )
        for version, fact in enumerate(history, start=1)
    ]


def form_of_details(details: Details = WENJING) -> dict[str, str]:
    """What the candidate types into the form of personal details."""
    return {
        "name": details.name,
        "sex": details.sex,
        "document_type": details.document_type,
        "document_number": details.document_typed,
        "birth": details.birth.strftime("%Y%m%d"),
        "ethnicity": details.ethnicity,
        "education": details.education,
        "occupation": details.occupation,
        "mobile": details.mobile,
        "email": details.email,
        "address": details.address,
        "postcode": details.postcode,
        "remark": details.remark,
    }


@cache
def portrait() -> bytes:
    """A real portrait as a candidate would upload it: scikit-image's public-domain astronaut, 567 x 390."""
    cropped = astronaut().crop((147, 0, 309, 235)).resize((390, 567), Image.Resampling.LANCZOS)
    out = BytesIO()
    cropped.save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


class Candidate:
    """A candidate of a house, who goes through the steps one by one."""

    def __init__(
        self,
        container: Container,
        account: Account,
        details: Details = WENJING,
        ordinal: int = 1,
    ) -> None:
        self.container = container
        self.account = account
        self.details = details
        self.id = registration_id(ROUND, account.id, ordinal)
        self.ordinal = ordinal

    @property
    def asking(self) -> dict[str, Any]:
        return {"registration": self.id, "actor": self.account.actor}

    def does(self, command: type[c.Command], **particulars: Any) -> Registration:
        return self.container.command_handler.handle(command(**self.asking, **particulars))

    def agrees(self) -> Registration:
        return self.does(
            c.Agree, round=ROUND, candidate=self.account.id, ordinal=self.ordinal, agreement="2027-03"
        )

    def fills(self) -> Registration:
        person = self.container.people.person(self.details.document_type, self.details.document_number)
        return self.does(c.FillInfo, details=self.details, person=person)

    def submits(self, site: str = SITE, subjects: tuple[str, ...] = ("66", "67")) -> Registration:
        return self.does(
            c.Submit, site=site, subjects=subjects, declared=True, declaration=DECLARATION, student=DECLARED
        )

    def uploads(self) -> Registration:
        return self.does(
            c.UploadPhoto, photo=self.container.photos.take_in(self.account.id, portrait()).photo
        )

    def requests_review(self) -> Registration:
        return self.does(c.RequestReview)

    def pays(self) -> Registration:
        till = till_of(self.container)
        order = till.begin(self.container.checkout.open(self.id, till.name))
        assert self.container.payments.receive(till.pay(order.number)) == self.id
        return replay(self.id, self.container.queries.cases.history(self.id))

    def until_waiting(self) -> Registration:
        self.agrees()
        self.fills()
        self.submits()
        self.uploads()
        return self.requests_review()


def begun(container: Container, account: Account) -> str:
    """The token of a session that begins now."""
    with container.database.transaction() as connection:
        return container.account_service.sessions.begin(connection, account.id)


def till_of(container: Container) -> FakeChannel:
    """The channel of a test's house."""
    return cast(FakeChannel, container.payments.channels["till"])


def somebody(container: Container, name: str = "wenjing", details: Details = WENJING) -> Candidate:
    """A candidate with an account of their own."""
    account = container.accounts.add(name, f"a password of {name}", Role.CANDIDATE)
    return Candidate(container, account, details)


def approved(container: Container, candidate: Candidate, by: Actor = REVIEWER) -> Registration:
    return container.command_handler.handle(c.Approve(registration=candidate.id, actor=by))


def rejected(
    container: Container, candidate: Candidate, reasons: tuple[str, ...] = ("P01",), by: Actor = REVIEWER
) -> Registration:
    return container.command_handler.handle(c.Reject(registration=candidate.id, actor=by, reasons=reasons))
