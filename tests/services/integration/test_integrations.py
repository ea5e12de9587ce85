"""Integrations as the office keeps them: made, scoped, given secrets, revoked, each act recorded."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.handlers.command_handler import Act
from ncre.identity.integrations import Integration
from tests.support.people import OFFICE, REVIEWER, SITE, Clock

READ = ("registrations:read",)


def made(container: Container, act: Act | None = None) -> tuple[UUID, str]:
    return container.integrations.make(act or Act(OFFICE), "省平台", READ, frozenset({SITE}), "公函 31")


def whose(container: Container, secret: str) -> Integration | None:
    return container.integrations.integrations.by_secret(secret)


def topics(container: Container, identity: UUID) -> list[str]:
    with container.database.reading() as connection:
        return [fact.TOPIC for fact in container.command_handler.store.history(connection, identity)]


def test_a_secret_opens_what_its_integration_may(container: Container) -> None:
    identity, secret = made(container)
    known = whose(container, secret)
    assert known is not None
    assert (known.id, known.scopes, known.sites) == (identity, set(READ), {SITE})
    assert topics(container, identity) == ["integration.made", "integration.secret_issued"]
    assert whose(container, secret + "x") is None


def test_the_secret_stands_nowhere(container: Container) -> None:
    identity, secret = made(container)
    with container.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM integration_secrets").all()
        states = connection.exec_driver_sql("SELECT state FROM facts").scalars().all()
    assert secret not in repr(rows)
    assert all(secret.encode() not in state for state in states)
    assert container.integrations.one(identity)[1][0].prefix == secret[:12]


def test_made_twice_by_one_form_it_is_made_once(container: Container) -> None:
    act = Act(OFFICE)
    assert made(container, act)[1] != ""
    assert made(container, act)[1] == ""
    assert len(container.integrations.integrations.all()) == 1


def test_two_secrets_are_valid_at_once_and_no_third(container: Container) -> None:
    identity, first = made(container)
    second = container.integrations.issue(Act(OFFICE), identity)
    assert whose(container, first) is not None
    assert whose(container, second) is not None
    with pytest.raises(Refusal) as refused:
        container.integrations.issue(Act(OFFICE), identity)
    assert refused.value.code is RefusalCode.SECRETS_TWO
    container.integrations.revoke_secret(Act(OFFICE), identity, first[:12], "已更换")
    assert whose(container, first) is None
    assert whose(container, second) is not None
    assert topics(container, identity)[-1] == "integration.secret_revoked"


def test_a_revoked_integration_opens_nothing_and_stays_so(container: Container) -> None:
    identity, secret = made(container)
    container.integrations.revoke(Act(OFFICE), identity, "系统下线")
    assert whose(container, secret) is None
    with pytest.raises(Refusal) as refused:
        container.integrations.issue(Act(OFFICE), identity)
    assert refused.value.code is RefusalCode.INTEGRATION_OVER


def test_only_the_office_and_only_with_a_reason_scopes_and_sites(container: Container) -> None:
    service = container.integrations
    for actor, scopes, sites, why, code in (
        (REVIEWER, READ, {SITE}, "x", RefusalCode.NOT_YOUR_ROLE),
        (OFFICE, ("everything",), {SITE}, "x", RefusalCode.SCOPE_UNKNOWN),
        (OFFICE, (), {SITE}, "x", RefusalCode.SCOPE_UNKNOWN),
        (OFFICE, READ, set[str](), "x", RefusalCode.SITES_MISSING),
        (OFFICE, READ, {"999999"}, "x", RefusalCode.STAFF_SITE_UNKNOWN),
        (OFFICE, READ, {SITE}, " ", RefusalCode.WHY_MISSING),
    ):
        with pytest.raises(Refusal) as refused:
            service.make(Act(actor), "省平台", scopes, frozenset(sites), why)
        assert refused.value.code is code
    assert service.integrations.all() == []


def test_what_it_may_changes_at_once(container: Container) -> None:
    identity, secret = made(container)
    container.integrations.scope(Act(OFFICE), identity, ("events:read",), frozenset({"*"}), "公函 32")
    known = whose(container, secret)
    assert known is not None
    assert (known.scopes, known.sites) == ({"events:read"}, {"*"})


def test_the_last_use_is_noted_once_a_minute(container: Container, clock: Clock) -> None:
    identity, secret = made(container)
    assert whose(container, secret) is not None
    first = container.integrations.one(identity)[0].used_at
    clock.advance(seconds=30)
    whose(container, secret)
    assert container.integrations.one(identity)[0].used_at == first
    clock.advance(seconds=31)
    whose(container, secret)
    assert container.integrations.one(identity)[0].used_at == first + timedelta(seconds=61)  # type: ignore[operator]
