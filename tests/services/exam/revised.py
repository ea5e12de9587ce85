"""A round that is revised at random while people register, pay, are seated and cancelled; and what must hold.

One house holds many rounds, each of one sequence, so that thousands of sequences are quick.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from ncre.bootstrap import Container
from ncre.domain.exam.revision import ChangeKind
from ncre.domain.payment.settlement import order_number
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.lifecycle import PAID
from ncre.domain.registration.state import Registration
from ncre.domain.registration.vocabulary import Status
from ncre.domain.seating.halls import Sitting, overlap
from ncre.domain.students import DECLARED
from ncre.events.exam import Batch, Fee, Offer, Room, Subject, Window, Windows
from ncre.projections.base import Row
from ncre.projections.registration import registrations
from ncre.projections.seating import tickets
from ncre.rounds.loader import LoadedRound
from ncre.services.exam.revision_commands import Revise, Revision
from tests.handlers.ground import details_of
from tests.support import people

CODES: Final = ("14", "24", "66")
SITES: Final = ("429901", "429902")
TOLD: Final = frozenset(
    {
        RefusalCode.REVISION_REFUSED,
        RefusalCode.SITE_CLOSED,
        RefusalCode.SITE_FULL,
        RefusalCode.SUBJECT_FULL,
        RefusalCode.SUBJECT_NOT_OFFERED,
        RefusalCode.TOO_MANY_SUBJECTS,
        RefusalCode.OUT_OF_TURN,
        RefusalCode.NOBODY_TO_SEAT,
        RefusalCode.NO_CAPACITY,
        RefusalCode.NO_ROOMS,
        RefusalCode.TOO_FEW_BATCHES,
        RefusalCode.TOO_FEW_SEATS,
        RefusalCode.TOO_MANY_HALLS,
    }
)
"""What may be refused on the way; anything else is a fault."""


class Sequence:
    """One round of one house, and everybody in it."""

    def __init__(self, container: Container, code: str, seed: int) -> None:
        self.container = container
        self.code = code
        self.random = Random(seed)
        self.people: list[UUID] = []
        self.refused: Counter[str] = Counter()
        self.outcomes: Counter[tuple[ChangeKind, str]] = Counter()
        self._seats: dict[tuple[UUID, str], Row] = {}
        self._numbers: dict[tuple[str, str], UUID] = {}
        self._said: dict[UUID, Any] = {}
        self._retired: list[Subject] = []
        self.revise(small_round(container, code))

    def run(self, steps: int) -> None:
        """So many random acts; what must hold is looked at after each, papers at the end."""
        acts = (
            *[self.somebody_comes] * 4,
            self.somebody_pays,
            self.cancels,
            *[self.seats] * 3,
            *[self.revises] * 2,
            *[self.revises_batches] * 2,
        )
        for _ in range(steps):
            act = self.random.choice(acts)
            try:
                act()
            except Refusal as refusal:
                if refusal.code not in TOLD:
                    raise
                self.refused[refusal.code] += 1
            self.check()
        self.check_papers()

    def somebody_comes(self) -> None:
        who = self.registers(self._site(), tuple(self.random.sample(CODES, self.random.randint(1, 2))))
        if self.random.random() < 0.7:
            self.pays(who)

    def _site(self) -> str:
        """Mostly the first, so that its rooms fill up."""
        return self.random.choice((SITES[0], SITES[0], SITES[0], SITES[1]))

    def somebody_pays(self) -> None:
        if self.people:
            self.pays(self.random.choice(self.people))

    def registers(self, site: str, subjects: tuple[str, ...]) -> UUID:
        """Somebody new, as far as the photo; review is asked for and given where the site reviews."""
        account = uuid4()
        actor = c.Actor(str(account), c.Role.CANDIDATE)
        who = people.registration_id(self.code, account, 1)
        details = details_of(account.int % 10**8)
        person = self.container.people.person(details.document_type, f"{account.int}")
        asks: dict[str, Any] = {"registration": who, "actor": actor}
        does = self.container.command_handler.handle
        does(c.Agree(**asks, round=self.code, candidate=account, ordinal=1, agreement="2027-03"))
        does(c.FillInfo(**asks, details=details, person=person))
        chosen = {"site": site, "subjects": subjects, "student": DECLARED}
        does(c.Submit(**asks, **chosen, declared=True, declaration="x"))
        does(c.UploadPhoto(**asks, photo=people.PHOTO))
        with suppress(Refusal):
            does(c.RequestReview(**asks))
            does(c.Approve(registration=who, actor=people.OFFICE))
        self.people.append(who)
        return who

    def pays(self, who: UUID) -> Registration:
        row = self.row(who)
        return self.container.command_handler.handle(
            c.Settle(
                registration=who,
                actor=c.PAYMENT_ACTOR,
                order=order_number(who, row["order_version"]),
                channel="till",
                trade=str(uuid5(who, str(row["version"]))),
                amount=row["amount"],
                paid_at=self.container.clock(),
            )
        )

    def cancels(self) -> None:
        if self.people and self.random.random() < 0.5:
            who = self.random.choice(self.people)
            self.container.command_handler.handle(
                c.Cancel(registration=who, actor=people.OFFICE, reason="取消", **people.KEEPING)
            )

    def seats(self, site: str | None = None) -> None:
        seed = self.random.randrange(1000)
        self.container.seating.seat(self.code, site or self._site(), people.OFFICE, seed)

    def revise(self, wanted: LoadedRound) -> Revision:
        made = self.container.revisions.revise(Revise(actor=people.OFFICE, wanted=wanted, why="修订"))
        for point in made.points:
            self.outcomes[point.change.kind, point.outcome.value] += 1
        return made

    def revises(self) -> None:
        """One random change of the round or of a site."""
        wanted = self.container.revisions.wanted(self.code)
        changed = self.random.choice((self._round_changed, self._site_changed, self._site_changed))(wanted)
        if all(_one_after_the_other(site.batches) for site in changed.sites):
            self.revise(changed)

    def revises_batches(self) -> None:
        """A batch of the first site is taken out, or moved by half an hour."""
        wanted = self.container.revisions.wanted(self.code)
        for site in wanted.sites[:1]:
            one = self.random.choice(site.batches)
            if len(site.batches) > 1 and self.random.random() < 0.4:
                left = [other for other in site.batches if other != one]
                batches = tuple(replace(other, number=number) for number, other in enumerate(left, 1))
            else:
                by = timedelta(minutes=self.random.choice((-30, 30)))
                batches = tuple(_moved(other, by) if other == one else other for other in site.batches)
            if _one_after_the_other(batches):
                changed = replace(site, batches=batches)
                others = tuple(changed if other == site else other for other in wanted.sites)
                self.revise(replace(wanted, sites=others))

    def _round_changed(self, wanted: LoadedRound) -> LoadedRound:
        plan, random = wanted.plan, self.random
        match random.randrange(7):
            case 0:
                gone = random.choice(plan.subjects)
                if len(plan.subjects) > 1:
                    self._retired.append(gone)
                    left = tuple(one for one in plan.subjects if one != gone)
                    sites = tuple(
                        replace(site, offers=tuple(one for one in site.offers if one.subject != gone.code))
                        for site in wanted.sites
                    )
                    return replace(wanted, plan=replace(plan, subjects=left), sites=sites)
            case 1:
                if self._retired:
                    back = self._retired.pop()
                    return replace(wanted, plan=replace(plan, subjects=(*plan.subjects, back)))
            case 2:
                fees = tuple(Fee(fee.level, fee.amount + 500, fee.basis) for fee in plan.fees)
                return replace(wanted, plan=replace(plan, fees=fees))
            case 3:
                one = replace(
                    random.choice(plan.subjects),
                    name=f"新名{random.randrange(99)}",
                    minutes=random.choice((90, 120)),
                )
                others = tuple(one if other.code == one.code else other for other in plan.subjects)
                return replace(wanted, plan=replace(plan, subjects=others))
            case 4:
                return replace(wanted, sites=tuple(site for site in wanted.sites if random.random() < 0.6))
            case 5:
                open_ = {site.code for site in wanted.sites}
                again = tuple(
                    site for site in small_round(self.container, self.code).sites if site.code not in open_
                )
                known = {subject.code for subject in plan.subjects}
                again = tuple(
                    replace(site, offers=tuple(one for one in site.offers if one.subject in known))
                    for site in again
                )
                return replace(wanted, sites=(*wanted.sites, *again))
            case _:
                day = timedelta(days=1)
                moved = tuple(
                    replace(site, batches=tuple(_moved(one, day) for one in site.batches))
                    for site in wanted.sites
                )
                return replace(wanted, sites=moved)
        return wanted

    def _site_changed(self, wanted: LoadedRound) -> LoadedRound:
        if not wanted.sites:
            return wanted
        random, site = self.random, self.random.choice(wanted.sites)
        match random.randrange(8):
            case 0 if len(site.batches) > 1:
                gone = random.choice(site.batches)
                left = [one for one in site.batches if one != gone]
                renumbered = tuple(replace(one, number=number) for number, one in enumerate(left, 1))
                site = replace(site, batches=renumbered)
            case 1:
                one = random.choice(site.batches)
                by = timedelta(minutes=random.choice((-30, 30, 60)))
                site = replace(site, batches=tuple(_moved(b, by) if b == one else b for b in site.batches))
            case 2:
                last = max(site.batches, key=lambda one: one.starts_at)
                more = Batch(
                    last.number + 1, last.ends_at + timedelta(hours=1), last.ends_at + timedelta(hours=3)
                )
                site = replace(site, batches=(*site.batches, more))
            case 3:
                site = replace(site, rooms=tuple(Room(one.name, random.randint(1, 4)) for one in site.rooms))
            case 4 if site.rooms:
                site = replace(site, rooms=site.rooms[1:])
            case 5:
                names = {one.name for one in site.rooms}
                new = next(name for name in "ABCDEFGHIJ" if name not in names)
                site = replace(site, rooms=(Room(new, random.randint(1, 3)), *site.rooms))
            case 6:
                site = replace(site, quota=random.randint(1, 30), reviews=random.random() < 0.3)
            case _:
                known = [subject.code for subject in wanted.plan.subjects]
                offered = random.sample(known, random.randint(1, len(known)))
                site = replace(site, offers=tuple(Offer(code, random.randint(1, 20)) for code in offered))
        return replace(wanted, sites=tuple(site if one.code == site.code else one for one in wanted.sites))

    def row(self, who: UUID) -> Row:
        with self.container.database.reading() as connection:
            row = registrations.one(connection, who)
        assert row is not None
        return row

    def rows(self) -> list[Row]:
        """The row of everybody."""
        table = registrations.registrations
        with self.container.database.reading() as connection:
            asked = table.select().where(table.c.round == self.code)
            return [dict(row) for row in connection.execute(asked).mappings()]

    def check(self) -> None:
        """What must hold after every act."""
        rows = self.rows()
        for site in SITES:
            with self.container.database.reading() as connection:
                given = tickets.taken_at(connection, self.code, site)
            self._check_halls(given)
            self._check_people(given)
            self._check_kept(given)
            self._check_lists(site, given, rows)
        for row in rows:
            if row["number"]:
                self._is_new("registration", row["number"], row["id"])

    def _check_halls(self, given: list[Row]) -> None:
        """No room holds two halls at once, and no number names two halls."""
        halls: dict[tuple[str, Any, Any], set[int]] = defaultdict(set)
        sittings: dict[str, set[Sitting]] = defaultdict(set)
        for seat in given:
            sitting = Sitting(seat["room"], seat["starts_at"], seat["ends_at"])
            halls[sitting.room, sitting.starts_at, sitting.ends_at].add(seat["hall"])
            sittings[sitting.room].add(sitting)
        for room, some in sittings.items():
            in_time = sorted(some, key=lambda one: (one.starts_at, one.ends_at))
            for place, one in enumerate(in_time):
                assert not any(overlap(one, other) for other in in_time[:place]), (room, in_time)
        assert all(len(numbers) == 1 for numbers in halls.values()), halls
        numbers = [number for (number,) in halls.values()]
        assert len(set(numbers)) == len(numbers), halls

    def _check_people(self, given: list[Row]) -> None:
        """No seat holds two people, and nobody sits two subjects at once."""
        chairs = Counter((seat["room"], seat["starts_at"], seat["seat"]) for seat in given)
        assert not chairs or max(chairs.values()) == 1, chairs
        by_person: dict[UUID, list[Row]] = defaultdict(list)
        for seat in given:
            by_person[seat["registration"]].append(seat)
        for seats in by_person.values():
            in_time = sorted(seats, key=lambda one: one["starts_at"])
            assert all(a["ends_at"] <= b["starts_at"] for a, b in zip(in_time, in_time[1:], strict=False))

    def _check_kept(self, given: list[Row]) -> None:
        """A seat that was given stays as it is, and its number is nobody else's."""
        for seat in given:
            key = seat["registration"], seat["subject"]
            assert self._seats.setdefault(key, seat) == seat
            self._is_new("ticket", seat["ticket"], uuid5(seat["registration"], seat["subject"]))

    def _check_lists(self, site: str, given: list[Row], rows: list[Row]) -> None:
        """Everybody who has paid stands on exactly one list of a sitting, or waits for a seat, with each subject."""
        named = self.container.hall_lists.sittings(self.code, site, people.OFFICE)
        assert len({one.name for one in named}) == len(named)
        listed: Counter[tuple[UUID, str]] = Counter()
        with self.container.database.reading() as connection:
            for one in named:
                seats = tickets.seats_in(connection, self.code, site, one.starts_at, one.ends_at)
                listed.update((seat["registration"], seat["subject"]) for seat in seats)
            waiting = registrations.to_be_seated(connection, self.code, site)
        have = {(seat["registration"], seat["subject"]) for seat in given}
        to_seat = Counter(
            (row["id"], line["subject"])
            for row in waiting
            for line in row["lines"]
            if (row["id"], line["subject"]) not in have
        )
        paid = Counter(
            (row["id"], line["subject"])
            for row in rows
            if row["site"] == site and Status(row["status"]) in PAID
            for line in row["lines"]
        )
        assert listed + to_seat == paid

    def check_papers(self, drawn: bool = False) -> None:
        """Every paper of everybody who has paid renders, and says what it said when it was first made."""
        for row in self.rows():
            if Status(row["status"]) not in PAID:
                continue
            who = row["id"]
            form = self.container.documents.form_page(who).sheet
            said = form.round, form.subjects
            assert self._said.setdefault(who, said) == said
            if row["seated"] == len(row["lines"]):
                expected = self.container.ticket_verifier.expected(who)
                assert expected is not None
                assert len(expected.seats) == len(row["lines"])
            if drawn:
                assert self.container.documents.form(who).pdf.startswith(b"%PDF")
                if row["seated"] == len(row["lines"]):
                    assert self.container.documents.ticket(who).pdf.startswith(b"%PDF")

    def _is_new(self, kind: str, number: str, holder: UUID) -> None:
        assert self._numbers.setdefault((kind, number), holder) == holder, (kind, number)


def small_round(container: Container, code: str) -> LoadedRound:
    """Two sites without review, two small rooms, three batches; everything open."""
    round_, sites = people.bundled_round()
    now = container.clock()
    always = Window(now - timedelta(days=9), now + timedelta(days=30))
    subjects = tuple(subject for subject in round_.plan.subjects if subject.code in CODES)
    plan = replace(round_.plan, code=code, windows=Windows(always, always, always, always), subjects=subjects)
    first = (now + timedelta(days=40)).replace(minute=0, second=0, microsecond=0)
    batches = tuple(
        Batch(number, first + timedelta(hours=3 * number), first + timedelta(hours=3 * number + 2))
        for number in (1, 2, 3)
    )
    small = tuple(
        replace(
            sites[site].plan,
            reviews=False,
            confirms=False,
            clock="approved",
            most_subjects=3,
            quota=30,
            offers=tuple(Offer(subject, 20) for subject in CODES),
            rooms=(Room("A", 3), Room("B", 2)),
            batches=batches,
        )
        for site in SITES
    )
    return LoadedRound(plan, small, ())


def _moved(batch: Batch, by: timedelta) -> Batch:
    return replace(batch, starts_at=batch.starts_at + by, ends_at=batch.ends_at + by)


def _one_after_the_other(batches: tuple[Batch, ...]) -> bool:
    in_time = sorted(batches, key=lambda one: one.starts_at)
    return all(a.ends_at <= b.starts_at for a, b in zip(in_time, in_time[1:], strict=False))
