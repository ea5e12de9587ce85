"""Work in the background is done for an integration only while it has the right to it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.integration.scopes import Scope
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from ncre.identity.integrations import Integrations
from ncre.services.accounts.actors import Actors
from tests.support.people import OFFICE, SITE, Clock

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What conflicts on either database stands in `test_sign_ins.py`."""


WHY = "公函 31"


@pytest.fixture
def actors(container: Container, clock: Clock) -> Actors:
    return Actors(container.database, container.accounts, Integrations(container.database, clock))


def made(container: Container, scope: Scope) -> UUID:
    return container.integrations.make(Act(OFFICE), "省平台", (scope.value,), frozenset({SITE}), WHY)[0]


def test_an_integration_acts_as_what_it_may(container: Container, actors: Actors) -> None:
    reviewing, exporting = made(container, Scope.REVIEW), made(container, Scope.EXPORTS)
    reviewer, exporter = actors.reviewer(reviewing), actors.exporter(exporting)
    assert reviewer is not None
    assert exporter is not None
    assert (reviewer.id, reviewer.role, reviewer.sites) == (str(reviewing), Role.REVIEWER, {SITE})
    assert (exporter.id, exporter.role) == (str(exporting), Role.OFFICE)
    assert (actors.reviewer(exporting), actors.exporter(reviewing)) == (None, None)
    assert actors.reviewer(uuid4()) is None
    for one in (reviewing, exporting):
        container.integrations.revoke(Act(OFFICE), one, WHY)
    assert (actors.reviewer(reviewing), actors.exporter(exporting)) == (None, None)


def test_an_account_that_is_disabled_or_closed_has_no_rights_left(
    container: Container, actors: Actors
) -> None:
    boss = container.accounts.add("kaowu", "a password of kaowu", Role.OFFICE)
    reviewer = container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    assert (actors.exporter(boss.id), actors.reviewer(reviewer.id)) == (boss.actor, reviewer.actor)
    with container.database.transaction() as connection:
        container.accounts.close(connection, reviewer.id)
    assert actors.reviewer(reviewer.id) is None
