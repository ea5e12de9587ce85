"""账本: the signed tree over the log, its checkpoints and witnesses, and bundles to take away. Looking is recorded."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from ncre.domain.registration.vocabulary import Role
from ncre.ledger.export import NothingSealed
from ncre.services.audit.bundles import BundleRequest, BundleScope
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.forms import sent_form, trimmed_field, typed_field
from ncre.web.shared.language import gettext as _

pages = Blueprint("audit_ledger", __name__)

LISTED: Final = 30
WIDTH, HEIGHT = 640, 160
"""Of the picture of growth."""


@pages.get("/audit/ledger")
@require_role(Role.AUDITOR, Role.OFFICE)
def page() -> Answer:
    container().audit_bundles.record_audit("ledger", "", account().actor)
    return _page({})


@pages.post("/audit/ledger/bundle")
@require_role(Role.AUDITOR, Role.OFFICE)
def take() -> Answer:
    """A bundle as a file; that it was taken is recorded first."""
    wanted = _wanted()
    if wanted is None:
        return _page({"of": _("请填写要导出的报名编号、考点代码或考次代码。")}), 422
    out = io.BytesIO()
    try:
        container().audit_bundles.export(wanted, account().actor, out)
    except NothingSealed:
        return _page({"scope": _("还没有检查点，请一分钟后再导出。")}), 409
    except ValueError:
        return _page({"of": _("没有这样的报名、考点或考次。请核对后再导出。")}), 422
    answer = Response(out.getvalue(), mimetype="application/zip")
    name = "-".join(part for part in ("ncre", wanted.scope.value, wanted.of) if part)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer


def _wanted() -> BundleRequest | None:
    scope, of = typed_field("scope"), trimmed_field("of")
    if scope == BundleScope.ALL:
        return BundleRequest(BundleScope.ALL)
    if scope not in list(BundleScope) or not of.isascii() or not of.replace("-", "").isalnum():
        return None
    if scope == BundleScope.REGISTRATION:
        try:
            return BundleRequest(BundleScope.REGISTRATION, str(UUID(of)))
        except ValueError:
            return None
    return BundleRequest(BundleScope(scope), of)


def _page(faults: dict[str, str]) -> str:
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    found = container().queries.audit.page(LISTED, number)
    return render_template(
        "audit/ledger.html",
        state=found.state,
        listed=found.listed,
        keys=found.keys,
        line=_line(found.state.points),
        size=(WIDTH, HEIGHT),
        scope=sent_form().get("scope", BundleScope.ALL),
        typed=typed_field("of"),
        faults=faults,
    )


def _line(points: Sequence[tuple[datetime, int]]) -> str:
    """The growth as the points of a polyline."""
    if len(points) < 2:
        return ""
    first, last = points[0][0], points[-1][0]
    span, most = (last - first).total_seconds() or 1, points[-1][1] or 1
    return " ".join(
        f"{(at - first).total_seconds() / span * WIDTH:.0f},{HEIGHT - size / most * HEIGHT:.0f}"
        for at, size in points
    )
