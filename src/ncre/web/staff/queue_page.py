"""The queue as a table, and as a contact sheet of photos: the same filter, the same selection, the same keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, url_for

from ncre.domain.exam.plan import Round, Site
from ncre.projections.registration.queue_pages import PageStart, QueuedCases
from ncre.projections.rows import RegistrationRow
from ncre.web.candidate.photo_checks import lines
from ncre.web.candidate.task_list import time_left
from ncre.web.shared.auth import Answer, account, container
from ncre.web.shared.disclosure import is_opened, open_all
from ncre.web.shared.forms import field_values, fresh_id
from ncre.web.shared.history_view import name_of
from ncre.web.shared.registration_view import at_my_sites
from ncre.web.staff.queue_filter import (
    VERDICT_WORDS,
    WAITED,
    AskedFor,
    filter_of,
    in_address,
    place_of,
    queue_asked_for,
)
from ncre.web.staff.return_link import remember_list
from ncre.web.staff.second_look import without_look

PURPOSE: Final = "review"

PHOTOS: Final = 24
"""Cases on one contact sheet: fewer than a session remembers as opened."""


def table(size: int) -> Answer:
    """待审核 as a table."""
    asked, round_, mine = _asked()
    found = _found(asked, round_, size)
    remember_list("review.queue", **asked.arguments)
    return render_template("staff/queue.html", **_shown(asked, round_, mine, found, "review.queue"))


def sheet() -> Answer:
    """The photos of the waiting cases side by side, where this session opened them."""
    asked, round_, mine = _asked()
    found = _found(asked, round_, PHOTOS)
    remember_list("review.sheet", **asked.arguments)
    cards = [_card(row) for row in found.rows]
    shown = _shown(asked, round_, mine, found, "review.sheet")
    closed = [one for one in cards if not one["opened"]]
    return render_template(
        "staff/sheet.html", **shown, cards=cards, closed=closed, here=_onward(asked, place_of())
    )


def open_sheet() -> Answer:
    """Show the photos of these cases in this session: every look is recorded first, or none is."""
    open_all([at_my_sites(case) for case in _cases_of_form()[:PHOTOS]], PURPOSE, "review")
    asked, _round, _mine = _asked()
    return redirect(_address("review.sheet", _onward(asked, place_of())), 303)


def _asked() -> tuple[AskedFor, Round | None, list[Site]]:
    exams = container().queries.exams
    round_ = exams.current()
    mine = [site for site in exams.sites(round_.code if round_ else "") if account().actor.covers(site.code)]
    return queue_asked_for([site.code for site in mine]), round_, mine


def _found(asked: AskedFor, round_: Round | None, size: int) -> QueuedCases:
    """A page of the queue, without the case of a second look: that it waits again says what was decided."""
    wanted = filter_of(asked, round_.code if round_ else "")
    found = container().queries.cases.queue_page(wanted, place_of(), size)
    return replace(found, rows=without_look(found.rows))


def _shown(
    asked: AskedFor, round_: Round | None, mine: Sequence[Site], found: QueuedCases, endpoint: str
) -> dict[str, Any]:
    now, names = container().clock(), {site.code: site.plan.name for site in mine}
    waiting = container().queries.cases.waiting_at(round_.code) if round_ else {}
    claims = container().review_claims.of([row["id"] for row in found.rows])
    return {
        "asked": asked,
        "endpoint": endpoint,
        "rows": found.rows,
        "doubtful": found.doubtful,
        "count": sum(waiting.get(code, 0) for code in ([asked.site] if asked.site else names)),
        "waits": {row["id"]: time_left(now, row["requested_at"] or now) for row in found.rows},
        "names": names,
        "sites": [(code, name, waiting.get(code, 0)) for code, name in sorted(names.items())],
        "subjects": sorted({offer.subject for site in mine for offer in site.plan.offers}),
        "verdicts": VERDICT_WORDS,
        "waited": WAITED,
        "holders": {case: name_of(str(claim.account)) for case, claim in claims.items()},
        "mine": {case for case, claim in claims.items() if claim.account == account().id},
        "following": _onward(asked, found.next) if found.next else {},
        "started": place_of() is not None,
        "command_id": fresh_id,
    }


def _onward(asked: AskedFor, place: PageStart | None) -> dict[str, str]:
    """The address behind a place; of the first page where there is none."""
    return {**asked.arguments, **({"after": in_address(place)} if place else {})}


def _address(endpoint: str, arguments: dict[str, str]) -> str:
    plain: dict[str, Any] = arguments
    return url_for(endpoint, **plain)


def _card(row: RegistrationRow) -> dict[str, Any]:
    """A case on the contact sheet: its photo, and what was measured of it that is not right."""
    photo = row["photo"] or {}
    checks = lines(photo.get("measured") or {}, photo.get("codes") or (), staff=True)
    return {
        "row": row,
        "opened": is_opened(row, PURPOSE),
        "verdict": VERDICT_WORDS.get(photo.get("verdict", ""), ""),
        "appealed": bool(photo.get("appealed")),
        "faults": [line for line in checks if line.level in ("refused", "warned", "staff")],
        "digest": photo.get("digest", ""),
        "lost": bool(photo) and container().photos.is_lost(photo["digest"]),
    }


def _cases_of_form() -> list[UUID]:
    """The cases that a form names; what is no id is left out."""
    return [case for case, _seen in chosen_of_form(field_values("case"))]


def chosen_of_form(given: Sequence[str]) -> list[tuple[UUID, int]]:
    """(case, version that was seen) of each box that was ticked, each case once; what a page never wrote is left out."""
    chosen: dict[UUID, int] = {}
    for one in given:
        case, _, seen = one.partition(".")
        try:
            chosen[UUID(case)] = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
        except ValueError:
            continue
    return [(case, seen) for case, seen in chosen.items() if seen > 0]
