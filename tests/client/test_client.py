"""The Python client drives a whole registration, waits where it is told to, and does nothing twice."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.client import Client, Problem
from ncre.web.site import create_site
from tests.support.people import SITE, form_of_details, portrait, somebody, till_of
from tests.web.api.caller import HERE, caller
from tests.web.visitor import facts_of


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def client(container: Container, site: Flask) -> Client:
    return Client(HERE, caller(container, site).secret, transport=httpx.WSGITransport(app=site))


def test_a_whole_registration(container: Container, client: Client) -> None:
    with client as ncre:
        case = ncre.agree(ncre.candidate("pupil-1"), ncre.round()["agreement"])
        case = ncre.save_details(case, **form_of_details())
        case = ncre.choose(case, SITE, ["66", "67"])
        case = ncre.take_back(ncre.request_review(ncre.send_photo(case, portrait())))
        assert case.status == "photo-uploaded"
        case = ncre.request_review(case)
        assert [one.id for one in ncre.registrations(status="pending-review")] == [case.id]
        case = ncre.approve(case)
        container.payments.receive(till_of(container).pay(ncre.open_order(case)["number"]))
        case = ncre.confirm(ncre.registration(case.id))
        assert (case.status, case.amount) == ("confirmed", 16000)
        assert ncre.open_details(case.id, "inquiry")["name"] == form_of_details()["name"]
        told = [event.type for event in ncre.events(limit=500).items if event.subject == case.id]
        assert told[-2:] == ["registration.confirmed_on_site", "access.details_viewed"]
        assert len(ncre.history(case.id)) >= len(facts_of(container, UUID(case.id)))


def test_a_refusal_is_raised_with_its_code(container: Container, client: Client) -> None:
    case = client.agree(client.candidate("pupil-2"), "2027-03")
    with pytest.raises(Problem) as refused:
        client.save_details(case, **{**form_of_details(), "mobile": "12"})
    assert (refused.value.status, refused.value.code) == (422, "invalid")
    assert "mobile" in refused.value.faults


class Unsteady(httpx.BaseTransport):
    """The answer of the first call is lost on its way; the second is told to come back."""

    def __init__(self, site: Flask) -> None:
        self._inner = httpx.WSGITransport(app=site)
        self.calls = 0
        self.keys: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        self.keys.add(request.headers.get("Idempotency-Key", ""))
        if self.calls == 2:
            return httpx.Response(503, headers={"Retry-After": "7"})
        answered = self._inner.handle_request(request)
        if self.calls == 1:
            raise httpx.ReadError("lost")
        return answered


def test_a_lost_answer_and_a_busy_service_do_nothing_twice(container: Container, site: Flask) -> None:
    portal, candidate = caller(container, site), somebody(container)
    candidate.until_waiting()
    steady = Client(HERE, portal.secret, transport=httpx.WSGITransport(app=site))
    unsteady, pauses = Unsteady(site), list[float]()
    case = steady.registration(str(candidate.id))
    client = Client(HERE, portal.secret, transport=unsteady, pause=pauses.append)
    assert client.approve(case).status == "approved"
    assert (unsteady.calls, len(unsteady.keys), pauses[-1]) == (3, 1, 7.0)
    assert facts_of(container, candidate.id).count("registration.approved") == 1
