"""What is asked back before details are saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ncre.domain.bilingual import Bilingual
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.questions import QUESTION_WORDS, Question, QuestionCode, questions
from ncre.events.registration_values import Details
from tests.support.people import WENJING

TODAY = date(2026, 11, 27)
NAME = Bilingual("姓名", "Name")


def asked(details: Details, typed: str | None = None, **unprintable: str) -> list[Question]:
    letters = {field: (NAME, tuple(said)) for field, said in unprintable.items()}
    return questions(details, details.name if typed is None else typed, TODAY, letters, DOCUMENT_TYPES)


def test_nothing_is_asked_about_ordinary_details() -> None:
    assert asked(WENJING, f" {WENJING.name} ") == []


@pytest.mark.parametrize(
    ("typed", "saved", "said"),
    [
        ("O’Brien", "O'Brien", "U+2019"),
        ("葛\U000e0100城", "葛城", "U+E0100"),
        ("张\u200b三", "张三", "U+200B"),
    ],
)
def test_what_is_changed_in_a_name_is_shown_with_what_was_typed(typed: str, saved: str, said: str) -> None:
    (question,) = asked(replace(WENJING, name=saved), typed)
    assert question.code is QuestionCode.NAME_CHANGED
    for language in ("zh", "en"):
        words = question.say(language)
        assert saved in words
        assert typed in words
        assert said in words


def test_a_blank_between_chinese_characters_is_asked_about_and_others_are_not() -> None:
    assert asked(replace(WENJING, name="张 三")) == [
        Question("name", QuestionCode.NAME_BLANK, "张 三", {"name": "张 三"})
    ]
    assert asked(replace(WENJING, name="Mary Ann 王")) == []


@pytest.mark.parametrize(
    ("born", "code"),
    [
        (date(2018, 11, 28), QuestionCode.BIRTH_YOUNG),
        (date(2018, 11, 27), None),
        (date(1935, 11, 28), None),
        (date(1935, 11, 27), QuestionCode.BIRTH_OLD),
    ],
)
def test_a_birth_under_8_or_over_90_years_ago_is_asked_about(born: date, code: QuestionCode | None) -> None:
    details = replace(WENJING, document_type="passport", document_number="E12345678", birth=born)
    about, years = born.isoformat(), {QuestionCode.BIRTH_YOUNG: 8, QuestionCode.BIRTH_OLD: 90}
    assert asked(details) == (
        [Question("birth", code, about, {"born": about, "years": years[code]})] if code else []
    )


def test_a_passport_number_of_another_kind_is_asked_about() -> None:
    details = replace(WENJING, document_type="passport", document_number="12345678")
    (question,) = asked(details)
    other, own = (DOCUMENT_TYPES[kind].words for kind in ("taiwan_permit", "passport"))
    assert question == Question(
        "document_type",
        QuestionCode.DOCUMENT_LOOKS,
        "passport 12345678",
        {"other": other.zh, "other_en": other.en, "label": own.zh, "label_en": own.en},
    )
    assert "台湾居民来往大陆通行证" in question.say("zh")


def test_characters_without_a_font_are_told_with_what_will_be_printed() -> None:
    (question,) = asked(replace(WENJING, name="王𪜀"), name="𪜀𪜀")
    assert (question.field, question.about) == ("name", "𪜀")
    assert question.particulars["letters"] == "𪜀"
    assert question.particulars["shown"] == "〔U+2A700〕"
    assert question.code is QuestionCode.NOT_PRINTABLE
    assert "𪜀" in question.say("zh")
    assert "〔U+2A700〕" in question.say("en")


def test_a_token_is_that_of_the_value() -> None:
    one, other = (asked(replace(WENJING, name=name))[0].token for name in ("张 三", "张 四"))
    assert one != other


@pytest.mark.parametrize("code", QuestionCode)
def test_every_question_has_words_in_both_languages(code: QuestionCode) -> None:
    words = QUESTION_WORDS[code]
    assert words.zh[-1] in "。？"
    assert words.en[-1] in ".?"


def test_what_is_left_out_of_a_name_is_named_once_and_what_is_a_letter_is_not() -> None:
    (question,) = asked(replace(WENJING, name="张三"), "张·三··A")
    assert question.particulars == {
        "after": "张三",
        "before": "张·三··A",
        "letters": "（U+00B7 已替换或去掉）",
        "letters_en": " (U+00B7 replaced or left out)",
    }
    (question,) = asked(replace(WENJING, name="张三"), "張三")
    assert (question.particulars["letters"], question.particulars["letters_en"]) == ("", "")
