"""The sentences of erasures and retention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import exam_time_in_words
from ncre.events import erasure
from ncre.events.base import Fact

WAYS: Final = {
    "office": Bilingual("考务办公室办理", "by the exam office"),
    "schedule": Bilingual("保存期已满", "the time for keeping them was over"),
    "restored": Bilingual("从备份恢复后重新执行", "done again after a restoration"),
}


def _way(code: str) -> Bilingual:
    return WAYS.get(code, Bilingual(code, code))


def _requested(_: erasure.ErasureRequested) -> Bilingual:
    return Bilingual("申请删除全部个人信息。", "Asked for all personal data to be erased.")


def _withdrawn(_: erasure.ErasureWithdrawn) -> Bilingual:
    return Bilingual("撤回了删除个人信息的申请。", "Took the request for erasure back.")


def _declined(declined: erasure.ErasureDeclined) -> Bilingual:
    zh, en = "", ""
    if declined.possible_from is not None:
        possible = exam_time_in_words(declined.possible_from)
        zh, en = f"，{possible} 之后可以删除", f"; it is possible after {possible}"
    return Bilingual(
        f"删除个人信息的申请没有通过（{declined.why}{zh}）。",
        f"The request for erasure was declined ({declined.why}{en}).",
    )


def _erased(erased: erasure.PersonErased) -> Bilingual:
    way = _way(erased.way)
    return Bilingual(
        f"全部个人信息已删除（{way.zh}：{erased.why}）。",
        f"All personal data were erased ({way.en}: {erased.why}).",
    )


def _registration(erased: erasure.RegistrationErased) -> Bilingual:
    way = _way(erased.way)
    return Bilingual(
        f"本报名的个人信息和照片已删除（{way.zh}）。",
        f"The personal data and photos of this registration were erased ({way.en}).",
    )


def _set(retention: erasure.RetentionSet) -> Bilingual:
    zh, en = "不自动删除", "nothing is erased by itself"
    if retention.erase_days is not None:
        zh, en = (
            f"考后 {retention.erase_days} 天自动删除",
            f"they are erased after {retention.erase_days} days",
        )
    return Bilingual(
        f"考次 {retention.round} 的个人信息考后须保存 {retention.keep_days} 天，{zh}（{retention.why}）。",
        f"Personal data of round {retention.round} must be kept for {retention.keep_days} days after the exam; "
        f"{en} ({retention.why}).",
    )


def _applied(applied: erasure.RetentionApplied) -> Bilingual:
    return Bilingual(
        f"考次 {applied.round} 到期删除：已删除 {applied.erased} 人，仍保存 {applied.kept} 人。",
        f"The retention of round {applied.round} was carried out: {applied.erased} people erased, {applied.kept} kept.",
    )


ERASURE_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    erasure.ErasureRequested: _requested,
    erasure.ErasureWithdrawn: _withdrawn,
    erasure.ErasureDeclined: _declined,
    erasure.PersonErased: _erased,
    erasure.RegistrationErased: _registration,
    erasure.RetentionSet: _set,
    erasure.RetentionApplied: _applied,
}
