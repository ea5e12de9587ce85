"""The desk as an installed page: an hour without a network, two devices, a hundred people, and everything sent afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from ncre.bootstrap import Container
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.domain.seating.hall_choice import HallChoice
from ncre.projections.admission import entries
from ncre.projections.rows import SeatRow
from ncre.projections.seating import tickets
from tests.browser.visit import Person, desk, faults_of, phone
from tests.handlers.ground import Walker, revise
from tests.support.people import (
    LIQIANG,
    OFFICE,
    ROUND,
    SITE,
    WENJING,
    Candidate,
    Clock,
    approved,
    somebody,
)

pytestmark = pytest.mark.browser
PASSWORD: Final = "a password of shenhe"
DOOR: Final = timedelta(minutes=40)


def seated(container: Container, name: str, details: Any) -> Candidate:
    candidate = somebody(container, name, details)
    candidate.until_waiting()
    approved(container, candidate)
    candidate.pays()
    return candidate


@pytest.fixture
def both(container: Container, clock: Clock) -> tuple[Candidate, Candidate]:
    """Two people with seats on one day who are to be confirmed; the clock stands 40 minutes before the first sitting."""
    two = seated(container, "wenjing", WENJING), seated(container, "liqiang", LIQIANG)
    container.seating.seat(ROUND, SITE, OFFICE, choice=HallChoice(batches=frozenset({1, 2})))
    expected = container.ticket_verifier.expected(two[0].id)
    assert expected is not None
    clock.now = expected.seats[0].starts_at - DOOR
    for name in ("shenhe", "shenhe2"):
        container.accounts.add(name, PASSWORD, Role.REVIEWER, frozenset({SITE}))
    return two


class Device(Person):
    """A device of one member of staff; its clock goes with that of the service."""

    def __init__(self, context: BrowserContext, address: str, name: str, clock: Clock) -> None:
        super().__init__(context, address)
        self.context, self.name, self.clock = context, name, clock
        self.page.clock.set_fixed_time(clock.now)

    def comes(self, day: str) -> None:
        """Signs in, installs the page, downloads the list of the day."""
        self.signs_in(self.name, PASSWORD)
        self.opens_desk()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.select_option("#which-list", f"{SITE} {day}")
        self.page.get_by_role("button", name="下载到本机").click()
        expect(self.page.locator("#notice")).to_contain_text("名单已下载")

    def opens_desk(self) -> None:
        self.page.goto(f"{self.address}/staff/offline")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-ready=yes]")

    def off(self, off: bool = True) -> None:
        self.context.set_offline(off)

    def waits(self, **amount: float) -> None:
        self.clock.advance(**amount)
        self.page.clock.set_fixed_time(self.clock.now)

    def does(self, kind: str, code: str) -> None:
        """Confirm or check by a scan, without a mouse."""
        self.page.select_option("#mode", kind)
        self.page.evaluate("repeats.forget()")
        self.page.locator("#code").focus()
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Enter")
        if kind == "confirm":
            self.page.locator("#confirm").click()
            self.says("现场确认已记录在本机")

    def says(self, words: str) -> None:
        expect(self.page.locator("#said .verdict")).to_contain_text(words)

    def unsent(self, number: int) -> None:
        expect(self.page.locator("#unsent")).to_contain_text(f"本机有 {number} 条")

    def sends(self) -> None:
        """The network is there again, and everything is sent."""
        self.comes_back()
        self.unsent(0)

    def comes_back(self) -> None:
        """The network is there again: it sends by itself; where the session ended meanwhile, after signing in."""
        self.off(False)
        expect(self.page.locator("#network")).to_contain_text(re.compile("已连接|登录已结束"))
        if self.page.locator("#sign-in").is_visible():
            self.page.locator("#sign-in a").click()
            self.page.fill("#name", self.name)
            self.page.fill("#password", PASSWORD)
            self.presses("登录")
            self.ready()

    def kept(self) -> str:
        """Everything that lies in the browser's databases, caches and storage, as text."""
        return str(self.page.evaluate(KEPT))


KEPT: Final = """async () => {
  const found = [JSON.stringify(localStorage), document.cookie];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => { const one = indexedDB.open(name); one.onsuccess = () => resolve(one.result); });
    for (const store of database.objectStoreNames) {
      const all = await new Promise((resolve) => { const one = database.transaction(store).objectStore(store).getAll(); one.onsuccess = () => resolve(one.result); });
      for (const one of all) {
        found.push(one instanceof CryptoKey ? `key extractable=${one.extractable}` : new TextDecoder("latin1").decode(one.data) + JSON.stringify(Object.keys(one)));
        if (one.data) found.push(new TextDecoder().decode(one.data));
      }
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      found.push(request.url, await (await caches.match(request)).text());
    }
  }
  return found.join("\\n");
}"""


def day_of(container: Container, candidate: Candidate) -> str:
    expected = container.ticket_verifier.expected(candidate.id)
    assert expected is not None
    return str(expected.seats[0].starts_at.astimezone(EXAM_TIME).date())


def ticket_of(container: Container, candidate: Candidate) -> str:
    return container.documents.ticket_page(candidate.id).sheet.record.code


def seat_of(container: Container, candidate: Candidate) -> SeatRow:
    with container.database.reading() as connection:
        return tickets.seats_of(connection, candidate.id)[0]


def number_in(container: Container, candidate: Candidate) -> str:
    row = container.queries.cases.row(candidate.id)
    assert row is not None
    return row["number"]


def number_of(container: Container, candidate: Candidate) -> str:
    return container.documents.ticket_page(candidate.id).sheet.record.number


def entries_of(container: Container, candidate: Candidate) -> dict[str, Any]:
    with container.database.reading() as connection:
        return entries.entries_of(connection, candidate.id)


def test_an_hour_without_a_network_on_two_devices_at_the_same_candidate(
    browser: Browser, address: str, container: Container, both: tuple[Candidate, Candidate], clock: Clock
) -> None:
    wenjing, liqiang = both
    day = day_of(container, wenjing)
    one = Device(desk(browser), address, "shenhe", clock)
    two = Device(phone(browser), address, "shenhe2", clock)
    for device in (one, two):
        device.comes(day)
        device.off()
    one.does("confirm", number_of(container, wenjing))
    one.does("enter", number_of(container, wenjing))
    one.says("可以核对放行")
    one.does("enter", number_of(container, wenjing))
    one.says("已于")
    first = clock.now
    two.waits(minutes=10)
    two.does("confirm", number_of(container, wenjing))
    two.does("enter", number_of(container, wenjing))
    two.says("可以核对放行")
    two.does("confirm", number_of(container, liqiang))
    one.page.reload()  # from the service worker: there is no network
    one.ready()
    one.unsent(2)
    one.does("enter", number_of(container, wenjing))
    one.says("已于")
    one.waits(minutes=60)
    two.page.clock.set_fixed_time(clock.now)
    one.sends()
    expect(one.page.locator("#told li")).to_have_count(0)
    two.sends()
    told = two.page.locator("#told li")
    expect(told).to_have_count(2)
    at = first.astimezone(EXAM_TIME).strftime("%H:%M")
    expect(told.last).to_contain_text("办理人：shenhe")
    expect(told.last).to_contain_text(f"已于 {at} 入场")
    two.page.reload()
    two.ready()
    expect(told).to_have_count(2)
    for _ in range(2):
        two.page.get_by_role("button", name="已知悉").first.click()
    expect(two.page.locator("#conflicts")).to_be_hidden()
    (entry,) = entries_of(container, wenjing).values()
    assert entry["entered_at"] == first
    assert {container.queries.cases.row(each.id)["status"] for each in both} == {"confirmed"}  # type: ignore[index]


def test_two_hundred_acts_of_an_hour_are_all_sent_though_an_answer_is_lost_and_the_session_ends(
    browser: Browser, address: str, container: Container, clock: Clock
) -> None:
    """A hundred people of one sitting are confirmed and let in on one device."""
    revise(container, SITE, quotas={"66": 200}, quota=400, rooms={"第1机房": 60, "第2机房": 60})
    today = [Walker(container) for _ in range(100)]
    for walker in today:
        walker.paid(subjects=("66",))
    container.seating.seat(ROUND, SITE, OFFICE, choice=HallChoice(batches=frozenset({1})))
    container.accounts.add("shenhe", PASSWORD, Role.REVIEWER, frozenset({SITE}))
    starts = {one.id: seat_of(container, one)["starts_at"] for one in today}
    assert len(set(starts.values())) == 1
    numbers = {one.id: number_in(container, one) for one in today}
    day = str(min(starts.values()).astimezone(EXAM_TIME).date())
    clock.now = min(starts.values()) - DOOR
    device = Device(desk(browser), address, "shenhe", clock)
    device.comes(day)
    device.off()
    for step, one in enumerate(today):
        device.does("confirm", numbers[one.id])
        device.does("enter", numbers[one.id])
        device.says("可以核对放行")
        if step % 20 == 19:
            device.waits(minutes=8)
    device.unsent(200)
    lost: list[int] = []

    def loses_the_first_answer(route: Route) -> None:
        answer = route.fetch()
        lost.append(answer.status)
        route.abort()

    device.page.route("**/staff/offline/sync", loses_the_first_answer, times=1)
    device.waits(minutes=20)
    device.comes_back()
    device.unsent(200)
    assert lost == [200], "the first hundred were done, and the device does not know"
    device.page.get_by_role("button", name="立即上传").click()
    device.unsent(0)
    assert {container.queries.cases.row(one.id)["status"] for one in today} == {"confirmed"}  # type: ignore[index]
    assert [len(entries_of(container, one)) for one in today] == [1] * 100, "none is lost, none is doubled"
    expect(device.page.locator("#told li")).to_have_count(0)


def test_what_the_device_keeps_is_encrypted_and_gone_after_signing_out(
    browser: Browser, address: str, container: Container, both: tuple[Candidate, Candidate], clock: Clock
) -> None:
    device = Device(desk(browser), address, "shenhe", clock)
    device.comes(day_of(container, both[0]))
    device.off()
    device.does("confirm", number_of(container, both[0]))
    kept = device.kept()
    for private in (WENJING.name, LIQIANG.name, number_of(container, both[0]), 'csrf_token" value="I'):
        assert private not in kept
    assert "key extractable=false" in kept
    device.off(False)
    device.unsent(0)
    device.page.get_by_role("button", name="退出并清除本机数据").click()
    device.page.wait_for_url(f"{address}/")
    assert "key" not in device.kept()
    assert device.page.evaluate("indexedDB.databases()") == []
    assert device.page.evaluate("caches.keys()") == []
    assert device.page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_signing_out_anywhere_waits_for_what_was_not_sent(
    browser: Browser, address: str, container: Container, both: tuple[Candidate, Candidate], clock: Clock
) -> None:
    device = Device(desk(browser), address, "shenhe", clock)
    device.comes(day_of(container, both[0]))
    device.page.route("**/staff/offline/sync", lambda route: route.abort())
    device.does("confirm", number_of(container, both[0]))
    device.goes("/staff/desk")
    device.presses("退出")
    device.ready()
    assert device.page.url.endswith("/staff/offline#unsent")
    device.unsent(1)
    device.page.unroute("**/staff/offline/sync")
    device.page.get_by_role("button", name="立即上传").click()
    device.unsent(0)


def test_another_account_sees_nothing_of_the_list_and_sends_nothing_of_it(
    browser: Browser, address: str, container: Container, both: tuple[Candidate, Candidate], clock: Clock
) -> None:
    device = Device(desk(browser), address, "shenhe", clock)
    device.comes(day_of(container, both[0]))
    device.off()
    device.does("confirm", number_of(container, both[0]))
    device.context.clear_cookies()
    device.off(False)
    expect(device.page.locator("#sign-in a")).to_be_visible()
    device.name = "shenhe2"
    device.signs_in("shenhe2", PASSWORD)
    device.opens_desk()
    expect(device.page.locator("#others")).to_contain_text("（shenhe）在本机有 1 条")
    assert device.page.locator("#work").is_hidden()
    assert container.queries.cases.row(both[0].id)["status"] == "paid"  # type: ignore[index]
    device.page.get_by_role("button", name="退出并清除本机数据").click()
    device.page.wait_for_url(f"{address}/")
    device.signs_in("shenhe", PASSWORD)
    device.opens_desk()
    device.unsent(0)
    assert container.queries.cases.row(both[0].id)["status"] == "confirmed"  # type: ignore[index]


def test_a_list_ends_after_a_day(
    browser: Browser, address: str, container: Container, both: tuple[Candidate, Candidate], clock: Clock
) -> None:
    device = Device(desk(browser), address, "shenhe", clock)
    device.comes(day_of(container, both[0]))
    device.off()
    device.waits(hours=25)
    device.page.reload()
    device.ready()
    expect(device.page.locator("#notice")).to_contain_text("名单已过期")
    assert "key extractable" not in device.kept()


def test_it_can_be_installed_and_axe_finds_nothing(
    browser: Browser, address: str, container: Container, both: tuple[Candidate, Candidate], clock: Clock
) -> None:
    device = Device(desk(browser), address, "shenhe", clock)
    device.comes(day_of(container, both[0]))
    session = device.context.new_cdp_session(device.page)
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {one["errorId"] for one in errors} <= {"in-incognito"}, "a context of a test is incognito"
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == []
    device.does("enter", number_of(container, both[0]))
    device.says("尚未确认")
    for button in ("#confirm", "#admit", "#revoke", "#leave-anyway"):
        expect(device.page.locator(button)).to_be_hidden()
    device.page.locator("#verdict").evaluate("one => one.getAnimations().forEach((each) => each.cancel())")
    assert faults_of(device.page) == []
