"""The past of a registration: how it stood, what changed, and how times are written."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncre.domain.bilingual import Bilingual
from ncre.events import registration as facts
from ncre.events.base import ERASED
from ncre.events.registration_values import Details
from ncre.projections.audit.snapshots import (
    LABELS,
    AsOfMoment,
    AsOfVersion,
    StateAt,
    field_changes,
    parse_at,
    shown,
    state_at,
    why_nothing,
)
from ncre.projections.registration.fields import DETAILS, EMPTY, FIELDS, formatted_value
from ncre.projections.registration.registrations import registrations
from tests.support.people import (
    APPROVED,
    CANCELLED,
    NOW,
    OTHER_PHOTO,
    PAID,
    PERSON,
    REJECTED,
    WAITING,
    WENJING,
    recorded,
)

SEAT = facts.SeatAssigned("66", "6678420019000101", 1, "机房一", 1, 1, NOW, NOW + timedelta(hours=2))


def stands(history: tuple[facts.Fact, ...], at: AsOfVersion | AsOfMoment | None = None) -> StateAt:
    found = state_at(recorded(history), at)
    assert found is not None
    return found


def test_every_column_and_every_private_detail_has_its_label_in_both_languages() -> None:
    columns = {column.name for column in registrations.columns}
    private = {one.name for one in fields(Details)}
    assert (
        columns | private | {"note", "cancellation", "evidence", "seats", "student", "suspension"}
        == FIELDS.keys()
        == LABELS.keys()
    )
    for words in LABELS.values():
        assert words.zh
        assert words.en


def test_exactly_what_is_stored_sealed_is_private() -> None:
    sealed = {one.name for one in fields(Details)} | {
        "note",
        "cancellation",
        "evidence",
        "student",
        "suspension",
    }
    assert {name for name, field in FIELDS.items() if field.private} == sealed


@pytest.mark.parametrize("upto", range(1, len(PAID) + 1))
def test_a_version_stands_as_its_first_facts_leave_it(upto: int) -> None:
    whole, part = stands(PAID, AsOfVersion(upto)), stands(PAID[:upto])
    assert whole == part
    assert whole.version == upto


def test_a_moment_shows_what_was_recorded_by_then() -> None:
    fifth = NOW + timedelta(minutes=5)
    assert stands(PAID, AsOfMoment(fifth)).version == 5
    assert stands(PAID, AsOfMoment(fifth - timedelta(microseconds=1))).version == 4
    assert stands(PAID, AsOfMoment(NOW + timedelta(days=900))) == stands(PAID)


@pytest.mark.parametrize("number", [0, 8, 999_999])
def test_a_version_that_is_not_there_shows_nothing_and_says_which_there_are(number: int) -> None:
    history = recorded(PAID)
    assert state_at(history, AsOfVersion(number)) is None
    assert "第 1 版至第 7 版" in why_nothing(history, AsOfVersion(number), "zh")
    assert "versions 1 to 7" in why_nothing(history, AsOfVersion(number), "en")


def test_before_it_began_there_is_nothing_and_the_beginning_is_said() -> None:
    history = recorded(PAID)
    before = AsOfMoment(NOW)
    assert state_at(history, before) is None
    assert "2027-01-05 10:01" in why_nothing(history, before, "zh")
    assert "2027-01-05 10:01" in why_nothing(history, before, "en")


def test_no_history_shows_nothing() -> None:
    assert state_at([]) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("v5", AsOfVersion(5)),
        (" 5 ", AsOfVersion(5)),
        ("V12", AsOfVersion(12)),
        ("2027-03-01 09:00", AsOfMoment(datetime(2027, 3, 1, 1, 0, 59, 999_999, tzinfo=UTC))),
        ("2027-03-01T09:00", AsOfMoment(datetime(2027, 3, 1, 1, 0, 59, 999_999, tzinfo=UTC))),
        ("2027-03-01T09:00:30+08:00", AsOfMoment(datetime(2027, 3, 1, 1, 0, 30, tzinfo=UTC))),
        ("2027-03-01T01:00:00Z", AsOfMoment(datetime(2027, 3, 1, 1, 0, tzinfo=UTC))),
    ],
)
def test_versions_and_times_are_read(text: str, at: AsOfVersion | AsOfMoment) -> None:
    assert parse_at(text) == at


@pytest.mark.parametrize(
    "text", ["", "yesterday", "v", "v5.1", "-3", "５", "2027-03-01", "2027-13-01 09:00", "2027-03-01 25:00"]
)
def test_what_is_neither_a_version_nor_a_time_is_not_guessed(text: str) -> None:
    assert parse_at(text) is None
    assert "v5" in why_nothing(recorded(PAID), None, "zh")
    assert "v5" in why_nothing(recorded(PAID), None, "en")


@given(
    st.text(max_size=30)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.{0,8}", fullmatch=True)
)
def test_reading_never_raises(text: str) -> None:
    found = parse_at(text)
    assert found is None or isinstance(found, AsOfVersion | AsOfMoment)


def test_the_details_are_those_of_the_version() -> None:
    amended = facts.InfoAmended(replace(WENJING, mobile="+8613700137000"), PERSON)
    history = (*REJECTED, amended)
    assert stands(history, AsOfVersion(6)).details == WENJING
    assert stands(history).details == amended.details
    assert stands(history, AsOfVersion(1)).details is None


def test_the_note_stands_as_long_as_the_rejection_does() -> None:
    assert stands(REJECTED).note == "请更换照片"
    again = (*REJECTED, facts.PhotoReplaced(OTHER_PHOTO), facts.ReviewRequested(1))
    assert stands((*again, facts.Approved(NOW, 1))).note == ""


def test_seats_and_the_reason_for_cancelling_are_kept() -> None:
    assert stands((*PAID, SEAT)).seats[0]["ticket"] == "6678420019000101"
    assert stands(CANCELLED).cancellation == "考生申请并提交书面说明；缴费后不退"
    assert stands(PAID).cancellation == ""


def test_a_difference_names_the_fields_that_changed_and_no_other() -> None:
    amended = facts.InfoAmended(replace(WENJING, mobile="+8613700137000"), PERSON)
    changes = field_changes(stands(REJECTED), stands((*REJECTED, amended)))
    assert [change.field for change in changes] == ["mobile", "details_version"]
    assert (changes[0].before, changes[0].after) == ("+8613800138000", "+8613700137000")


def test_another_spelling_of_the_same_number_is_no_difference() -> None:
    before = facts.InfoAmended(replace(WENJING, mobile="13800138000"), PERSON)
    after = facts.InfoAmended(WENJING, PERSON)
    changes = field_changes(stands((*REJECTED, before)), stands((*REJECTED, before, after)))
    assert [change.field for change in changes] == ["details_version"]


def test_nothing_and_an_empty_value_are_no_difference() -> None:
    for change in field_changes(None, stands(WAITING[:1])):
        assert change.after not in EMPTY


def test_a_state_does_not_differ_from_itself() -> None:
    assert field_changes(stands(PAID), stands(PAID)) == []


def test_private_values_are_masked_unless_opened() -> None:
    closed, opened = shown(stands(REJECTED), "zh"), shown(stands(REJECTED), "zh", opened=True)
    assert closed["name"] == "欧**"
    assert closed["document_number"] == "420115********002X"
    assert closed["mobile"] == "138****8000"
    for name in (*DETAILS, "note"):
        assert opened[name] != closed[name], name
    for private in (WENJING.name, WENJING.address, WENJING.email, "女", "请更换照片"):
        assert private not in " ".join(closed.values())


def test_masked_columns_are_not_shown_a_second_time() -> None:
    assert "name_masked" not in shown(stands(REJECTED), "zh")


@pytest.mark.parametrize("name", [*DETAILS, "note", "cancellation"])
def test_what_was_erased_says_so_to_everybody(name: str) -> None:
    assert "删除" in formatted_value(name, ERASED, "zh", opened=True)
    assert "erased" in formatted_value(name, ERASED, "en")


def test_an_erased_registration_still_stands() -> None:
    erased = tuple(replace(fact, details=ERASED) if hasattr(fact, "details") else fact for fact in PAID)
    found = stands(erased)
    assert found.details is ERASED
    assert [change.field for change in field_changes(stands(PAID), found) if change.field in DETAILS]
    assert "erased" in shown(found, "en")["name"]


VALUES = {
    "status": ("approved", Bilingual("审核通过，待支付", "Approved, to be paid")),
    "version": (5, Bilingual("v5", "v5")),
    "pay_by": (NOW, Bilingual("2027-01-05 10:00", "2027-01-05 10:00")),
    "lines": ([{"subject": "66", "fee": 8000}, {"subject": "67", "fee": 8000}], Bilingual("66 80.00 元、67 80.00 元", "66 80.00 yuan, 67 80.00 yuan")),
    "amount": (16000, Bilingual("160.00 元", "160.00 yuan")),
    "rejections": (0, Bilingual("0", "0")),
    "reasons": (["P01"], Bilingual("P01 照片变形、不清晰或光线不均、颜色不正", "P01 The photo is distorted, blurred, unevenly lit or off in colour")),
    "payment": ({"order": "N1", "channel": "till", "trade": "T1", "amount": 100}, Bilingual("1.00 元，订单 N1，交易 T1", "1.00 yuan, order N1, transaction T1")),
    "photo": ({"digest": "a" * 64, "height": 567, "width": 390}, Bilingual(f"567×390 像素，摘要 {'a' * 16}", f"567×390 pixels, digest {'a' * 16}")),
    "sex": ("female", Bilingual("女", "female")),
    "document_type": ("passport", Bilingual("护照", "passport")),
    "ethnicity": ("01", Bilingual("汉", "Han")),
    "birth": (WENJING.birth, Bilingual("2006-03-15", "2006-03-15")),
    "person": ("f" * 64, Bilingual("f" * 16, "f" * 16)),
    "site": (None, Bilingual("（无）", "(none)")),
    "note": ("", Bilingual("（无）", "(none)")),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_values_are_said_in_both_languages(name: str) -> None:
    value, words = VALUES[name]
    assert (
        formatted_value(name, value, "zh", opened=True),
        formatted_value(name, value, "en", opened=True),
    ) == words


def test_a_seat_is_said_with_everything_on_the_ticket() -> None:
    text = shown(stands((*PAID, SEAT)), "zh")["seats"]
    assert text == "66：2027-01-05 10:00，考场 0001，座位 01，准考证号 6678420019000101"


def test_every_field_of_every_state_can_be_said() -> None:
    for history in (APPROVED, REJECTED, CANCELLED, (*PAID, SEAT)):
        for upto in range(1, len(history) + 1):
            for language in ("zh", "en"):
                for opened in (True, False):
                    assert shown(stands(history, AsOfVersion(upto)), language, opened)


@pytest.mark.parametrize("text", ["2027-01-05 10:01", "2027-01-05T10:01", "2027-01-05T10:01+08:00"])
def test_a_moment_given_to_the_minute_is_its_end(text: str) -> None:
    at = parse_at(text)
    assert isinstance(at, AsOfMoment)
    assert at.at.astimezone(UTC).isoformat() == "2027-01-05T02:01:59.999999+00:00"
    exact = parse_at(f"{text[:16]}:30")
    assert isinstance(exact, AsOfMoment)
    assert exact.at.second == 30
