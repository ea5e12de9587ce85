"""No code without words, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from string import Formatter

import pytest

from ncre.domain.bilingual import Bilingual
from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS
from ncre.domain.payment.settlement import Unusable
from ncre.domain.refusal_wording import REFUSALS
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Opening, Role, Status, Step, When
from ncre.domain.seating.cautions import CautionCode
from ncre.domain.seating.wording import CAUTIONS
from ncre.domain.wording import CONDITIONS, OPENINGS, ROLES, STATUSES, STEPS, UNUSABLE
from ncre.web.refusal_statuses import STATUS

TABLES: list[tuple[type[StrEnum], Mapping[StrEnum, Bilingual]]] = [
    (Status, STATUSES),
    (Step, STEPS),
    (Role, ROLES),
    (When, CONDITIONS),
    (Opening, OPENINGS),
    (Unusable, UNUSABLE),
    (RefusalCode, REFUSALS),
    (FaultCode, FAULT_WORDS),
    (CautionCode, CAUTIONS),
]
SILENT = {When.ALWAYS, Opening.NONE}
"""Codes that mean "nothing in particular", and say so by saying nothing."""


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("codes", "table"), TABLES)
def test_every_code_has_its_words_in_both_languages(
    codes: type[StrEnum], table: Mapping[StrEnum, Bilingual]
) -> None:
    assert set(table) == set(codes)
    for code, words in table.items():
        if code not in SILENT:
            assert re.search(r"[\u4e00-\u9fff]", words.zh), code
            assert re.search(r"[a-z]", words.en), code


@pytest.mark.parametrize(("codes", "table"), TABLES)
def test_both_languages_speak_of_the_same_particulars(
    codes: type[StrEnum], table: Mapping[StrEnum, Bilingual]
) -> None:
    for code, words in table.items():
        zh = {name.removesuffix("_en") for name in fields(words.zh)}
        en = {name.removesuffix("_en") for name in fields(words.en)}
        assert zh == en, code


def test_every_refusal_has_its_http_status() -> None:
    assert set(STATUS) == set(RefusalCode)


def test_every_reason_for_a_rejection_is_said_in_both_languages() -> None:
    for reason in REVIEW_REASONS.values():
        assert reason.text
        assert reason.text_en
