"""What is asked of a use case is what its fact records: nothing of it is lost on the way, and nothing is made up."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4, uuid5

import pytest

from ncre.bootstrap import Container
from ncre.domain.payment.settlement import order_stream
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.disclosure import PREFILL
from ncre.domain.registration.vocabulary import Role, Status
from ncre.domain.students import DECLARED, OWN_STUDENTS
from ncre.events import payment
from ncre.events import registration as facts
from ncre.events.access import DetailsViewed
from ncre.events.base import Fact
from ncre.services.registration.case_request import CaseRequest
from tests.handlers.ground import Walker, history_of, refusal, revise
from tests.support import people

SCHOOL = "a-school-system"


@pytest.fixture
def walker(container: Container) -> Walker:
    return Walker(container)


def asked(walker: Walker, actor: c.Actor | None = None) -> CaseRequest:
    return CaseRequest(registration=walker.id, actor=actor or walker.account.actor, on_behalf_of=SCHOOL)


def newest(walker: Walker) -> Fact:
    return walker.history[-1]


def looks(container: Container, walker: Walker) -> list[Fact]:
    return list(history_of(container, uuid5(walker.id, "access")))


def test_an_agreement_is_that_of_the_account_under_the_command_that_was_sent(
    container: Container, walker: Walker
) -> None:
    account, command = walker.account, uuid4()
    container.registrations.agree(account.id, account.actor, people.ROUND, "2027-03", command, SCHOOL)
    (agreed,) = walker.history
    assert agreed == facts.AgreementAccepted(people.ROUND, account.id, 1, "2027-03")
    assert (agreed.metadata.command_id, agreed.metadata.on_behalf_of) == (command, SCHOOL)
    assert agreed.metadata.actor == account.actor.id


def test_details_are_recorded_with_the_hashes_of_person_and_holder(
    container: Container, walker: Walker
) -> None:
    walker.agrees()
    card = replace(walker.details, document_type="permanent_residence", document_number="911124198108030024")
    for act, details in (
        (container.registrations.fill_info, card),
        (container.registrations.amend_info, walker.details),
    ):
        act(asked(walker), details)
        told = newest(walker)
        assert isinstance(told, facts.InfoFilled | facts.InfoAmended)
        assert told.details == details
        assert told.person == container.people.person(details.document_type, details.document_number)
        assert told.holder == container.people.holder(details)
        assert bool(told.holder) == (details is card)
        assert told.metadata.on_behalf_of == SCHOOL


def test_choices_and_photos_are_recorded_as_they_were_asked_for(container: Container, walker: Walker) -> None:
    revise(container, people.SITE, audience=OWN_STUDENTS)
    walker.filled()
    use = container.registrations
    use.submit(asked(walker), people.SITE, ("66",), declared=True, student=DECLARED)
    submitted = newest(walker)
    assert isinstance(submitted, facts.Submitted)
    assert (submitted.site, [line.subject for line in submitted.lines], submitted.student) == (
        people.SITE,
        ["66"],
        DECLARED,
    )
    use.change_subjects(asked(walker), people.SITE, ("66", "67"), "S2027-1")
    changed = newest(walker)
    assert isinstance(changed, facts.SubjectsChanged)
    assert ([line.subject for line in changed.lines], changed.student) == (["66", "67"], "S2027-1")
    container.command_handler.photos = None
    use.upload_photo(asked(walker), people.PHOTO)
    assert newest(walker) == facts.PhotoUploaded(people.PHOTO)
    use.replace_photo(asked(walker), people.OTHER_PHOTO)
    assert newest(walker) == facts.PhotoReplaced(people.OTHER_PHOTO)
    assert {fact.metadata.on_behalf_of for fact in walker.history[2:]} == {SCHOOL}


def test_a_request_for_review_may_be_taken_back_while_it_waits(container: Container, walker: Walker) -> None:
    walker.pictured()
    use, own = container.registrations, walker.account.actor
    assert not use.may_take_back(walker.id, own)
    use.request_review(asked(walker))
    assert use.may_take_back(walker.id, own)
    assert not use.may_take_back(walker.id, people.REVIEWER)
    assert use.take_back(asked(walker)).status is Status.PHOTO_UPLOADED
    assert not use.may_take_back(walker.id, own)


def test_a_suspension_says_why_and_is_lifted(container: Container, walker: Walker) -> None:
    walker.pictured()
    walker.requests_review()
    use = container.registrations
    use.suspend(asked(walker, people.REVIEWER), "照片存疑")
    suspended = newest(walker)
    assert isinstance(suspended, facts.Suspended)
    assert suspended.reason == "照片存疑"
    assert use.resume(asked(walker, people.OFFICE)).status is Status.PENDING_REVIEW


def test_a_look_at_details_says_what_for_and_why(container: Container, walker: Walker) -> None:
    walker.approved()
    use = container.registrations
    use.open_details(walker.id, people.REVIEWER, "review", "电话核对")
    use.open_paper(walker.id, people.REVIEWER, "form")
    use.open_several([walker.row], people.REVIEWER, "inquiry", "来访")
    assert looks(container, walker) == [
        DetailsViewed(walker.id, "review", "电话核对"),
        DetailsViewed(walker.id, "form"),
        DetailsViewed(walker.id, "inquiry", "来访"),
    ]


def test_a_candidate_begins_with_their_own_former_details_and_nobody_elses(
    container: Container, walker: Walker
) -> None:
    walker.filled()
    somebody = c.Actor(str(uuid4()), Role.CANDIDATE, frozenset())
    assert refusal(container.registrations.details_of_former, walker.id, somebody) is RefusalCode.NOT_FOUND
    assert looks(container, walker) == []
    assert container.registrations.details_of_former(walker.id, walker.account.actor) == walker.details
    assert looks(container, walker) == [DetailsViewed(walker.id, PREFILL)]


def test_money_that_a_cancellation_sends_back_is_asked_for_under_the_same_command(
    container: Container, walker: Walker
) -> None:
    walker.paid(("66",))
    cancelling = asked(walker, people.OFFICE)
    container.registrations.cancel(cancelling, "停考", c.PaidFee.REFUND, "停考")
    settled = walker.stands.settled
    assert settled is not None
    (asking,) = [
        fact
        for fact in history_of(container, order_stream(settled.order))
        if isinstance(fact, payment.RefundRequested)
    ]
    assert asking.metadata.command_id == cancelling.command_id
    assert asking.metadata.actor == people.OFFICE.id
