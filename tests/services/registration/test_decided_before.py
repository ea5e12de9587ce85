"""Whose decision it was, for every step by which staff decide a case."""

from __future__ import annotations

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from ncre.events.base import Envelope
from ncre.services.registration.decided_before import newest_decision, of_somebody_else
from tests.handlers.ground import Walker
from tests.support import people

COLLEAGUE = c.Actor("99999999-9999-4999-8999-999999999999", Role.OFFICE, c.EVERY_SITE)


def decided_before(container: Container, command: c.Command) -> Envelope | None:
    with container.database.reading() as connection:
        newest = newest_decision(connection, container.command_handler, command)
    return newest if of_somebody_else(newest, command) else None


def test_the_second_to_cancel_or_suspend_is_told_whose_decision_it_was(container: Container) -> None:
    walker = Walker(container)
    walker.approved()
    for command in (c.Suspend, c.Cancel):
        first = command(registration=walker.id, actor=people.OFFICE, reason="重复报名")
        second = command(registration=walker.id, actor=COLLEAGUE, reason="重复报名")
        container.command_handler.handle(first)
        container.command_handler.handle(second)
        assert decided_before(container, first) is None
        stamp = decided_before(container, second)
        assert stamp is not None
        assert stamp.actor == people.OFFICE.id
