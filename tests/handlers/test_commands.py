"""Commands through the command handler: all of it happens, once, or none of it does."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4, uuid5

import pytest
from eventsourcing.persistence import IntegrityError
from sqlalchemy import Connection

from ncre.bootstrap import Container
from ncre.domain.claims import PlaceClaim, SeatClaim
from ncre.domain.exam.commands import PlanSite
from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.access import DetailsViewed
from ncre.events.base import Fact
from ncre.events.registration import Submitted
from ncre.handlers.command_handler import CommandHandler
from ncre.projections import all_projections
from ncre.projections.audit import timeline
from ncre.projections.maintenance.rebuild import check
from ncre.store.schema import claims, counters, facts, serials
from tests.handlers.ground import QUICK, Walker, count, everything, history_of, plan_of, refusal, revise
from tests.support import people

STATE = (
    facts,
    claims,
    counters,
    serials,
    *(projection.table for projection in all_projections(b"tests").all),
)


def test_a_registration_goes_all_the_way_and_its_rows_are_what_the_log_says(container: Container) -> None:
    walker = Walker(container)
    walker.pictured()
    walker.requests_review()
    assert people.rejected(container, walker).status is Status.REJECTED
    photo = container.photos.take_in(walker.account.id, people.portrait()).photo
    walker.does(c.ReplacePhoto, photo=photo)
    assert walker.requests_review().status is Status.PENDING_REVIEW
    assert people.approved(container, walker).status is Status.APPROVED
    assert walker.pays().status is Status.PAID
    confirm = c.Confirm(registration=walker.id, actor=people.REVIEWER)
    assert container.command_handler.handle(confirm).status is Status.CONFIRMED
    assert container.seating.seat(people.ROUND, people.SITE, people.OFFICE).sittings == 2
    assert container.documents.ticket(walker.id).pdf.startswith(b"%PDF")
    assert (
        check(container.database, container.command_handler.store, container.command_handler.listeners) == []
    )


def test_a_command_sent_twice_succeeds_twice_and_happens_once(container: Container) -> None:
    walker = Walker(container)
    walker.filled()
    submit = c.Submit(
        registration=walker.id,
        actor=walker.account.actor,
        seen=2,
        site=people.SITE,
        subjects=("66",),
        declared=True,
        declaration=people.DECLARATION,
    )
    first = container.command_handler.handle(submit)
    before = everything(container, *STATE)
    assert container.command_handler.handle(submit) == first
    assert everything(container, *STATE) == before


def test_a_command_sent_again_succeeds_even_after_the_case_moved_on(container: Container) -> None:
    walker = Walker(container)
    walker.submitted()
    upload = c.UploadPhoto(registration=walker.id, actor=walker.account.actor, seen=3, photo=people.PHOTO)
    container.command_handler.handle(upload)
    walker.requests_review()
    assert container.command_handler.handle(upload).status is Status.PENDING_REVIEW
    assert len(walker.history) == 5


def test_every_fact_carries_the_command_that_caused_it(container: Container) -> None:
    walker = Walker(container)
    walker.agrees()
    command = c.Withdraw(
        registration=walker.id, actor=walker.account.actor, on_behalf_of="x", cause="letter 7"
    )
    container.command_handler.handle(command)
    stamp = walker.history[-1].metadata
    assert (stamp.command_id, stamp.actor, stamp.role) == (
        command.command_id,
        str(walker.account.id),
        "candidate",
    )
    assert (stamp.on_behalf_of, stamp.cause, stamp.recorded_at) == ("x", "letter 7", container.clock())
    assert (stamp.version, stamp.subject) == (2, walker.account.id)


def test_who_acts_for_a_candidate_acts_for_the_one_whose_case_it_is(container: Container) -> None:
    walker, portal = Walker(container), c.Actor("portal", Role.CANDIDATE)
    walker.agrees()
    for whom in ("", "x", "portal"):
        asked = c.Withdraw(registration=walker.id, actor=portal, on_behalf_of=whom)
        assert refusal(lambda asked=asked: container.command_handler.handle(asked)) is RefusalCode.NOT_YOURS
    walker.does(c.Withdraw)
    assert walker.stands.status is Status.WITHDRAWN


def test_one_document_number_has_one_place_in_a_round(container: Container) -> None:
    first, second = Walker(container, people.WENJING), Walker(container, people.WENJING)
    first.filled()
    second.agrees()
    assert refusal(second.fills) is RefusalCode.PLACE_TAKEN
    assert second.stands.status is Status.AGREED
    assert count(container, timeline.timeline) == len(first.history) + len(second.history) + 3


def test_a_place_given_up_can_be_taken_again_by_anybody(container: Container) -> None:
    first, second = Walker(container, people.WENJING), Walker(container, people.WENJING)
    first.filled()
    first.withdraws()
    second.filled()
    again = first.again()
    again.agrees()
    assert refusal(again.fills) is RefusalCode.PLACE_TAKEN
    second.withdraws()
    assert again.fills().status is Status.INFO_FILLED


def test_a_corrected_document_number_frees_the_wrong_one(container: Container) -> None:
    first, second = Walker(container, people.LIQIANG), Walker(container, people.LIQIANG)
    first.filled()
    person = container.people.person(people.WENJING.document_type, people.WENJING.document_number)
    first.does(c.AmendInfo, details=people.WENJING, person=person)
    assert second.filled().status is Status.INFO_FILLED
    with container.database.reading() as connection:
        held = container.command_handler.claims.holder(connection, PlaceClaim(people.ROUND, person).key)
    assert held == first.id


def test_a_cancelled_registration_gives_up_its_place_and_seats(container: Container) -> None:
    revise(container, people.SITE, quotas={"66": 1})
    walker = Walker(container, people.WENJING)
    walker.paid(("66",))
    container.command_handler.handle(
        c.Cancel(registration=walker.id, actor=people.OFFICE, reason="重复报名", **people.KEEPING)
    )
    assert Walker(container, people.WENJING).submitted(subjects=("66",)).status is Status.SUBMITTED


def test_a_full_subject_is_refused_by_its_name_and_another_can_be_taken(container: Container) -> None:
    revise(container, people.SITE, quotas={"66": 1})
    Walker(container).submitted(subjects=("66",))
    late = Walker(container)
    late.filled()
    with pytest.raises(Refusal) as refused:
        late.submits(subjects=("66", "67"))
    assert refused.value.code is RefusalCode.SUBJECT_FULL
    assert refused.value.particulars == {"subject": "66"}
    assert late.submits(subjects=("67",)).subjects == ("67",)


def test_a_full_site_takes_nobody_whatever_the_subject(container: Container) -> None:
    revise(container, people.SITE, quota=1)
    inside, outside = Walker(container), Walker(container)
    inside.submitted(subjects=("66",))
    outside.filled()
    assert refusal(outside.submits, subjects=("67",)) is RefusalCode.SITE_FULL
    changed = inside.does(c.ChangeSubjects, site=people.SITE, subjects=("67", "35"))
    assert changed.subjects == ("35", "67")


def test_changing_subjects_moves_the_seats_along(container: Container) -> None:
    walker = Walker(container)
    walker.submitted(subjects=("66", "67"))
    walker.does(c.ChangeSubjects, site=people.SITE, subjects=("67", "35"))
    assert taken(container, people.SITE, "66", "67", "35", WHOLE_SITE) == [0, 1, 1, 1]
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("67",))
    assert taken(container, people.SITE, "66", "67", "35", WHOLE_SITE) == [0, 0, 0, 0]
    assert taken(container, QUICK, "67", WHOLE_SITE) == [1, 1]
    walker.withdraws()
    assert taken(container, QUICK, "67", WHOLE_SITE) == [0, 0]


def test_a_registration_number_names_its_site_and_counts_on(container: Container) -> None:
    numbers = [Walker(container).submitted().number for _ in range(2)]
    assert numbers == ["78420019000001", "78420019000002"]
    walker = Walker(container)
    assert walker.submitted(QUICK, ("67",)).number == "78429901000001"
    assert walker.does(c.ChangeSubjects, site=people.SITE, subjects=("66",)).number == "78420019000003"
    assert walker.does(c.ChangeSubjects, site=people.SITE, subjects=("67",)).number == "78420019000003"


def test_a_refused_command_leaves_nothing_behind(container: Container) -> None:
    revise(container, people.SITE, quotas={"67": 1})
    Walker(container).submitted(subjects=("67",))
    walker = Walker(container)
    walker.filled()
    before = everything(container, *STATE)
    assert refusal(walker.submits, subjects=("66", "67")) is RefusalCode.SUBJECT_FULL
    assert refusal(walker.submits, subjects=("66", "99")) is RefusalCode.SUBJECT_NOT_OFFERED
    assert everything(container, *STATE) == before
    assert walker.submits(subjects=("66",)).number == "78420019000002"


def test_what_is_read_after_a_command_is_what_the_command_did(container: Container) -> None:
    walker = Walker(container)
    steps = (walker.agrees, walker.fills, walker.submits, walker.uploads, walker.requests_review)
    for step in steps:
        after = step()
        row = walker.row
        assert (row["status"], row["version"]) == (after.status, after.version)
        with container.database.reading() as connection:
            assert len(timeline.story(connection, walker.id)) == after.version


def test_an_unknown_registration_is_not_found_for_anybody(container: Container) -> None:
    for actor in (people.CANDIDATE, people.OFFICE, people.REVIEWER):
        command = c.Withdraw(registration=uuid4(), actor=actor)
        assert refusal(container.command_handler.handle, command) is RefusalCode.NOT_FOUND


def test_a_look_at_private_details_is_recorded_beside_the_case(
    container: Container, clock: people.Clock
) -> None:
    walker = Walker(container)
    walker.submitted()
    for purpose in ("review", "audit"):
        clock.advance(minutes=1)
        container.command_handler.record_access(walker.id, people.REVIEWER, purpose)
    looks = history_of(container, uuid5(walker.id, "access"))
    assert looks == [DetailsViewed(walker.id, "review"), DetailsViewed(walker.id, "audit")]
    assert looks[0].metadata.actor == people.REVIEWER.id
    assert len(walker.history) == 3
    with container.database.reading() as connection:
        told = timeline.story(connection, walker.id)
    assert [row["topic"] for row in told][-2:] == ["access.details_viewed"] * 2


def test_a_plan_that_says_the_same_is_no_revision(container: Container) -> None:
    before = everything(container, *STATE)
    revise(container, people.SITE)
    assert everything(container, *STATE) == before


def test_plans_are_made_together_or_not_at_all(container: Container) -> None:
    before = everything(container, *STATE)
    good = PlanSite(
        actor=people.OFFICE,
        command_id=uuid4(),
        round=people.ROUND,
        plan=replace(plan_of(container, people.SITE), quota=7),
    )
    stranger = c.Actor(people.REVIEWER.id, Role.REVIEWER, frozenset({QUICK}))
    bad = replace(good, actor=stranger, plan=replace(plan_of(container, QUICK), quota=7))
    assert refusal(container.command_handler.plan_all, [good, bad]) is RefusalCode.NOT_YOUR_ROLE
    assert everything(container, *STATE) == before


def test_a_lowered_quota_takes_nobodys_seat_and_lets_nobody_in(container: Container) -> None:
    walker = Walker(container)
    walker.submitted(subjects=("66",))
    Walker(container).submitted(subjects=("66",))
    revise(container, people.SITE, quotas={"66": 1})
    assert taken(container, people.SITE, "66") == [2]
    late = Walker(container)
    late.filled()
    walker.withdraws()
    assert refusal(late.submits, subjects=("66",)) is RefusalCode.SUBJECT_FULL


def test_the_policy_that_applied_is_stamped_on_what_it_decided(container: Container) -> None:
    walker = Walker(container)
    walker.filled()
    revise(container, people.SITE, hold_hours=48)
    walker.submits()
    submitted = walker.history[-1]
    assert isinstance(submitted, Submitted)
    assert submitted.policy == 2


class OftenBeaten(CommandHandler):
    """An application whose first `beaten` appends meet a rival's fact under the same version."""

    beaten = 0

    def _claim(self, connection: Connection, before: object, recorded: object) -> object:  # type: ignore[override]
        if self.beaten:
            self.beaten -= 1
            raise IntegrityError
        return super()._claim(connection, before, recorded)  # type: ignore[arg-type]


@pytest.fixture
def rivalled(container: Container) -> OftenBeaten:
    app = container.command_handler
    return OftenBeaten(app.database, app.store, app.claims, app.listeners, app.clock)


def test_who_was_beaten_to_it_is_answered_anew_and_leaves_no_trace_of_the_first_try(
    container: Container, rivalled: OftenBeaten
) -> None:
    walker = Walker(container)
    walker.filled()
    rivalled.beaten = 2
    submit = c.Submit(
        registration=walker.id,
        actor=walker.account.actor,
        site=people.SITE,
        subjects=("66",),
        declared=True,
        declaration=people.DECLARATION,
    )
    assert rivalled.handle(submit).number == "78420019000001"
    assert [fact.metadata.version for fact in walker.history] == [1, 2, 3]


def test_who_is_beaten_every_time_is_told_to_try_again(container: Container, rivalled: OftenBeaten) -> None:
    walker = Walker(container)
    walker.agrees()
    before = everything(container, *STATE)
    rivalled.beaten = 99
    withdraw = c.Withdraw(registration=walker.id, actor=walker.account.actor)
    assert refusal(rivalled.handle, withdraw) is RefusalCode.BUSY
    assert everything(container, *STATE) == before


def test_an_erased_person_cannot_say_anything_private_again(container: Container) -> None:
    walker = Walker(container)
    walker.filled()
    with container.database.transaction() as connection:
        container.command_handler.store.erase(connection, walker.account.id, container.clock())
    amend = c.AmendInfo(
        registration=walker.id, actor=walker.account.actor, details=people.LIQIANG, person="0" * 64
    )
    assert refusal(container.command_handler.handle, amend) is RefusalCode.PERSON_ERASED
    assert walker.withdraws().status is Status.WITHDRAWN


def taken(container: Container, site: str, *subjects: str) -> list[int]:
    keys = [SeatClaim(people.ROUND, site, subject).key for subject in subjects]
    with container.database.reading() as connection:
        counted = container.command_handler.claims.counted(connection, keys)
    return [counted[key][1] for key in keys]


def stored(container: Container) -> list[Fact]:
    return [fact for _, fact in container.command_handler.store.log(0)]


def test_the_log_holds_every_fact_once_in_the_order_of_the_commands(container: Container) -> None:
    walker = Walker(container)
    walker.pictured()
    assert stored(container)[3:] == list(walker.history)
