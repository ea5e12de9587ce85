"""People as a province has them in the last days of registration: in every status, with every oddity of money and of photos.

`histories(number)` gives the facts of one of them; a thousand numbers have everything in its share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID, uuid5

from ncre.domain.payment.settlement import order_number, order_stream
from ncre.domain.registration.rejection_reasons import OTHER, REVIEW_REASONS
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role
from ncre.events import ban, exchange, payment
from ncre.events import registration as facts
from ncre.events.base import Envelope, Fact
from ncre.events.registration_values import Details, Photo, SubjectFee
from ncre.store.keys import blind_index
from tests.support.people import NOW, PHOTO, ROUND, WENJING

SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = "文静强伟芳娜敏杰涛磊洋勇艳军丽超明刚平辉鹏华飞鑫波斌宇浩凯婷"

SPREAD: Final = (
    ("agreed", 4), ("filled", 5), ("submitted", 4), ("pictured", 4), ("waiting", 10), ("rejected", 3),
    ("approved", 5), ("lapsed", 3), ("withdrawn", 2), ("cancelled", 1), ("paid", 40), ("confirmed", 19),
)  # fmt: skip
"""How many of a hundred people stand where."""

KINDS: Final = tuple(kind for kind, share in SPREAD for _ in range(share))
DUPLICATE_OF, BAN_OF, ORPHAN_OF = 250, 1000, 500
"""One of so many is known in another province, is banned, or paid for something that cannot be used."""

Histories = Iterator[list[Fact]]


def number_of(number: int, site: str) -> str:
    """The registration number, whose last three digits alone tell the people of a site apart."""
    return f"{ROUND}{site}{number % 1000:06}"


def details_of(number: int) -> Details:
    """Personal details of their own, of a name that some others have too."""
    rng = Random(number)
    name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2, 2))))
    document = f"420115{1998 + number % 10}{1 + number % 12:02}{1 + number % 28:02}{number % 1000:03}X"
    return replace(
        WENJING,
        name=name,
        document_number=document,
        mobile=f"+86138{number:08}",
        email=f"k{number}@example.com",
    )


def histories(pepper: bytes, sites: Sequence[str], subjects: Sequence[str]) -> Callable[[int], Histories]:
    """The facts of a person by number, spread over these sites and subjects."""

    def of_one(number: int) -> Histories:
        yield from _Person(number, pepper, sites, subjects).histories()

    return of_one


class _Person:
    def __init__(self, number: int, pepper: bytes, sites: Sequence[str], subjects: Sequence[str]) -> None:
        self.number, self.rng = number, Random(number)
        self.account = uuid5(UUID(int=1), str(number))
        self.stream = registration_id(ROUND, self.account, 1)
        self.sites, self.site = len(sites), sites[number % len(sites)]
        self.kind = KINDS[self.rng.randrange(100)]
        self.lines = tuple(
            SubjectFee(code, 8000) for code in self.rng.sample(subjects, self.rng.choice((1, 1, 2)))
        )
        self.begun = NOW - timedelta(minutes=self.rng.randrange(60, 14_400))
        self.details = details_of(number)
        typed = f"{self.details.document_type}\0{self.details.document_number}"
        self.person = blind_index(pepper, "document", typed)
        self.told: list[tuple[datetime, Fact]] = []
        self.at = self.begun

    def histories(self) -> Histories:
        self._registers()
        yield self._stamped(self.told, self.stream)
        if self.kind in ("paid", "confirmed", "cancelled"):
            yield self._order()
        if self.number % DUPLICATE_OF == 0 and self.kind not in ("agreed", "filled"):
            yield self._duplicate()
        if self.number % BAN_OF == 0:
            yield self._ban()

    def _then(self, fact: Fact, minutes: int = 3) -> None:
        self.at = min(self.at + timedelta(minutes=minutes), NOW)
        self.told.append((self.at, fact))

    def _registers(self) -> None:
        self._then(facts.AgreementAccepted(ROUND, self.account, 1, "1"))
        if self.kind == "agreed":
            return
        self._then(facts.InfoFilled(self.details, self.person))
        if self.kind == "filled":
            return
        registration = number_of(self.number // self.sites, self.site)
        self._then(facts.Submitted(registration, self.site, self.lines, "declared", 1))
        if self.kind == "submitted":
            return
        self._then(facts.PhotoUploaded(self._photo()))
        if self.kind in ("pictured", "withdrawn"):
            if self.kind == "withdrawn":
                self._then(facts.Withdrawn())
            return
        self._reviewed()

    def _reviewed(self) -> None:
        self._then(facts.ReviewRequested(1))
        if self.number % 5 == 0:
            self._then(facts.Rejected(self._reasons(), ""), self.rng.randrange(10, 3000))
            self._then(facts.PhotoReplaced(self._photo()))
            self._then(facts.ReviewRequested(1))
        if self.kind == "waiting":
            return
        if self.kind == "rejected":
            self._then(facts.Rejected(self._reasons(), ""), self.rng.randrange(10, 3000))
            return
        self._then(facts.Approved(self.at + timedelta(hours=24), 1), self.rng.randrange(10, 3000))
        if self.kind == "lapsed":
            self._then(facts.PaymentLapsed(self.at), 1440)
        if self.kind in ("paid", "confirmed", "cancelled"):
            self._pays()

    def _pays(self) -> None:
        self.order = order_number(self.stream, 6, "alipay", 1)
        self.trade = uuid5(self.stream, "trade").hex
        self.amount = sum(line.fee for line in self.lines)
        self._then(facts.PaymentSettled(self.order, "alipay", self.trade, self.amount, self.at), 20)
        if self.kind == "confirmed":
            self._then(facts.ConfirmedOnSite(), 600)
        if self.kind == "cancelled":
            self._then(facts.Cancelled("考生申请", "refund", "考点停考"), 600)

    def _order(self) -> list[Fact]:
        order, trade, amount = self.order, self.trade, self.amount
        opened = payment.OrderOpened(
            order, self.stream, ROUND, self.site, "alipay", 6, amount, self.at + timedelta(hours=2)
        )
        received = payment.PaymentReceived(
            order, self.stream, ROUND, self.site, "alipay", trade, amount, self.at, "notice"
        )
        told: list[tuple[datetime, Fact]] = [(self.at, opened), (self.at, received)]
        if self.kind == "cancelled" or self.number % ORPHAN_OF == 0:
            request = uuid5(self.stream, "request").hex
            asked = payment.RefundRequested(order, self.stream, "alipay", trade, request, amount, "cancelled")
            told.append((self.at, asked))
            if self.number % 4:
                back = payment.RefundConfirmed(
                    order, self.stream, "alipay", trade, request, amount, self.at, "answer"
                )
                told.append((self.at, back))
        return self._stamped(told, order_stream(order), "payment")

    def _duplicate(self) -> list[Fact]:
        found = exchange.DuplicateFound(self.stream, "43", tuple(line.subject for line in self.lines))
        told: list[tuple[datetime, Fact]] = [(NOW, found)]
        if self.number % (2 * DUPLICATE_OF):
            told.append((NOW, exchange.DuplicateResolved(self.stream, "43", "kept", "同名")))
        return self._stamped(told, uuid5(self.stream, "43"), "office")

    def _ban(self) -> list[Fact]:
        imposed = ban.BanImposed(
            self.person,
            "resident_id",
            date(2026, 9, 1),
            date(2029, 8, 31),
            f"{self.number}号",
            "4201***",
            "替考",
        )
        return self._stamped([(NOW, imposed)], uuid5(self.stream, "ban"), "office")

    def _photo(self) -> Photo:
        verdict = self.rng.choice(("accept",) * 7 + ("warn", "warn", "reject"))
        codes = {"accept": (), "warn": ("BG",), "reject": ("BLUR",)}[verdict]
        return replace(
            PHOTO,
            uploaded=f"{self.rng.getrandbits(256):064x}",
            verdict=verdict,
            codes=codes,
            measured={"sharpness": 1.1, "background_spread": 31.0} if codes else {},
            appealed=verdict == "reject",
        )

    def _reasons(self) -> tuple[str, ...]:
        return (self.rng.choice([code for code in REVIEW_REASONS if code != OTHER]),)

    def _stamped(self, told: list[tuple[datetime, Fact]], stream: UUID, role: str = "") -> list[Fact]:
        by = role or str(self.account)
        return [
            fact.with_metadata(
                Envelope(
                    stream,
                    version,
                    at,
                    by,
                    role or Role.CANDIDATE.value,
                    uuid5(stream, str(version)),
                    self.account,
                )
            )
            for version, (at, fact) in enumerate(told, start=1)
        ]
