"""The sentences of facts about exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.events import export as facts
from ncre.events.base import Fact

WHAT: Final = {
    "candidates": Bilingual("考生", "candidates"),
    "sittings": Bilingual("考场座位", "sittings"),
    "money": Bilingual("收款与退款", "money"),
    "history": Bilingual("办理历史", "history"),
}

GONE: Final = {
    "expired": Bilingual("到期", "expired"),
    "asked": Bilingual("应要求", "as asked"),
    "erasure": Bilingual("有人的个人信息被删除", "a person was erased"),
    "failed": Bilingual("没有生成", "it was not made"),
}


def _of(what: str, site: str) -> tuple[str, str]:
    words = WHAT.get(what, Bilingual(what, what))
    zh, en = words.zh, words.en
    return (f"{zh}，考点 {site}", f"{en} of site {site}") if site else (zh, en)


def _requested(requested: facts.ExportRequested) -> Bilingual:
    zh, en = _of(requested.what, requested.site)
    private_zh = (
        f"，含个人信息列 {len(requested.private)} 个（原因：{requested.why}）" if requested.private else ""
    )
    private_en = (
        f", {len(requested.private)} of them private (reason: {requested.why})" if requested.private else ""
    )
    return Bilingual(
        f"导出第 {requested.round} 次考试的{zh}（{requested.form}）：{len(requested.columns)} 列{private_zh}。",
        f"Export of round {requested.round} asked for: {en} ({requested.form}), "
        f"{len(requested.columns)} columns{private_en}.",
    )


def _made(made: facts.ExportMade) -> Bilingual:
    state = Bilingual(f"，数据截至日志位置 {made.position}", f", as of position {made.position} of the log")
    zh, en = state if made.position else ("", "")
    return Bilingual(
        f"导出文件已生成：{made.rows} 行，{made.size} 字节，SHA-256 {made.digest}{zh}。",
        f"The file is made: {made.rows} rows, {made.size} bytes, SHA-256 {made.digest}{en}.",
    )


def _taken(_: facts.ExportTaken) -> Bilingual:
    return Bilingual("下载了导出文件。", "The file was downloaded.")


def _removed(removed: facts.ExportRemoved) -> Bilingual:
    why = GONE.get(removed.why, Bilingual(removed.why, removed.why))
    return Bilingual(f"导出文件已删除（{why.zh}）。", f"The file was removed ({why.en}).")


def _scheduled(scheduled: facts.ExportScheduled) -> Bilingual:
    zh, en = _of(scheduled.what, scheduled.site)
    return Bilingual(
        f"设定每天 {scheduled.at} 导出{zh}（{scheduled.form}），{len(scheduled.columns)} 列。",
        f"An export every day at {scheduled.at}: {en} ({scheduled.form}), {len(scheduled.columns)} columns.",
    )


def _unscheduled(_: facts.ExportUnscheduled) -> Bilingual:
    return Bilingual("取消了每天的导出。", "The daily export was ended.")


EXPORT_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    facts.ExportRequested: _requested,
    facts.ExportMade: _made,
    facts.ExportTaken: _taken,
    facts.ExportRemoved: _removed,
    facts.ExportScheduled: _scheduled,
    facts.ExportUnscheduled: _unscheduled,
}
