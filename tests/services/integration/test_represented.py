"""Candidates whom an integration brings: one account for each reference, and nobody else's."""

from __future__ import annotations

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events.account import AccountOpened, account_stream
from ncre.handlers.command_handler import Act
from ncre.identity.integrations import Integration
from tests.handlers.ground import history_of
from tests.support.people import OFFICE, SITE, somebody


def integration(container: Container, name: str) -> Integration:
    scopes = ("registrations:apply",)
    identity, _ = container.integrations.make(Act(OFFICE), name, scopes, frozenset({SITE}), "公函 31")
    return container.integrations.one(identity)[0]


def test_a_reference_has_one_account_that_its_integration_opened(container: Container) -> None:
    portal, other = integration(container, "省平台"), integration(container, "市平台")
    account, is_new = container.represented.bring(portal, "p-1")
    assert is_new
    assert container.represented.bring(portal, "p-1") == (account, False)
    assert container.represented.bring(portal, "p-2")[0] != account
    assert container.represented.bring(other, "p-1")[0] != account
    (opened,) = history_of(container, account_stream(account))
    assert opened == AccountOpened(account, "api", "candidate")
    assert opened.metadata.actor == portal.acting_as(Role.CANDIDATE).id
    known = container.accounts.find(account)
    assert known is not None
    assert (known.role, known.name[:4]) == (Role.CANDIDATE, "api-")


def test_it_acts_for_those_whom_it_brought_alone(container: Container) -> None:
    portal, other = integration(container, "省平台"), integration(container, "市平台")
    account, _ = container.represented.bring(portal, "p-1")
    represents = container.represented.represents
    assert represents(portal, account)
    assert not represents(other, account)
    assert not represents(portal, somebody(container).account.id)
