"""考次修订记录: the page says who revised what and why, and whom it left to be followed up."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from ncre.bootstrap import Container
from ncre.services.exam.revision_commands import Revise
from tests.support.people import OFFICE, ROUND, SITE, Candidate
from tests.web.staff_members import auditor, office, paid, reviewer


def close(container: Container, why: str = "机房检修") -> None:
    wanted = container.revisions.wanted(ROUND)
    left = tuple(site for site in wanted.sites if site.code != SITE)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(wanted, sites=left), why=why))


def test_auditors_and_office_read_every_revision_with_author_reason_and_changes(
    container: Container, site: Flask
) -> None:
    candidate: Candidate = paid(container)
    close(container)
    number = candidate.container.revisions.number(ROUND)
    for reader in (auditor(container, site), office(container, site)):
        text = reader.get("/audit/rounds", expect=302)
        text = reader.get(f"/audit/rounds/{ROUND}")
        assert "机房检修" in text
        assert "考点停止报名" in text
        assert "1 份报名" in text
        text = reader.get(f"/audit/rounds/{ROUND}/revisions/{number}")
        with container.database.reading() as connection:
            from ncre.projections.registration import registrations

            row = registrations.one(connection, candidate.id)
        assert row is not None
        assert row["number"] in text
        assert candidate.details.name not in text, "names are masked"
        assert f"考点 {SITE} 停止报名。" in reader.get(f"/audit/rounds/{ROUND}/sites/{SITE}")


def test_notices_are_read_with_every_version(container: Container, site: Flask) -> None:
    wanted = container.revisions.wanted(ROUND)
    changed = tuple(replace(one, body="新的正文") for one in wanted.notices)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(wanted, notices=changed), why="更正公告"))
    text = auditor(container, site).get(f"/audit/rounds/{ROUND}")
    assert "新的正文" in text
    assert wanted.notices[0].body.splitlines()[0].strip()[:20] in text


def test_what_is_not_there_is_404_and_reviewers_have_no_page(container: Container, site: Flask) -> None:
    reader = auditor(container, site)
    for path in (
        "/audit/rounds/99",
        f"/audit/rounds/{ROUND}/revisions/99",
        f"/audit/rounds/{ROUND}/sites/000000",
    ):
        reader.get(path, expect=404)
    assert (
        reviewer(container, site)
        .client.get(f"/audit/rounds/{ROUND}", base_url="https://localhost")
        .status_code
        == 403
    )
