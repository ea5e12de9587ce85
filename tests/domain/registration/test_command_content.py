"""What two commands under one id are compared by."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.command_content import content
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.decision_context import site_of
from ncre.domain.registration.rejection_reasons import require_reasons
from ncre.domain.registration.vocabulary import Role
from tests.support import people

ID = UUID(int=3)
ME = Actor("c-1", Role.CANDIDATE)


def approve(role: Role = Role.REVIEWER) -> c.Approve:
    return c.Approve(registration=ID, actor=Actor("r-1", role), command_id=UUID(int=4), seen=3)


@pytest.mark.parametrize("role", [Role.CLOCK, Role.PAYMENT])
def test_machines_are_not_asked(role: Role) -> None:
    assert content(approve(role)) is None


def test_seats_are_not_compared() -> None:
    seat = c.Seat(registration=ID, actor=people.OFFICE, command_id=ID, seats=())
    assert content(seat) is None


def test_who_asks_counts_and_from_which_page_does_not() -> None:
    asked = content(approve())
    assert asked is not None
    assert (asked["asks"], asked["by"]) == ("Approve", "r-1")
    assert content(replace(approve(), seen=9, command_id=UUID(int=5), cause="x", on_behalf_of="y")) == asked
    assert content(replace(approve(), actor=Actor("r-2", Role.REVIEWER))) != asked


def test_a_photo_counts_by_what_was_sent_and_how_it_is_to_be_handled() -> None:
    upload = c.UploadPhoto(registration=ID, actor=ME, command_id=ID, photo=people.PHOTO)
    asked = content(upload)
    assert asked is not None
    photo = people.PHOTO
    assert asked == {
        "asks": "UploadPhoto",
        "by": "c-1",
        "photo": [photo.uploaded, photo.handling, photo.appealed],
    }
    again = c.ReplacePhoto(registration=ID, actor=ME, command_id=ID, photo=photo)
    assert content(again) == asked


def test_a_site_that_was_not_chosen_is_refused_without_a_name() -> None:
    context = people.context(site=None)
    with pytest.raises(Refusal) as said:
        site_of(context)
    assert (said.value.code, said.value.particulars) == (RefusalCode.SITE_UNKNOWN, {"site": ""})


def test_a_reason_that_is_not_in_the_table_is_named() -> None:
    with pytest.raises(Refusal) as said:
        require_reasons(("P01", "P99"), "")
    assert (said.value.code, said.value.particulars) == (RefusalCode.REASON_UNKNOWN, {"reason": "P99"})
