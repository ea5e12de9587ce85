"""A small exam on any database, and candidates who walk through it: the ground of these tests."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Table, func, select

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, Order, PaymentNotification
from ncre.domain.exam.commands import PlanRound, PlanSite
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import Registration, replay
from ncre.domain.registration.vocabulary import Role
from ncre.events.base import Fact
from ncre.events.exam import Offer, Room, RoundPlan, SitePlan
from ncre.events.registration_values import Details
from ncre.identity.accounts import Account
from ncre.projections.base import Row
from ncre.projections.payment import orders
from ncre.projections.registration import registrations
from tests.support import people
from tests.support.fake_channel import FakeChannel

QUICK: Final = "429901"
"""The site that neither reviews nor confirms; its payment hold of a day starts at submission."""


def open_exam(container: Container, plan: RoundPlan | None = None) -> None:
    """The bundled round, or another plan for it, with two of its sites."""
    round_, sites = people.bundled_round()
    planned = [PlanRound(actor=people.OFFICE, command_id=uuid4(), plan=plan or round_.plan)]
    container.command_handler.plan_all(
        [*planned, *(planning(sites[code].plan) for code in (people.SITE, QUICK))]
    )


def planning(plan: SitePlan) -> PlanSite:
    return PlanSite(actor=people.OFFICE, command_id=uuid4(), round=people.ROUND, plan=plan)


def plan_of(container: Container, code: str) -> SitePlan:
    with container.database.reading() as connection:
        site = container.command_handler.exams.site(connection, people.ROUND, code)
    assert site is not None
    return site.plan


def revise(container: Container, code: str, **changed: Any) -> None:
    """Revise a site's policy; `quotas` {subject: quota} and `rooms` {name: seats} in short."""
    plan = plan_of(container, code)
    quotas = changed.pop("quotas", {})
    if quotas:
        changed["offers"] = tuple(
            Offer(offer.subject, quotas.get(offer.subject, offer.quota)) for offer in plan.offers
        )
    if "rooms" in changed:
        changed["rooms"] = tuple(Room(name, seats) for name, seats in changed["rooms"].items())
    container.command_handler.plan(planning(replace(plan, **changed)))


def details_of(number: int) -> Details:
    """Details of as many different people as tests need; the document numbers differ, no more."""
    return replace(people.WENJING, document_number=f"E{number:08}", document_type="passport")


class Walker(people.Candidate):
    """A candidate without a stored account, whose photo needs no measuring: quick to bring anywhere.

    The photo is made up, so none is looked for.
    """

    def __init__(self, container: Container, details: Details | None = None, ordinal: int = 1) -> None:
        container.command_handler.photos = None
        account = Account(uuid4(), "somebody", Role.CANDIDATE, frozenset())
        super().__init__(container, account, details or details_of(account.id.int % 10**8), ordinal)

    def again(self) -> Walker:
        """The same candidate's next registration, after one was given up."""
        following = Walker(self.container, self.details, self.ordinal + 1)
        following.account = self.account
        following.id = people.registration_id(people.ROUND, self.account.id, self.ordinal + 1)
        return following

    def uploads(self) -> Registration:
        """A made-up photo, so none is looked for any more."""
        self.container.command_handler.photos = None
        return self.does(c.UploadPhoto, photo=people.PHOTO)

    def filled(self) -> Registration:
        self.agrees()
        return self.fills()

    def submitted(self, site: str = people.SITE, subjects: tuple[str, ...] = ("66", "67")) -> Registration:
        self.filled()
        return self.submits(site, subjects)

    def pictured(self, site: str = people.SITE, subjects: tuple[str, ...] = ("66", "67")) -> Registration:
        self.submitted(site, subjects)
        return self.uploads()

    def approved(self, subjects: tuple[str, ...] = ("66", "67")) -> Registration:
        self.pictured(subjects=subjects)
        self.requests_review()
        return people.approved(self.container, self)

    def paid(self, subjects: tuple[str, ...] = ("66", "67")) -> Registration:
        self.approved(subjects)
        return self.pays()

    def withdraws(self) -> Registration:
        return self.does(c.Withdraw)

    def lapses(self) -> Registration:
        return self.container.command_handler.handle(c.Lapse(registration=self.id, actor=c.CLOCK_ACTOR))

    @property
    def stands(self) -> Registration:
        return replay(self.id, self.history)

    @property
    def history(self) -> Sequence[Fact]:
        return history_of(self.container, self.id)

    @property
    def row(self) -> Row:
        with self.container.database.reading() as connection:
            row = registrations.one(connection, self.id)
        assert row is not None
        return row

    def opens(self) -> Order:
        """The payer comes to the till with an order."""
        return self.till.begin(self.container.checkout.open(self.id, "till"))

    def money(self, trade: str = "T1", ago: timedelta = timedelta(), **changed: Any) -> PaymentNotification:
        """News of the right money, paid `ago` before now, unless changed; for the newest order there is."""
        with suppress(Refusal):
            self.opens()
        with self.container.database.reading() as connection:
            newest = orders.of_registration(connection, self.id)[-1]
        said: dict[str, Any] = {
            "kind": NewsKind.PAID,
            "order": newest["number"],
            "channel": "till",
            "trade": trade,
            "reference": "",
            "amount": newest["amount"],
            "at": self.container.clock() - ago,
            "source": NewsSource.NOTICE,
        }
        return self.till.took(PaymentNotification(**{**said, **changed}))

    @property
    def till(self) -> FakeChannel:
        return people.till_of(self.container)

    def hears(self, news: PaymentNotification) -> Registration:
        """The registration after that news."""
        assert self.container.payments.receive(news) == self.id
        return self.stands


def history_of(container: Container, stream: UUID) -> Sequence[Fact]:
    with container.database.reading() as connection:
        return container.command_handler.store.history(connection, stream)


def refusal(act: Any, *particulars: Any, **named: Any) -> RefusalCode:
    """The code with which what is asked is refused; fails where it is done."""
    try:
        act(*particulars, **named)
    except Refusal as refused:
        return refused.code
    raise AssertionError("nothing was refused")


def count(container: Container, table: Table) -> int:
    with container.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def everything(container: Container, *tables: Table) -> dict[str, list[Row]]:
    """All rows of the tables, in the order of their keys."""
    with container.database.reading() as connection:
        return {
            table.name: [
                dict(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in tables
        }
