"""The use cases of a registration: what is common to pages and command line, and what they check before a command."""

from __future__ import annotations

import pytest

from ncre.bootstrap import Container
from ncre.clients.payment_channel import State
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.declaration import DECLARATION
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.registration import Rejected, Submitted
from ncre.services.registration.case_request import CaseRequest
from tests.handlers.ground import Walker, refusal
from tests.support import people

WANG = c.Actor("88888888-8888-4888-8888-888888888888", Role.REVIEWER, frozenset({people.SITE}))


@pytest.fixture
def approved(container: Container) -> Walker:
    walker = Walker(container)
    walker.approved(("66",))
    return walker


def by(walker: Walker, actor: c.Actor, seen: int | None = None) -> CaseRequest:
    return CaseRequest(registration=walker.id, actor=actor, seen=seen)


def test_the_declaration_that_is_stored_is_the_manuals_and_no_page_gives_it(
    container: Container, approved: Walker
) -> None:
    history = container.queries.cases.history(approved.id)
    (submitted,) = [fact for fact in history if isinstance(fact, Submitted)]
    assert submitted.declaration == DECLARATION.zh == people.DECLARATION


def test_cancelling_and_withdrawing_close_what_is_open(container: Container, approved: Walker) -> None:
    order = approved.opens().number
    after = container.registrations.cancel(by(approved, people.OFFICE), "考生书面申请")
    assert after.status is Status.CANCELLED
    assert approved.till.query(order).state is State.CLOSED


def test_who_decides_the_same_second_is_told_who_was_first(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(subjects=("66",))
    walker.requests_review()
    first = container.registrations.approve(by(walker, people.REVIEWER))
    second = container.registrations.approve(by(walker, WANG))
    assert first.before is None
    assert second.before is not None
    assert second.before.actor == people.REVIEWER.id
    assert second.registration.version == first.registration.version


def test_the_reasons_of_a_rejection_are_recorded_in_one_order(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(subjects=("66",))
    walker.requests_review()
    container.registrations.reject(by(walker, people.REVIEWER), ("P03", "P01"))
    history = container.queries.cases.history(walker.id)
    (rejected,) = [fact for fact in history if isinstance(fact, Rejected)]
    assert rejected.reasons == ("P01", "P03")


def test_private_details_are_opened_by_staff_of_the_site_alone(
    container: Container, approved: Walker
) -> None:
    opens = container.registrations.open_details
    assert refusal(opens, approved.id, people.AUDITOR, "review") is RefusalCode.NOT_YOUR_ROLE
    assert refusal(opens, approved.id, people.ELSEWHERE, "review") is RefusalCode.NOT_YOUR_SITE
    before = len(container.queries.cases.story(approved.id))
    opens(approved.id, people.REVIEWER, "review")
    assert len(container.queries.cases.story(approved.id)) == before + 1


def test_nobody_opens_a_paper_of_their_own(container: Container, approved: Walker) -> None:
    own = c.Actor(str(approved.account.id), Role.REVIEWER, frozenset({people.SITE}))
    assert (
        refusal(container.registrations.open_paper, approved.id, own, "form") is RefusalCode.OWN_REGISTRATION
    )


def test_cash_is_handed_back_upon_the_present_page_of_its_own_case(
    container: Container, approved: Walker
) -> None:
    assert container.registrations.take_counter_payment(by(approved, people.REVIEWER), "7", 8000) == ""
    cancelled = container.registrations.cancel(by(approved, people.OFFICE), "停考", c.PaidFee.REFUND, "停考")
    other = Walker(container)
    other.approved(("66",))
    hands_back, trade = container.registrations.hand_back_counter_payment, f"{people.SITE}-7"
    assert refusal(hands_back, by(other, people.REVIEWER), trade) is RefusalCode.NOTHING_OWED
    outdated = by(approved, people.REVIEWER, cancelled.version - 1)
    assert refusal(hands_back, outdated, trade) is RefusalCode.OUT_OF_DATE
    hands_back(by(approved, people.REVIEWER, approved.stands.version), trade)
    assert refusal(hands_back, by(approved, people.REVIEWER), trade) is RefusalCode.NOTHING_OWED
