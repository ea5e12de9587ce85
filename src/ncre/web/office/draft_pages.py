"""How a draft is shown: the list, one draft, a part of it, and what publishing it would change."""

from __future__ import annotations

from typing import Final

from flask import render_template

from ncre.domain.accounts.staff import LONGEST_WHY
from ncre.domain.exam.revision_weighing import Weighed
from ncre.domain.exam.revision_wording import change_words, outcome_words
from ncre.domain.registration.vocabulary import Role, Status
from ncre.identity.form_drafts import LARGEST_OF_STAFF
from ncre.projections.registration.overview import SiteOverview
from ncre.services.exam.draft import RoundDraft
from ncre.web.drafts.draft_form import DraftForm, OpenForm, thing
from ncre.web.office.draft_fields import FORMS, Form
from ncre.web.office.draft_forms import as_time, fault_in_words, labels_of, rows_shown, typed_cells
from ncre.web.office.draft_site_fields import site_form
from ncre.web.shared.auth import container
from ncre.web.shared.forms import fresh_id, sent_form
from ncre.web.shared.history_view import names
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language

SITE = "site:"

DRAFT: Final = DraftForm("round-part", largest=LARGEST_OF_STAFF)
"""Its fields are those of the part."""

PUBLICATION: Final = DraftForm("publication", ("why",))
NEXT: Final = DraftForm("next-round", ("source", "code", "begins"))


def list_page(faults: dict[str, str]) -> str:
    round_ = container().queries.exams.current()
    opened = container().queries.exams.rounds()
    return render_template(
        "office/rounds/drafts.html",
        rounds=opened[::-1],
        current=round_.code if round_ else "",
        drafts=container().round_drafts.listed(),
        faults=faults,
        opened_next=NEXT.opened(),
        name_of=names(),
        command_id=fresh_id,
    )


def overview_page(found: RoundDraft, faults: dict[str, str]) -> str:
    return render_template(
        "office/rounds/draft.html",
        draft=found,
        forms=FORMS,
        taken=_taken(found),
        sites=[_site_line(found, one.name) for one in found.sites],
        administrators=_administrators(),
        number=container().revisions.number(found.code),
        faults=faults,
        name_of=names(),
        typed=sent_form(),
    )


def _site_line(found: RoundDraft, name: str) -> dict[str, object]:
    """A line of the table of sites; numbers as they were typed."""
    known = found.parts[name]
    cells, policy = known.fields, found.parts["policy"].fields
    offers = [cell for key, cell in cells.items() if key.startswith("offers.")]
    seats = [cell for key, cell in cells.items() if key.startswith("rooms.") and key.endswith(".seats")]
    return {
        "code": name.removeprefix(SITE),
        "part": known,
        "name": cells.get("site.name", ""),
        "place": f"{cells.get('site.province', '')} {cells.get('site.city', '')}".strip(),
        "quota": cells.get("policies.quota") or policy.get("policy.quota", ""),
        "offers": len(offers),
        "rooms": len(seats),
        "seats": sum(int(one) for one in seats if one.isdigit()),
        "faults": len(found.faults_of(name)),
        "cautions": [one.words.say(language()) for one in found.cautions_of(name)],
        "is_changed": known.is_changed,
        "is_new": not known.base and found.row.made_from > 0,
    }


def _taken(found: RoundDraft) -> dict[str, SiteOverview]:
    """How far the sites of the round in force are taken; nothing for a round that is not open."""
    round_ = container().queries.exams.round(found.code)
    every = container().queries.exams.overview(round_) if round_ else []
    return {now.site.code: now for now in every}


def _administrators() -> dict[str, list[str]]:
    """The names of the administrators of each site."""
    by_site: dict[str, list[str]] = {}
    for one in container().staff_accounts.all():
        for site in one.account.sites if one.account.role is Role.SITE_ADMIN else ():
            by_site.setdefault(site, []).append(one.account.name)
    return by_site


def opened_part(found: RoundDraft, part: str) -> OpenForm:
    return DRAFT.opened(thing("round-part", str(found.id), part))


def begun_part(found: RoundDraft, part: str) -> str:
    """The part as it was left in the form, else as it is saved."""
    known, opened = found.parts[part], opened_part(found, part)
    if opened.draft is None:
        return part_page(found, part, dict(known.fields), known.version)
    cells = typed_cells(form_of(found, part), opened.fields)
    return part_page(found, part, cells, known.version, changed=known.version > opened.draft.seen)


def part_page(
    found: RoundDraft, part: str, cells: dict[str, str], version: int, changed: bool = False, told: str = ""
) -> str:
    form = form_of(found, part)
    labels = labels_of(form)
    faults = {
        one.name or "form": fault_in_words(one.words, labels) for one in reversed(found.faults_of(part))
    }
    known, opened = found.parts[part], opened_part(found, part)
    return render_template(
        "office/rounds/draft_part.html",
        opened=opened,
        draft=found,
        part=part,
        form=form,
        cells=cells,
        faults={} if changed or told or opened.draft else faults,
        cautions=[fault_in_words(one.words, labels) for one in found.cautions_of(part)],
        version=version,
        changed=changed,
        told=told,
        known=known,
        rows_of=rows_shown,
        as_time=as_time,
        administrators=_administrators().get(part.removeprefix(SITE), []),
        name_of=names(),
    )


def form_of(found: RoundDraft, part: str) -> Form:
    if not part.startswith(SITE):
        return FORMS[part]
    subjects = found.parts["subjects"].fields
    listed = [
        (cell, subjects.get(name.replace(".code", ".name"), ""))
        for name, cell in subjects.items()
        if name.endswith(".code")
    ]
    policy = found.parts["policy"].fields
    return site_form(part.removeprefix(SITE), found.parts[part].fields, policy, sorted(listed))


def preview_page(found: RoundDraft, faults: dict[str, str]) -> str:
    revision = container().round_drafts.preview(found) if found.is_open else None
    wrong = [(one, title_of(one.part)) for one in found.read.faults]
    return render_template(
        "office/rounds/draft_preview.html",
        draft=found,
        revision=revision,
        points=[_point(one) for one in revision.points] if revision else [],
        wrong=[
            (one.part, title, fault_in_words(one.words, labels_of(form_of(found, one.part))))
            for one, title in wrong
        ],
        outdated=revision is not None and revision.made_from != found.row.made_from,
        faults=faults,
        opened=PUBLICATION.opened(found.id),
        longest_why=LONGEST_WHY,
        command_id=fresh_id(),
    )


def _point(point: Weighed) -> tuple[str, str, list[tuple[str, int]]]:
    """A change, what comes of it, and in which statuses those are whom it touches."""
    change, outcome = (
        change_words(point.change),
        outcome_words(point.outcome, point.change.kind, point.touched),
    )
    counts = [(one, sum(who.status is one for who in point.people)) for one in Status]
    return change.say(language()), outcome.say(language()), [(one.value, n) for one, n in counts if n]


def title_of(part: str) -> str:
    return (
        _("考点 %(code)s", code=part.removeprefix(SITE)) if part.startswith(SITE) else str(FORMS[part].title)
    )
