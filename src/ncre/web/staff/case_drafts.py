"""The long forms of a case at the desk: what was typed into one is offered when staff come back to the case."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from ncre.projections.rows import RegistrationRow
from ncre.web.drafts.draft_form import DraftForm, OpenForm
from ncre.web.shared.disclosure import is_opened
from ncre.web.staff.typed import PURPOSE, Typed

REJECTION: Final = DraftForm("rejection", ("reasons", "note"))
CANCELLATION: Final = DraftForm("cancellation", ("why", "money", "money_why"))
TRANSFER: Final = DraftForm("transfer", ("to", "evidence"))
SUSPENSION: Final = DraftForm("suspension", ("suspend_why",))
HANDOVER: Final = DraftForm("handover", ("colleague", "handover_note"))
CASH: Final = DraftForm("cash", ("receipt", "amount"))

FORMS: Final = (REJECTION, CANCELLATION, TRANSFER, SUSPENSION, HANDOVER, CASH)


def opened_forms(registration: UUID) -> dict[str, OpenForm]:
    """Each form by its name, as the page shows it."""
    return {form.name: form.opened(registration) for form in FORMS}


def drafts_of_case(row: RegistrationRow) -> Typed:
    """What staff had begun to write about a case; nothing before they have opened it."""
    typed = Typed()
    if not is_opened(row, PURPOSE):
        return typed
    for form in FORMS:
        fields = form.opened(row["id"]).fields
        texts = {name: fields.get(name, "") for name in form.fields - {"reasons"} if fields}
        typed = replace(typed, **texts)  # type: ignore[arg-type]
        if "reasons" in form.fields and fields:
            typed = replace(typed, reasons=frozenset(fields.getlist("reasons")), resumed=True)
    return typed
