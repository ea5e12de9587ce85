"""Kinds of documents: which numbers they have, and which kind a number looks like."""

from __future__ import annotations

import pytest
from stdnum.iso7064 import mod_11_2

from ncre.domain.fault_codes import FaultCode
from ncre.domain.identity_documents import DOCUMENT_TYPES, fault_of_number, looks_like, normalise_document
from ncre.events.exam import DOCUMENTS

NEW_CARD = "91184019900307123"
NEW_CARD += mod_11_2.calc_check_digit(NEW_CARD)
OLD_CARD = "USA110190030712"


def test_a_round_that_names_no_kinds_accepts_every_kind() -> None:
    assert tuple(DOCUMENT_TYPES) == DOCUMENTS


@pytest.mark.parametrize("number", [NEW_CARD, OLD_CARD, " usa 110190-030712 "])
def test_both_forms_of_the_permanent_residence_card_are_taken(number: str) -> None:
    plain = normalise_document("permanent_residence", number)
    assert fault_of_number("permanent_residence", plain) is None


@pytest.mark.parametrize("place", range(1, 17))
def test_one_wrong_digit_of_the_card_of_2023_is_seen(place: int) -> None:
    other = "2" if NEW_CARD[place] == "1" else "1"
    mistyped = NEW_CARD[:place] + other + NEW_CARD[place + 1 :]
    assert fault_of_number("permanent_residence", mistyped) is FaultCode.DOCUMENT_CHECKSUM


@pytest.mark.parametrize("number", ["8" + NEW_CARD[1:], "US1110190030712", "USA11019003071", NEW_CARD[:17]])
def test_other_forms_are_no_permanent_residence_card(number: str) -> None:
    assert fault_of_number("permanent_residence", number) is FaultCode.DOCUMENT_FORM


@pytest.mark.parametrize(
    ("kind", "number", "other"),
    [
        ("resident_id", "830000200507040018", "residence_permit"),
        ("resident_id", NEW_CARD, "permanent_residence"),
        ("resident_id", OLD_CARD, "permanent_residence"),
        ("resident_id", "H12345678", "hk_macau_permit"),
        ("resident_id", "h1234567801", "hk_macau_permit"),
        ("resident_id", "12345678", "taiwan_permit"),
        ("resident_id", "E12345678", "passport"),
        ("passport", "42011520060315002Х", "resident_id"),
        ("passport", "810000200507040018", "residence_permit"),
        ("passport", OLD_CARD, "permanent_residence"),
        ("passport", "12345678", "taiwan_permit"),
        ("residence_permit", "11010519491231002X", "resident_id"),
        ("permanent_residence", "810000200507040018", "residence_permit"),
        ("taiwan_permit", "M12345678", "hk_macau_permit"),
        ("", "42011520060315002X", "resident_id"),
    ],
)
def test_a_number_under_the_wrong_kind_is_recognised(kind: str, number: str, other: str) -> None:
    assert looks_like(kind, number) == other
    assert looks_like(kind, number, [code for code in DOCUMENT_TYPES if code != other]) != other


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("resident_id", "42011520060315002X"),
        ("resident_id", "4201152006031500"),
        ("passport", "E12345678"),
        ("passport", "123456789"),
        ("permanent_residence", NEW_CARD),
        ("hk_macau_permit", "H1234567801"),
        ("resident_id", "一二三"),
    ],
)
def test_a_number_of_its_own_kind_or_of_none_suggests_nothing(kind: str, number: str) -> None:
    assert looks_like(kind, number) is None


def resident(region_and_birth: str) -> str:
    number = region_and_birth + "002"
    return number + mod_11_2.calc_check_digit(number)


@pytest.mark.parametrize(
    ("kind", "number", "fault"),
    [
        ("resident_id", resident("42011520060315"), None),
        ("resident_id", resident("42011520060230"), FaultCode.DOCUMENT_AREA),
        ("resident_id", resident("99011520060315"), FaultCode.DOCUMENT_AREA),
        ("residence_permit", resident("81000020060315"), None),
        ("residence_permit", resident("81000020061301"), FaultCode.DOCUMENT_AREA),
        ("passport", "E12345678", None),
    ],
)
def test_the_day_of_birth_and_the_province_inside_a_number_are_looked_at(
    kind: str, number: str, fault: FaultCode | None
) -> None:
    assert fault_of_number(kind, number) is fault


@pytest.mark.parametrize("kind", [kind for kind, known in DOCUMENT_TYPES.items() if known.keeps])
def test_of_an_old_booklet_the_two_digits_of_the_reissue_do_not_count(kind: str) -> None:
    kept = "1234567890123"[: DOCUMENT_TYPES[kind].keeps]
    assert normalise_document(kind, kept + "01") == kept
    for longer in (kept, kept + "0", kept + "012"):
        assert normalise_document(kind, longer) == longer
    assert normalise_document("passport", kept + "01") == kept + "01"
    assert normalise_document("no such kind", kept + "01") == kept + "01"
