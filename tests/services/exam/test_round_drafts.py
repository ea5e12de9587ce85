"""Drafts of rounds at the service: what cannot be begun, what is cautioned, and what was published meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.services.exam.revision_commands import Revise
from tests.handlers.ground import QUICK, refusal, revise
from tests.support.people import OFFICE, REVIEWER, ROUND, SITE

BEGINS = date(2027, 6, 20)
ADMINISTRATOR = Actor(str(UUID(int=7)), Role.SITE_ADMIN, frozenset({SITE}))


def draft_of(container: Container) -> UUID:
    return container.round_drafts.begin_revision(ROUND, OFFICE, uuid4())


def without(container: Container, code: str) -> None:
    """A site is closed, by somebody else."""
    now = container.revisions.wanted(ROUND)
    left = tuple(one for one in now.sites if one.code != code)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=left), why="停考"))


def expanded(container: Container) -> None:
    """The other site is revised, by somebody else."""
    now = container.revisions.wanted(ROUND)
    moved = tuple(replace(one, quota=one.quota + 1) if one.code == QUICK else one for one in now.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(now, sites=moved), why="扩容"))


def test_a_round_whose_code_does_not_fit_or_is_there_is_not_begun(container: Container) -> None:
    begin = container.round_drafts.begin_next
    assert refusal(begin, ROUND, "7", BEGINS, OFFICE, uuid4()) is RefusalCode.ROUND_CODE_UNFIT
    assert refusal(begin, ROUND, ROUND, BEGINS, OFFICE, uuid4()) is RefusalCode.ROUND_EXISTS
    assert refusal(begin, ROUND, "79", BEGINS, REVIEWER, uuid4()) is RefusalCode.NOT_YOUR_ROLE
    assert container.round_drafts.listed() == []


def test_a_caution_stands_at_the_part_that_it_is_about(container: Container) -> None:
    drafts, part = container.round_drafts, f"site:{QUICK}"
    draft = draft_of(container)
    cells = drafts.find(draft).parts[part]
    left = {name: cell for name, cell in cells.fields.items() if not name.startswith("offers.")}
    drafts.save(draft, part, left, cells.version, OFFICE)
    found = drafts.find(draft)
    assert [one.words.zh for one in found.cautions_of(part)] == [
        "没有开考科目（offers.csv）：考生不能在这里报名"
    ]
    assert found.cautions_of(f"site:{SITE}") == []
    assert found.read.faults == ()


@pytest.mark.parametrize("edited", [False, True])
def test_a_site_that_was_closed_meanwhile_goes_from_the_draft_unless_it_was_edited_there(
    container: Container, edited: bool
) -> None:
    drafts, part = container.round_drafts, f"site:{QUICK}"
    expanded(container)
    draft = draft_of(container)
    if edited:
        known = drafts.find(draft).parts[part]
        drafts.save(draft, part, {**known.fields, "site.notice": "走北门"}, known.version, OFFICE)
    without(container, QUICK)
    conflicts = drafts.catch_up(draft, OFFICE)
    assert conflicts == ({part: ["site"]} if edited else {})
    assert drafts.find(draft).parts[part].removed is not edited
    assert not drafts.find(draft).parts[f"site:{SITE}"].removed


def test_what_a_site_typed_is_not_carried_out_over_a_revision_that_came_meanwhile(
    container: Container,
) -> None:
    revise(container, SITE, manages=("notice",))
    sites = container.site_administration
    seen = sites.site(ROUND, SITE, ADMINISTRATOR).version
    cells = {**sites.cells(ROUND, SITE), "site.notice": "走北门"}
    change = sites.typed(ROUND, SITE, "notice", cells, seen, ADMINISTRATOR)
    expanded(container)
    carry_out = sites.carry_out
    assert refusal(carry_out, change, "改道", ADMINISTRATOR, uuid4()) is RefusalCode.REVISION_OUTDATED
    again = sites.typed(ROUND, SITE, "notice", cells, seen, ADMINISTRATOR)
    assert carry_out(again, "改道", ADMINISTRATOR, uuid4()).points
    assert sites.site(ROUND, SITE, ADMINISTRATOR).plan.notice == "走北门"
