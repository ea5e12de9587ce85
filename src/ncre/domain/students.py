"""Sites for their own students: the school number (学号), or the declaration of who has none."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ncre.domain import typed_text
from ncre.domain.refusals import Refusal, RefusalCode

OWN_STUDENTS: Final = "own_students"
"""The audience of a site that takes its own students only."""

DECLARED: Final = "declared"
"""Stands for a school number where somebody declares to be a student without one; no school number is written so."""

LONGEST_SCHOOL_NUMBER: Final = 30
_SCHOOL_NUMBER: Final = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9./_-]*", re.ASCII)


def school_number(text: str) -> str:
    """A school number in its one form: half width, upper case, without blanks; DECLARED and "" stay. Raises Refusal."""
    if text in ("", DECLARED):
        return text
    plain = "".join(
        typed_text.seen(unicodedata.normalize("NFKC", text[: typed_text.LONGEST])).upper().split()
    )
    if not plain:
        return ""
    if len(plain) > LONGEST_SCHOOL_NUMBER or not _SCHOOL_NUMBER.fullmatch(plain):
        raise Refusal(RefusalCode.SCHOOL_NUMBER_INVALID)
    return plain
