"""The waiting room: order of arrival, a place that survives everything, and no way past it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ncre.operational.admissions import LATE_MS, Admissions, advanced
from ncre.server import waiting_page
from ncre.server.address_shares import FREE, AddressShares, block_of
from ncre.server.gate import Gate
from ncre.server.lanes import LaneTerms
from ncre.server.queue_tickets import PASS, Carried, TicketSigner, pass_of, ticket
from ncre.server.waiting_room import (
    COOKIE,
    REQUESTS_OF_PASS,
    USED_AGAIN_MS,
    QueuePlace,
    QueueVerdict,
    WaitingRoom,
)
from ncre.store.database import Database
from tests.server.ground import Caller, Heard, Held, call, hello, terms, until
from tests.server.ground import served as served_by

KEY = bytes(range(32))
NOW = 1_800_000_000_000


@dataclass
class Hand:
    """A clock that a test turns."""

    ms: int = NOW

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)


@dataclass
class Room:
    """A waiting room on a real store; `visit` is one request of a browser that keeps its cookie."""

    store: Admissions
    hand: Hand
    signed_in: bool = False
    room: WaitingRoom = field(init=False)

    def __post_init__(self) -> None:
        self.room = WaitingRoom(self.store, KEY, ("crowd",), lambda _: self.signed_in)

    def look(self, cookie: str = "", address: str = "203.0.113.7") -> QueueVerdict:
        return asyncio.run(self.room.look(f"a=b; {COOKIE}={cookie}" if cookie else "", address))

    def passes(self, seconds: float = 1.0) -> None:
        self.hand.ms += int(1000 * seconds)
        asyncio.run(self.room.sync())


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def room(database: Database, hand: Hand) -> Iterator[Room]:
    """Sixty a minute, so one a second; it has been agreed on once."""
    room = Room(Admissions(database, hand, 60), hand)
    room.passes()
    room.passes()
    yield room
    room.room.close()


def fill(room: Room, people: int = 30) -> list[str]:
    """So many newcomers, a tenth of a second apart: the cookies of those who wait."""
    cookies = []
    for number in range(people):
        verdict = room.look(address=f"10.{number}.0.1")
        if verdict.place is not None:
            cookies.append(verdict.cookie)
        room.hand.ms += 100
    room.passes(0)
    return cookies


def let_in(room: Room, cookies: list[str]) -> list[int]:
    """Which of those who wait are let in now."""
    return [number for number, cookie in enumerate(cookies) if room.look(cookie).place is None]


def test_while_few_come_everybody_is_let_in_at_once_with_a_pass(room: Room) -> None:
    verdict = room.look()
    assert verdict.place is None
    assert room.look(verdict.cookie) == QueueVerdict(None)


def test_past_the_rate_people_wait_and_are_let_in_in_the_order_in_which_they_came(room: Room) -> None:
    waiting = fill(room)
    assert len(waiting) >= 25
    entered: list[int] = []
    for _ in range(60):
        room.passes()
        entered += [number for number in let_in(room, waiting) if number not in entered]
    assert entered == sorted(entered)
    assert len(entered) == len(waiting)


def test_no_more_are_let_in_than_the_rate_says_by_all_processes_together(
    database: Database, hand: Hand
) -> None:
    rooms = [Room(Admissions(database, hand, 60), hand) for _ in range(3)]
    for room in rooms:
        room.passes(0.5)
    entered, waiting = 0, []
    for second in range(40):
        for number, room in enumerate(rooms):
            room.passes(1 / 3)
            for _ in range(3):
                verdict = room.look(address=f"10.{second}.{number}.1")
                entered += verdict.place is None
                if verdict.place is not None:
                    waiting.append(verdict.cookie)
        still = [cookie for cookie in waiting if rooms[second % 3].look(cookie).place is not None]
        entered, waiting = entered + len(waiting) - len(still), still
    assert 30 <= entered <= 45
    for room in rooms:
        room.room.close()


def test_a_place_says_how_many_are_before_and_comes_nearer(room: Room) -> None:
    waiting = fill(room)
    last = waiting[-1]
    places = []
    for _ in range(15):
        place = room.look(last).place
        assert place is not None
        places.append(place.ahead)
        room.passes()
    assert places == sorted(places, reverse=True)
    assert 20 <= places[0] <= 30
    assert places[-1] <= places[0] - 10


def test_a_ticket_keeps_its_place_over_a_restart_and_in_another_process(
    room: Room, database: Database
) -> None:
    waiting = fill(room)
    other = Room(Admissions(database, room.hand, 60), room.hand)
    other.passes(0)
    here, there = room.look(waiting[-1]).place, other.look(waiting[-1]).place
    assert here is not None
    assert there is not None
    assert abs(here.ahead - there.ahead) <= 1
    assert other.look(waiting[-1]).cookie == ""
    other.room.close()


def test_more_tabs_of_a_browser_have_one_place(room: Room) -> None:
    waiting = fill(room)
    before = room.room._came.copy()
    for _ in range(10):
        assert room.look(waiting[-1]).place is not None
    assert room.room._came == before


def test_two_tabs_that_are_let_in_at_once_are_both_inside(room: Room) -> None:
    waiting = fill(room)
    room.passes(5)
    first, second = room.look(waiting[0]), room.look(waiting[0])
    assert first.place is None
    assert second.place is not None
    assert second.cookie == ""  # the browser keeps the pass that the first tab got
    assert room.look(first.cookie).place is None


def test_a_copied_ticket_opens_once(room: Room) -> None:
    waiting = fill(room)
    room.passes(5)
    assert room.look(waiting[0]).place is None
    room.hand.ms += USED_AGAIN_MS + 1
    copied = room.look(waiting[0], "198.51.100.1")
    assert copied.place is None or copied.cookie != waiting[0]
    assert copied.cookie.split(".")[3] != waiting[0].split(".")[3]


def test_a_pass_that_is_handed_around_stops_opening(room: Room) -> None:
    verdict = room.look()
    fill(room)
    answers = [room.look(verdict.cookie).place is None for _ in range(REQUESTS_OF_PASS + 5)]
    assert answers == [True] * REQUESTS_OF_PASS + [False] * 5


def test_a_pass_is_renewed_for_whoever_goes_on_and_ends_for_whoever_does_not(room: Room) -> None:
    cookie = room.look().cookie
    for _ in range(10):
        room.hand.ms += 180_000
        renewed = room.look(cookie)
        assert renewed.place is None
        cookie = renewed.cookie or cookie
    fill(room)
    room.hand.ms += 16 * 60_000
    assert room.room._signer.read(cookie, room.hand.ms) is None


@pytest.mark.parametrize(
    "forged",
    [
        "x",
        "p.1800000000000.1800000000000." + "0" * 32 + "." + "0" * 64,
        TicketSigner(b"another").write(pass_of(NOW)),
        TicketSigner(KEY).write(pass_of(NOW)).replace("p.", "t.", 1),
        TicketSigner(KEY).write(ticket(NOW, NOW)).replace("t.", "p.", 1),
        TicketSigner(KEY).write(ticket(NOW, NOW)).replace(str(NOW), str(NOW - 1), 1),
        TicketSigner(KEY).write(Carried(PASS, NOW - 8_000_000, NOW, "0" * 32)),
        TicketSigner(KEY).write(ticket(NOW - 30_000_000, NOW - 30_000_000)),
    ],
)
def test_what_we_did_not_write_or_is_over_is_as_good_as_nothing(room: Room, forged: str) -> None:
    fill(room)
    assert room.look(forged).place is not None


def test_whoever_is_signed_in_stays_inside_whatever_happens(room: Room) -> None:
    fill(room)
    room.signed_in = True
    assert room.look() == QueueVerdict(None)


def test_while_the_store_is_away_people_keep_waiting_and_their_arrivals_are_told_later(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as broken:
        broken.setattr(room.store, "sync", away)
        waiting = fill(room, 10)
        assert len(waiting) >= 9
    room.passes()
    place = room.look(waiting[-1]).place
    assert place is not None
    assert place.ahead >= 7


def test_while_those_inside_are_turned_away_nobody_more_is_let_in(room: Room) -> None:
    waiting = fill(room)
    waiting = waiting[len(let_in(room, waiting)) :]
    for _ in range(5):
        room.room.overfull()
        room.passes()
    assert let_in(room, waiting) == []
    room.passes(3)
    assert len(let_in(room, waiting)) == 3, "the time in which it was overfull lets nobody in afterwards"


def test_one_overfull_process_of_two_takes_half_of_the_rate_away(database: Database, hand: Hand) -> None:
    store = Admissions(database, hand, 60)
    for _ in range(4):
        store.sync("a", {}, 0.0)
        store.sync("b", {}, 0.0)
        hand.ms += 1000
    store.sync("a", {hand.ms // store.slot_ms: 40}, 0.0)
    hand.ms += 3000
    first = store.sync("a", {}, 0.0).front
    for number in range(20):
        hand.ms += 500
        front = store.sync("ab"[number % 2], {}, 0.0, overfull=number % 2 == 0).front
    assert (front - first) * 40 / store.slot_ms == pytest.approx(5, abs=0.3)


def test_nobody_is_let_in_at_once_after_somebody_inside_was_turned_away(room: Room) -> None:
    room.room.overfull()
    assert room.look().place is not None


@pytest.mark.parametrize(
    ("slots", "budget", "limit", "front", "left"),
    [
        ([], 5.0, 3_000, 3_000, 5.0),
        ([(0, 10)], 10.0, 3_000, 3_000, 0.0),
        ([(0, 10)], 5.0, 3_000, 125, 0.0),
        ([(0, 10), (1, 10)], 15.0, 3_000, 375, 0.0),
        ([(0, 10)], 10.0, 125, 125, 5.0),
        ([(20, 10)], 10.0, 3_000, 3_000, 10.0),
    ],
)
def test_the_front_moves_over_the_arrivals_as_far_as_the_budget_goes(
    slots: list[tuple[int, int]], budget: float, limit: int, front: int, left: float
) -> None:
    assert advanced(0, slots, budget, limit) == (front, left)


def test_whoever_came_in_the_same_millisecond_is_let_in_together_and_counts() -> None:
    """Of 1 000 people in a quarter of a second four came in each millisecond."""
    front, left = advanced(0, [(0, 1000)], 1.0, 3_000)
    assert (front, left) == (1, -3.0)
    assert advanced(front, [(0, 1000)], left + 1.0, 3_000) == (1, -2.0)


def test_a_school_behind_one_address_waits_like_others_and_a_machine_stands_behind_itself() -> None:
    shares = AddressShares(per_minute=600)
    school = [shares.stands_at("203.0.113.9", NOW + number) - NOW - number for number in range(FREE)]
    assert set(school) == {0}
    machine = [shares.stands_at("203.0.113.200", NOW + FREE) for _ in range(150)]
    assert machine[-1] - NOW > 55_000  # 150 a minute at the most
    assert shares.stands_at("198.51.100.1", NOW + FREE) == NOW + FREE


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.254", True),
        ("10.0.0.1", "::ffff:10.0.0.9", True),
        ("10.0.0.1", "10.0.1.1", False),
        ("2001:db8::1", "2001:db8:0:ff::1", True),
        ("2001:db8::1", "2001:db8:1::1", False),
        ("nonsense", "", True),
    ],
)
def test_blocks_of_addresses(one: str, other: str, same: bool) -> None:
    assert (block_of(one) == block_of(other)) is same


@dataclass
class Full:
    """A store that lets nobody in."""

    per_minute: int = 60
    slot_ms: int = 250
    used: list[str] = field(default_factory=list)
    told_overfull: list[bool] = field(default_factory=list)

    def now(self) -> int:
        return NOW

    def sync(self, process: str, came: Mapping[int, int], unused: float, overfull: bool) -> Full:
        self.told_overfull.append(overfull)
        return self

    front, waiting, lease = 0, (), 0.0

    def use(self, nonce: str) -> int | None:
        self.used.append(nonce)
        return None


@contextmanager
def full(signed_in: bool = False) -> Iterator[int]:
    """A gate whose crowd waits; /quick is another lane."""
    room = WaitingRoom(Full(), KEY, ("crowd",), lambda _: signed_in)
    with served_by(hello, waiting_room=room) as port:
        yield port


def test_the_page_is_small_says_the_place_and_refreshes_itself_without_a_script() -> None:
    with full() as port:
        heard = call(port, "/welcome")
    text = heard.body.decode()
    assert heard.status == 503
    assert len(heard.body) < 5_000
    assert "<script" not in text
    assert "排队等候" in text
    assert "Waiting room" in text
    seconds = int(heard.headers["retry-after"])
    assert heard.headers["refresh"] == str(seconds)
    assert f'content="{seconds}"' in text
    assert heard.headers["cache-control"] == "no-store"
    assert "HttpOnly; SameSite=Lax" in heard.headers["set-cookie"]


def test_somebody_inside_who_is_turned_away_is_told_to_the_others_once() -> None:
    store, application = Full(), Held()
    room = WaitingRoom(store, KEY, ("crowd",), lambda _: True)
    with served_by(application, waiting_room=room) as port:
        inside = [Caller(port) for _ in range(4)]  # one at work, two waiting, one too many
        for one in inside:
            one.asks("/crowd")
        until(lambda: True in store.told_overfull)
        application.door.set()
    told = store.told_overfull
    assert told[0] is False
    assert told.count(True) <= 2, "the fourth at once, the two who waited after a second"


def test_a_form_of_somebody_outside_is_not_read_and_says_that_nothing_was_done() -> None:
    with full() as port:
        heard = call(port, "/sign-in", "POST", b"name=a&password=b")
    assert heard.status == 503
    assert "没有处理" in heard.body.decode()
    assert "not processed" in heard.body.decode()


def test_lanes_of_machines_and_staff_and_those_inside_never_wait() -> None:
    with full() as port:
        assert call(port, "/quick").status == 200
    with full(signed_in=True) as port:
        assert call(port, "/welcome").status == 200


def test_whoever_is_let_in_gets_the_page_and_a_pass() -> None:
    room = WaitingRoom(Full(), KEY, ("crowd",), lambda _: False)
    carried = TicketSigner(KEY).write(ticket(0, NOW))
    with served_by(hello, waiting_room=room) as port:
        heard: Heard = call(port, "/welcome", Cookie=f"{COOKIE}={carried}")
    assert (heard.status, heard.body) == (200, b"hello /welcome")
    assert heard.headers["set-cookie"].startswith(f"{COOKIE}=p.")


def test_the_expected_minute_is_of_beijing_and_rounded_up() -> None:
    text = waiting_page.page(QueuePlace(12, NOW + 90_000, 2, 5), True).decode()
    turn = datetime.fromtimestamp(NOW / 1000 + 90, UTC)
    assert f">{(turn.hour + 8) % 24:02}:" in text
    assert "<b>12</b>" in text
    assert "<b>2</b>" in text


def test_pages_wait_at_a_lane_that_the_gate_has() -> None:
    room = WaitingRoom(Full(), KEY, ("crowd",), lambda _: False)
    gate = Gate(hello, terms(lanes=(LaneTerms("crowd", 1),), waiting_room=room))
    assert room.lanes <= gate._lanes.keys()
    assert LATE_MS > 2 * 1000 * 1.0


def test_a_clock_that_is_set_back_neither_opens_the_room_nor_shuts_it(room: Room) -> None:
    """Three hours ahead, and right again: who comes then waits in order, and nobody waits for three hours."""
    hours = 3 * 3_600_000
    room.hand.ms += hours
    room.passes()
    old = fill(room)
    room.hand.ms -= hours
    room.passes()
    place = room.look(old[-1]).place
    assert place is None or place.minutes < 2, "who waited stands where newcomers do"
    waiting = fill(room)
    assert len(waiting) >= 25
    assert len(let_in(room, waiting)) < 5, "the rate holds"
    for _ in range(60):
        room.passes()
    assert len(let_in(room, waiting)) >= 20


def test_a_store_that_is_away_is_told_once_however_many_wait(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = fill(room)
    room.passes(5)

    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as outage:
        outage.setattr(room.store, "sync", away)
        outage.setattr(room.store, "use", away)
        for _ in range(5):
            room.passes()
            assert room.look(waiting[0]).place is not None
    assert len([one for one in caplog.records if "away" in one.getMessage()]) == 1
    room.passes()
    assert room.look(waiting[0]).place is None
    with monkeypatch.context() as again:
        again.setattr(room.store, "sync", away)
        room.passes()
    assert len([one for one in caplog.records if "away" in one.getMessage()]) == 2
