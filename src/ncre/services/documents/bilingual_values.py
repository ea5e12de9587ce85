"""What stands in English beneath the values of a bilingual paper. Names of people and places, and rooms, stay as they are."""

from __future__ import annotations

from dataclasses import replace

from ncre.documents.english import CHOICES
from ncre.documents.view_models import FormSheet, ReceiptSheet, TicketSheet
from ncre.domain.exam.plan import Round, bilingual_title, exam_time_in_words
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.payment.settlement import yuan
from ncre.domain.wording import channel_words, level_words
from ncre.projections.rows import known
from ncre.services.documents.printed_case import PrintedCase


def bilingual_form(case: PrintedCase, sheet: FormSheet) -> FormSheet:
    """The form with the English of its values."""
    row, person = case.row, sheet.person
    chosen = (person.sex, person.document_type, sheet.ethnicity, sheet.education, sheet.occupation)
    return replace(
        sheet,
        english={
            **{value: CHOICES[value] for value in chosen},
            **_subjects(case, sheet),
            sheet.round: round_in_english(case.paid_under.round),
            sheet.paid: f"due: {yuan(row['amount'])} yuan, paid {exam_time_in_words(known(row['paid_at']))}",
            sheet.review: f"passed ({exam_time_in_words(row['approved_at'])})" if row["approved_at"] else "",
        },
    )


def bilingual_ticket(case: PrintedCase, sheet: TicketSheet) -> TicketSheet:
    """The ticket with the English of its values."""
    person, round_ = sheet.person, case.seated_under.round
    return replace(
        sheet,
        english={
            **{value: CHOICES[value] for value in (person.sex, person.document_type)},
            **{
                line.subject: f"{seat['subject']} {subject_in_english(round_, seat['subject'])}"
                for line, seat in zip(sheet.seats, case.seats, strict=True)
            },
            sheet.round: round_in_english(round_),
        },
    )


def bilingual_receipt(case: PrintedCase, sheet: ReceiptSheet) -> ReceiptSheet:
    """The receipt with the English of its values."""
    payment = known(case.row["payment"])
    return replace(
        sheet,
        english={
            **_subjects(case, sheet),
            sheet.round: round_in_english(case.paid_under.round),
            sheet.amount: f"{yuan(payment['amount'])} yuan",
            sheet.channel: channel_words(payment["channel"]).en,
            sheet.remark: "With questions, bring this receipt and your valid identity document to the site.",
        },
    )


def round_in_english(round_: Round) -> str:
    """Title and number of a round."""
    return f"{bilingual_title(round_.plan).en} (no. {round_.code})"


def subject_in_english(round_: Round, code: str) -> str:
    """Level and name of a subject, also of one that the round has no more."""
    subject = round_.subject(code)
    level = f"{level_words(subject.level).en} " if subject.level else ""
    return f"{level}{subject_words(subject.name).en}"


def _subjects(case: PrintedCase, sheet: FormSheet | ReceiptSheet) -> dict[str, str]:
    round_ = case.paid_under.round
    states = {line.state: "paid" for line in sheet.subjects}
    return states | {line.name: subject_in_english(round_, line.code) for line in sheet.subjects}
