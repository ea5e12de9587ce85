"""What somebody says about themselves as a form and as it is read: for a registration and for the passport."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from werkzeug.datastructures import MultiDict

from ncre.domain.accounts import addresses
from ncre.domain.candidate import TOLD, told_by
from ncre.domain.candidate_fields import FORM_FIELDS, FormField
from ncre.domain.faults import Fault
from ncre.domain.identity_documents import DOCUMENT_TYPES, NUMBERS_THAT_TELL, RESIDENT_ID
from ncre.events.registration_values import Details
from ncre.identity.accounts import Account
from ncre.web.shared.forms import typed_field, typed_fields
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language


def details_shown(details: Details | None) -> list[tuple[FormField, str]]:
    """Every field with what was given, as it is read; choices in words. [] if there is nothing."""
    typed = as_typed(details)
    return [(one, _read(one, typed[one.name])) for one in FORM_FIELDS] if details else []


def as_typed(details: Details | None) -> dict[str, str]:
    """The details as the form holds them; the document number as it was typed."""
    if details is None:
        return {}
    typed = {name: str(value) for name, value in asdict(details).items()}
    typed["mobile"] = addresses.readable_address(details.mobile)
    return {**typed, "document_number": details.document_typed, "birth": details.birth.strftime("%Y%m%d")}


def from_account(account: Account) -> dict[str, str]:
    """What a form begins with where nothing is known but the account: its addresses, and the commonest document."""
    return {
        "document_type": RESIDENT_ID,
        "email": account.email,
        "mobile": addresses.readable_address(account.phone) if account.phone else "",
    }


def saved(details: Details | None, typed: Mapping[str, str]) -> dict[str, str]:
    """Fields whose saved value is not what was typed, as it is read; "" where nothing is saved."""
    kept = as_typed(details)
    return {
        one.name: _read(one, kept[one.name])
        for one in FORM_FIELDS
        if kept and kept[one.name] != typed.get(one.name, "").strip()
    }


def as_sent(fields: Iterable[FormField]) -> dict[str, str]:
    """The form of the request. A button that changes the kind of document at once counts before the list."""
    typed = typed_fields(one.name for one in fields)
    return with_told({**typed, "document_type": typed_field("kind_instead") or typed["document_type"]})


def with_told(typed: dict[str, str]) -> dict[str, str]:
    """The form with what the number of the document tells, whatever else stood in those fields."""
    if typed.get("document_type") not in NUMBERS_THAT_TELL:
        return typed
    return {**typed, **dict.fromkeys(TOLD, ""), **told_by(typed)}


def said_by_number(typed: Mapping[str, str]) -> list[tuple[FormField, str]]:
    """Sex and date of birth as they are read, where the number tells them."""
    told = told_by(typed)
    return [(one, _read(one, told[one.name])) for one in FORM_FIELDS if one.name in told]


def unchosen(picked: FieldChoices) -> dict[str, str]:
    """What is said at each field for which nothing was chosen."""
    return {name: _("两处填写不同，请选择保留哪一个。") for name in picked.open}


@dataclass(frozen=True)
class FieldChoices:
    """What was typed, after choosing field by field between it and what is saved; `open` fields are not chosen yet."""

    typed: dict[str, str]
    open: tuple[str, ...]


def chosen_fields(form: MultiDict[str, str], typed: dict[str, str], details: Details | None) -> FieldChoices:
    """The fields for which the page showed both versions, each by its `keep-` answer: `mine` or `saved`."""
    kept, taken, left = as_typed(details), dict(typed), []
    for name in form.getlist("differs"):
        answer = form.get(f"keep-{name}", "")
        if name not in kept or name not in typed:
            continue
        if answer == "saved":
            taken[name] = kept[name]
        elif answer != "mine":
            left.append(name)
    return FieldChoices(taken, tuple(left))


def choices(documents: Collection[str] = tuple(DOCUMENT_TYPES)) -> dict[str, list[tuple[str, str]]]:
    """(code, words) of every field that is chosen from a list, in the reader's language; `documents` are accepted."""
    return {
        one.name: [
            (code, words.say(language()))
            for code, words in one.choices.items()
            if one.name != "document_type" or code in documents
        ]
        for one in FORM_FIELDS
        if one.choices is not None
    }


def faults_in_words(faults: Iterable[Fault]) -> dict[str, str]:
    """The first fault of each field, in the reader's language."""
    words: dict[str, str] = {}
    for fault in faults:
        words.setdefault(fault.field, fault.say(language()))
    return words


def _read(one: FormField, value: str) -> str:
    if one.choices is not None and value in one.choices:
        return one.choices[value].say(language())
    if one.kind == "date" and len(value) == 8:
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return value
