"""The details that an account keeps for its next registration, and a second factor before it is enrolled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.events import account as facts
from ncre.identity.accounts import Account
from tests.handlers.ground import refusal
from tests.services.accounts.test_account_service import OLD, recorded
from tests.support.people import LIQIANG, SITE, WENJING

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What conflicts on either database stands in `test_sign_ins.py`."""


CARD = replace(WENJING, document_type="permanent_residence", document_number="911124198108030024")


@pytest.fixture
def owner(container: Container) -> Account:
    return container.accounts.add("wenjing", OLD, Role.CANDIDATE)


def test_what_its_owner_said_last_is_kept_and_the_same_again_is_no_news(
    container: Container, owner: Account
) -> None:
    profiles = container.profiles
    assert (profiles.of(owner), profiles.version(owner)) == (None, 0)
    assert profiles.persons_of(owner) == frozenset()
    profiles.keep(owner, WENJING, 0)
    profiles.keep(owner, WENJING, 0)
    assert recorded(container, owner) == [facts.DetailsCompleted(owner.id, WENJING)]
    assert (profiles.of(owner), profiles.version(owner)) == (WENJING, 1)
    told = refusal(profiles.keep, owner, LIQIANG, 0)
    assert told is RefusalCode.OUT_OF_DATE
    profiles.keep(owner, LIQIANG, 1)
    profiles.keep(owner, WENJING)
    assert (profiles.of(owner), profiles.version(owner)) == (WENJING, 3)
    assert {fact.metadata.actor for fact in recorded(container, owner)} == {str(owner.id)}
    stranger = container.accounts.add("stranger", OLD, Role.CANDIDATE)
    assert profiles.of(stranger) is None


def test_who_its_owner_is_follows_from_document_and_card(container: Container, owner: Account) -> None:
    people = container.people
    container.profiles.keep(owner, WENJING)
    assert container.profiles.persons_of(owner) == {people.person("resident_id", WENJING.document_number)}
    container.profiles.keep(owner, CARD)
    assert container.profiles.persons_of(owner) == {
        people.person("permanent_residence", CARD.document_number),
        people.holder(CARD),
    }
    assert people.holder(WENJING) == ""
    assert people.persons(WENJING.document_number)[0] == people.person("resident_id", WENJING.document_number)


def test_no_code_enrols_a_factor_that_was_not_begun(container: Container) -> None:
    reviewer = container.accounts.add("shenhe", OLD, Role.REVIEWER, frozenset({SITE}))
    service = container.second_factor_service
    assert service.confirm(reviewer, "123456") is None
    assert not service.passes(reviewer, "123456", "here")
    assert recorded(container, reviewer) == []
