"""No command of a person without the version they saw and an id of its own: every form, every way to leave them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Role
from tests.handlers.ground import Walker
from tests.support import people
from tests.support.people import AMOUNT, SITE, form_of_details, somebody
from tests.web.staff_members import HERE
from tests.web.visitor import Visitor, row_of


@dataclass(frozen=True)
class Form:
    """A form that acts upon an existing case: its endpoint, who sends it, when, and what it holds besides."""

    endpoint: str
    by: str
    brought: Callable[[Walker], object]
    fields: dict[str, Any]


def lapsed_and_back(walker: Walker) -> None:
    walker.approved()
    walker.container.clock.advance(days=2)  # type: ignore[attr-defined]
    walker.lapses()
    walker.submits()


CHOSEN: Final = {"site": SITE, "subjects": ["66"], "declared": "yes"}


def _suspended(walker: Walker) -> None:
    walker.approved()
    walker.container.command_handler.handle(
        c.Suspend(registration=walker.id, actor=people.REVIEWER, reason="考点正在接受调查")
    )


FORMS: Final = (
    Form("details.save", "candidate", Walker.agrees, form_of_details()),
    Form("details.save", "candidate", Walker.filled, {**form_of_details(), "mobile": "13900139001"}),
    Form("subjects.save", "candidate", Walker.filled, CHOSEN),
    Form("subjects.save", "candidate", Walker.submitted, CHOSEN),
    Form("photo.send", "candidate", Walker.submitted, {"photo": b"no picture"}),
    Form("photo.adopt", "candidate", Walker.submitted, {"draft": "a" * 64, "kind": "crop"}),
    Form("photo.again", "candidate", lapsed_and_back, {}),
    Form("registration.request_review", "candidate", Walker.pictured, {}),
    Form(
        "registration.take_back",
        "candidate",
        lambda walker: (walker.pictured(), walker.requests_review()),
        {},
    ),
    Form("registration.withdraw", "candidate", Walker.pictured, {}),
    Form("payment.pay", "candidate", Walker.approved, {"channel": "till"}),
    Form("review.approve", "shenhe", lambda walker: (walker.pictured(), walker.requests_review()), {}),
    Form(
        "review.reject",
        "shenhe",
        lambda walker: (walker.pictured(), walker.requests_review()),
        {"reasons": ["P01"], "note": "x"},
    ),
    Form("review.confirm", "shenhe", Walker.paid, {}),
    Form("cash.counter", "shenhe", Walker.approved, {"receipt": "2027-1", "amount": "160.00"}),
    Form("cash.handed_back", "shenhe", Walker.approved, {"trade": f"{SITE}-2027-1"}),
    Form("review.cancel", "kaowu", Walker.approved, {"why": "考生申请"}),
    Form("suspension.suspend", "shenhe", Walker.approved, {"suspend_why": "考点正在接受调查"}),
    Form("suspension.resume", "kaowu", _suspended, {}),
    Form("review.move", "kaowu", Walker.paid, {"to": "other", "evidence": "核对身份证原件"}),
)
NO_COMMAND_OF_THE_CASE: Final = {
    "details.use_former",
    "payment.ask",
    "audit.open_details",
    "review.open_case",
    "review.paper",
    "review.pass_on",
    "documents.open_paper",
    "admission.let_in",
    "admission.revoke",
    "claims.take_over",
    "claims.hand_over",
    "second_look.decide",
    "second_looks.settle",
    "bans.resolve",
    "duplicates.resolve",
}

WITHOUT: Final[tuple[dict[str, str | None], ...]] = (
    {"seen": None},
    {"seen": ""},
    {"seen": "x"},
    {"seen": "0"},
    {"seen": "-1"},
    {"seen": "５"},
    {"seen": "999"},
    {"seen": "99999999999999999999"},
    {"command_id": None},
    {"command_id": ""},
    {"command_id": "x"},
    {"seen": None, "command_id": None},
)


@pytest.fixture
def walker(container: Container) -> Walker:
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    container.accounts.add("kaowu", "a password of kaowu", Role.OFFICE)
    container.accounts.add("other", "a password of other", Role.CANDIDATE)
    known = somebody(container)
    walker = Walker(container)
    walker.account, walker.id = known.account, known.id
    return walker


def path_of(site: Flask, endpoint: str, walker: Walker) -> str:
    return site.url_map.bind("localhost").build(endpoint, {"registration": walker.id})


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.endpoint}-{FORMS.index(form)}")
def test_a_form_without_what_its_page_showed_does_nothing(
    container: Container, site: Flask, walker: Walker, form: Form
) -> None:
    form.brought(walker)
    visitor = Visitor(site)
    visitor.signs_in(walker.account.name if form.by == "candidate" else form.by)
    path, whole = (
        path_of(site, form.endpoint, walker),
        {"seen": str(walker.row["version"]), "command_id": str(uuid4())},
    )
    visitor.get("/passport")
    token, before = visitor.hidden(), acts(container)
    for changed in WITHOUT:
        sent = {name: value for name, value in {**whole, **changed}.items() if value is not None}
        answer = visitor._client.post(
            path, base_url=HERE, headers={"Referer": HERE}, data={**token, **form.fields, **sent}
        )
        assert answer.status_code in (400, 409, 422), (changed, answer.status_code)
        if "999" not in sent.get("seen", ""):
            assert "这一页没有送全" in answer.text, changed
        assert acts(container) == before, changed


def acts(container: Container) -> int:
    """How many facts there are that are not looks: a refused form shows its case once more."""
    with container.database.reading() as connection:
        every = connection.execute(text("SELECT count(*) FROM facts WHERE topic NOT LIKE 'access.%'"))
        return int(every.scalar_one())


def test_every_form_upon_a_case_is_tried_above(site: Flask) -> None:
    upon_a_case = {
        rule.endpoint
        for rule in site.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and "registration" in rule.arguments
    }
    assert upon_a_case - NO_COMMAND_OF_THE_CASE == {form.endpoint for form in FORMS}


def test_a_version_that_is_not_there_yet_is_told(container: Container, site: Flask, walker: Walker) -> None:
    walker.pictured()
    walker.requests_review()
    visitor = Visitor(site)
    visitor.signs_in("shenhe")
    visitor.get(f"/staff/cases/{walker.id}")
    visitor.post(f"/staff/cases/{walker.id}/approve", 409, seen="999")
    assert "没有第 999 版（现在是第 5 版）" in visitor.text()
    assert row_of(container, walker.id)["status"] == "pending-review"


def test_an_agreement_needs_its_edition_and_a_command(container: Container, site: Flask) -> None:
    wenjing = somebody(container)
    visitor = Visitor(site)
    visitor.signs_in(wenjing.account.name)
    for changed, status in (({"command_id": ""}, 400), ({"agreement": ""}, 409)):
        visitor.get("/agreement")
        before = container.command_handler.store.newest()
        visitor.post("/agreement", status, **{"answer": "agree", "agreed": "yes", **changed})
        assert container.command_handler.store.newest() == before


def test_an_order_stays_open_where_the_form_that_would_close_it_is_old(
    container: Container, site: Flask, walker: Walker
) -> None:
    walker.approved()
    order = walker.opens()
    visitor = Visitor(site)
    visitor.signs_in(walker.account.name)
    visitor.get("/passport")
    visitor.post(f"/registrations/{walker.id}/subjects", 409, **CHOSEN, seen="5", command_id=str(uuid4()))
    with container.database.reading() as connection:
        assert container.payments.order(connection, order.number).state == "open"


def test_a_receipt_sent_twice_is_taken_once_and_told_as_done(
    container: Container, site: Flask, walker: Walker
) -> None:
    walker.approved()
    visitor = Visitor(site)
    visitor.signs_in("shenhe")
    visitor.get(f"/staff/cases/{walker.id}")
    form = {
        "receipt": "2027-1",
        "amount": "160.00",
        "seen": str(walker.row["version"]),
        "command_id": str(uuid4()),
    }
    for _ in range(2):
        visitor.post(f"/staff/cases/{walker.id}/counter", **form)
    assert walker.row["payment"]["amount"] == AMOUNT
    assert walker.row["status"] == "paid"
