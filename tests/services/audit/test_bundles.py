"""What a bundle holds of the log, by what it was asked for, and that each is a fact of whoever took it."""

from __future__ import annotations

import io
import json
from uuid import UUID, uuid5

import pytest

from ncre.bootstrap import Container
from ncre.domain.exam.plan import round_id, site_id
from ncre.domain.refusals import RefusalCode
from ncre.events.audit import AuditViewed, BundleExported, RecordViewed
from ncre.events.payment import OrderOpened
from ncre.ledger import checkpoints
from ncre.services.audit.bundles import STREAM, BundleRequest, BundleScope
from tests.handlers.ground import QUICK, Walker, history_of, refusal
from tests.ledger.ground import Parts
from tests.support.people import AUDITOR, REVIEWER, ROUND, SITE, Clock


@pytest.fixture
def people(container: Container, clock: Clock) -> tuple[Walker, Walker]:
    """Somebody who opened an order and was looked at, and somebody at another site; all of it sealed."""
    paying, quick = Walker(container), Walker(container)
    paying.approved()
    paying.opens()
    container.command_handler.record_access(paying.id, REVIEWER, "review")
    quick.submitted(QUICK, ("24",))
    sealed(container, clock)
    return paying, quick


def sealed(container: Container, clock: Clock) -> None:
    clock.advance(minutes=2)
    assert container.sealer.catch_up() is not None


def taken(container: Container, scope: BundleScope, of: str = "") -> Parts:
    out = io.BytesIO()
    container.audit_bundles.export(BundleRequest(scope, of), AUDITOR, out)
    return Parts.of(out.getvalue())


def streams(parts: Parts) -> set[UUID]:
    return {UUID(json.loads(line)[1]) for line in parts.lines if not line.startswith(b"{")}


def beside(container: Container, walker: Walker) -> set[UUID]:
    """The streams of a registration: its own, that of looks, and that of its order."""
    facts = container.command_handler.store.log_of((OrderOpened.TOPIC,), 0)
    orders = {fact.metadata.stream for _, fact in facts if vars(fact)["registration"] == walker.id}
    return {walker.id, uuid5(walker.id, "access"), *orders}


def test_a_bundle_holds_what_it_was_asked_for_and_nothing_else(
    container: Container, people: tuple[Walker, Walker]
) -> None:
    paying, quick = people
    mine = beside(container, paying)
    assert len(mine) == 3
    of_registration = taken(container, BundleScope.REGISTRATION, str(paying.id))
    assert streams(of_registration) == mine
    of_site = taken(container, BundleScope.SITE, SITE)
    assert streams(of_site) == {*mine, round_id(ROUND), site_id(ROUND, SITE)}
    of_round = taken(container, BundleScope.ROUND, ROUND)
    sites = {site_id(ROUND, one) for one in (SITE, QUICK)}
    assert streams(of_round) == {*mine, quick.id, round_id(ROUND), *sites}
    assert [parts.about["scope"] for parts in (of_registration, of_site, of_round)] == [
        f"registration {paying.id}",
        f"site {SITE}",
        f"round {ROUND}",
    ]
    assert streams(taken(container, BundleScope.ALL)) >= {*mine, quick.id, *sites}


def test_each_bundle_is_a_fact_of_whoever_took_it_and_a_look_where_it_is_of_one_alone(
    container: Container, people: tuple[Walker, Walker]
) -> None:
    paying, _ = people
    with container.database.reading() as connection:
        newest = checkpoints.newest(connection)
    assert newest is not None
    size = newest.size
    taken(container, BundleScope.ALL)
    taken(container, BundleScope.REGISTRATION, str(paying.id))
    told = history_of(container, STREAM)
    assert told == [BundleExported("all", "", size), BundleExported("registration", str(paying.id), size)]
    look = history_of(container, uuid5(paying.id, "access"))[-1]
    assert look == RecordViewed(paying.id, "export")
    assert {fact.metadata.actor for fact in (*told, look)} == {AUDITOR.id}


@pytest.mark.parametrize("scope", [BundleScope.SITE, BundleScope.REGISTRATION])
def test_of_what_there_is_not_nothing_is_taken_and_nothing_recorded(
    container: Container, people: tuple[Walker, Walker], scope: BundleScope
) -> None:
    of = "999999" if scope is BundleScope.SITE else str(UUID(int=1))
    with pytest.raises(ValueError, match=of):
        taken(container, scope, of)
    assert history_of(container, STREAM) == []


def test_a_proof_is_of_the_registration_with_all_beside_it(
    container: Container, people: tuple[Walker, Walker]
) -> None:
    paying, _ = people
    out = io.BytesIO()
    container.audit_bundles.proof(paying.id, out)
    parts = Parts.of(out.getvalue())
    assert streams(parts) == beside(container, paying)
    assert parts.about["scope"] == f"registration {paying.id}"


def test_before_anything_is_sealed_there_is_no_proof(container: Container) -> None:
    walker = Walker(container)
    walker.agrees()
    assert refusal(container.audit_bundles.proof, walker.id, io.BytesIO()) is RefusalCode.NOT_SEALED


def test_a_look_at_something_else_says_at_what_and_by_whom(container: Container) -> None:
    container.audit_bundles.record_audit("staff", "7", AUDITOR)
    (look,) = history_of(container, STREAM)
    assert (look, look.metadata.actor) == (AuditViewed("staff", "7"), AUDITOR.id)
