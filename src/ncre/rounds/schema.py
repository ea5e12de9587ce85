"""The schema of a round's files: every key and column, its form and its meaning. `docs/round-files.md` is drawn from here.

A model is one part of the TOML file or one row of a CSV file. A field without a default must be there; an
empty cell counts as none. Texts that stand on papers are as long as can still be read there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from ncre.domain import printed_numbers
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.seating.halls import MOST_IN_A_HALL
from ncre.events.exam import DOCUMENTS, MANAGEABLE
from ncre.rounds.kinds import (
    ValueKind,
    choice,
    code,
    fen,
    one_line,
    several,
    several_in_a_cell,
    several_lines,
    time_of_exam,
    whole,
    yes_or_no,
)

ROUND: Final = code(printed_numbers.ROUND, 2)
SUBJECT: Final = code(printed_numbers.SUBJECT, 2)
SITE: Final = code(printed_numbers.SITE, 6)
TIME: Final = time_of_exam()
YES_NO: Final = yes_or_no()
LEVEL: Final = whole(1, 4)
QUOTA: Final = whole(1, 1_000_000)

LONGEST_TEXT: Final = 20_000
NOTICE_KINDS: Final = ("announcement", "guide")
WINDOWS: Final = ("register", "review", "payment", "printing")
CLOCKS: Final = ("approved", "submitted")
AUDIENCES: Final = ("all", "own_students", "social")


class RoundPart(BaseModel):
    """One part of a round's files; a key that it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RoundHead(RoundPart):
    code: Annotated[str, ROUND] = Field(
        description="the code of the round, as on registration numbers and tickets"
    )
    title: Annotated[str, one_line(40)] = Field(
        description="the title in Chinese; {year} and {month} are those of the first sitting"
    )
    title_en: Annotated[str, one_line(120)] = Field(
        description="the title in English; {month_name} and {year} likewise"
    )
    documents: Annotated[tuple[str, ...], several(tuple(DOCUMENT_TYPES))] = Field(
        default=DOCUMENTS,
        description="kinds of identity documents that the round accepts; all where left out",
    )


class WindowEntry(RoundPart):
    opens: Annotated[datetime, TIME] = Field(description="open from this minute on")
    closes: Annotated[datetime, TIME] = Field(description="closed from this minute on")


class PolicyEntry(RoundPart):
    review: Annotated[bool, YES_NO] = Field(description="whether the site reviews registrations")
    confirmation: Annotated[bool, YES_NO] = Field(description="whether people confirm on site")
    hold_hours: Annotated[int, whole(1, 24 * 60)] = Field(
        description="hours after which an unpaid registration lapses"
    )
    clock: Annotated[str, choice(CLOCKS)] = Field(description="from where these hours count")
    most_subjects: Annotated[int, whole(1, 3)] = Field(description="subjects a person may take (限报科次)")
    audience: Annotated[str, choice(AUDIENCES)] = Field(description="who may register")
    quota: Annotated[int, QUOTA] = Field(description="people the site takes altogether (限报总人数)")


class OfficeEntry(RoundPart):
    """The exam office, as every "ask the exam office" shows it."""

    phone: Annotated[str, one_line(40)] = Field(default="", description="the phone of the exam office")
    hours: Annotated[str, one_line(60)] = Field(default="", description="when it answers, in Chinese")
    hours_en: Annotated[str, one_line(100)] = Field(default="", description="when it answers, in English")
    address: Annotated[str, one_line(100)] = Field(default="", description="where it is")


class ConfirmationEntry(RoundPart):
    """Confirmation on site, where a site of sites.csv names no time of its own."""

    opens: Annotated[datetime | None, TIME] = Field(default=None, description="confirm from this minute on")
    closes: Annotated[datetime | None, TIME] = Field(default=None, description="until this minute")
    papers: Annotated[str, several_lines(1000)] = Field(default="", description="what to bring, in Chinese")
    papers_en: Annotated[str, several_lines(1000)] = Field(
        default="", description="what to bring, in English"
    )


class FeeEntry(RoundPart):
    level: Annotated[int, LEVEL] = Field(
        description="each level once, and once more for each province of its own"
    )
    province: Annotated[str, one_line(20)] = Field(
        default="", description="the fee at sites of this province; everywhere else where left out"
    )
    yuan: Annotated[int, fen()] = Field(description="the fee of one subject of this level")
    basis: Annotated[str, one_line(200)] = Field(default="", description="the document that sets the fee")


class BatchEntry(RoundPart):
    opens: Annotated[datetime, TIME] = Field(description="when the sitting begins")
    closes: Annotated[datetime, TIME] = Field(description="when the sitting ends, on the same day")


class AgreementEntry(RoundPart):
    edition: Annotated[str, one_line(40)] = Field(
        description="names this wording; change it when the wording changes"
    )
    text: Annotated[str, several_lines(LONGEST_TEXT)] = Field(description="the wording in Chinese")
    text_en: Annotated[str, several_lines(LONGEST_TEXT)] = Field(description="the wording in English")
    declaration: Annotated[str, one_line(200)] = Field(
        default="",
        description="what candidates declare when they submit, in Chinese; standing words where left out",
    )
    declaration_en: Annotated[str, one_line(400)] = Field(
        default="", description="the declaration in English"
    )


class NoticeEntry(RoundPart):
    kind: Annotated[str, choice(NOTICE_KINDS)] = Field(description="each kind once")
    title: Annotated[str, one_line(200)] = Field(description="the title in Chinese")
    title_en: Annotated[str, one_line(200)] = Field(description="the title in English")
    body: Annotated[str, several_lines(LONGEST_TEXT)] = Field(description="the text in Chinese")
    body_en: Annotated[str, several_lines(LONGEST_TEXT)] = Field(description="the text in English")


class SubjectRow(RoundPart):
    level: Annotated[int, LEVEL] = Field(description="the level")
    code: Annotated[str, SUBJECT] = Field(description="as on tickets, each once")
    name: Annotated[str, one_line(40)] = Field(description="the name, as on papers")
    minutes: Annotated[int, whole(1, 600)] = Field(description="how long the exam takes")
    status: Annotated[str, choice(("listed", "unconfirmed"))] = Field(
        description="whether the subject is confirmed"
    )
    prerequisite_code: Annotated[str, SUBJECT] = Field(
        default="",
        description="the subject of a lower level whose certificate is needed; warns, never blocks",
    )


class SiteRow(RoundPart):
    code: Annotated[str, SITE] = Field(description="the code of the site, each once")
    name: Annotated[str, one_line(60)] = Field(description="the name, as on papers")
    province: Annotated[str, one_line(20)] = Field(description="where candidates look for it")
    city: Annotated[str, one_line(20)] = Field(description="where candidates look for it")
    address: Annotated[str, one_line(100)] = Field(default="", description="the address, as on tickets")
    synthetic: Annotated[bool, YES_NO] = Field(
        description="yes: an invented code or address, marked so on screen"
    )
    phone: Annotated[str, one_line(40)] = Field(default="", description="the phone that candidates ask")
    hours: Annotated[str, one_line(60)] = Field(default="", description="when it answers, in Chinese")
    hours_en: Annotated[str, one_line(100)] = Field(default="", description="when it answers, in English")
    confirm_opens: Annotated[datetime | None, TIME] = Field(default=None, description="as [confirmation]")
    confirm_closes: Annotated[datetime | None, TIME] = Field(default=None, description="as [confirmation]")
    confirm_place: Annotated[str, one_line(100)] = Field(
        default="", description="where people confirm; the address where left out"
    )
    notice: Annotated[str, one_line(500)] = Field(
        default="", description="what candidates read when they choose the site"
    )
    manages: Annotated[tuple[str, ...], several_in_a_cell(MANAGEABLE)] = Field(
        default=(), description="what the site's own administrators change themselves"
    )


class OfferRow(RoundPart):
    site: Annotated[str, SITE] = Field(description="a site of sites.csv")
    subject: Annotated[str, SUBJECT] = Field(description="a subject of subjects.csv, once at a site")
    quota: Annotated[int, QUOTA] = Field(description="people who may take it there (限报人数)")


class RoomRow(RoundPart):
    site: Annotated[str, SITE] = Field(description="a site of sites.csv")
    room: Annotated[str, one_line(20)] = Field(description="the name of the room, once at a site")
    seats: Annotated[int, whole(1, MOST_IN_A_HALL)] = Field(description="people it seats at once")


class SittingRow(RoundPart):
    """Sittings of a site's own, in place of those of the round."""

    site: Annotated[str, SITE] = Field(description="a site of sites.csv")
    opens: Annotated[datetime, TIME] = Field(description="when the sitting begins")
    closes: Annotated[datetime, TIME] = Field(description="when the sitting ends, on the same day")


class PolicyRow(RoundPart):
    """What differs at a site; an empty cell follows [policy]."""

    site: Annotated[str, SITE] = Field(description="a site of sites.csv, once")
    review: Annotated[bool | None, YES_NO] = Field(default=None, description="as [policy]")
    confirmation: Annotated[bool | None, YES_NO] = Field(default=None, description="as [policy]")
    hold_hours: Annotated[int | None, whole(1, 24 * 60)] = Field(default=None, description="as [policy]")
    clock: Annotated[str | None, choice(CLOCKS)] = Field(default=None, description="as [policy]")
    most_subjects: Annotated[int | None, whole(1, 3)] = Field(default=None, description="as [policy]")
    audience: Annotated[str | None, choice(AUDIENCES)] = Field(default=None, description="as [policy]")
    quota: Annotated[int | None, QUOTA] = Field(default=None, description="as [policy]")


SECTIONS: Final[Mapping[str, type[RoundPart]]] = {
    "[round]": RoundHead,
    "[windows]: register, review, payment, printing": WindowEntry,
    "[policy]": PolicyEntry,
    "[office]": OfficeEntry,
    "[confirmation]": ConfirmationEntry,
    "[[fees]]": FeeEntry,
    "[[batches]]": BatchEntry,
    "[agreement]": AgreementEntry,
    "[[notices]]": NoticeEntry,
}
"""The parts of the TOML file."""

SECTION_NAMES: Final = (
    "round",
    "windows",
    "policy",
    "office",
    "confirmation",
    "fees",
    "batches",
    "agreement",
    "notices",
)

TABLES: Final[Mapping[str, type[RoundPart]]] = {
    "subjects.csv": SubjectRow,
    "sites.csv": SiteRow,
    "offers.csv": OfferRow,
    "rooms.csv": RoomRow,
    "policies.csv": PolicyRow,
    "batches.csv": BatchEntry,
    "sittings.csv": SittingRow,
}
"""The CSV files. batches.csv may stand instead of [[batches]], sittings.csv beside it; the others have to be there."""

MAY_BE_WITHOUT_ROWS: Final = frozenset({"policies.csv"})


def keys(model: type[RoundPart]) -> list[str]:
    return list(model.model_fields)


def required(model: type[RoundPart]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()]


def kind_of_key(model: type[RoundPart], key: str) -> ValueKind:
    """The kind of a key's values. Raises StopIteration for a field that names none."""
    return next(one for one in model.model_fields[key].metadata if isinstance(one, ValueKind))


def forms() -> Iterator[tuple[str, str, str, str, bool]]:
    """Every key: the part it is in, its name, its form and its meaning, and whether it has to be there."""
    for where, model in {**SECTIONS, **TABLES}.items():
        for name, field in model.model_fields.items():
            yield where, name, kind_of_key(model, name).form.en, field.description or "", field.is_required()
