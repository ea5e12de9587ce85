"""What candidates said about themselves stands nowhere in clear: not in a row, a sentence or a file."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Connection, select

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.events.registration_values import Details
from ncre.projections.registration.registrations import registrations
from ncre.store.schema import metadata
from tests.handlers.ground import Walker
from tests.support import people
from tests.support.containers import container_on, open_round

SAID: Final = Details(
    name="慕容雪晴",
    sex="female",
    document_type="resident_id",
    document_number="420115200603150089",
    document_typed="420115-20060315-0089",
    birth=date(2006, 3, 15),
    ethnicity="01",
    education="bachelor",
    occupation="student",
    mobile="13987654321",
    email="xueqing.murong@example.org",
    address="湖北省武汉市洪山区雄楚大道八百号",
    postcode="430079",
    remark="外国语学院二班左利手",
)
CODED: Final = {"sex", "document_type", "ethnicity", "education", "occupation"}
"""Codes of a list, which also name other things than this person."""

NOTE: Final = "身份证照片与慕容本人不符"
REASON: Final = "慕容雪晴来信申请取消"


def private() -> list[str]:
    own = [str(getattr(SAID, one.name)) for one in fields(SAID) if one.name not in CODED]
    return [*own, SAID.birth.strftime("%Y%m%d"), SAID.name[1:], NOTE, REASON]


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Container:
    """A house in which one candidate lived through everything that holds private fields."""
    container = container_on(database_url, tmp_path / "data")
    open_round(container)
    walker = Walker(container, replace(SAID, mobile="13987654320"))
    walker.filled()
    person = container.people.person(SAID.document_type, SAID.document_number)
    walker.does(c.AmendInfo, details=SAID, person=person)
    walker.submits()
    people.Candidate.uploads(walker)
    walker.requests_review()
    people.rejected(container, walker, ("P10",))
    walker.requests_review()
    container.command_handler.handle(
        c.Reject(registration=walker.id, actor=people.REVIEWER, reasons=("I01",), note=NOTE)
    )
    walker.requests_review()
    people.approved(container, walker)
    walker.pays()
    container.seating.seat(people.ROUND, people.SITE, people.OFFICE)
    container.command_handler.record_access(walker.id, people.REVIEWER, "review")
    container.command_handler.handle(
        c.Cancel(registration=walker.id, actor=people.OFFICE, reason=REASON, **people.KEEPING)
    )
    container.database.close()
    return container


def everything_in(connection: Connection) -> dict[str, str]:
    """All rows of each table as one text, Chinese unescaped, bytes as they would read."""
    return {
        table.name: "\n".join(_text(value) for row in connection.execute(select(table)) for value in row)
        for table in metadata.sorted_tables
    }


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", errors="replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def test_no_table_holds_anything_private_in_clear(lived: Container) -> None:
    with lived.database.reading() as connection:
        tables = everything_in(connection)
    assert {"facts", "registrations", "timeline", "tickets", "claims", "sites"} <= tables.keys()
    assert "registration.cancelled" in tables["timeline"]
    leaks = [(name, said) for name, text in tables.items() for said in private() if said in text]
    assert leaks == []


def test_the_search_would_find_a_leak(lived: Container) -> None:
    with lived.database.transaction() as connection:
        connection.execute(registrations.update().values(name_masked=SAID.name))
        assert SAID.name in everything_in(connection)["registrations"]


def test_what_is_shown_of_a_document_does_not_tell_it(lived: Container) -> None:
    with lived.database.reading() as connection:
        (row,) = connection.execute(select(registrations)).mappings()
    assert (row["name_masked"], row["document_masked"]) == ("慕**", "420115********0089")
    assert row["person"] == lived.people.person(SAID.document_type, SAID.document_number)
    assert SAID.document_number not in row["person"]


def test_no_file_of_the_data_folder_holds_anything_private(lived: Container) -> None:
    files = [file for file in lived.settings.data.rglob("*") if file.is_file()]
    database = Path(lived.settings.database_url.removeprefix("sqlite:///"))
    files += [file for file in database.parent.glob(f"{database.name}*") if file.is_file()]
    assert files
    words = [word for said in private() for word in (said.encode(), said.encode("utf-16-le"))]
    leaks = [(file.name, word) for file in files for word in words if word in file.read_bytes()]
    assert leaks == []


def test_photos_are_kept_sealed(lived: Container) -> None:
    kept = [file for file in lived.settings.photos.rglob("*") if file.is_file()]
    assert kept
    assert not any(file.read_bytes().startswith(b"\xff\xd8") for file in kept)
