"""ticket: a site's tickets in files, the list for its door, and what a code is worth."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from ncre.bootstrap import Container
from ncre.projections.registration import desk_search
from tests.cli.conftest import Run
from tests.support.people import LIQIANG, OFFICE, ROUND, SITE, WENJING, approved, somebody

SITE_OF = ("--site", SITE, "--as", "shenhe")


@pytest.fixture
def code(container: Container, ncre: Run) -> str:
    """What the ticket of one of two seated candidates says."""
    for name, details in (("wenjing", WENJING), ("liqiang", LIQIANG)):
        candidate = somebody(container, name, details)
        candidate.until_waiting()
        approved(container, candidate)
        candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE)
    return container.documents.ticket_page(candidate.id).sheet.record.code


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize(("pages", "files"), [("1", 2), ("200", 1)])
def test_a_sites_tickets_come_in_files_of_so_many_pages(
    ncre: Run, tmp_path: Path, pages: str, files: int
) -> None:
    said = ncre("ticket", "batch", *SITE_OF, "--out", str(tmp_path / "out"), "--pages", pages)
    assert said.code == 0
    assert f"2 张准考证，{files} 个文件" in said.out
    written = sorted((tmp_path / "out").iterdir())
    assert len(written) == files
    texts = [page.extract_text() for file in written for page in PdfReader(BytesIO(file.read_bytes())).pages]
    assert [(WENJING.name in text, LIQIANG.name in text) for text in texts] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )


@pytest.mark.usefixtures("code")
def test_each_ticket_of_a_batch_is_a_recorded_look(ncre: Run, tmp_path: Path) -> None:
    ncre("ticket", "batch", *SITE_OF, "--out", str(tmp_path))
    assert ncre("audit", "show", "78420019000001").out.count("查看了考生的个人信息") == 1


@pytest.mark.usefixtures("code")
def test_a_batch_is_for_staff_of_the_site(ncre: Run, tmp_path: Path) -> None:
    for arguments in (("--site", SITE, "--as", "shenji"), ("--site", "429901", "--as", "shenhe")):
        assert ncre("ticket", "batch", *arguments, "--out", str(tmp_path)).code == 2
    assert list(tmp_path.glob("*.pdf")) == []


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize("pages", ["0", "-1"])
def test_a_file_needs_at_least_one_page(ncre: Run, tmp_path: Path, pages: str) -> None:
    said = ncre("ticket", "batch", *SITE_OF, "--out", str(tmp_path), "--pages", pages)
    assert (said.code, "--pages" in said.err) == (2, True)


@pytest.mark.usefixtures("code")
def test_a_folder_that_cannot_be_written_is_one_clear_line(ncre: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = ncre("ticket", "batch", *SITE_OF, "--out", str(tmp_path / "file" / "below"))
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_a_code_is_verified_online_and_offline(ncre: Run, tmp_path: Path, code: str) -> None:
    said = ncre("ticket", "verify", code, "--as", "shenhe")
    assert (said.code, said.out.startswith("真实有效")) == (0, True)
    file = str(tmp_path / "door.json")
    assert ncre("ticket", "list", *SITE_OF, "--out", file).code == 0
    key = ncre("ticket", "key").out.strip()
    said = ncre("ticket", "verify", code, "--list", file, "--key", key)
    assert (said.code, said.out.startswith("真实有效")) == (0, True)


def test_one_bad_code_among_good_ones_is_told_by_its_own_line_and_by_the_exit_code(
    ncre: Run, code: str
) -> None:
    forged = code.replace(".V", ".V1", 1)
    said = ncre("ticket", "verify", code, forged, "--json", "--as", "shenhe")
    good, bad = (json.loads(part) for part in said.out.replace("}\n{", "}\n\0{").split("\0"))
    assert said.code == 1
    assert (good["verdict"], good["admits"], good["name"] in (WENJING.name, LIQIANG.name)) == (
        "current",
        True,
        True,
    )
    assert (bad["verdict"], bad["admits"], bad["name"]) == ("forged", False, None)


@pytest.mark.parametrize("arguments", [(), ("--as", "shenhe", "--list", "x")])
def test_it_must_be_said_where_to_look(ncre: Run, arguments: tuple[str, ...]) -> None:
    said = ncre("ticket", "verify", "1", *arguments)
    assert (said.code, "--list" in said.err) == (2, True)


def test_a_file_that_is_no_list_is_refused_in_one_line(ncre: Run, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    said = ncre("ticket", "verify", "1", "--list", str(tmp_path / "x.json"))
    assert (said.code, said.err.count("\n")) == (2, 1)


def lose_photo(container: Container, number: str) -> None:
    with container.database.reading() as connection:
        (row,) = desk_search.found(connection, number, (), frozenset({SITE}))
    digest = row["photo"]["digest"]
    (container.settings.photos / digest[:2] / digest[2:4] / digest).write_bytes(b"")


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize(
    "command",
    [
        ("ticket", "batch", "--out", "{}"),
        ("ticket", "list", "--out", "{}/door.json"),
        ("ticket", "list", "--out", "{}/door.html"),
        ("seat", "lists", "--out", "{}"),
    ],
    ids=" ".join,
)
def test_a_face_that_is_lacking_ends_with_1_and_names_the_person(
    container: Container, ncre: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    arguments = [part.format(tmp_path) for part in command]
    whole = ncre(*arguments, *SITE_OF)
    assert (whole.code, whole.err) == (0, "")
    lose_photo(container, "78420019000001")
    said = ncre(*arguments, *SITE_OF)
    assert said.code == 1
    assert "78420019000001 欧阳文静" in said.err
    assert LIQIANG.name not in said.err
    assert list(tmp_path.iterdir()), "what could be made is there"
    if arguments[-1].endswith(".html"):
        assert "没有照片" in Path(arguments[-1]).read_text()
