"""Particulars of a refusal are put into words, in the language that is asked for."""

from __future__ import annotations

import pytest

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.subject_names import SUBJECT_NAMES, subject_words
from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS
from ncre.domain.faults import Fault
from ncre.domain.refusal_wording import REFUSALS, in_both_languages, refusal_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Opening, Status, Step
from ncre.domain.registration.window_wording import FOLLOWS, WINDOWS
from ncre.domain.seating.cautions import Caution, CautionCode
from ncre.domain.seating.wording import caution_words
from ncre.domain.wording import CHANNELS, STATUSES, STEPS, channel_words, level_words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_statuses_steps_windows_and_words_are_said_in_the_language(language: str) -> None:
    code = RefusalCode.NOT_YOUR_ROLE
    words = REFUSALS[code]
    try:
        REFUSALS[code] = Bilingual("{a}|{b}|{window}|{c}|{d}|{follows}", "{a}/{b}/{window}/{c}/{d}/{follows}")  # type: ignore[index]
        given = {
            "a": Status.PAID,
            "b": Step.APPROVE,
            "window": Opening.REVIEW,
            "c": Bilingual("一", "one"),
            "d": 7,
        }
        said = refusal_words(code, given, language)
        both = in_both_languages(Refusal(code, **given))
    finally:
        REFUSALS[code] = words  # type: ignore[index]
    parts = [STATUSES[Status.PAID], STEPS[Step.APPROVE], WINDOWS[Opening.REVIEW], Bilingual("一", "one")]
    tail = ["7", FOLLOWS[Opening.REVIEW].say(language)]
    assert said == {"zh": "|", "en": "/"}[language].join([*(one.say(language) for one in parts), *tail])
    assert both.say(language) == said


def test_a_window_that_is_no_window_has_nothing_that_follows() -> None:
    assert (
        refusal_words(RefusalCode.NOT_YOUR_ROLE, {"window": "x"}, "zh")
        == REFUSALS[RefusalCode.NOT_YOUR_ROLE].zh
    )


def test_words_without_particulars_are_said_as_they_stand() -> None:
    assert Bilingual("{一}", "{one}").say("en") == "{one}"
    assert Bilingual("{n}", "no {n}").say("en", n=1) == "no 1"


def test_a_fault_a_caution_a_subject_a_level_and_a_channel_are_said() -> None:
    fault = next(one for one in FaultCode if "{" not in FAULT_WORDS[one].en)
    assert Fault("x", fault).say("en") == FAULT_WORDS[fault].en
    assert Fault("x", fault).say("zh") == FAULT_WORDS[fault].zh
    caution = Caution(CautionCode.UNCONFIRMED, {"people": 3})
    assert caution_words(caution, "en").startswith("3 of the people to be seated")
    assert "有 3 人还没有现场确认" in caution_words(caution, "zh")
    name, english = next(iter(SUBJECT_NAMES.items()))
    assert subject_words(name) == Bilingual(name, english)
    assert subject_words("新科目") == Bilingual("新科目", "新科目")
    assert [level_words(level) for level in (0, 1, 4, 5)] == [
        Bilingual("0级", "Level 0"),
        Bilingual("一级", "Level 1"),
        Bilingual("四级", "Level 4"),
        Bilingual("5级", "Level 5"),
    ]
    assert channel_words("alipay") is CHANNELS["alipay"]
    assert channel_words("银联") == Bilingual("银联", "银联")
