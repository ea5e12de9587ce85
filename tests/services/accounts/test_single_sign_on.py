"""Who signs in at a provider: known by the provider's own id alone, with the role that it gives today."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from ncre.bootstrap import Container
from ncre.clients.identity_provider import Identity
from ncre.clients.openid import OpenIDClient, Staff
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.identity.accounts import Account
from ncre.identity.external_identities import LinkedElsewhere
from ncre.services.accounts.single_sign_on import Provider, SingleSignOnService
from tests.services.accounts.test_account_service import OLD, joined, letters, recorded, session
from tests.support.people import SITE, Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What conflicts on either database stands in `test_sign_ins.py`."""


HERE = frozenset({SITE})
LI = Identity("https://id.example", "li-1", "李老师")


@pytest.fixture
def service(container: Container) -> SingleSignOnService:
    return container.single_sign_on


def provider(*, provision: bool) -> Provider:
    """Of whose sign-on nothing is asked here."""
    return Provider("school", "学校", cast(OpenIDClient, None), provision=provision)


def told(account: Account | None) -> tuple[str, Role, frozenset[str]]:
    assert account is not None
    return account.name, account.role, account.sites


def test_a_new_person_gets_an_account_where_the_provider_brings_people(
    container: Container, service: SingleSignOnService
) -> None:
    staff = Staff(LI, LI.name, Role.REVIEWER, HERE)
    assert service.account_of(provider(provision=False), staff) is None
    account = service.account_of(provider(provision=True), staff)
    assert told(account) == ("李老师 (li-1)", Role.REVIEWER, HERE)
    assert account is not None
    assert recorded(container, account) == [
        facts.AccountOpened(account.id, "sso", "reviewer"),
        facts.IdentityLinked(account.id, LI.issuer),
    ]
    assert not account.has_password
    assert service.account_of(provider(provision=True), staff) == account
    assert len(recorded(container, account)) == 2
    assert {fact.metadata.actor for fact in recorded(container, account)} != {str(account.id)}


def test_the_role_is_what_the_provider_says_today(container: Container, service: SingleSignOnService) -> None:
    staff = Staff(LI, LI.name, Role.REVIEWER, HERE)
    account = service.account_of(provider(provision=True), staff)
    assert account is not None
    session(container, account)
    changed = service.account_of(
        provider(provision=False), Staff(LI, LI.name, Role.REVIEWER, frozenset({"429901"}))
    )
    assert told(changed) == ("李老师 (li-1)", Role.REVIEWER, frozenset({"429901"}))
    assert container.account_service.sessions.of(account.id) == []
    given = recorded(container, account)[-1]
    assert given == facts.RoleChanged(account.id, "reviewer", ("429901",), LI.issuer)


def test_a_candidate_s_account_becomes_none_of_staff(
    container: Container, service: SingleSignOnService
) -> None:
    candidate = joined(container)
    service.link(candidate, LI)
    assert service.account_of(provider(provision=True), Staff(LI, LI.name, Role.REVIEWER, HERE)) is None


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (Identity(LI.issuer, "li-1", ""), "li-1 (li-1)"),
        (Identity(LI.issuer, "x" * 200, ""), None),
    ],
)
def test_two_of_one_name_are_told_apart_by_their_id(
    service: SingleSignOnService, identity: Identity, name: str | None
) -> None:
    account = service.account_of(
        provider(provision=True), Staff(identity, identity.name, Role.AUDITOR, frozenset())
    )
    other = replace(identity, subject=identity.subject[:-1] + "y")
    second = service.account_of(provider(provision=True), Staff(other, other.name, Role.AUDITOR, frozenset()))
    assert account is not None
    assert second is not None
    assert account.name != second.name
    assert name in (None, account.name)


def test_a_link_belongs_to_one_account_until_it_is_taken_away_and_its_owner_is_told(
    container: Container, service: SingleSignOnService
) -> None:
    account, other = joined(container), container.accounts.add("other", OLD, Role.CANDIDATE)
    assert service.known(LI) is None
    service.link(account, LI)
    assert service.known(LI) == account
    assert recorded(container, account)[-1] == facts.IdentityLinked(account.id, LI.issuer)
    assert letters(container)[0][0] == account.email
    count, sent = len(recorded(container, account)), len(letters(container))
    service.link(account, LI)
    assert (len(recorded(container, account)), len(letters(container))) == (count, sent)
    with pytest.raises(LinkedElsewhere):
        service.link(other, LI)
    service.unlink(account, "https://another.example")
    assert service.known(LI) == account
    service.unlink(account, LI.issuer)
    assert service.known(LI) is None
    assert recorded(container, account)[-1] == facts.IdentityUnlinked(account.id, LI.issuer)
    assert len(letters(container)) == sent + 1


def test_a_closed_account_is_known_by_nobody(container: Container, service: SingleSignOnService) -> None:
    account = joined(container)
    service.link(account, LI)
    container.account_service.close(session(container, account), OLD)
    assert service.known(LI) is None


def test_an_identity_waits_to_be_linked_for_a_while_and_once(
    service: SingleSignOnService, clock: Clock
) -> None:
    known_elsewhere = replace(LI, also=("union-1",))
    token = service.keep_pending(known_elsewhere)
    assert service.pending(token) == known_elsewhere
    assert (service.pending(""), service.pending("nothing")) == (None, None)
    assert service.take_pending(token) == known_elsewhere
    assert (service.take_pending(token), service.pending(token)) == (None, None)
    dropped, late = service.keep_pending(LI), service.keep_pending(LI)
    service.drop_pending(dropped)
    assert service.pending(dropped) is None
    clock.advance(minutes=9)
    service.prolong_pending(late)
    clock.advance(minutes=39)
    assert service.pending(late) == LI
    clock.advance(minutes=2)
    assert service.pending(late) is None


def test_what_was_begun_is_taken_once(service: SingleSignOnService) -> None:
    token = service.keep_begun({"state": "s", "onward": "/staff"})
    assert service.take_begun(token) == {"state": "s", "onward": "/staff"}
    assert service.take_begun(token) is None
    assert service.take_begun("nothing") is None
