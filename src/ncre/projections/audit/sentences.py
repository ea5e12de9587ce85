"""The sentences of what auditors did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.events import audit
from ncre.events.base import Fact

PAGES: Final[Mapping[str, Bilingual]] = {
    "record": Bilingual("报名档案", "the record"),
    "facts": Bilingual("原始记录", "the stored facts"),
    "compare": Bilingual("两个时点的比较", "a comparison of two states"),
    "json": Bilingual("档案的 JSON", "the record as JSON"),
    "papers": Bilingual("当时的纸质材料", "papers as they were printed"),
    "export": Bilingual("证明包", "a bundle of it"),
    "ledger": Bilingual("账本", "the ledger"),
    "account": Bilingual("账号档案", "the record of an account"),
    "staff": Bilingual("工作人员办理记录", "the record of a member of staff"),
    "round": Bilingual("考次历史", "the history of a round"),
    "revision": Bilingual("考次修订", "revisions of a round"),
    "site": Bilingual("考点历史", "the history of a site"),
    "money": Bilingual("资金账目", "the ledger of money"),
    "statistics": Bilingual("统计", "the statistics"),
}
SCOPES: Final[Mapping[str, Bilingual]] = {
    "all": Bilingual("全部日志", "the whole log"),
    "round": Bilingual("考次", "round"),
    "site": Bilingual("考点", "site"),
    "registration": Bilingual("报名", "registration"),
}


def _exported(exported: audit.BundleExported) -> Bilingual:
    scope = SCOPES.get(exported.scope, Bilingual(exported.scope, exported.scope))
    return Bilingual(
        f"导出了证明包：{scope.zh} {exported.of}".rstrip() + f"，检查点含 {exported.size} 条事实。",
        f"A bundle was taken: {scope.en} {exported.of}".rstrip()
        + f", under a checkpoint over {exported.size} facts.",
    )


def _page(code: str) -> Bilingual:
    return PAGES.get(code, Bilingual(code, code))


def _audit_viewed(viewed: audit.AuditViewed) -> Bilingual:
    if viewed.page == "money-file":
        return Bilingual(f"导出了资金账目：{viewed.of}。", f"The ledger of money was exported: {viewed.of}.")
    page = _page(viewed.page)
    return Bilingual(f"审计查看了{page.zh}。", f"An auditor looked at {page.en}.")


def _record_viewed(viewed: audit.RecordViewed) -> Bilingual:
    page = _page(viewed.page)
    return Bilingual(
        f"审计查看了{page.zh}，隐私信息未显示。",
        f"An auditor looked at {page.en}; private details stayed hidden.",
    )


AUDIT_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    audit.BundleExported: _exported,
    audit.AuditViewed: _audit_viewed,
    audit.RecordViewed: _record_viewed,
}
