"""Looks at private details as they are read: one line a person and hour, which says what was opened."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from ncre.events.access import DetailsViewed
from ncre.events.base import Envelope
from ncre.projections.audit import disclosures
from tests.support.people import NOW, REGISTRATION

LI, ZHAO = "li", "zhao"


def look(minutes: float, purpose: str = "review", actor: str = LI, why: str = "") -> DetailsViewed:
    viewed = DetailsViewed(REGISTRATION, purpose, why)
    return viewed.with_metadata(
        Envelope(
            stream=REGISTRATION,
            version=int(minutes) + 1,
            recorded_at=NOW + timedelta(minutes=minutes),
            actor=actor,
            role="reviewer",
            command_id=uuid4(),
            subject=None,
        )
    )


def test_looks_of_one_person_within_an_hour_are_one_and_say_what_was_opened() -> None:
    seen = [look(0, why="review"), look(5, "ticket"), look(59, "hall-list", why="counter"), look(61)]
    first, second = disclosures.visits(seen)
    assert (first.times, second.times) == (3, 1)
    said = disclosures.words(first)
    for word in ("报名页面", "准考证", "考场座位表", "信息审核", "10:00–10:59 共 3 次"):
        assert word in said.zh
    assert "the case, the admission ticket, a hall's seat list" in said.en
    assert "次" not in disclosures.words(second).zh


def test_looks_of_two_people_are_never_one() -> None:
    found = disclosures.visits([look(0), look(1, actor=ZHAO), look(2), look(3, actor=ZHAO)])
    assert [(visit.actor, visit.times) for visit in found] == [(LI, 2), (ZHAO, 2)]


def test_a_story_keeps_every_other_line_and_one_line_a_visit() -> None:
    seen = [look(0), look(10, "ticket")]
    story = [
        {"topic": "registration.approved", "version": 6, "zh": "通过", "en": "approved"},
        *(
            {"topic": DetailsViewed.TOPIC, "version": one.metadata.version, "zh": "", "en": ""}
            for one in seen
        ),
    ]
    lines = disclosures.condensed(story, seen)
    assert len(lines) == 2
    assert lines[0]["zh"] == "通过"
    assert "准考证" in lines[1]["zh"]


def test_a_purpose_that_nobody_knows_any_more_stands_for_itself() -> None:
    assert "oldway" in disclosures.words(disclosures.visits([look(0, "oldway")])[0]).zh
