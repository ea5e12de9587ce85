"""考场座位表与门贴: who finds which site's papers, and what opening them leaves behind."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from werkzeug.test import TestResponse

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.domain.seating.sittings import sitting_name
from ncre.projections.seating import tickets
from ncre.web.site import create_site
from tests.support.people import OFFICE, ROUND, SITE, WENJING, Candidate, somebody
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    decided,
    hidden,
    looks_at,
    office,
    paid,
    reviewer,
    row_of,
    visitor,
)

PAGE = f"/staff/halls/{SITE}"


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def seated(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    container.command_handler.handle(
        c.Approve(registration=candidate.id, actor=decided(container, candidate))
    )
    candidate.pays()
    container.seating.seat(ROUND, SITE, OFFICE, seed=1)
    return candidate


def sittings(container: Container) -> list[str]:
    with container.database.reading() as connection:
        return sorted(
            {
                sitting_name(row["starts_at"], row["ends_at"])
                for row in tickets.taken_at(connection, ROUND, SITE)
            }
        )


def asked_for(visitor_: Visitor, path: str) -> TestResponse:
    """The lists show faces, so a form asks for them; the sheets for the doors are a link."""
    if path.endswith("seats.pdf"):
        return visitor_.send(path, hidden(visitor_.client.get("/sign-in", base_url=HERE).text, path))
    return visitor_.client.get(path, base_url=HERE)


def pdf_of(visitor_: Visitor, path: str) -> str:
    answer = asked_for(visitor_, path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return "".join(PdfReader(BytesIO(answer.data)).pages[0].extract_text().split())


def test_the_page_links_to_the_papers_of_each_sitting_in_which_people_sit(
    container: Container, site: Flask, seated: Candidate
) -> None:
    text = reviewer(container, site).get(PAGE)
    for sitting in sittings(container):
        assert f'action="{PAGE}/{sitting}/seats.pdf"' in text
        assert f'href="{PAGE}/{sitting}/doors.pdf"' in text
    assert text.count("seats.pdf") == 2
    assert looks_at(container, seated.id) == []


def test_a_list_shows_the_name_and_leaves_a_look_each_time(
    container: Container, site: Flask, seated: Candidate
) -> None:
    staff, sitting = reviewer(container, site), sittings(container)[0]
    for times in (1, 2):
        assert WENJING.name in pdf_of(staff, f"{PAGE}/{sitting}/seats.pdf")
        assert len(looks_at(container, seated.id)) == times


def test_a_door_sheet_shows_no_name_and_is_no_look(
    container: Container, site: Flask, seated: Candidate
) -> None:
    said = pdf_of(reviewer(container, site), f"{PAGE}/{sittings(container)[0]}/doors.pdf")
    assert "考场" in said
    assert WENJING.name not in said
    assert looks_at(container, seated.id) == []


def test_papers_are_kept_by_no_cache(container: Container, site: Flask, seated: Candidate) -> None:
    answer = asked_for(reviewer(container, site), f"{PAGE}/{sittings(container)[0]}/seats.pdf")
    assert "no-store" in answer.headers["Cache-Control"]


def test_to_the_staff_of_another_site_there_is_nothing_here(
    container: Container, site: Flask, seated: Candidate
) -> None:
    other, sitting = reviewer(container, site, at="429901"), sittings(container)[0]
    for path in (PAGE, f"{PAGE}/{sitting}/seats.pdf", f"{PAGE}/{sitting}/doors.pdf"):
        assert asked_for(other, path).status_code == 404
    assert looks_at(container, seated.id) == []


def test_the_office_sees_every_site_and_who_has_one_goes_straight_there(
    container: Container, site: Flask
) -> None:
    text = office(container, site).get("/staff/halls")
    assert text.count('href="/staff/halls/') == 26
    answer = reviewer(container, site).client.get("/staff/halls", base_url=HERE)
    assert (answer.status_code, answer.location) == (302, PAGE)
    two = visitor(container, site, "liang", Role.REVIEWER, SITE, "429901").get("/staff/halls")
    assert two.count('href="/staff/halls/') == 2


def test_before_seating_there_are_no_papers(container: Container, site: Flask) -> None:
    staff = reviewer(container, site)
    assert "还没有编排考场" in staff.get(PAGE)
    assert asked_for(staff, f"{PAGE}/1/seats.pdf").status_code == 404
    staff.get("/staff/halls/000000", expect=404)


def test_who_is_not_signed_in_is_sent_to_sign_in(site: Flask) -> None:
    nobody = Visitor(site, None)
    for path in ("/staff/halls", PAGE, f"{PAGE}/1/seats.pdf", f"{PAGE}/1/doors.pdf"):
        assert asked_for(nobody, path).location.startswith("/sign-in")


def test_candidates_and_auditors_do_not_come_in(container: Container, site: Flask, seated: Candidate) -> None:
    sitting = sittings(container)[0]
    for someone in (visitor(container, site, "someone", Role.CANDIDATE), auditor(container, site)):
        for path in ("/staff/halls", PAGE, f"{PAGE}/{sitting}/seats.pdf", f"{PAGE}/{sitting}/doors.pdf"):
            assert asked_for(someone, path).status_code == 403
    assert looks_at(container, seated.id) == []


def test_a_list_with_a_face_lacking_names_the_people_first(
    container: Container, site: Flask, seated: Candidate
) -> None:
    digest = row_of(container, seated.id)["photo"]["digest"]
    (container.settings.photos / digest[:2] / digest[2:4] / digest).unlink()
    staff, path = reviewer(container, site), f"{PAGE}/{sittings(container)[0]}/seats.pdf"
    answer = asked_for(staff, path)
    assert answer.status_code == 409
    assert WENJING.name in answer.text
    printed = staff.send(path, hidden(answer.text, path))
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")


def test_who_is_seated_is_listed_and_counted_without_opening_anything(
    container: Container, site: Flask
) -> None:
    candidate = paid(container)
    container.seating.seat(ROUND, SITE, OFFICE)
    kaowu = office(container, site)
    assert re.search(r'data-label="已编排人数">1<', kaowu.get("/staff/halls"))
    page = kaowu.get(f"/staff/halls/{SITE}")
    (first, *_) = re.findall(rf'href="(/staff/halls/{SITE}/[\w-]+)"', page)
    text = kaowu.get(first)
    row = row_of(container, candidate.id)
    assert row["number"] in text
    assert row["name_masked"] in text
    assert WENJING.name not in text
    assert looks_at(container, candidate.id) == []
