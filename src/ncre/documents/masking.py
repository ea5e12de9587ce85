"""Papers for those who may see what was printed and not whose it was: the same page, private fields masked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ncre.documents.view_models import FormSheet, Person, TicketSheet
from ncre.domain.candidate import masked_name, masked_number

HIDDEN: Final = "（不显示）"


def masked_form(sheet: FormSheet) -> FormSheet:
    return replace(
        sheet,
        person=_masked(sheet.person),
        ethnicity=HIDDEN,
        birth=HIDDEN,
        education=HIDDEN,
        occupation=HIDDEN,
        mobile=HIDDEN,
        email=HIDDEN,
        address=HIDDEN,
        postcode=HIDDEN,
        remark=HIDDEN if sheet.remark else "",
        site_mobile=HIDDEN,
        site_email=HIDDEN,
    )


def masked_ticket(sheet: TicketSheet) -> TicketSheet:
    return replace(sheet, person=_masked(sheet.person))


def _masked(person: Person) -> Person:
    return Person(
        name=masked_name(person.name),
        sex=HIDDEN,
        document_type=HIDDEN,
        document_number=masked_number(person.document_number),
        photo=None,
        no_photo="照片不显示",
    )
