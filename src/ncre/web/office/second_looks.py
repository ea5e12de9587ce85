"""复核抽查: how much of each site's decisions gets a second look, what reviewers disagree on, and how often they agree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from unicodedata import normalize
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Role
from ncre.web.drafts.draft_form import DraftForm
from ncre.web.refusal_statuses import STATUS
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import field_values, has_field, trimmed_field, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.rounds import names_of_sites
from ncre.web.staff.return_link import remember_list

pages = Blueprint("second_looks", __name__)

DRAFT: Final = DraftForm("settlement", ("outcome", "note"))
"""About the registration; a part for each version."""

_PER_CENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?")


@pages.get("/office/second-looks")
@require_role(Role.OFFICE)
def home() -> Answer:
    return _page({})


@pages.post("/office/second-looks/rates")
@require_role(Role.OFFICE)
def set_rates() -> Answer:
    """The rate of the chosen sites from now on, in per cent with one decimal."""
    names, typed = names_of_sites(), trimmed_field("rate")
    chosen = set(names) if has_field("all") else set(field_values("site")) & names.keys()
    faults = {} if chosen else {"site": _("请选择考点。")}
    try:
        rate = _per_mille(typed)
        if chosen:
            container().second_looks.set_rates(account(), chosen, rate)
    except Refusal as refusal:
        faults["rate"] = refusal_text(refusal)
    if faults:
        return _page(faults, frozenset(chosen), typed), 422
    flash(_("%(count)s 个考点的抽查比例已改为 %(rate)s%%。", count=len(chosen), rate=_per_cent(rate)))
    return redirect(url_for("second_looks.home"), 303)


@pages.post("/office/second-looks/<uuid:registration>/<int:version>/settle")
@require_role(Role.OFFICE)
@DRAFT.sent
def settle(registration: UUID, version: int) -> Answer:
    """Whose verdict was right."""
    outcome, note = typed_field("outcome"), typed_field("note")
    try:
        container().second_looks.settle(account(), registration, version, outcome, note)
    except Refusal as refusal:
        if refusal.code is RefusalCode.LOOK_SETTLED:
            raise
        key = f"look-{registration}-{version}"
        return _page({key: refusal_text(refusal)}), int(STATUS[refusal.code])
    flash(_("分歧已有结论。"))
    return redirect(url_for("second_looks.home"), 303)


def _page(faults: Mapping[str, str], chosen: frozenset[str] = frozenset(), typed: str = "") -> str:
    """`chosen` and `typed` are the sites and the rate of a form that was refused."""
    remember_list("second_looks.home")
    looks, names = container().second_looks, names_of_sites()
    round_ = container().queries.exams.current()
    rates = {code: _per_cent(rate) for code, rate in looks.rates(names).items()}
    found = looks.disagreements(names)
    settled = looks.settled(names)
    shown_looks = (*found, *(look for look, _note in settled))
    rows = container().queries.cases.rows([look.registration for look in shown_looks])
    return render_template(
        "office/second_looks.html",
        names=names,
        rates=sorted(rates.items()),
        chosen=chosen,
        typed=typed,
        for_office=looks.waiting(account()).total(),
        taken=looks.taken(account()),
        disagreements=found,
        settled=settled,
        kept=DRAFT,
        numbers={row["id"]: row["number"] for row in rows},
        report=looks.report(round_.code) if round_ else [],
        faults=faults,
    )


def _per_mille(typed: str) -> int:
    """Thousandths of what was typed in per cent. Raises Refusal."""
    found = _PER_CENT.fullmatch(normalize("NFKC", typed).removesuffix("%").strip())
    if found is None:
        raise Refusal(RefusalCode.RATE_UNFIT)
    return 10 * int(found[1]) + int(found[2] or 0)


def _per_cent(per_mille: int) -> str:
    return f"{per_mille / 10:g}"
