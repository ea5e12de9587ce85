"""A house with people in every status, and a browser for each of them: what random requests are let loose on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from ncre.bootstrap import House
from ncre.domain.lifecycle import Role
from ncre.domain.registration import registration_id
from ncre.passport.accounts import Account
from ncre.projections import orders, upkeep
from ncre.web.site import create_site
from tests.application.ground import Walker
from tests.houses import house_on, open_round
from tests.people import OFFICE, ROUND, SITE, Clock, begun, till_of

BROUGHT: Final[tuple[Callable[[Walker], object], ...]] = (
    Walker.agrees,
    Walker.filled,
    Walker.submitted,
    Walker.pictured,
    lambda walker: (walker.pictured(), walker.requests_review()),
    Walker.approved,
    Walker.paid,
    lambda walker: (walker.pictured(), walker.withdraws()),
    lambda walker: walker.pictured("429901", ("14",)),
)
"""How far each candidate has come when the requests begin."""

ANYBODY: Final = ""


@dataclass
class World:
    """`clients` and `accounts` by name; ANYBODY is signed in nowhere."""

    house: House
    clock: Clock
    site: Flask
    accounts: dict[str, Account] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    registrations: dict[str, str] = field(default_factory=dict)

    def signs_in(self, name: str) -> None:
        """A session without the price of a password: there are many, and many end again."""
        account = self.accounts[name]
        client = self.clients.setdefault(name, self.site.test_client())
        if self.house.accounts.is_closed(account.id):
            return
        with client.session_transaction(base_url="https://localhost") as session:
            session["token"] = begun(self.house, account)

    def outside(self, rng: Random) -> None:
        """What happens without a request: time, payments, the worker."""
        self.clock.advance(seconds=rng.choice((0, 1, 5, 60, 600)))
        with self.house.database.reading() as connection:
            waiting = [row["number"] for row in orders.payable(connection, limit=5)]
        till = till_of(self.house)
        for number in waiting:
            if rng.random() < 0.3 and number in till.trades:
                self.house.money.receive(till.pay(number))
        self.house.worker.once()

    def differences(self) -> list[object]:
        """Every row, claim and counter that is not what the log says."""
        application = self.house.application
        return list(upkeep.check(self.house.database, application.store, application.listeners))


def world_on(url: str, folder: Path) -> World:
    clock = Clock()
    house = house_on(url, folder, clock)
    open_round(house)
    site = create_site(house)
    site.config["WTF_CSRF_ENABLED"] = (
        False  # tried by itself in tests/web; here every form is to reach its view
    )
    world = World(house, clock, site, clients={ANYBODY: site.test_client()})
    for role in (Role.REVIEWER, Role.OFFICE, Role.AUDITOR):
        world.accounts[role.value] = _account(house, role)
    for number, brought in enumerate(BROUGHT):
        name = f"candidate{number}"
        walker = Walker(house)
        world.accounts[name] = walker.account = _account(house, Role.CANDIDATE, name)
        walker.id = registration_id(ROUND, walker.account.id, walker.ordinal)
        brought(walker)
        world.registrations[name] = str(walker.id)
    house.office.seat(ROUND, SITE, OFFICE, seed=1)
    for name in world.accounts:
        world.signs_in(name)
    return world


def _account(house: House, role: Role, name: str = "") -> Account:
    sites = frozenset({SITE}) if role is Role.REVIEWER else frozenset()
    with house.database.transaction() as connection:
        return house.accounts.add_within(
            connection, name or f"{role.value}-{uuid4().hex[:6]}", None, role, sites
        )
