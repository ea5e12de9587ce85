"""What a candidate may write, what it becomes, and what they are told when it is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from string import Formatter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ncre.domain.candidate import masked_name, masked_number, parse_details
from ncre.domain.candidate_fields import EDUCATION, ETHNICITIES, FORM_FIELDS, OCCUPATIONS, SEXES
from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS
from ncre.domain.faults import Fault
from ncre.domain.identity_documents import DOCUMENT_TYPES, normalise_document
from ncre.events.registration_values import Details

TODAY = date(2026, 11, 23)

ZHANG = {
    "name": "张三",
    "sex": "female",
    "document_type": "resident_id",
    "document_number": "11010519491231002X",
    "birth": "19491231",
    "ethnicity": "01",
    "education": "bachelor",
    "occupation": "student",
    "mobile": "13800138000",
}
"""Everything that is required and nothing else; the number is the well-known sample."""


def details(**changed: str) -> Details:
    parsed = parse_details({**ZHANG, **changed}, TODAY)
    assert isinstance(parsed, Details), parsed
    return parsed


def faults(form: Mapping[str, str]) -> list[tuple[str, FaultCode]]:
    parsed = parse_details(form, TODAY)
    assert isinstance(parsed, list), parsed
    return [(fault.field, fault.code) for fault in parsed]


def wrong(**changed: str) -> list[tuple[str, FaultCode]]:
    return faults({**ZHANG, **changed})


def test_what_is_required_is_enough() -> None:
    zhang = details()
    assert (zhang.name, zhang.birth, zhang.email, zhang.remark) == ("张三", date(1949, 12, 31), "", "")


def test_every_missing_field_is_told_at_once_in_the_order_of_the_form() -> None:
    required = [one.name for one in FORM_FIELDS if one.required]
    assert faults({}) == [(name, FaultCode.REQUIRED) for name in required]


@pytest.mark.parametrize(
    ("kind", "number", "birth", "sex"),
    [
        ("resident_id", "11010519491231002X", "19491231", "female"),
        ("resident_id", "420115200603150011", "20060315", "male"),
        ("resident_id", "42011520060315002X", "20060315", "female"),
        ("residence_permit", "810000200507040018", "20050704", "male"),
    ],
)
def test_the_known_numbers_are_taken(kind: str, number: str, birth: str, sex: str) -> None:
    parsed = details(document_type=kind, document_number=number, birth=birth, sex=sex)
    assert parsed.document_number == number


@pytest.mark.parametrize("number", ["420115199001010016", "310115199001010010", "659012199001010012"])
def test_a_district_younger_than_the_person_is_no_fault(number: str) -> None:
    """The code is that of the household when the number was given, not of the birth."""
    assert details(document_number=number, birth="19900101", sex="male").document_number == number


def test_a_number_of_no_province_is_refused() -> None:
    assert wrong(document_number="991000199001010018", birth="19900101", sex="male") == [
        ("document_number", FaultCode.DOCUMENT_AREA)
    ]


def test_a_residence_permit_is_not_taken_for_an_identity_card() -> None:
    assert wrong(document_number="810000200507040018", birth="20050704", sex="male") == [
        ("document_number", FaultCode.DOCUMENT_AREA)
    ]


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_digit_is_always_seen(place: int) -> None:
    number = ZHANG["document_number"]
    other = "2" if number[place] == "1" else "1"
    mistyped = number[:place] + other + number[place + 1 :]
    assert ("document_number", FaultCode.DOCUMENT_CHECKSUM) in wrong(document_number=mistyped)


def test_a_day_that_never_was_is_refused_inside_a_number() -> None:
    assert ("document_number", FaultCode.DOCUMENT_AREA) in wrong(document_number="110105194902310026")


def test_sex_and_birth_must_be_those_of_the_number_and_both_are_told() -> None:
    assert wrong(sex="male", birth="19491230") == [
        ("sex", FaultCode.SEX_DISAGREES),
        ("birth", FaultCode.BIRTH_DISAGREES),
    ]


def test_a_passport_tells_nothing_about_sex_and_birth() -> None:
    assert details(document_type="passport", document_number="e12345678").document_number == "E12345678"


def test_the_number_is_normalised_and_kept_as_typed() -> None:
    parsed = details(document_number=" １１０１０５ 19491231 002x ")
    assert parsed.document_number == "11010519491231002X"
    assert parsed.document_typed == "１１０１０５ 19491231 002x"


@pytest.mark.parametrize(
    ("kind", "typed", "counts"),
    [
        ("hk_macau_permit", "h1234567801", "H12345678"),
        ("hk_macau_permit", "M12345678", "M12345678"),
        ("taiwan_permit", "1234567801", "12345678"),
        ("taiwan_permit", "12345678", "12345678"),
        ("passport", "E1234567801", "E1234567801"),
    ],
)
def test_the_digits_of_a_reissue_do_not_count(kind: str, typed: str, counts: str) -> None:
    assert details(document_type=kind, document_number=typed).document_number == counts


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("resident_id", "110105491231002"),
        ("hk_macau_permit", "H123456780"),
        ("hk_macau_permit", "A12345678"),
        ("taiwan_permit", "123456789"),
        ("passport", "E123"),
        ("residence_permit", "11010519491231002X"),
    ],
)
def test_a_number_of_another_form_is_refused(kind: str, number: str) -> None:
    assert wrong(document_type=kind, document_number=number) == [("document_number", FaultCode.DOCUMENT_FORM)]


@pytest.mark.parametrize(
    "name", ["买买提·艾力", "𠮷田", "\U00031350一", "〇", "Mary Ann O'Neill", "José", "Lü"]
)
def test_names_of_people_are_taken(name: str) -> None:
    assert details(name=name).name == name


@pytest.mark.parametrize("name", ["张3", "·", " ·张", "محمد", "张<b>", "😀"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert wrong(name=name) == [("name", FaultCode.NAME_INVALID)]


def test_a_name_is_composed_and_its_marks_are_made_one_but_nothing_is_cut() -> None:
    assert details(name="Jose\u0301").name == "José"
    assert details(name="买买提•艾力").name == "买买提·艾力"
    assert details(name="欧阳\u3000锋").name == "欧阳 锋"
    assert details(name="张" * 60).name == "张" * 60
    assert wrong(name="张" * 61) == [("name", FaultCode.TOO_LONG)]


def test_what_cannot_be_seen_is_left_out() -> None:
    parsed = details(name="张\u200b三", remark="一班\0\n\u202e二班", address="\ud800路")
    assert (parsed.name, parsed.remark, parsed.address) == ("张三", "一班\n二班", "路")


@pytest.mark.parametrize(
    "mobile", ["13800138000", "138 0013 8000", "１３８００１３８０００", "+852 9123 4567"]
)
def test_mobile_numbers_are_taken_without_their_spaces(mobile: str) -> None:
    assert details(mobile=mobile).mobile in ("+8613800138000", "+85291234567")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("mobile", "12345678901", FaultCode.MOBILE_INVALID),
        ("mobile", "1380013800", FaultCode.MOBILE_INVALID),
        ("email", "zhang@school", FaultCode.EMAIL_INVALID),
        ("postcode", "43007", FaultCode.POSTCODE_INVALID),
        ("birth", "20990101", FaultCode.BIRTH_INVALID),
        ("birth", "19490231", FaultCode.BIRTH_INVALID),
        ("sex", "x", FaultCode.CHOICE_UNKNOWN),
        ("ethnicity", "57", FaultCode.CHOICE_UNKNOWN),
        ("address", "路" * 201, FaultCode.TOO_LONG),
        ("remark", "班" * 201, FaultCode.TOO_LONG),
    ],
)
def test_each_field_has_its_rule(field: str, text: str, code: FaultCode) -> None:
    assert wrong(**{field: text}) == [(field, code)]


def test_a_full_width_postcode_with_spaces_is_no_longer_than_its_digits() -> None:
    assert details(postcode=" ４３０ ０７０ ").postcode == "430070"


def test_the_code_tables_are_complete() -> None:
    assert len(ETHNICITIES) == 58
    assert ETHNICITIES["01"].zh == "汉"
    for table in (EDUCATION, OCCUPATIONS, ETHNICITIES):
        assert all(words.zh and words.en for words in table.values())
    assert [kind.words.zh for kind in DOCUMENT_TYPES.values()] == [
        "居民身份证",
        "港澳居民来往内地通行证",
        "台湾居民来往大陆通行证",
        "护照",
        "港澳台居民居住证",
        "外国人永久居留身份证",
    ]


def test_masks_leave_too_little_to_be_used() -> None:
    assert masked_number("420115200603150011") == "420115********0011"
    assert masked_number("H12345678") == "H1*****78"
    assert masked_number("1234") == "****"
    assert (masked_name("欧阳锋"), masked_name("")) == ("欧**", "**")


@pytest.mark.parametrize("code", FaultCode)
def test_every_fault_has_words_in_both_languages(code: FaultCode) -> None:
    words = FAULT_WORDS[code]
    assert words.zh.endswith("。")
    assert words.en.endswith(".")


def asked(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@given(st.dictionaries(st.sampled_from([one.name for one in FORM_FIELDS]), st.text()))
@example({**ZHANG, "document_number": "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X"})
@example({**ZHANG, "document_number": "1" * 17 + "²"})
def test_no_form_raises_and_every_fault_can_be_said(changed: dict[str, str]) -> None:
    parsed = parse_details({**ZHANG, **changed}, TODAY)
    for fault in parsed if isinstance(parsed, list) else []:
        assert isinstance(fault, Fault)
        for language, words in zip(("zh", "en"), FAULT_WORDS[fault.code], strict=True):
            assert asked(words) <= set(fault.particulars)
            assert "{" not in fault.say(language)


@given(st.sampled_from(list(DOCUMENT_TYPES)), st.text())
@example("resident_id", "Ä\u00a812345678")
@example("hk_macau_permit", "ŉ12345678")
def test_normalising_a_number_again_changes_nothing(kind: str, typed: str) -> None:
    once = normalise_document(kind, typed)
    assert normalise_document(kind, once) == once


def test_what_a_number_says_against_a_field_is_told_in_both_languages() -> None:
    found = parse_details(ZHANG | {"sex": "male", "birth": "19491230"}, TODAY)
    assert isinstance(found, list)
    by_field = {fault.field: fault for fault in found}
    assert by_field["sex"] == Fault(
        "sex", FaultCode.SEX_DISAGREES, {"said": SEXES["female"].zh, "said_en": SEXES["female"].en}
    )
    assert by_field["birth"] == Fault("birth", FaultCode.BIRTH_DISAGREES, {"said": "19491231"})
