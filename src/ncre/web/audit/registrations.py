"""报名档案: any registration as it stands or stood, what changed when and by whom. Nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from flask import Blueprint, Response, redirect, render_template, request, url_for

from ncre.domain.refusals import Refusal
from ncre.domain.registration.disclosure import reason_in_words
from ncre.domain.registration.lifecycle import PRINTABLE
from ncre.domain.registration.vocabulary import Role, Status
from ncre.events.base import Fact
from ncre.projections.audit.snapshots import (
    DUPLICATE_COLUMNS,
    AsOfVersion,
    At,
    FieldChange,
    StateAt,
    field_changes,
    parse_at,
    state_at,
    why_nothing,
)
from ncre.projections.registration.fields import FIELDS, formatted_value
from ncre.projections.rows import HistoryRow, RegistrationRow
from ncre.services.audit.seals import Seal
from ncre.web.drafts.draft_form import DraftForm, OpenForm
from ncre.web.shared import disclosure
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import trimmed_field, typed_field
from ncre.web.shared.history_view import newest_first
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import any_row
from ncre.web.staff.desk import looked_up

pages = Blueprint("audit", __name__)

PURPOSE: Final = "audit"

DRAFT: Final = DraftForm("details-opening", ("why",))
"""About the registration."""


@pages.get("/audit")
@require_role(Role.AUDITOR, Role.OFFICE)
def search() -> Answer:
    return render_template("audit/search.html", typed="", rows=[], faults={})


@pages.post("/audit")
@require_role(Role.AUDITOR, Role.OFFICE)
def find() -> Answer:
    """As at the desk, over all sites; what is searched for never stands in an address."""
    found = looked_up()
    typed, rows, faults = found.typed, found.rows, found.faults
    if len(rows) == 1:
        return redirect(url_for("audit.registration", registration=rows[0]["id"]), 303)
    return render_template("audit/search.html", typed=typed, rows=rows, faults=faults), 422 if faults else 200


@pages.get("/audit/<uuid:registration>")
@require_role(Role.AUDITOR, Role.OFFICE)
def registration(registration: UUID) -> Answer:
    """The history beside the registration as it stood at a version or a moment."""
    _record_view(registration, "record")
    return _record_page(registration, request.args.get("at", "").strip(), {})


@pages.post("/audit/<uuid:registration>/open")
@require_role(Role.OFFICE)
@DRAFT.sent
def open_details(registration: UUID) -> Answer:
    """Show the private details in this session from now on; the look and its reason are recorded first."""
    row, at = any_row(registration), trimmed_field("at")
    facts_page = typed_field("page") == "facts"
    try:
        disclosure.open_details(row, PURPOSE, reason_in_words(typed_field("why")))
    except Refusal as refusal:
        page = _facts_page if facts_page else _record_page
        return page(registration, at, {"why": refusal_text(refusal)})
    going_on = "audit.facts" if facts_page else "audit.registration"
    return redirect(url_for(going_on, registration=registration, at=at or None), 303)


@pages.get("/audit/<uuid:registration>/compare")
@require_role(Role.AUDITOR, Role.OFFICE)
def compare(registration: UUID) -> Answer:
    """What differs between two states; the last two versions where none are named."""
    _record_view(registration, "compare")
    past = _past(registration)
    last = past.now.version
    usual = {"from": f"v{max(1, last - 1)}", "to": f"v{last}"}
    typed = {name: request.args.get(name, "").strip() or text for name, text in usual.items()}
    sides = {name: past.at(text) for name, text in typed.items()}
    faults = {name: fault for name, (_stands, fault) in sides.items() if fault}
    page = render_template(
        "audit/compare.html",
        past=past,
        before=sides["from"][0],
        after=sides["to"][0],
        changes=_lines(field_changes(sides["from"][0], sides["to"][0]), past.opened),
        typed=typed,
        faults=faults,
    )
    return (page, 422) if faults else page


@pages.get("/audit/<uuid:registration>/facts")
@require_role(Role.AUDITOR, Role.OFFICE)
def facts(registration: UUID) -> Answer:
    """The facts as they are stored, boxes closed; beside them what is in the boxes, where opened."""
    _record_view(registration, "facts")
    return _facts_page(registration, request.args.get("at", "").strip(), {})


@pages.get("/audit/<uuid:registration>.json")
@require_role(Role.AUDITOR, Role.OFFICE)
def export(registration: UUID) -> Answer:
    """The whole record as JSON: row, sentences, facts and looks as stored. Boxes stay closed."""
    _record_view(registration, "json")
    row = any_row(registration)
    story = container().queries.cases.story(registration)
    record = {
        "registration": row,
        "history": story,
        "facts": _raw(registration),
        "looks": _raw(uuid5(registration, "access")),
    }
    headers = {"Content-Disposition": f'attachment; filename="{row["number"] or registration}.json"'}
    return Response(_pretty(record), mimetype="application/json", headers=headers)


def _record_view(registration: UUID, page: str) -> None:
    """That somebody looks is recorded before anything is shown."""
    any_row(registration)
    container().audit_bundles.record_view(registration, account().actor, page)


@dataclass(frozen=True)
class Past:
    """A registration with its whole history; `opened`: this reader may see the private details."""

    row: RegistrationRow
    history: list[Fact]
    story: list[HistoryRow]
    opened: bool
    seal: Seal | None

    @property
    def id(self) -> UUID:
        identity: UUID = self.row["id"]
        return identity

    @property
    def now(self) -> StateAt:
        stands = state_at(self.history)
        assert stands is not None, "a registration with a row has facts"
        return stands

    def at(self, text: str) -> tuple[StateAt, str]:
        """How it stood then, "" meaning now; or the present and the sentence that says what is wrong."""
        if not text:
            return self.now, ""
        asked: At | None = parse_at(text)
        stands = state_at(self.history, asked) if asked else None
        if stands is None:
            return self.now, why_nothing(self.history, asked, language())
        return stands, ""


def _record_page(registration: UUID, typed: str, faults: dict[str, str]) -> Answer:
    past = _past(registration)
    stands, fault = past.at(typed)
    faults = {**({"at": fault} if fault else {}), **faults}
    before = state_at(past.history, AsOfVersion(stands.version - 1)) if stands.version > 1 else None
    page = render_template(
        "audit/snapshot.html",
        past=past,
        stands=stands,
        changes=_lines(field_changes(before, stands), past.opened),
        fields=_fields(stands, past.opened),
        story=newest_first(past.story),
        printable=_printable(stands),
        typed=typed,
        opening=_opening(past),
        faults=faults,
    )
    return (page, 422) if faults else page


def _facts_page(registration: UUID, typed: str, faults: dict[str, str]) -> Answer:
    past = _past(registration, masked=False)
    stands, fault = past.at(typed)
    faults = {**({"at": fault} if fault else {}), **faults}
    raw = _raw(registration)[: stands.version]
    opened = [_private(fact) for fact in past.history] if past.opened else []
    page = render_template(
        "audit/registration.html",
        past=past,
        stands=stands,
        raw=[(fact["version"], fact["topic"], _pretty(fact)) for fact in raw],
        opened=[_pretty(private) if private else "" for private in opened],
        typed=typed,
        opening=_opening(past),
        faults=faults,
    )
    return (page, 422) if faults else page


def _opening(past: Past) -> OpenForm | None:
    """The form that shows the private details; None for whoever has no use for it."""
    if account().role is not Role.OFFICE or past.opened:
        return None
    return DRAFT.opened(past.id)


def _past(registration: UUID, *, masked: bool = True) -> Past:
    """`masked`: the page says of private details what is left of them behind their masks."""
    row = any_row(registration)
    opened = disclosure.is_opened(row, PURPOSE)
    cases = container().queries.cases
    history, story = cases.history(registration, opened=opened or masked), cases.story(registration)
    return Past(row, history, story, opened, cases.seal(registration))


def _printable(stands: StateAt) -> dict[str, bool]:
    """Which papers there were to print then."""
    printable = Status(stands.row["status"]) in PRINTABLE
    return {"form": printable, "ticket": printable and len(stands.seats) == len(stands.row["lines"])}


def _fields(stands: StateAt, opened: bool) -> list[tuple[str, str]]:
    """(label, value) of every field in words."""
    return [
        (FIELDS[name].words.say(language()), formatted_value(name, value, language(), opened=opened))
        for name, value in stands.fields().items()
        if name not in DUPLICATE_COLUMNS
    ]


def _lines(changes: list[FieldChange], opened: bool) -> list[tuple[str, str, str]]:
    """(label, before, after) of each change in words."""
    return [
        (
            FIELDS[change.field].words.say(language()),
            formatted_value(change.field, change.before, language(), opened=opened),
            formatted_value(change.field, change.after, language(), opened=opened),
        )
        for change in changes
    ]


def _raw(stream: UUID) -> list[dict[str, Any]]:
    """The facts of a stream as they stand in the table."""
    return container().queries.cases.stored(stream)


def _private(fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in fact.SEALED}


def _pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=repr), indent=2).decode()
