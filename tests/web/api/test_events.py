"""The feed: in log order, of the caller's sites, private fields sealed unless they are opened, which is recorded."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.events.base import FACTS, Fact
from ncre.projections.base import stored_as_json
from ncre.services.integration.fact_schemas import schema_of, told_facts
from ncre.store.fact_json import shape_of
from tests.events.examples import EXAMPLES, with_metadata
from tests.support.people import WENJING, Candidate, approved, somebody
from tests.web.api.caller import Caller, caller
from tests.web.visitor import facts_of

EVENTS = ("events:read",)
TOLD = [example for example in EXAMPLES if example.TOPIC in told_facts()]


@pytest.fixture
def waiting(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def read_all(portal: Caller, limit: int = 3, more: str = "") -> list[dict[str, Any]]:
    found, after = list[dict[str, Any]](), 0
    while True:
        page = portal.ask("GET", f"/events?after={after}&limit={limit}{more}").json
        found += page["items"]
        if page["next"] == after:
            return found
        after = page["next"]


def test_all_that_happened_at_its_sites_once_and_in_log_order(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    approved(container, waiting)
    told = read_all(caller(container, site, *EVENTS))
    positions = [int(one["position"]) for one in told]
    assert positions == sorted(set(positions))
    mine = [one["type"] for one in told if one["stream"] == str(waiting.id)]
    assert mine == facts_of(container, waiting.id)
    assert len({one["id"] for one in told}) == len(told)


def test_a_site_hears_nothing_of_another(container: Container, site: Flask, waiting: Candidate) -> None:
    elsewhere = read_all(caller(container, site, *EVENTS, sites=("429901",)))
    assert not [one for one in elsewhere if one["subject"] == str(waiting.id)]
    assert {"exam.round_opened", "exam.notice_posted"} <= {one["type"] for one in elsewhere}
    assert {one["data"]["plan"]["code"] for one in elsewhere if one["type"] == "exam.site_opened"} == {
        "429901"
    }


def test_a_portal_hears_of_its_own_candidates_before_they_chose_a_site(
    container: Container, site: Flask
) -> None:
    portal = caller(container, site, "registrations:apply", *EVENTS, sites=("429901",))
    candidate = portal.ask("POST", "/candidates", json={"reference": "p"}).json
    begun = portal.ask(
        "POST", "/registrations", json={"candidate": candidate["id"], "agreement": "2027-03"}
    ).json
    assert begun["id"] in {one["subject"] for one in read_all(portal)}
    other = caller(container, site, *EVENTS, name="other", sites=("429901",))
    assert begun["id"] not in {one["subject"] for one in read_all(other)}


def test_private_fields_stay_sealed(container: Container, site: Flask, waiting: Candidate) -> None:
    told = read_all(caller(container, site, *EVENTS))
    filled = next(one for one in told if one["type"] == "registration.info_filled")
    assert (filled["sealed"], filled["data"]["details"]) == ("details", None)
    assert WENJING.document_number not in str(told)
    assert "access.details_viewed" not in {one["type"] for one in told}


def test_opened_they_are_recorded_and_the_scope_is_needed(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    refused = caller(container, site, *EVENTS, name="other").ask("GET", "/events?private=true", 403)
    assert refused.json["code"] == "scope_missing"
    told = read_all(caller(container, site, *EVENTS, "private:read"), more="&private=true")
    filled = next(one for one in told if one["type"] == "registration.info_filled")
    assert (filled["sealed"], filled["data"]["details"]["name"]) == ("", WENJING.name)
    looked = [one for one in told if one["type"] == "access.details_viewed"]
    assert {one["data"]["purpose"] for one in looked} == {"feed"}


def test_nothing_of_accounts_and_integrations_is_told(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    told = read_all(caller(container, site, *EVENTS, sites=("*",)))
    assert not [one for one in told if one["type"].startswith(("passport.", "integration."))]
    inside = {topic.partition(".")[0] for topic in FACTS.keys() - told_facts().keys()}
    assert inside >= {"passport", "integration", "operating", "audit"}


def test_waiting_ends_when_something_is_there_or_the_time_is_over(
    container: Container, site: Flask, waiting: Candidate
) -> None:
    from threading import Timer

    portal = caller(container, site, *EVENTS)
    last = portal.ask("GET", "/events?limit=500").json["next"]
    assert portal.ask("GET", f"/events?after={last}&wait=1").json["items"] == []
    deciding = Timer(0.3, approved, (container, waiting))
    deciding.start()
    page = portal.ask("GET", f"/events?after={last}&wait=20").json
    deciding.join()
    assert [one["type"] for one in page["items"]] == ["registration.approved"]


@pytest.mark.parametrize("example", TOLD, ids=lambda one: one.TOPIC)
def test_an_event_is_as_its_schema_says(container: Container, example: Fact) -> None:
    import jsonschema  # a second, of the one worker that comes to it

    event = stored_as_json(container.event_feed.event(1, with_metadata(example)))
    jsonschema.Draft202012Validator.check_schema(schema_of(example.TOPIC))
    jsonschema.validate(event["data"], schema_of(example.TOPIC))
    spoilt = {**event["data"], "unheard_of": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoilt, schema_of(example.TOPIC))


def test_the_schema_of_an_event_is_where_it_says(container: Container, site: Flask) -> None:
    portal = caller(container, site, *EVENTS)
    for topic in told_facts():
        served = portal.ask("GET", f"/schemas/{topic}/{shape_of(topic).version}").json
        assert served["$id"].endswith(f"/{topic}/{shape_of(topic).version}")
    portal.ask("GET", "/schemas/passport.signed_in/1", 404)
