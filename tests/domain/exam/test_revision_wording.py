"""Codes that a plan is written with stand in no line that people read."""

from __future__ import annotations

import pytest

from ncre.domain.exam.revision import Change, ChangeKind
from ncre.domain.exam.revision_wording import change_words


@pytest.mark.parametrize(
    ("kind", "before", "after", "zh", "en"),
    [
        (ChangeKind.SITE_MANAGES, "", "rooms notice", "：机房、考点提示", ": rooms, notice"),
        (ChangeKind.AUDIENCE, "all", "social", "：面向所有考生 → 面向社会考生", ": open to everybody → open to the public"),
        (
            ChangeKind.HOLD,
            "24 h, approved",
            "48 h, submitted",
            "：24 小时，审核通过起算 → 48 小时，提交报名起算",
            ": 24 h from the approval → 48 h from the submission",
        ),
        (ChangeKind.MOST_SUBJECTS, "3", "2", "：3 → 2", ": 3 → 2"),
        (ChangeKind.SITE_CLOSED, "一所学校", "", "：一所学校 → –", ": 一所学校 → –"),
        (ChangeKind.REVIEW_ON, "", "", "", ""),
    ],
)  # fmt: skip
def test_values_of_a_change_are_words(kind: ChangeKind, before: str, after: str, zh: str, en: str) -> None:
    said = change_words(Change(kind, "420019", "", before, after))
    assert said.zh.endswith(zh)
    assert said.en.endswith(en)
    assert ("：" in said.zh) is bool(zh)
