"""Every field of a plan that differs is one change, told with what was and what is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.exam.revision import Change, ChangeKind, Plans, fee_item, pays, plan_changes
from ncre.domain.seating.sittings import sitting_name
from ncre.events.exam import Contact, Fee, NoticePosted, Offer, OnSite, Room, Window
from tests.support import people

ROUND, SITES = people.bundled_round()
HERE = people.SITE
PLAN, SITE = ROUND.plan, SITES[HERE].plan
FIRST, LAST = SITE.batches[0], SITE.batches[-1]
LATER = timedelta(hours=1)
SUBJECT = PLAN.subjects[0]
OFFER, ROOM = SITE.offers[0], SITE.rooms[0]


def of_round(**wanted: Any) -> list[Change]:
    return plan_changes(Plans(PLAN), Plans(replace(PLAN, **wanted)))


def of_site(**wanted: Any) -> list[Change]:
    return plan_changes(Plans(PLAN, {HERE: SITE}), Plans(PLAN, {HERE: replace(SITE, **wanted)}))


def span(window: Window) -> str:
    return f"{exam_time_in_words(window.opens)} – {exam_time_in_words(window.closes)}"


def test_nothing_that_is_the_same_is_a_change() -> None:
    assert of_round() == of_site() == []


def test_a_round_is_opened() -> None:
    (change,) = plan_changes(Plans(), Plans(PLAN))
    assert change == Change(ChangeKind.ROUND_OPENED, "", PLAN.code, "", PLAN.title)


@pytest.mark.parametrize(
    ("wanted", "change"),
    [
        (
            {"title": "春季", "title_en": "Spring"},
            Change(ChangeKind.TITLE, "", "", f"{PLAN.title} / {PLAN.title_en}", "春季 / Spring"),
        ),
        ({"title_en": "Spring"}, Change(ChangeKind.TITLE, "", "", f"{PLAN.title} / {PLAN.title_en}", f"{PLAN.title} / Spring")),
        ({"papers": "证件", "papers_en": "Papers"}, Change(ChangeKind.PAPERS, "", "", f"{PLAN.papers} / {PLAN.papers_en}".strip(" /"), "证件 / Papers")),
        ({"papers": "", "papers_en": ""}, Change(ChangeKind.PAPERS, "", "", f"{PLAN.papers} / {PLAN.papers_en}".strip(" /"), "")),
        ({"agreement": "v9"}, Change(ChangeKind.AGREEMENT_EDITION, "", "", PLAN.agreement, "v9")),
        ({"agreement_text": "新文"}, Change(ChangeKind.AGREEMENT_TEXT, "", PLAN.agreement)),
        ({"agreement_text_en": "New"}, Change(ChangeKind.AGREEMENT_TEXT, "", PLAN.agreement)),
        (
            {"declaration": "声明", "declaration_en": "I declare"},
            Change(ChangeKind.DECLARATION, "", "", f"{PLAN.declaration} / {PLAN.declaration_en}".strip(" /"), "声明 / I declare"),
        ),
    ],
)  # fmt: skip
def test_a_field_of_the_round_is_one_change(wanted: dict[str, Any], change: Change) -> None:
    assert of_round(**wanted) == [change]


@pytest.mark.parametrize("name", ["register", "review", "payment", "printing"])
def test_a_window_is_one_change(name: str) -> None:
    was = getattr(PLAN.windows, name)
    now = Window(was.opens, was.closes + LATER)
    (change,) = of_round(windows=replace(PLAN.windows, **{name: now}))
    assert change == Change(ChangeKind(f"{name}-window"), "", "", span(was), span(now))


def test_whom_the_office_names_is_one_change_of_what_is_there() -> None:
    before = Contact("027-1", "8:00", "", "")
    (change,) = plan_changes(
        Plans(replace(PLAN, office=before)),
        Plans(replace(PLAN, office=replace(before, hours_en="8 am", address="武汉"))),
    )
    assert change == Change(ChangeKind.OFFICE_CONTACT, "", "", "027-1 / 8:00", "027-1 / 8:00 / 8 am / 武汉")


@pytest.mark.parametrize(
    ("wanted", "kind", "before", "after"),
    [
        ({"name": "新科目"}, ChangeKind.SUBJECT_NAME, SUBJECT.name, "新科目"),
        ({"level": SUBJECT.level + 1}, ChangeKind.SUBJECT_LEVEL, str(SUBJECT.level), str(SUBJECT.level + 1)),
        ({"minutes": 105}, ChangeKind.SUBJECT_MINUTES, str(SUBJECT.minutes), "105"),
        (
            {"status": "停", "prerequisite": "66"}, ChangeKind.SUBJECT_REMARKS,
            f"{SUBJECT.status} {SUBJECT.prerequisite}".strip(), "停 66",
        ),
    ],
)  # fmt: skip
def test_a_field_of_a_subject_is_one_change(
    wanted: dict[str, Any], kind: ChangeKind, before: str, after: str
) -> None:
    changes = of_round(subjects=(replace(SUBJECT, **wanted), *PLAN.subjects[1:]))
    assert Change(kind, "", SUBJECT.code, before, after) in changes
    assert {change.kind for change in changes} <= {kind, ChangeKind.FEE}


def test_subjects_come_and_go() -> None:
    assert of_round(subjects=PLAN.subjects[1:]) == [
        Change(ChangeKind.SUBJECT_REMOVED, "", SUBJECT.code, SUBJECT.name, "")
    ]
    new = replace(SUBJECT, code="99", name="新科目")
    assert of_round(subjects=(*PLAN.subjects, new)) == [
        Change(ChangeKind.SUBJECT_ADDED, "", "99", "", "新科目")
    ]


def test_fees_are_told_by_level_and_province() -> None:
    plans = [
        Plans(replace(PLAN, fees=fees))
        for fees in (
            (
                Fee(level=1, province="", amount=10000, basis="鄂价"),
                Fee(level=2, province="", amount=8000, basis="鄂价"),
            ),
            (
                Fee(level=1, province="湖北", amount=9000, basis="鄂价"),
                Fee(level=1, province="", amount=10000, basis="国价"),
                Fee(level=3, province="", amount=7050, basis="国价"),
            ),
        )
    ]
    assert plan_changes(*plans) == [
        Change(ChangeKind.FEE, "", "1 湖北", "100.00", "90.00"),
        Change(ChangeKind.FEE_BASIS, "", "1 ≠湖北", "鄂价", "国价"),
        Change(ChangeKind.FEE, "", "2", "80.00", ""),
        Change(ChangeKind.FEE, "", "3", "", "70.50"),
    ]


def test_an_item_says_who_pays_the_fee() -> None:
    assert fee_item(4, "湖北", ["湖北"]) == "4 湖北"
    assert fee_item(4, "", ["湖北", "山西"]) == "4 ≠湖北,山西"
    assert fee_item(4, "", []) == "4"
    payers = [
        [pays(item, 4, province) for province in ("湖北", "山西", "湖南")]
        for item in ("4 湖北", "4 ≠湖北,山西", "4", "3")
    ]
    assert payers == [[True, False, False], [False, False, True], [True, True, True], [False, False, False]]


@pytest.mark.parametrize(
    ("wanted", "kind", "before", "after"),
    [
        ({"name": "新名"}, ChangeKind.SITE_NAME, SITE.name, "新名"),
        ({"address": "新址"}, ChangeKind.SITE_ADDRESS, SITE.address, "新址"),
        ({"notice": "带笔"}, ChangeKind.SITE_NOTICE, SITE.notice, "带笔"),
        ({"most_subjects": 1}, ChangeKind.MOST_SUBJECTS, str(SITE.most_subjects), "1"),
        ({"audience": "social"}, ChangeKind.AUDIENCE, SITE.audience, "social"),
        ({"manages": ("rooms", "notice")}, ChangeKind.SITE_MANAGES, " ".join(SITE.manages), "rooms notice"),
        ({"quota": SITE.quota + 1}, ChangeKind.QUOTA_RAISED, str(SITE.quota), str(SITE.quota + 1)),
        ({"quota": SITE.quota - 1}, ChangeKind.QUOTA_LOWERED, str(SITE.quota), str(SITE.quota - 1)),
    ],
)  # fmt: skip
def test_a_field_of_a_site_is_one_change(
    wanted: dict[str, Any], kind: ChangeKind, before: str, after: str
) -> None:
    assert of_site(**wanted) == [Change(kind, HERE, "", before, after)]


def test_where_a_site_is_and_whether_it_is_made_up() -> None:
    plans = [
        Plans(PLAN, {HERE: replace(SITE, province="湖北", city=city, synthetic=synthetic)})
        for city, synthetic in (("武汉", True), ("宜昌", False))
    ]
    assert plan_changes(*plans) == [
        Change(ChangeKind.SITE_REMARKS, HERE, "", "湖北 武汉 synthetic", "湖北 宜昌")
    ]


def test_whom_a_site_names_is_one_change() -> None:
    plans = [
        Plans(PLAN, {HERE: replace(SITE, phone=phone, hours="8:00", hours_en="8 am")}) for phone in ("1", "2")
    ]
    assert plan_changes(*plans) == [
        Change(ChangeKind.SITE_CONTACT, HERE, "", "1 / 8:00 / 8 am", "2 / 8:00 / 8 am")
    ]


def test_when_a_site_confirms_is_one_change() -> None:
    on_site = OnSite(people.NOW, people.NOW + LATER, "一楼")
    plans = [Plans(PLAN, {HERE: replace(SITE, confirmation=one)}) for one in (OnSite(), on_site)]
    words = f"{exam_time_in_words(people.NOW)} – {exam_time_in_words(people.NOW + LATER)} 一楼"
    assert plan_changes(*plans) == [Change(ChangeKind.CONFIRMATION_TIME, HERE, "", "", words)]


@pytest.mark.parametrize(("field", "kind"), [("reviews", "review"), ("confirms", "confirmation")])
def test_what_is_turned_on_or_off_is_one_change(field: str, kind: str) -> None:
    plans = [Plans(PLAN, {HERE: replace(SITE, **{field: on})}) for on in (True, False)]
    assert plan_changes(*plans) == [Change(ChangeKind(f"{kind}-off"), HERE)]
    assert plan_changes(*plans[::-1]) == [Change(ChangeKind(f"{kind}-on"), HERE)]


def test_offers_and_rooms_come_go_grow_and_shrink() -> None:
    offers = (Offer(OFFER.subject, OFFER.quota + 5), *SITE.offers[2:], Offer("99", 7))
    assert of_site(offers=offers) == [
        Change(ChangeKind.OFFER_ADDED, HERE, "99", "", "7"),
        Change(ChangeKind.OFFER_REMOVED, HERE, SITE.offers[1].subject, str(SITE.offers[1].quota), ""),
        Change(ChangeKind.QUOTA_RAISED, HERE, OFFER.subject, str(OFFER.quota), str(OFFER.quota + 5)),
    ]
    for seats, kind in ((ROOM.seats + 1, ChangeKind.ROOM_GROWN), (ROOM.seats - 1, ChangeKind.ROOM_SHRUNK)):
        rooms = (replace(ROOM, seats=seats), *SITE.rooms[1:], Room("新机房", 30))
        assert of_site(rooms=rooms) == [
            Change(ChangeKind.ROOM_ADDED, HERE, "新机房", "", "30"),
            Change(kind, HERE, ROOM.name, str(ROOM.seats), str(seats)),
        ]
    assert of_site(rooms=SITE.rooms[1:]) == [
        Change(ChangeKind.ROOM_REMOVED, HERE, ROOM.name, str(ROOM.seats), "")
    ]


def test_a_batch_of_the_same_number_at_another_time_was_moved() -> None:
    moved = replace(LAST, starts_at=LAST.starts_at + LATER, ends_at=LAST.ends_at + LATER)
    was, now = (sitting_name(one.starts_at, one.ends_at) for one in (LAST, moved))
    assert of_site(batches=(*SITE.batches[:-1], moved)) == [
        Change(ChangeKind.BATCH_MOVED, HERE, was, was, now)
    ]
    assert of_site(batches=SITE.batches[:-1]) == [Change(ChangeKind.BATCH_REMOVED, HERE, was, was, "")]
    new = replace(moved, number=99)
    assert of_site(batches=(*SITE.batches, new)) == [Change(ChangeKind.BATCH_ADDED, HERE, now, "", now)]


def test_sites_are_added_closed_and_opened_again() -> None:
    with_site, without = Plans(PLAN, {HERE: SITE}), Plans(PLAN)
    assert plan_changes(without, with_site) == [Change(ChangeKind.SITE_ADDED, HERE, "", "", SITE.name)]
    assert plan_changes(with_site, without) == [Change(ChangeKind.SITE_CLOSED, HERE, "", SITE.name, "")]
    again = Plans(PLAN, {HERE: replace(SITE, quota=SITE.quota + 1)})
    assert plan_changes(Plans(PLAN, closed={HERE: SITE}), again) == [
        Change(ChangeKind.SITE_REOPENED, HERE, "", "", SITE.name),
        Change(ChangeKind.QUOTA_RAISED, HERE, "", str(SITE.quota), str(SITE.quota + 1)),
    ]


def test_a_notice_is_told_by_its_title_and_one_that_is_left_out_stays() -> None:
    first = NoticePosted("78", "guide", "须知", "Guide", "正文", "Text")
    second = replace(first, title="新须知")
    with_first, with_second = (Plans(PLAN, notices={"guide": one}) for one in (first, second))
    assert plan_changes(Plans(PLAN), with_first) == [Change(ChangeKind.NOTICE, "", "guide", "", "须知")]
    assert plan_changes(with_first, with_second) == [Change(ChangeKind.NOTICE, "", "guide", "须知", "新须知")]
    assert plan_changes(with_first, Plans(PLAN)) == []
