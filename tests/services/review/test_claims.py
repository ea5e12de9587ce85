"""Claims keep two reviewers apart: shown, over after a while, taken over in the open, handed to a colleague of the site."""

from __future__ import annotations

from uuid import UUID

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.identity.accounts import Account
from ncre.projections.rows import RegistrationRow
from ncre.services.registration.case_request import CaseRequest
from tests.support.people import SITE, Candidate, Clock, somebody


def staff(container: Container, name: str, site: str = SITE) -> Account:
    return container.accounts.add(name, "kept in these tests alone", Role.REVIEWER, frozenset({site}))


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def row_of(container: Container, case: UUID) -> RegistrationRow:
    row = container.queries.cases.row(case)
    assert row is not None
    return row


def test_who_comes_second_is_told_who_is_there_until_it_is_over(
    container: Container, wenjing: Candidate, clock: Clock
) -> None:
    li, wang, claims = staff(container, "li"), staff(container, "wang"), container.review_claims
    row = row_of(container, wenjing.id)
    for who, holder in ((li, li), (wang, li), (li, li)):
        claim = claims.take(row, who)
        assert claim is not None
        assert claim.account == holder.id
    clock.advance(minutes=14)
    claims.take(row, li)  # opened anew: it goes on
    clock.advance(minutes=14)
    assert claims.of([row["id"]])[row["id"]].account == li.id
    clock.advance(minutes=2)
    assert claims.of([row["id"]]) == {}
    taken = claims.take(row, wang)
    assert taken is not None
    assert taken.account == wang.id


def test_a_claim_is_taken_over_given_up_and_ends_with_the_decision(
    container: Container, wenjing: Candidate
) -> None:
    li, wang, claims = staff(container, "li"), staff(container, "wang"), container.review_claims
    row = row_of(container, wenjing.id)
    claims.take(row, li)
    claims.release(row, wang)
    assert claims.of([row["id"]])
    claims.take(row, wang, over=True)
    assert claims.held(li.id) == []
    claims.release(row, wang)
    assert claims.held() == []
    claims.take(row, li)
    container.registrations.approve(CaseRequest(registration=row["id"], actor=wang.actor, seen=5))
    assert claims.held() == []
    assert claims.take(row_of(container, wenjing.id), li) is None, "it waits no more"


def test_a_case_goes_to_a_colleague_of_the_same_site_alone(container: Container, wenjing: Candidate) -> None:
    li, wang, far = staff(container, "li"), staff(container, "wang"), staff(container, "far", "429901")
    claims, row = container.review_claims, row_of(container, wenjing.id)
    assert [one.id for one in claims.colleagues(row, li)] == [wang.id]
    claims.take(row, li)
    for nobody in (far.id, li.id, wenjing.account.id, UUID(int=7)):
        with pytest.raises(Refusal) as refused:
            claims.hand_over(row, li, nobody, "")
        assert refused.value.code is RefusalCode.COLLEAGUE_UNKNOWN
    with pytest.raises(Refusal) as held:
        claims.hand_over(row, wang, li.id, "")
    assert held.value.code is RefusalCode.CASE_CLAIMED
    with pytest.raises(Refusal):
        claims.hand_over(row, li, wang.id, "x" * 201)
    claims.hand_over(row, li, wang.id, "照片请再看")
    assert claims.of([row["id"]])[row["id"]].account == wang.id
    (noted,) = claims.handovers(row)
    assert (noted.giver, noted.receiver, noted.note) == (li.id, wang.id, "照片请再看")


def test_nobody_claims_their_own(container: Container, wenjing: Candidate) -> None:
    row = row_of(container, wenjing.id)
    own = Account(wenjing.account.id, "wenjing", Role.REVIEWER, frozenset({SITE}))
    assert container.review_claims.take(row, own) is None


def test_claims_that_are_over_are_forgotten(container: Container, wenjing: Candidate, clock: Clock) -> None:
    li, row = staff(container, "li"), row_of(container, wenjing.id)
    container.review_claims.take(row, li)
    container.review_claims.tidy(clock())
    assert container.review_claims.held()
    clock.advance(days=8)
    container.review_claims.tidy(clock())
    clock.now = clock.now.replace(year=2027, month=1, day=5)
    assert container.review_claims.held() == []
