"""No page, command or round of the worker walks a table that grows: each finds its rows by an index.

Every page there is gets opened, so a new one is asked about by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.routing import Rule

from ncre.bootstrap import Container
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.domain.registration import commands as c
from ncre.domain.registration.state import registration_id
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from ncre.identity.accounts import Account
from ncre.projections.registration.queue_pages import MOST_RANGES
from ncre.services.bans.ban_file import NewBan
from ncre.services.exam.calling_off_request import CallOff
from ncre.web.site import create_site
from tests.handlers.ground import QUICK, Walker, open_exam
from tests.support.containers import container_on, open_round
from tests.support.people import LIQIANG, OFFICE, REVIEWER, ROUND, SITE, Clock, rejected, till_of
from tests.support.plans import listened, walked
from tests.web.staff_members import HERE, Visitor, visitor

FIXED: Final = frozenset({
    "rounds", "sites", "notices", "counters", "serials", "retentions",
    "registration_counts", "refused_notices", "reconciliations", "alembic_version", "staff_requests",
    "ledger_keys", "ledger_statements", "integrations", "new", "export_schedules",
    "registration_hours", "unplaced_counts", "subject_counts", "review_counts",
    "part_of_queue", "round_drafts", "round_draft_parts", "site_runs", "second_look_rates",
})  # fmt: skip
"""Tables with a few rows a round, a site, a channel, a day, a member of staff or another system, however many people register."""


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


def arguments(rule: Rule, known: dict[str, Any]) -> dict[str, Any]:
    missing = rule.arguments - known.keys()
    assert not missing, f"{rule.rule}: say in ARGUMENTS what stands for {missing}"
    return {name: known[name] for name in rule.arguments}


def pages(site: Flask, known: dict[str, Any]) -> Iterator[str]:
    """An address of every page that is opened with GET."""
    with site.test_request_context(base_url=HERE):
        from flask import url_for

        for rule in site.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                chosen = {**known, **KINDS.get(rule.endpoint, {})}
                yield url_for(rule.endpoint, **arguments(rule, chosen))


KINDS: Final[dict[str, dict[str, str]]] = {
    "home.notice": {"kind": "guide"},
    "office_letters.one": {"kind": "paid"},
    "office_payments.export": {"kind": "csv"},
    "ledger.tile": {"number": "000.p/1"},
}
"""Where one name of an argument means different things on different pages."""


def test_no_page_walks_a_table_that_grows(container: Container, site: Flask, clock: Clock) -> None:
    with listened() as heard:
        mine = visitor(container, site, "liqiang", Role.CANDIDATE)
        assert mine.account is not None
        container.settings.photos.mkdir()
        paid = live(container, clock, walker_of(container, mine.account))
        known = {
            "registration_id": paid.id, "topic": "registration.approved",
            "registration": paid.id, "code": SITE, "sitting": "2027-03-27-0800-1000", "round_code": ROUND, "site": SITE, "number": 1, "name": "unknown", "token": "unknown",
            "kind": "email", "digest": "0" * 64, "order": "unknown", "identity": mine.account.id,
            "ban": banned(container), "upload": uuid4(), "province": "43", "export": uuid4(), "schedule": uuid4(),
            "filename": "site.css", "purpose": "recover", "channel": "wechat", "version": 1, "level": 0,
            "part": f"site:{SITE}", "what": "candidates", "item_id": 1,
        }  # fmt: skip
        known |= a_draft_and_a_run(container)
        known |= {f"{name}_id": known[name] for name in ("ban", "draft", "run", "export", "schedule")}
        addresses = list(pages(site, known))
        staff = [
            visitor(container, site, f"of-{role.value}", role, SITE)
            for role in (Role.OFFICE, Role.SITE_ADMIN, Role.AUDITOR, Role.REVIEWER)
        ]
        addresses += [
            *reviews(container, staff[-1]),
            *(f"/staff/{page}?{asked}" for page in ("queue", "sheet") for asked in FILTERS),
        ]
        opened = {
            address for one in (mine, *staff, Visitor(site, None)) for address in openable(one, addresses)
        }
        searches(staff)
        downloads(staff[-1])
    assert len(opened) > len(addresses) / 2
    assert {
        text: tables - FIXED for text, tables in walked(container.database, heard).items() if tables - FIXED
    } == {}


def a_draft_and_a_run(container: Container) -> dict[str, UUID]:
    """A draft of the round, and another site that is called off."""
    draft = container.round_drafts.begin_revision(ROUND, OFFICE, uuid4())
    shown = container.calling_off.preview(ROUND, QUICK)
    off = CallOff(actor=OFFICE, round=ROUND, site=QUICK, why="停考", seen=shown.mark, command_id=uuid4())
    return {"draft": draft, "run": container.calling_off.begin(replace(off, money=c.PaidFee.REFUND))}


def banned(container: Container) -> UUID:
    """A ban of somebody else, so that every page of bans has one to show."""
    ban = NewBan("passport", "E12345678", date(2027, 1, 1), date(2029, 1, 1), "31号", "替考")
    return container.bans.impose(Act(OFFICE), ban)


def openable(one: Visitor, addresses: list[str]) -> Iterator[str]:
    """Open every address; those that could be."""
    one.signs_in()
    for address in addresses:
        answer = one.client.get(address, base_url=HERE)
        assert answer.status_code < 500, address
        assert answer.data is not None
        if answer.status_code == 200:
            yield address


def walker_of(container: Container, account: Account) -> Walker:
    """A candidate with an account of their own, to come in by."""
    walker = Walker(container, LIQIANG)
    walker.account, walker.id = account, registration_id(ROUND, account.id, 1)
    return walker


@pytest.mark.parametrize("path", ["/office", "/staff/halls"])
def test_a_page_of_all_sites_asks_once_for_all_of_them(container: Container, site: Flask, path: str) -> None:
    """One statement a site stood here: 27 on two pages that are opened all day."""
    open_round(container)
    office = visitor(container, site, "kaowu", Role.OFFICE)
    first = statements_of(lambda: office.get(path))
    again = statements_of(lambda: office.get(path))
    assert (first, again) < (20, 20), "there are 26 sites"


def test_numbers_of_all_sites_are_read_from_sums(container: Container, site: Flask) -> None:
    """Once all were seated, the page of halls counted every registration of the round, if from an index alone."""
    open_round(container)
    office = visitor(container, site, "kaowu", Role.OFFICE)
    with listened() as heard:
        office.get("/staff/halls")
        office.get("/office/statistics")
    assert [text for text in heard if re.search(r"(FROM|JOIN) registrations\b", text)] == []


def test_pages_of_all_sites_hand_over_a_value_a_site_at_most(container: Container, site: Flask) -> None:
    """The overview named each subject of each site, and the queue each site once a range: 10 000 values among 400 sites."""
    open_round(container)
    codes = [one.code for one in container.queries.exams.sites(ROUND)]
    one, li = (
        visitor(container, site, "kaowu", Role.OFFICE),
        visitor(container, site, "li", Role.REVIEWER, *codes),
    )
    bound = len(codes) + 10
    assert max(values_of(lambda: one.get("/office"))) <= bound
    if container.database.dialect == "postgresql":
        assert len(codes) * 22 > MOST_RANGES, "so the index of the whole round is read"
        assert max(values_of(lambda: li.get("/staff/queue"))) <= 22 * 5, "the sites go as one value"


def values_of(act: Callable[[], object]) -> list[int]:
    """How many values each statement carries that reaches the database meanwhile."""
    counted: list[int] = []

    def count(_c: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        counted.append(len(parameters or ()))

    event.listen(Engine, "before_cursor_execute", count)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return counted


def statements_of(act: Callable[[], object]) -> int:
    """How many statements reach the database meanwhile, repeated ones as often as they come."""
    return len(values_of(act))


FILTERS: Final = (
    "subject=66", "verdict=warn&appealed=yes&rejected=no", "waited=24&order=newest", "order=number&waited=1",
    "duplicates=yes", "claimed=free", "claimed=mine", "claimed=others&order=number", f"site={SITE}",
)  # fmt: skip
"""What the queue is asked for, each kind of filter and of order once."""


def reviews(container: Container, li: Visitor) -> list[str]:
    """A case is claimed, decided in bulk and looked at twice; the pages on which that can be seen."""
    assert li.account is not None
    container.second_looks.set_rates(li.account, [SITE], 1000)
    waiting = [Walker(container) for _ in range(2)]
    for walker in waiting:
        walker.pictured()
        walker.requests_review()
        li.post(f"/staff/cases/{walker.id}/open", page="/staff/queue", opening="review")
        li.post(f"/staff/cases/{walker.id}/next", page=f"/staff/cases/{walker.id}")
    cases = [f"{walker.id.hex}.5" for walker in waiting]
    li.post("/staff/sheet/open", page="/staff/sheet", case=cases)
    run = li.post("/staff/bulk", page="/staff/queue", case=cases[:1], step="approve").location
    li.post(f"{run}/start", page=run)
    container.worker.once()
    li.post("/staff/second-looks", page="/staff/second-looks")
    return [run]


def downloads(li: Visitor) -> None:
    """Lists for a device without a network, from their beginning and further on."""
    for day in ("confirmation", "2027-01-25", "2027-03-27"):
        for after in ("", str(uuid4())):
            got = li.post("/staff/offline/people", page="/staff/desk", site=SITE, day=day, after=after)
            assert got.status_code == 200, got.text


def searches(visitors: list[Visitor]) -> None:
    for one in visitors:
        for path in ("/staff/desk", "/audit"):
            for text in ("42011520060315002X", "78420019000001", str(uuid4())):
                one.post(path, page=path, q=text)


def live(container: Container, clock: Clock, paid: Walker) -> Walker:
    """Registrations that go every way there is, and what the worker does about them."""
    odd, late, waiting = (Walker(container) for _ in range(3))
    paid.paid()
    odd.approved(("66",))
    odd.hears(odd.money("T-odd", amount=100))
    container.payments.receive(
        PaymentNotification(NewsKind.PAID, "till", "N-UNKNOWN", "T1", "", 8000, clock(), NewsSource.NOTICE)
    )
    late.pictured(QUICK, ("24",))
    late.opens()
    waiting.pictured()
    waiting.requests_review()
    rejected(container, waiting)
    container.seating.seat(ROUND, SITE, OFFICE, 1)
    container.worker.once()
    till_of(container).refuses_refunds = "NO_BALANCE"
    clock.advance(hours=26)
    container.worker.once()
    clock.advance(days=1)
    container.worker.once()
    container.command_handler.handle(c.Confirm(registration=paid.id, actor=REVIEWER))
    container.command_handler.record_access(paid.id, REVIEWER, "review")
    assert container.sealer.catch_up() is not None
    return paid
