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

from ncre.bootstrap import Container
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.projections.maintenance import rebuild
from ncre.projections.payment import orders
from ncre.web.site import create_site
from tests.handlers.ground import Walker
from tests.support.containers import container_on, open_round
from tests.support.people import OFFICE, ROUND, SITE, Clock, begun, till_of

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

    container: Container
    clock: Clock
    site: Flask
    accounts: dict[str, Account] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    registrations: dict[str, str] = field(default_factory=dict)

    def signs_in(self, name: str) -> None:
        """A session without the price of a password: there are many, and many end again."""
        account = self.accounts[name]
        client = self.clients.setdefault(name, self.site.test_client())
        if self.container.accounts.is_closed(account.id):
            return
        with client.session_transaction(base_url="https://localhost") as session:
            session["token"] = begun(self.container, account)

    def outside(self, rng: Random) -> None:
        """What happens without a request: time, payments, the worker."""
        self.clock.advance(seconds=rng.choice((0, 1, 5, 60, 600)))
        with self.container.database.reading() as connection:
            waiting = [row["number"] for row in orders.payable(connection, limit=5)]
        till = till_of(self.container)
        for number in waiting:
            if rng.random() < 0.3 and number in till.trades:
                self.container.payments.receive(till.pay(number))
        self.container.worker.once()

    def differences(self) -> list[object]:
        """Every row, claim and counter that is not what the log says."""
        command_handler = self.container.command_handler
        return list(rebuild.check(self.container.database, command_handler.store, command_handler.listeners))


def world_on(url: str, folder: Path) -> World:
    clock = Clock()
    container = container_on(url, folder, clock)
    open_round(container)
    site = create_site(container)
    site.config["WTF_CSRF_ENABLED"] = (
        False  # tried by itself in tests/web; here every form is to reach its view
    )
    world = World(container, clock, site, clients={ANYBODY: site.test_client()})
    for role in (Role.REVIEWER, Role.OFFICE, Role.AUDITOR):
        world.accounts[role.value] = _account(container, role)
    for number, brought in enumerate(BROUGHT):
        name = f"candidate{number}"
        walker = Walker(container)
        world.accounts[name] = walker.account = _account(container, Role.CANDIDATE, name)
        walker.id = registration_id(ROUND, walker.account.id, walker.ordinal)
        brought(walker)
        world.registrations[name] = str(walker.id)
    container.seating.seat(ROUND, SITE, OFFICE, seed=1)
    for name in world.accounts:
        world.signs_in(name)
    return world


def _account(container: Container, role: Role, name: str = "") -> Account:
    sites = frozenset({SITE}) if role is Role.REVIEWER else frozenset()
    with container.database.transaction() as connection:
        return container.accounts.add_within(
            connection, name or f"{role.value}-{uuid4().hex[:6]}", None, role, sites
        )
