"""A round changed over live data: each consequence that a revision once had, and what comes of it now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_rules import RULES, RevisionOutcome
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from ncre.events.exam import Batch, RoundRevised, SiteClosed, SitePlan
from ncre.projections.seating import tickets
from ncre.rounds.loader import LoadedRound
from ncre.services.exam.revision_commands import Revise, Revision
from tests.handlers.ground import QUICK, Walker, refusal
from tests.support import people
from tests.support.people import OFFICE, ROUND, SITE

HERE = (ROUND, SITE)


def wanted(container: Container) -> LoadedRound:
    return container.revisions.wanted(ROUND)


def revise(container: Container, now: LoadedRound, why: str = "机房检修", **more: Any) -> Revision:
    return container.revisions.revise(Revise(actor=OFFICE, wanted=now, why=why, **more))


def with_site(container: Container, code: str = SITE, **changed: Any) -> LoadedRound:
    now = wanted(container)
    sites = tuple(replace(site, **changed) if site.code == code else site for site in now.sites)
    return replace(now, sites=sites)


def with_round(container: Container, **changed: Any) -> LoadedRound:
    now = wanted(container)
    return replace(now, plan=replace(now.plan, **changed))


def plan(container: Container, code: str = SITE) -> SitePlan:
    return next(site for site in wanted(container).sites if site.code == code)


def without_subject(container: Container, code: str) -> LoadedRound:
    now = wanted(container)
    left = tuple(one for one in now.plan.subjects if one.code != code)
    sites = tuple(
        replace(site, offers=tuple(one for one in site.offers if one.subject != code)) for site in now.sites
    )
    return replace(now, plan=replace(now.plan, subjects=left), sites=sites)


def point(revision: Revision, kind: ChangeKind) -> tuple[RevisionOutcome, int]:
    (found,) = [one for one in revision.points if one.change.kind is kind]
    return found.outcome, found.touched


def refused_for(container: Container, now: LoadedRound, kind: ChangeKind) -> None:
    """The revision is refused for this change, and nothing of it is recorded."""
    before = container.command_handler.store.newest()
    assert point(container.revisions.difference(now), kind)[0] is RevisionOutcome.REFUSED
    assert refusal(revise, container, now) is RefusalCode.REVISION_REFUSED
    assert container.command_handler.store.newest() == before


def seat(container: Container) -> None:
    container.seating.seat(*HERE, OFFICE, 7)


def paid(container: Container, subjects: tuple[str, ...] = ("66",)) -> Walker:
    walker = Walker(container)
    walker.paid(subjects)
    return walker


def seats(container: Container) -> list[dict[str, Any]]:
    with container.database.reading() as connection:
        return tickets.taken_at(connection, *HERE)


def no_room_is_two_halls(container: Container) -> None:
    by_room = sorted(
        {(one["room"], one["starts_at"], one["ends_at"], one["hall"]) for one in seats(container)}
    )
    for earlier, later in zip(by_room, by_room[1:], strict=False):
        assert earlier[0] != later[0] or earlier[2] <= later[1], (earlier, later)
    assert len({one[3] for one in by_room}) == len(by_room), "a number names one hall"


def two_batches(container: Container) -> tuple[Batch, ...]:
    batches = plan(container).batches[:2]
    revise(container, with_site(container, rooms=plan(container).rooms[:1], batches=batches))
    return batches


def test_a_revision_has_author_reason_and_what_it_was_made_from(container: Container) -> None:
    number = container.revisions.number(ROUND)
    revise(container, with_site(container, quota=900), why="  扩容\n二期 ", made_from=number)
    *_, made = container.revisions.made(ROUND)
    assert (made.number, made.actor, made.made.why, made.made.made_from) == (
        number + 1,
        OFFICE.id,
        "扩容 二期",
        number,
    )
    (changed,) = made.made.points
    assert (changed.kind, changed.site, changed.after) == ("quota-lowered", SITE, "900")


def test_a_revision_without_reason_or_by_others_than_the_office_is_refused(container: Container) -> None:
    now = with_site(container, quota=900)
    assert refusal(revise, container, now, why=" ") is RefusalCode.WHY_MISSING
    assert refusal(revise, container, now, why="长" * (LONGEST_WHY + 1)) is RefusalCode.TEXT_TOO_LONG
    asked = Revise(actor=people.REVIEWER, wanted=now, why="x")
    assert refusal(container.revisions.revise, asked) is RefusalCode.NOT_YOUR_ROLE


def test_a_revision_made_from_an_older_one_is_refused_and_says_so(container: Container) -> None:
    number = container.revisions.number(ROUND)
    late = with_site(container, quota=800)
    revise(container, with_site(container, quota=900), made_from=number)
    assert refusal(revise, container, late, made_from=number) is RefusalCode.REVISION_OUTDATED
    assert plan(container).quota == 900


def test_the_same_again_records_nothing_and_a_form_sent_twice_counts_once(container: Container) -> None:
    newest = container.command_handler.store.newest()
    assert not revise(container, wanted(container)).points
    assert container.command_handler.store.newest() == newest
    command_id, now = uuid4(), with_site(container, quota=900)
    number = container.revisions.number(ROUND)
    for _ in range(2):
        revise(container, now, made_from=number, command_id=command_id)
    assert container.revisions.number(ROUND) == number + 1
    other = with_site(container, quota=901)
    assert refusal(revise, container, other, command_id=command_id) is RefusalCode.SENT_BEFORE


def test_a_batch_moved_after_seating_gives_no_room_two_halls(container: Container) -> None:
    batches = two_batches(container)
    early = paid(container)
    seat(container)
    (before,) = seats(container)
    moved = tuple(
        replace(
            one, starts_at=one.starts_at + timedelta(minutes=30), ends_at=one.ends_at + timedelta(minutes=30)
        )
        if one.starts_at == before["starts_at"]
        else replace(
            one, starts_at=one.starts_at + timedelta(days=1), ends_at=one.ends_at + timedelta(days=1)
        )
        for one in batches
    )
    made = revise(container, with_site(container, batches=moved))
    assert {(one.outcome, one.touched) for one in made.points} == {
        (RevisionOutcome.FOLLOW_UP, 1),
        (RevisionOutcome.ALLOWED, 0),
    }
    assert [one.id for one in made.to_follow[0].people] == [early.id]
    paid(container)
    seat(container)
    no_room_is_two_halls(container)
    assert before in seats(container), "who sits keeps time, room, seat and number"


def test_a_batch_taken_out_after_seating_leaves_numbers_lists_and_chairs_alone(container: Container) -> None:
    batches = two_batches(container)
    for _ in range(2):
        paid(container, ("66", "67"))
    seat(container)
    before = seats(container)
    made = revise(container, with_site(container, batches=(replace(batches[1], number=1),)))
    assert point(made, ChangeKind.BATCH_REMOVED) == (RevisionOutcome.FOLLOW_UP, 2)
    late = paid(container)
    seat(container)
    no_room_is_two_halls(container)
    assert all(one in seats(container) for one in before)
    sittings = container.hall_lists.sittings(*HERE, OFFICE)
    assert len({one.name for one in sittings}) == len(sittings) == 2
    with container.database.reading() as connection:
        lists = [
            [row["registration"] for row in tickets.seats_in(connection, *HERE, one.starts_at, one.ends_at)]
            for one in sittings
        ]
    assert [late.id in people_ for people_ in lists].count(True) == 1
    pdfs = {container.hall_lists.seat_lists(*HERE, one.name, OFFICE).pdf for one in sittings}
    assert len(pdfs) == 2, "two sittings, two lists"


def test_a_subject_taken_out_after_people_paid_keeps_form_ticket_and_seat(container: Container) -> None:
    seated, waiting = paid(container), Walker(container)
    seat(container)
    said = container.documents.form_page(seated.id).sheet.subjects
    waiting.approved(("66",))
    made = revise(container, without_subject(container, "66"))
    assert point(made, ChangeKind.SUBJECT_REMOVED) == (RevisionOutcome.FOLLOW_UP, 2)
    waiting.pays()
    seat(container)
    assert container.documents.form_page(seated.id).sheet.subjects == said
    for walker in (seated, waiting):
        assert "Python" in container.documents.form_page(walker.id).sheet.subjects[0].name
        assert container.documents.form(walker.id).pdf.startswith(b"%PDF")
        assert container.documents.receipt(walker.id).pdf.startswith(b"%PDF")
        assert container.documents.ticket(walker.id).pdf.startswith(b"%PDF")
    (sitting, *_) = container.hall_lists.sittings(*HERE, OFFICE)
    assert container.hall_lists.seat_lists(*HERE, sitting.name, OFFICE).pdf.startswith(b"%PDF")
    assert refusal(Walker(container).submitted, SITE, ("66",)) is RefusalCode.SUBJECT_NOT_OFFERED


def test_a_subject_that_was_taken_out_can_be_kept_while_another_is_changed(container: Container) -> None:
    walker = Walker(container)
    walker.pictured(subjects=("66",))
    revise(container, without_subject(container, "66"))
    after = walker.does(c.ChangeSubjects, site=SITE, subjects=("66", "67"))
    assert after.subjects == ("66", "67")
    assert (
        refusal(walker.does, c.ChangeSubjects, site=QUICK, subjects=("66",))
        is RefusalCode.SUBJECT_NOT_OFFERED
    )


def test_a_subject_renamed_after_payment_keeps_its_name_on_papers(
    container: Container, clock: people.Clock
) -> None:
    walker = paid(container)
    seat(container)
    form, ticket = container.documents.form(walker.id), container.documents.ticket(walker.id)
    clock.advance(hours=1)
    renamed = tuple(
        replace(one, name="另一名称", minutes=240) if one.code == "66" else one
        for one in wanted(container).plan.subjects
    )
    made = revise(container, with_round(container, subjects=renamed, title="改名的考试", title_en="Renamed"))
    assert point(made, ChangeKind.SUBJECT_NAME) == (RevisionOutcome.FOLLOW_UP, 1)
    assert (container.documents.form(walker.id), container.documents.ticket(walker.id)) == (form, ticket)
    clock.advance(hours=1)
    late = paid(container, ("67",))
    assert "改名的考试" in container.documents.form_page(late.id).sheet.round


def test_a_site_taken_out_is_closed_and_who_is_there_stays(container: Container) -> None:
    inside = Walker(container)
    inside.approved(("66",))
    now = wanted(container)
    made = revise(container, replace(now, sites=tuple(site for site in now.sites if site.code != SITE)))
    assert point(made, ChangeKind.SITE_CLOSED) == (RevisionOutcome.FOLLOW_UP, 1)
    with container.database.reading() as connection:
        site = container.command_handler.exams.site(connection, *HERE)
    assert site is not None
    assert site.closed
    assert refusal(Walker(container).submitted) is RefusalCode.SITE_CLOSED
    inside.pays()
    seat(container)
    assert inside.stands.status is Status.PAID
    assert container.documents.ticket(inside.id).pdf.startswith(b"%PDF")
    assert point(revise(container, now), ChangeKind.SITE_REOPENED) == (RevisionOutcome.ALLOWED, 0)
    assert Walker(container).submitted().status is Status.SUBMITTED


def test_closing_and_reopening_are_facts_that_name_the_revision(container: Container) -> None:
    from ncre.domain.exam.plan import site_id

    now = wanted(container)
    revise(container, replace(now, sites=tuple(site for site in now.sites if site.code != SITE)))
    with container.database.reading() as connection:
        *_, closed = container.command_handler.store.history(connection, site_id(*HERE))
    assert isinstance(closed, SiteClosed)
    assert closed.metadata.cause == f"revision {container.revisions.number(ROUND)}"
    assert closed.metadata.actor == OFFICE.id


def test_a_quota_below_what_is_taken_is_refused_and_at_what_is_taken_closes(container: Container) -> None:
    for _ in range(2):
        Walker(container).submitted(subjects=("66",))
    offers = plan(container).offers

    def quota(number: int) -> LoadedRound:
        return with_site(
            container,
            offers=tuple(replace(one, quota=number) if one.subject == "66" else one for one in offers),
        )

    refused_for(container, quota(1), ChangeKind.QUOTA_LOWERED)
    refused_for(container, with_site(container, quota=1), ChangeKind.QUOTA_LOWERED)
    revise(container, quota(2))
    assert refusal(Walker(container).submitted, SITE, ("66",)) is RefusalCode.SUBJECT_FULL


def test_an_offer_taken_out_stays_with_those_who_hold_it(container: Container) -> None:
    holder = Walker(container)
    holder.approved(("66",))
    left = tuple(one for one in plan(container).offers if one.subject != "66")
    made = revise(container, with_site(container, offers=left))
    assert point(made, ChangeKind.OFFER_REMOVED) == (RevisionOutcome.FOLLOW_UP, 1)
    holder.pays()
    seat(container)
    assert holder.stands.seated == {"66"}


def test_review_switched_off_with_people_waiting_leaves_them_to_be_decided(container: Container) -> None:
    waiting = Walker(container)
    waiting.pictured()
    waiting.requests_review()
    made = revise(container, with_site(container, reviews=False))
    assert point(made, ChangeKind.REVIEW_OFF) == (RevisionOutcome.FOLLOW_UP, 1)
    people.approved(container, waiting)
    waiting.pays()
    assert waiting.stands.status is Status.PAID


def test_a_fee_changed_with_somebody_approved_is_paid_as_it_was_chosen(container: Container) -> None:
    walker = Walker(container)
    before = walker.approved().amount
    fees = tuple(replace(fee, amount=fee.amount + 1000) for fee in wanted(container).plan.fees)
    made = revise(container, with_round(container, fees=fees))
    follow = [one for one in made.to_follow if one.change.kind is ChangeKind.FEE]
    assert [one.touched for one in follow] == [1]
    walker.pays()
    settled = walker.stands.settled
    assert settled is not None
    assert settled.amount == before


def test_a_room_with_seated_people_is_neither_taken_out_nor_shrunk_under_them(container: Container) -> None:
    two_batches(container)
    for _ in range(3):
        paid(container)
    seat(container)
    (room,) = plan(container).rooms
    more = replace(room, name="别的")
    refused_for(container, with_site(container, rooms=(more,)), ChangeKind.ROOM_REMOVED)
    highest = max(one["seat"] for one in seats(container))
    if highest > 1:
        refused_for(
            container, with_site(container, rooms=(replace(room, seats=highest - 1),)), ChangeKind.ROOM_SHRUNK
        )
    assert revise(container, with_site(container, rooms=(replace(room, seats=highest), more))).points


def test_windows_moved_leave_a_list_of_those_on_the_way(container: Container) -> None:
    walker = Walker(container)
    walker.approved()
    windows = wanted(container).plan.windows
    later = replace(windows.payment, closes=windows.payment.closes - timedelta(hours=1))
    made = revise(container, with_round(container, windows=replace(windows, payment=later)))
    assert point(made, ChangeKind.PAYMENT_WINDOW) == (RevisionOutcome.FOLLOW_UP, 1)


def test_another_text_of_an_edition_that_people_accepted_is_refused(container: Container) -> None:
    Walker(container).agrees()
    now = with_round(container, agreement_text="别的协议")
    refused_for(container, now, ChangeKind.AGREEMENT_TEXT)
    assert revise(container, replace(now, plan=replace(now.plan, agreement="2027-03b"))).points


def test_an_address_changed_after_seating_is_named_on_papers_beside_the_one_before(
    container: Container, clock: people.Clock
) -> None:
    walker = paid(container)
    seat(container)
    was = plan(container).address
    clock.advance(hours=1)
    made = revise(container, with_site(container, address="新址1号", name="新名学院"))
    assert point(made, ChangeKind.SITE_ADDRESS) == (RevisionOutcome.FOLLOW_UP, 1)
    sheet = container.documents.ticket_page(walker.id).sheet
    assert sheet.address == f"新址1号（原：{was}）"
    assert "新名学院" not in sheet.site


def test_what_was_left_to_follow_is_counted_anew_as_people_are_dealt_with(container: Container) -> None:
    walker = Walker(container)
    walker.approved(("66",))
    revise(container, without_subject(container, "66"))
    *_, made = container.revisions.made(ROUND)

    def left() -> list[int]:
        return [
            one.touched
            for one in container.revisions.to_follow(made.made)
            if one.change.kind is ChangeKind.SUBJECT_REMOVED
        ]

    assert left() == [1]
    walker.container.command_handler.handle(c.Cancel(registration=walker.id, actor=OFFICE, reason="退考"))
    assert left() == [0]


def test_a_round_revised_names_its_revision_as_cause(container: Container) -> None:
    from ncre.domain.exam.plan import round_id

    revise(container, with_round(container, title="改名", title_en="Renamed"))
    with container.database.reading() as connection:
        *_, revised = container.command_handler.store.history(connection, round_id(ROUND))
    assert isinstance(revised, RoundRevised)
    assert revised.metadata.cause == f"revision {container.revisions.number(ROUND)}"


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_an_outcome_and_words(kind: ChangeKind) -> None:
    rule = RULES[kind]
    assert rule.words.zh
    assert rule.words.en
    assert bool(rule.then.zh and rule.then.en) == rule.touches_somebody
    assert (rule.outcome is RevisionOutcome.ALLOWED) == (not rule.touches_somebody)
    said = change_words(Change(kind, SITE, "66", "a", "b"))
    assert said.zh.startswith(SITE)
    assert outcome_words(RevisionOutcome.FOLLOW_UP, kind, 3).en.count("3") == 1


def test_every_refusal_of_a_revision_has_both_languages(container: Container) -> None:
    Walker(container).submitted(subjects=("66",))
    with pytest.raises(Refusal) as refused:
        revise(container, with_site(container, quota=0))
    assert refused.value.particulars["what"] != refused.value.particulars["what_en"]
