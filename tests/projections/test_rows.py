"""Each projection folded over named histories; rows written live and rows folded again are the same."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.state import replay
from ncre.events import access, account, admission, ban, erasure, exam
from ncre.events import registration as facts
from ncre.events.base import ERASED, Fact
from ncre.projections.base import Projection, fold
from ncre.projections.registration import registrations
from ncre.projections.registration.registrations import stood
from ncre.store.database import Database
from tests.events.examples import EXAMPLES
from tests.projections.rows import HOUSE, folded, in_order, row_after, stored, write
from tests.support import people

AT = {version: people.NOW + timedelta(minutes=version) for version in range(1, 20)}
"""When `people.recorded` records each version."""

SEAT = facts.SeatAssigned("66", "6678420019000307", 3, "第3机房", 7, 1, people.NOW, people.PAY_BY)
ENTRIES = (
    admission.EntryRecorded(people.REGISTRATION, SEAT.ticket, 3, "scanned", "current"),
    admission.EntryRevoked(people.REGISTRATION, SEAT.ticket),
    admission.EntryRecorded(people.REGISTRATION, SEAT.ticket, 3, "typed", "typed"),
)
LINES = [{"subject": "66", "fee": 8000}, {"subject": "67", "fee": 8000}]


def test_a_registration_has_one_row_from_its_first_fact_on() -> None:
    assert row_after(people.AGREED) == {
        **dict.fromkeys(column.name for column in registrations.registrations.columns),
        "id": people.REGISTRATION,
        "version": 1,
        "round": "78",
        "account": people.CANDIDATE_ID,
        "account_since": AT[1],
        "sealed_for": people.CANDIDATE_ID,
        "ordinal": 1,
        "begun_in": "78",
        "status": "agreed",
        "agreement": "2027-03",
        "agreed_at": AT[1],
        "lines": [],
        "amount": 0,
        "rejections": 0,
        "reasons": [],
        "seated": 0,
        "changed_at": AT[1],
    }


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (
            people.FILLED,
            {
                "status": "info-filled",
                "details_version": 2,
                "person": people.PERSON,
                "name_masked": "欧**",
                "document_masked": "420115********002X",
            },
        ),
        (
            people.SUBMITTED,
            {
                "status": "submitted",
                "number": people.NUMBER,
                "site": people.SITE,
                "lines": LINES,
                "amount": 16000,
                "submitted_at": AT[3],
                "order_version": 3,
                "pay_by": None,
            },
        ),
        (people.PICTURED, {"status": "photo-uploaded", "order_version": 3, "version": 4}),
        (people.WAITING, {"status": "pending-review", "requested_at": AT[5]}),
        (
            people.APPROVED,
            {"status": "approved", "approved_at": AT[6], "pay_by": people.PAY_BY, "order_version": 6},
        ),
        (
            people.REJECTED,
            {"status": "rejected", "rejections": 1, "rejected_version": 6, "reasons": ["P01"]},
        ),
        (
            (*people.REJECTED, facts.ReviewRequested(1), facts.Rejected(("I02", "P05"), "")),
            {"rejections": 2, "rejected_version": 8, "reasons": ["I02", "P05"], "requested_at": AT[7]},
        ),
        (
            (*people.REJECTED, facts.ReviewRequested(1), facts.Approved(people.PAY_BY, 1)),
            {"status": "approved", "rejections": 1, "rejected_version": None, "reasons": []},
        ),
        (
            people.PAID,
            {
                "status": "paid",
                "payment": {"order": people.ORDER, "channel": "till", "trade": "T1", "amount": 16000},
                "paid_at": people.NOW,
                "changed_at": AT[7],
            },
        ),
        (people.CONFIRMED, {"status": "confirmed", "confirmed_at": AT[8]}),
        ((*people.PAID, SEAT), {"status": "paid", "seated": 1, "version": 8}),
        (people.LAPSED, {"status": "lapsed", "pay_by": people.PAY_BY}),
        (
            (*people.LAPSED, people.SUBMITTED[-1]),
            {
                "status": "submitted",
                "submitted_at": AT[8],
                "approved_at": None,
                "requested_at": None,
                "pay_by": None,
                "order_version": 8,
            },
        ),
        (people.WITHDRAWN, {"status": "withdrawn"}),
        (people.CANCELLED, {"status": "cancelled"}),
        (
            (*people.PAID, facts.PaymentUnusable("N", "till", "T2", 1, people.NOW, "duplicate")),
            {"status": "paid", "version": 8, "paid_at": people.NOW},
        ),
    ],
)
def test_each_step_leaves_its_mark_on_the_row(history: tuple[Fact, ...], expected: dict[str, object]) -> None:
    row = row_after(history)
    assert {name: row[name] for name in expected} == expected


def test_the_row_keeps_the_newest_photo() -> None:
    row = row_after((*people.PICTURED, facts.PhotoReplaced(people.OTHER_PHOTO)))
    assert row["photo"] == {**asdict(people.OTHER_PHOTO), "codes": []}


def test_an_erased_person_leaves_a_row_without_a_name_or_keyed_hash() -> None:
    erased = replace(people.FILLED[-1], details=ERASED)
    row = row_after((*people.AGREED, erased))
    assert (row["name_masked"], row["document_masked"]) == (None, None)
    assert row["person"] is None


HISTORIES = [
    people.AGREED,
    people.FILLED,
    people.SUBMITTED,
    people.PICTURED,
    people.WAITING,
    people.APPROVED,
    people.REJECTED,
    people.PAID,
    people.CONFIRMED,
    people.LAPSED,
    people.WITHDRAWN,
    people.CANCELLED,
]


@pytest.mark.parametrize("history", HISTORIES, ids=len)
def test_the_row_and_the_registration_agree(history: tuple[Fact, ...]) -> None:
    row, registration = row_after(history), replay(people.REGISTRATION, history)
    assert row["status"] == registration.status
    assert row["version"] == registration.version
    assert row["order_version"] == (registration.order_version or None)
    assert row["amount"] == registration.amount
    assert row["pay_by"] == registration.pay_by
    assert [line["subject"] for line in row["lines"]] == list(registration.subjects)
    assert (row["site"] or "", row["number"] or "") == (registration.site, registration.number)


def test_how_it_stood_is_the_row_of_that_moment() -> None:
    whole = people.recorded(people.CANCELLED)
    assert stood([]) is None
    for version in range(1, len(whole) + 1):
        assert stood(whole[:version]) == row_after(people.CANCELLED[:version])


def test_money_that_is_owed_has_a_row_until_and_after_it_went_back() -> None:
    owed = (*people.PAID, facts.PaymentUnusable("N1", "till", "T2", 8000, people.NOW, "duplicate"))
    (row,) = folded("refunds", people.recorded(owed))
    assert row == {
        "trade": "T2",
        "registration": people.REGISTRATION,
        "order": "N1",
        "channel": "till",
        "amount": 8000,
        "reason": "duplicate",
        "since": AT[8],
        "returned_at": None,
        "reference": None,
    }
    returned = (*owed, facts.PaymentReturned("N1", "till", "T2", 8000, "R2"))
    assert folded("refunds", people.recorded(returned)) == [{**row, "returned_at": AT[9], "reference": "R2"}]


def test_a_seat_has_a_row_a_subject() -> None:
    (row,) = folded("tickets", people.recorded((*people.PAID, SEAT)))
    told = {name: value for name, value in asdict(SEAT).items() if name != "envelope"}
    assert row == {"registration": people.REGISTRATION, **told}


def test_the_timeline_has_a_row_a_fact_with_who_and_when() -> None:
    history = people.recorded(people.CANCELLED)
    rows = folded("timeline", history)
    assert [row["version"] for row in rows] == list(range(1, 9))
    assert [row["topic"] for row in rows] == [fact.TOPIC for fact in history]
    assert rows[0] == {
        "stream": people.REGISTRATION,
        "version": 1,
        "about": people.REGISTRATION,
        "at": AT[1],
        "actor": people.CANDIDATE.id,
        "role": "candidate",
        "topic": "registration.agreement_accepted",
        "zh": "考生同意了第 78 次考试的报名协议（2027-03 版）。",
        "en": "The candidate accepted the agreement (edition 2027-03) of round 78.",
    }


def test_an_entry_has_a_row_until_it_is_taken_back() -> None:
    beside = uuid5(people.REGISTRATION, "entry")
    for kept, rows in ((1, 1), (2, 0), (3, 1)):
        assert len(folded("entries", people.recorded(ENTRIES[:kept], beside))) == rows
    (row,) = folded("entries", people.recorded(ENTRIES, beside))
    assert (row["registration"], row["ticket"], row["hall"]) == (people.REGISTRATION, SEAT.ticket, 3)
    assert (row["manner"], row["entered_at"], row["entered_by"]) == ("typed", AT[3], people.CANDIDATE.id)


def test_a_look_is_about_the_case_it_looked_at() -> None:
    beside = uuid5(people.REGISTRATION, "access")
    (row,) = folded(
        "timeline", people.recorded((access.DetailsViewed(people.REGISTRATION, "review"),), beside)
    )
    assert (row["stream"], row["about"]) == (beside, people.REGISTRATION)


ROUND, SITES = people.bundled_round()
PLAN, SITE = ROUND.plan, SITES[people.SITE].plan


def test_a_round_keeps_when_it_was_opened_and_its_newest_plan() -> None:
    revised = replace(PLAN, agreement="2027-03b")
    history = people.recorded((exam.RoundOpened(PLAN), exam.RoundRevised(revised)), UUID(int=1))
    (row,) = folded("rounds", history)
    assert (row["code"], row["version"], row["opened_at"]) == ("78", 2, AT[1])
    assert row["plan"]["agreement"] == "2027-03b"


def test_a_site_is_found_by_round_and_code_with_its_newest_plan() -> None:
    revised = replace(SITE, quota=7)
    history = people.recorded((exam.SiteOpened("78", SITE), exam.SiteRevised("78", revised)), UUID(int=1))
    (row,) = folded("sites", history)
    assert (row["round"], row["code"], row["version"], row["synthetic"]) == ("78", people.SITE, 2, False)
    assert (row["name"], row["province"], row["plan"]["quota"]) == (SITE.name, SITE.province, 7)


def test_the_newest_notice_of_each_kind_counts() -> None:
    guide = exam.NoticePosted("78", "guide", "须知", "Guide", "正文", "Text")
    announced = replace(guide, kind="announcement")
    history = people.recorded((guide, announced, replace(guide, body="新")), UUID(int=1))
    rows = folded("notices", history)
    assert [(row["kind"], row["body"], row["posted_at"]) for row in rows] == [
        ("guide", "新", AT[3]),
        ("announcement", "正文", AT[2]),
    ]


OF_A_LIFE = [example for example in EXAMPLES if type(example) in {row.fact for row in LIFE}]


@given(st.lists(st.sampled_from(OF_A_LIFE), min_size=1, max_size=10))
def test_steps_never_change_the_row_they_are_given(happened: list[Fact]) -> None:
    history = people.recorded((people.AGREED[0], *happened))
    for projection, rows in fold(HOUSE, history[:-1]).items():
        if not isinstance(history[-1], projection.listens) or projection.fresh:
            continue
        before = rows.get(projection.key(history[-1]))
        kept = copy.deepcopy(before)
        projection.step(history[-1], before)
        assert before == kept


@pytest.mark.parametrize("projection", HOUSE.all, ids=lambda projection: projection.name)
def test_every_row_holds_exactly_the_columns_of_its_table(projection: Projection) -> None:
    staying = [one for one in EXAMPLES if not isinstance(one, ban.BanForgotten)]
    whole = people.recorded((*people.AGREED, *staying))
    rows = fold(HOUSE, whole)[projection]
    assert rows
    for row in rows.values():
        assert set(row) == {column.name for column in projection.table.columns}


def told_of(numbers: list[int]) -> list[Fact]:
    """The lives of several people, one fact each in turn."""
    lives = []
    for number in numbers:
        account = uuid5(people.CANDIDATE_ID, str(number))
        agreed = replace(people.AGREED[0], candidate=account)
        trade = facts.PaymentUnusable("N", "till", f"T2-{number}", 1, people.NOW, "duplicate")
        seat = replace(SEAT, ticket=f"66784200190003{number:02}")
        lives.append(people.recorded((agreed, *people.CONFIRMED[1:], trade, seat), uuid4()))
    return [fact for turn in zip(*lives, strict=True) for fact in turn]


def test_rows_written_fact_by_fact_are_the_rows_folded_from_the_whole_log(database: Database) -> None:
    log = told_of([1, 2, 3])
    log += people.recorded((exam.RoundOpened(PLAN), exam.RoundRevised(PLAN)), UUID(int=1))
    log += people.recorded((exam.SiteOpened("78", SITE),), UUID(int=2))
    log += people.recorded((exam.NoticePosted("78", "guide", "须知", "Guide", "正文", "Text"),), UUID(int=3))
    log += people.recorded(tuple(one for one in EXAMPLES if one.TOPIC.startswith("payment.")), UUID(int=4))
    log += people.recorded((account.DetailsCompleted(people.CANDIDATE_ID, people.WENJING),), UUID(int=5))
    log += people.recorded(ENTRIES, UUID(int=6))
    log += people.recorded((erasure.ErasureRequested(people.CANDIDATE_ID),), UUID(int=7))
    log += people.recorded((erasure.RetentionSet("78", 180, 365, "档案保存期"),), UUID(int=8))
    bans = tuple(one for one in EXAMPLES if one.TOPIC.startswith("ban."))
    log += people.recorded(tuple(one for one in bans if not isinstance(one, ban.BanForgotten)), UUID(int=9))
    log += people.recorded(bans, UUID(int=11))
    log += people.recorded(
        tuple(one for one in EXAMPLES if one.TOPIC.startswith("exchange.dup")), UUID(int=10)
    )
    for fact in log:
        with database.transaction() as connection:
            write(connection, [fact])
    with database.reading() as connection:
        live = stored(connection)
    assert live == in_order(log)
    assert all(live.values()), "no table was left untried"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(data=st.data())
def test_rows_do_not_depend_on_how_facts_were_bundled_into_commands(
    data: st.DataObject, database: Database
) -> None:
    log = told_of([1])
    cuts = sorted(data.draw(st.sets(st.integers(1, len(log) - 1))))
    bundles = [log[a:b] for a, b in zip([0, *cuts], [*cuts, len(log)], strict=True)]
    with database.transaction() as connection:
        for bundle in bundles:
            write(connection, bundle)
        live = stored(connection)
        connection.rollback()
    assert live == in_order(log)


def test_two_registrations_never_share_a_row() -> None:
    """A row is fed by one stream alone, so two commands never meet in a row without a version between them."""
    one, two = told_of([1]), told_of([2])
    for projection, rows in fold(HOUSE, one).items():
        assert rows.keys().isdisjoint(fold(HOUSE, two)[projection].keys())
