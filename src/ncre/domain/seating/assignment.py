"""Who goes into which hall: first batches for everybody, then rooms, both filled evenly.

Batches are shared out by `sharing`. Whoever sits two batches with no time to change rooms between
keeps the room; such stays are placed in the order of their beginning, which always works while every
room is free in the same measure in each batch, since stays are intervals of time. Where people sit
already it may fail although a cleverer plan exists; then those who found no room choose first, and
it is tried again. The order of everything else is drawn by lot from a seed, so a plan can be repeated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from ncre.domain.seating.batch_distribution import Wish, shared_out
from ncre.domain.seating.halls import Hall, Sitting, adjoining, together
from ncre.domain.seating.occupancy import Occupancy
from ncre.events.exam import Batch

ATTEMPTS: Final = 8
"""How often those who found no room may choose first."""


@dataclass(frozen=True, slots=True)
class ToSeat:
    """A paid registration: its subjects, and when and where it sits those that already have a seat."""

    registration: UUID
    subjects: tuple[str, ...]
    seated: Mapping[str, Sitting]


@dataclass(frozen=True, slots=True)
class SittingPlace:
    """A subject of a registration in a hall."""

    registration: UUID
    subject: str
    hall: Hall


@dataclass(frozen=True)
class Placed:
    """Where everybody goes who had no seat, and how many sittings found none."""

    places: list[SittingPlace]
    missing: int


def lot(seed: int, *what: object) -> int:
    """A number drawn for something: the same for the same seed, on every machine and for good."""
    return int.from_bytes(sha256(":".join(map(str, (seed, *what))).encode()).digest()[:8])


def placed(
    site_halls: Sequence[Hall],
    taken: Iterable[tuple[int, int]],
    minutes: Mapping[str, int],
    waiting: Iterable[ToSeat],
    seed: int,
) -> Placed:
    """Halls for every subject that has none. `taken` are the (hall, seat) pairs already assigned."""
    occupied = Counter(number for number, _ in set(taken))
    people = [_Person(one, minutes, lot(seed, one.registration)) for one in waiting]
    people = sorted((one for one in people if one.wishes), key=_Person.turn)
    first: list[_Person] = []
    least: Placed | None = None
    for _ in range(ATTEMPTS):
        attempt = _Attempt(Occupancy(site_halls, occupied))
        chosen = set(first)
        attempt.go(first, [one for one in people if one not in chosen])
        if least is None or attempt.missing < least.missing:
            least = Placed(attempt.places, attempt.missing)
        if not least.missing or not attempt.without_room:
            return least
        failed = set(attempt.without_room)
        first = attempt.without_room + [one for one in first if one not in failed]
    assert least is not None, "there was an attempt"
    return least


class _Person:
    """A registration on its way to its halls: what it needs, the longest paper first."""

    def __init__(self, waiting: ToSeat, minutes: Mapping[str, int], number: int) -> None:
        self.registration = waiting.registration
        self.lot = number
        self.held = tuple(waiting.seated.values())
        needed = [(code, minutes[code]) for code in waiting.subjects if code not in waiting.seated]
        self.wishes = sorted(needed, key=lambda wish: (-wish[1], wish[0]))

    def turn(self) -> tuple[int, int, int, str]:
        """The hardest to place come first: most subjects, then longest papers, then by lot."""
        return (-len(self.wishes), -sum(long for _, long in self.wishes), self.lot, str(self.registration))


@dataclass(frozen=True, slots=True)
class _Stay:
    """Batches that a person sits without time to change rooms. `settled` is the room of what the person
    sits already right before or after; two of them cannot both be kept."""

    person: _Person
    sittings: tuple[tuple[int, str], ...]
    settled: frozenset[str]

    @property
    def batches(self) -> tuple[int, ...]:
        return tuple(batch for batch, _ in self.sittings)

    def turn(self) -> tuple[int, int, int]:
        """In the order of beginning, longer stays first."""
        return self.sittings[0][0], -len(self.sittings), self.person.lot


class _Attempt:
    """One try to place everybody."""

    def __init__(self, rooms: Occupancy) -> None:
        self._rooms = rooms
        self.places: list[SittingPlace] = []
        self.missing = 0
        self.without_room: list[_Person] = []

    def go(self, first: Iterable[_Person], others: Sequence[_Person]) -> None:
        for person in first:
            self._choose(person)
        given = self._share_out(others)
        if not self.missing:
            self._room(given)

    def _choose(self, person: _Person) -> None:
        """The first halls that suit a person, the emptiest batches and rooms before others."""
        found = self._chosen(person.wishes, list(person.held))
        if found is None:
            self._fail(person)
            return
        for (subject, _), (batch, room) in zip(person.wishes, found, strict=True):
            self.places.append(SittingPlace(person.registration, subject, self._rooms.take(batch, room)))

    def _chosen(self, wishes: Sequence[tuple[str, int]], sits: list[Sitting]) -> list[tuple[int, int]] | None:
        """The first way there is. Where one room leads nowhere, no other one does that is free in the same
        batches and in which the person does not sit."""
        if not wishes:
            return []
        rooms, own = self._rooms, {one.room for one in sits}
        tried: set[tuple[int, int | str]] = set()
        for batch, room in rooms.by_emptiness(rooms.long_enough(wishes[0][1])):
            name = rooms.rooms[room]
            alike = batch, name if name in own else rooms.open_in[room]
            if alike in tried:
                continue
            tried.add(alike)
            sitting = rooms.hall(batch, room).sitting
            if together([*sits, sitting]):
                rest = self._chosen(wishes[1:], [*sits, sitting])
                if rest is not None:
                    return [(batch, room), *rest]
        return None

    def _share_out(self, people: Sequence[_Person]) -> dict[_Person, list[tuple[int, str]]]:
        """The batches of each person, with the subject; counts what found none."""
        suiting: dict[int, list[int]] = {}
        wishes: list[Wish] = []
        meant: list[tuple[_Person, str]] = []
        for number, person in enumerate(people):
            for subject, minutes in person.wishes:
                if minutes not in suiting:
                    suiting[minutes] = self._rooms.long_enough(minutes)
                wishes.append(Wish(number, self._in_drawn_order(person, suiting[minutes])))
                meant.append((person, subject))
        seats = self._rooms.left
        given: dict[_Person, list[tuple[int, str]]] = defaultdict(list)
        for (person, subject), batch in zip(meant, shared_out(wishes, seats), strict=True):
            if batch is None:
                self.missing += 1
            else:
                given[person].append((batch, subject))
        return given

    def _in_drawn_order(self, person: _Person, batches: Sequence[int]) -> tuple[int, ...]:
        """The batches that do not overlap what the person sits already, beginning anywhere."""
        start = person.lot % len(batches) if batches else 0
        turned = (*batches[start:], *batches[:start])
        if not person.held:
            return turned
        return tuple(batch for batch in turned if self._beside(self._rooms.batches[batch], person.held))

    def _beside(self, batch: Batch, held: Iterable[Sitting]) -> bool:
        return all(batch.ends_at <= one.starts_at or one.ends_at <= batch.starts_at for one in held)

    def _room(self, given: Mapping[_Person, list[tuple[int, str]]]) -> None:
        stays = [stay for person, sittings in given.items() for stay in self._stays(person, sittings)]
        failed: set[_Person] = set()
        for stay in sorted(stays, key=_Stay.turn):
            room = self._rooms.emptiest(stay.batches, stay.settled)
            if room is None:
                if stay.person not in failed:
                    failed.add(stay.person)
                    self._fail(stay.person)
                continue
            for batch, subject in stay.sittings:
                hall = self._rooms.take(batch, room)
                self.places.append(SittingPlace(stay.person.registration, subject, hall))

    def _stays(self, person: _Person, sittings: list[tuple[int, str]]) -> list[_Stay]:
        """The sittings of a person, those with no time between in one; what is held settles the room."""
        batches = self._rooms.batches
        stays: list[list[tuple[int, str]]] = []
        for sitting in sorted(sittings):
            if stays and adjoining(batches[stays[-1][-1][0]], batches[sitting[0]]):
                stays[-1].append(sitting)
            else:
                stays.append([sitting])
        return [_Stay(person, tuple(stay), self._settled(person, stay)) for stay in stays]

    def _settled(self, person: _Person, stay: list[tuple[int, str]]) -> frozenset[str]:
        begins, ends = self._rooms.batches[stay[0][0]], self._rooms.batches[stay[-1][0]]
        return frozenset(
            held.room
            for held in person.held
            if (held.ends_at <= begins.starts_at and adjoining(held, begins))
            or (held.starts_at >= ends.ends_at and adjoining(ends, held))
        )

    def _fail(self, person: _Person) -> None:
        self.without_room.append(person)
        self.missing += len(person.wishes)
