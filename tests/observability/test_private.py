"""A whole registration, through the pages: nothing of the person is in the log, the metrics, the spans or the reports."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from flask import Flask
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sentry_sdk.transport import Transport
from sqlalchemy import text

from ncre.bootstrap import Container, build_container
from ncre.cli.logs import JsonLineFormatter
from ncre.observability import error_reports
from ncre.observability.backlog import BacklogMetrics
from ncre.observability.requests import AddRequestId
from ncre.observability.tracing import OpenTelemetrySpans
from ncre.web.site import create_site
from tests.observability.exposed import exposed, value
from tests.support.fake_channel import FakeChannel
from tests.support.people import Candidate, Clock, approved, form_of_details, portrait, somebody
from tests.web.shared.test_logs import PRIVATE
from tests.web.visitor import Visitor, signed_in


class Reports(Transport):
    """Keeps what would have been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.events += [item.payload.json for item in envelope.items]


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(container: Container, clock: Clock, spans: InMemorySpanExporter) -> Iterator[Container]:
    """The same installation in another process's eyes, which traces."""
    tracing = OpenTelemetrySpans(SimpleSpanProcessor(spans), "ncre")
    traced = build_container(container.settings, clock, {"till": FakeChannel(clock)}, tracing)
    yield traced
    traced.close()


@pytest.fixture
def site(traced: Container) -> Flask:
    return create_site(traced)


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything from DEBUG on, as JSON."""
    out, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(out), root.level
    handler.addFilter(AddRequestId())
    handler.setFormatter(JsonLineFormatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def reports() -> Iterator[Reports]:
    kept = Reports()
    error_reports.start("http://public@localhost/1", "ncre@tried", kept)
    yield kept
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


def registers(visitor: Visitor, wenjing: Candidate) -> None:
    """From the details to the paid fee, with every part of the person on the way."""
    path = f"/registrations/{wenjing.id}"
    visitor.get(f"{path}/details")
    visitor.post(f"{path}/details", **form_of_details())
    wenjing.submits()
    visitor.get(f"{path}/photo")
    visitor.post(f"{path}/photo", photo=portrait())
    wenjing.requests_review()
    approved(wenjing.container, wenjing)
    wenjing.pays()
    visitor.get(path)
    visitor.get(f"{path}/form.pdf")


def told(spans: InMemorySpanExporter) -> str:
    return "\n".join(span.to_json() for span in spans.get_finished_spans())


def test_nothing_of_a_person_is_seen_from_outside(
    traced: Container,
    site: Flask,
    spans: InMemorySpanExporter,
    log: StringIO,
    reports: Reports,
) -> None:
    wenjing = somebody(traced)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    registers(visitor, wenjing)
    with traced.database.transaction() as connection:
        connection.execute(text("ALTER TABLE registrations RENAME COLUMN name_masked TO gone"))
    visitor.get(f"/registrations/{wenjing.id}", 500)

    sentry_sdk.flush()
    (report,) = reports.events
    frames = [frame for one in report["exception"]["values"] for frame in one["stacktrace"]["frames"]]
    assert any(frame["module"] == "ncre.store.database" for frame in frames)
    shown = exposed()
    assert value("ncre_commands_total", shown, step="submit", answer="recorded") >= 1
    assert "command fill_info" in told(spans)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert any(line["logger"] == "ncre.access" or line["level"] == "ERROR" for line in lines)

    private = (*PRIVATE, wenjing.account.name, str(wenjing.account.id), str(wenjing.id), wenjing.id.hex)
    places = {
        "metrics": shown,
        "spans": told(spans),
        "reports": json.dumps(reports.events, ensure_ascii=False),
    }
    for place, said in places.items():
        assert [one for one in private if one in said] == [], place
    said = log.getvalue().encode().decode("unicode_escape", "replace") + log.getvalue()
    assert [one for one in PRIVATE if one in said] == []


def test_a_report_says_neither_message_nor_variables_nor_address(reports: Reports) -> None:
    number = "42011520060315002X"
    try:
        raise ValueError(f"{number} is not one")
    except ValueError as error:
        logging.getLogger("ncre.tried").error(
            "unexpected %s", number, exc_info=error, extra={"given": number}
        )
    sentry_sdk.flush()
    (report,) = reports.events
    assert report["exception"]["values"][0]["type"] == "ValueError"
    assert report["logger"] == "ncre.tried"
    assert number not in json.dumps(report)


def test_spans_are_one_inside_the_other(traced: Container, site: Flask, spans: InMemorySpanExporter) -> None:
    wenjing = somebody(traced)
    wenjing.agrees()
    visitor = signed_in(site, wenjing)
    visitor.get(f"/registrations/{wenjing.id}/details")
    spans.clear()
    visitor.post(f"/registrations/{wenjing.id}/details", **form_of_details())
    found = {span.context.span_id: span for span in spans.get_finished_spans() if span.context}
    command = next(span for span in found.values() if span.name == "command fill_info")
    assert command.attributes is not None
    assert command.attributes["ncre.answer"] == "recorded"
    assert command.parent is not None
    request = found[command.parent.span_id]
    inside = [
        span.name for span in found.values() if span.parent and span.parent.span_id == command.context.span_id
    ]
    if request.name == "transaction":  # a service that does more in the same one
        assert request.parent is not None
        request = found[request.parent.span_id]
    else:
        assert inside == ["transaction"]
    assert request.attributes is not None
    assert request.attributes["http.route"] == "/registrations/<uuid:registration>/details"
    assert request.attributes["http.response.status_code"] == 303


def test_the_database_is_measured_by_numbers_alone(traced: Container, tmp_path: Path) -> None:
    wenjing = somebody(traced)
    wenjing.agrees()
    wenjing.fills()
    wenjing.submits()
    wenjing.uploads()
    wenjing.requests_review()
    families = {family.name: family for family in BacklogMetrics(traced.backlog.numbers).collect()}
    assert families["ncre_database_up"].samples[0].value == 1
    assert families["ncre_review_waiting"].samples[0].value == 1
    assert all(not sample.labels for family in families.values() for sample in family.samples)
