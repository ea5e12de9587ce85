"""What is counted of requests, commands, lanes and connections, and the id by which their lines are found."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from ncre.bootstrap import Container, build_container
from ncre.cli.logs import JsonLineFormatter
from ncre.config.settings import ObservabilityTerms
from ncre.domain.refusals import Refusal
from ncre.domain.registration.commands import Withdraw
from ncre.observability.backlog import NAMES, BacklogMetrics
from ncre.observability.requests import AddRequestId
from ncre.observability.watching import LaneMetrics
from ncre.services.operations import backlog
from ncre.store.outages import DatabaseFailure, Outage
from ncre.web.measured import HEADER, PROBES
from ncre.web.site import create_site
from tests.observability.exposed import exposed, value
from tests.server.ground import Held, call, served, until
from tests.support.containers import container_on
from tests.support.outages import away
from tests.support.people import Clock, somebody
from tests.web.visitor import signed_in

ORIGIN = "https://localhost"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def lines() -> Iterator[StringIO]:
    out, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(out), root.level
    handler.addFilter(AddRequestId())
    handler.setFormatter(JsonLineFormatter())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def behind_a_proxy(container: Container) -> Flask:
    settings = replace(container.settings, proxies=1, observability=ObservabilityTerms(log_format="json"))
    return create_site(build_container(settings))


def test_a_command_is_counted_by_its_step_and_its_answer(container: Container) -> None:
    wenjing = somebody(container)
    before = {
        one: value("ncre_commands_total", step="withdraw", answer=one) for one in ("refused", "recorded")
    }
    with pytest.raises(Refusal) as told:
        wenjing.does(Withdraw)
    code = told.value.code.value
    assert value("ncre_commands_total", step="withdraw", answer="refused") == before["refused"] + 1
    assert value("ncre_commands_total", step="withdraw", answer="recorded") == before["recorded"]
    counted = value("ncre_refusals_total", code=code)
    with pytest.raises(Refusal):
        wenjing.does(Withdraw)
    assert value("ncre_refusals_total", code=code) == counted + 1


def test_a_command_that_was_carried_out_before_is_counted_as_nothing(container: Container) -> None:
    wenjing = somebody(container)
    nothing = value("ncre_commands_total", step="agree", answer="nothing")
    recorded = value("ncre_commands_total", step="agree", answer="recorded")
    wenjing.agrees()
    wenjing.agrees()
    assert value("ncre_commands_total", step="agree", answer="recorded") == recorded + 1
    assert value("ncre_commands_total", step="agree", answer="nothing") == nothing + 1


def test_a_request_is_counted_by_the_template_of_its_route(container: Container, site: Flask) -> None:
    wenjing = somebody(container)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    route = "/registrations/<uuid:registration>"
    before = value("ncre_request_seconds_count", route=route)
    visitor.get(f"/registrations/{wenjing.id}")
    visitor.get(f"/registrations/{uuid4()}", 404)
    site.test_client().get("/no/such/page/42011520060315002X", base_url=ORIGIN)
    assert value("ncre_request_seconds_count", route=route) == before + 2
    assert value("ncre_requests_total", route="(none)", status="404") >= 1
    assert "42011520060315002X" not in exposed()


def test_a_request_has_an_id_that_its_lines_and_its_answer_bear(
    container: Container, lines: StringIO
) -> None:
    site = behind_a_proxy(container)
    given = uuid4().hex
    answer = site.test_client().get("/sign-in", base_url=ORIGIN, headers={HEADER: given})
    assert answer.headers[HEADER] == given
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    (line,) = [line for line in told if line["logger"] == "ncre.request"]
    assert (line["request_id"], line["route"], line["status"]) == (given, "/sign-in", 200)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", line["time"])


def test_probes_leave_no_line_where_all_is_well(container: Container, lines: StringIO) -> None:
    """Proxies ask every process every second; lines that say nothing hide those that do."""
    site = behind_a_proxy(container).test_client()
    assert {site.get(path, base_url=ORIGIN).status_code for path in PROBES} == {200}
    assert "ncre.request" not in lines.getvalue()
    assert site.post("/healthz", base_url=ORIGIN).status_code == 405
    assert "ncre.request" in lines.getvalue()


@pytest.mark.parametrize(
    "claimed", ["42011520060315002X", "a" * 300, "x\r\nSet-Cookie: a=b", "../../etc", "", "A" * 32]
)
def test_an_id_that_is_none_is_replaced(container: Container, claimed: str) -> None:
    client = behind_a_proxy(container).test_client()
    headers = {HEADER: claimed} if "\n" not in claimed else {HEADER: claimed.split("\r")[0]}
    answer = client.get("/healthz", base_url=ORIGIN, headers=headers)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers[HEADER])
    assert answer.headers[HEADER] != claimed


def test_nobody_but_a_proxy_of_ours_gives_an_id(site: Flask) -> None:
    given = uuid4().hex
    answer = site.test_client().get("/healthz", base_url=ORIGIN, headers={HEADER: given})
    assert answer.headers[HEADER] != given


def test_who_is_turned_away_is_counted_by_lane() -> None:
    before = value("ncre_lane_turned_away_total", lane="crowd")
    held = Held()
    with served(held, watch=LaneMetrics()) as port, ThreadPoolExecutor(6) as callers:
        waiting = [callers.submit(call, port, "/slow") for _ in range(6)]
        until(lambda: value("ncre_lane_turned_away_total", lane="crowd") > before)
        held.door.set()
        statuses = [one.result().status for one in waiting]
    assert value("ncre_lane_turned_away_total", lane="crowd") - before == statuses.count(503)
    assert value("ncre_lane_waiting", lane="crowd") == 0


AT_WORK = """
import sys
from pathlib import Path
from tests.observability.exposed import value
from tests.support.containers import container_on
from tests.support.people import Clock

folder = Path(sys.argv[1])
container = container_on(f"sqlite:///{folder / 'ncre.sqlite'}", folder / "data", Clock())
container.migrate()
counts = [value("ncre_pool_connections_in_use")]
with container.database.reading(), container.database.snapshot():
    counts.append(value("ncre_pool_connections_in_use"))
counts.append(value("ncre_pool_connections_in_use"))
print(counts)
"""


def test_connections_at_work_are_counted(tmp_path: Path) -> None:
    """In a process of its own: the gauge is that of a whole process."""
    run = subprocess.run(
        [sys.executable, "-c", AT_WORK, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )
    assert run.stdout == "[0.0, 2.0, 0.0]\n"


def test_a_database_that_is_gone_is_a_metric_and_no_error(container: Container) -> None:
    with away(container.database):
        shown = {
            family.name: family.samples[0].value
            for family in BacklogMetrics(container.backlog.numbers).collect()
        }
    assert shown == {"ncre_database_up": 0}


def test_the_database_is_asked_once_in_a_while_however_often_metrics_are_read() -> None:
    asked: list[int] = []

    def numbers() -> dict[str, float]:
        asked.append(1)
        if len(asked) > 1:
            raise DatabaseFailure(Outage.AWAY, "gone")
        return {"facts": 3}

    shown = BacklogMetrics(numbers)
    assert [[family.name for family in shown.collect()] for _ in range(5)] == [
        ["ncre_database_up", "ncre_facts"]
    ] * 5
    assert len(asked) == 1


def test_every_number_has_a_name(container: Container) -> None:
    container.beats.worker()
    container.beats.backed_up()
    numbers = container.backlog.numbers()
    assert numbers.keys() <= NAMES.keys()
    assert NAMES.keys() - numbers.keys() == {"replicas", "replication_lag_bytes", "exchange_age_seconds"}
    assert numbers["worker_age_seconds"] == numbers["backup_age_seconds"] == 0


def test_who_may_not_see_standbys_counts_none(postgres_url: str, tmp_path: Path, clock: Clock) -> None:
    """Without the right there are rows without a state: no standby would seem to stream, and somebody would be woken."""
    container = container_on(postgres_url, tmp_path / "data", clock)
    assert container.backlog.numbers()["replicas"] == 0
    with container.database.transaction() as connection:
        connection.execute(text("DROP ROLE IF EXISTS may_not_see"))
        connection.execute(text("CREATE ROLE may_not_see"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO may_not_see"))
    with container.database.reading() as connection:
        connection.execute(text("SET ROLE may_not_see"))
        assert backlog._replication(connection) == {}
        connection.execute(text("RESET ROLE"))
    container.close()
