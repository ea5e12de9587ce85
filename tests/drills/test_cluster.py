"""The drill's own eyes: what it would miss is planted, and it must see it; and its short form, where the parts are installed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.projections.payment.ledger import payments
from tests.drills.cluster import drill, faults, parts
from tests.drills.cluster.drill import Acknowledged, Result
from tests.handlers.ground import QUICK, Walker
from tests.support.people import PHOTO

PARTS = parts.Parts("etcd", "haproxy", Path("/"), "4.1.5", "python")


@pytest.fixture
def walker(container: Container) -> Walker:
    """Somebody who has paid."""
    walker = Walker(container)
    walker.submitted(QUICK, ("14",))
    walker.does(c.UploadPhoto, photo=PHOTO)
    walker.pays()
    return walker


def looked_over(container: Container, known: list[Acknowledged]) -> Result:
    result = Result(PARTS)
    drill._find(container, known, result)
    drill._count_money(container, result)
    return result


def test_what_stands_is_found(container: Container, walker: Walker) -> None:
    known = [Acknowledged(1.0, "command", walker.id, fact.metadata.command_id) for fact in walker.history]
    known.append(Acknowledged(2.0, "paid", walker.id, uuid4()))
    assert looked_over(container, known).sound


def test_an_acknowledgement_that_is_lost_is_seen(container: Container, walker: Walker) -> None:
    lost = Acknowledged(1.0, "page", walker.id, uuid4())
    assert looked_over(container, [lost]).lost == [lost]


def test_a_payment_that_is_lost_is_seen(container: Container) -> None:
    walker = Walker(container)
    walker.submitted(QUICK, ("14",))
    assert looked_over(container, [Acknowledged(1.0, "paid", walker.id, uuid4())]).unpaid == 1


def test_money_that_is_there_twice_is_seen(container: Container, walker: Walker) -> None:
    with container.database.transaction() as connection:
        row = dict(connection.execute(select(payments)).mappings().one())
        row |= {"trade": "another", "request": "another"}
        connection.execute(insert(payments), row)
    assert looked_over(container, []).doubled == 1


def test_the_longest_gap_is_measured_between_two_acknowledgements() -> None:
    at = [Acknowledged(moment, "page", uuid4(), uuid4()) for moment in (3.0, 1.0, 9.5, 2.0)]
    assert drill._longest(at) == 6.5


def test_thirty_faults_hold_each_kind_as_often_as_planned() -> None:
    plan = faults.planned(30)
    assert {fault: plan.count(fault) for fault in faults.NAMES} == {
        fault: times for fault, (_, times) in faults.NAMES.items()
    }
    assert set(faults.planned(9)) == set(faults.NAMES)


@pytest.mark.soak
def test_a_cluster_loses_nothing_in_a_few_faults() -> None:
    """In a folder of its own: the servers' user has to pass through, and each run of pytest that begins closes pytest's own."""
    try:
        found = parts.found()
    except parts.PartsMissing as missing:
        pytest.skip(str(missing))
    with TemporaryDirectory(prefix="ncre-drill-", ignore_cleanup_errors=True) as name:
        result = drill.drill(found, Path(name), faults.planned(5), seed=1)
    print(drill.table(result))
    assert result.sound, (result.lost[:3], result.unpaid, result.doubled, result.differences)
    assert result.acknowledged > 50
