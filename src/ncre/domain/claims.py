"""What spans registrations: a person's place in a round, a seat in a subject, a chair in a hall.

Which facts take or release what is said here; the store does it in the transaction of the fact,
under unique keys and counters. A claim that is gone is a refusal, not a race.
"""

from __future__ import annotations

from dataclasses import dataclass

from ncre.domain.exam.plan import WHOLE_SITE
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.lifecycle import STANDINGS
from ncre.domain.registration.state import Registration
from ncre.events import registration as facts
from ncre.events.base import Fact


@dataclass(frozen=True, order=True)
class PlaceClaim:
    """The single place of a person (keyed hash of the document) in a round."""

    round: str
    person: str

    @property
    def key(self) -> str:
        """The unique key: one place of a person in a round."""
        return f"place:{self.round}:{self.person}"

    def gone(self) -> Refusal:
        """The refusal for whoever comes second."""
        return Refusal(RefusalCode.PLACE_TAKEN)


@dataclass(frozen=True, order=True)
class HolderClaim:
    """The same place, by who holds the document: a permanent residence card of 2017 and one of 2023 have two numbers
    of which neither follows from the other, so name, date of birth and sex (keyed hash) stand for the person too."""

    round: str
    holder: str

    @property
    def key(self) -> str:
        """The unique key: one place in a round for whoever holds the document."""
        return f"holder:{self.round}:{self.holder}"

    def gone(self) -> Refusal:
        """The refusal for whoever comes second."""
        return Refusal(RefusalCode.HOLDER_TAKEN)


@dataclass(frozen=True, order=True)
class SeatClaim:
    """One of the counted seats of a subject at a site; WHOLE_SITE counts people at the site."""

    round: str
    site: str
    subject: str

    @property
    def key(self) -> str:
        """The counter of a subject at a site, or of the whole site."""
        return f"seat:{self.round}:{self.site}:{self.subject}"

    @staticmethod
    def keys_of_round(round_code: str) -> str:
        """What the keys of all counters of a round begin with; the six digits of the site follow."""
        return f"seat:{round_code}:"

    def gone(self) -> Refusal:
        """The refusal where no seat is left."""
        if self.subject == WHOLE_SITE:
            return Refusal(RefusalCode.SITE_FULL, site=self.site)
        return Refusal(RefusalCode.SUBJECT_FULL, subject=self.subject)


@dataclass(frozen=True, order=True)
class ChairClaim:
    """A chair in a hall; halls are numbered per room and batch, so this is also a moment."""

    round: str
    site: str
    hall: int
    seat: int

    @property
    def key(self) -> str:
        """The unique key of a seat in a hall."""
        return f"chair:{self.round}:{self.site}:{self.hall:04}:{self.seat:02}"

    def gone(self) -> Refusal:
        """The refusal for whoever comes second."""
        return Refusal(RefusalCode.CHAIR_TAKEN, hall=self.hall, seat=self.seat)


Claim = PlaceClaim | HolderClaim | SeatClaim | ChairClaim


@dataclass(frozen=True)
class ClaimChanges:
    """Claims to release and to take, each in the order of their keys."""

    released: tuple[Claim, ...] = ()
    taken: tuple[Claim, ...] = ()

    def in_order(self) -> list[tuple[Claim, bool]]:
        """Each claim and whether it is taken, all in one order of keys, so that no two deadlock."""
        both = [(claim, False) for claim in self.released] + [(claim, True) for claim in self.taken]
        return sorted(both, key=lambda change: change[0].key)


def changes(before: Registration, after: Registration, fact: Fact) -> ClaimChanges:
    """What `fact` takes and releases, given the registration on both sides of it."""
    held, wanted = held_by(before), held_by(after)
    if isinstance(fact, facts.SeatAssigned):
        wanted |= {ChairClaim(after.round, after.site, fact.hall, fact.seat)}
    if isinstance(fact, facts.SeatReleased):
        held |= {ChairClaim(before.round, before.site, fact.hall, fact.seat)}
    return ClaimChanges(_sorted(held - wanted), _sorted(wanted - held))


def held_by(registration: Registration) -> frozenset[Claim]:
    """The places and seats a registration holds in its present status."""
    return _place(registration) | _seats(registration)


def _place(registration: Registration) -> frozenset[Claim]:
    if not registration.person or not STANDINGS[registration.status].place:
        return frozenset()
    place: frozenset[Claim] = frozenset({PlaceClaim(registration.round, registration.person)})
    return place | ({HolderClaim(registration.round, registration.holder)} if registration.holder else set())


def _seats(registration: Registration) -> frozenset[Claim]:
    if not registration.lines or not STANDINGS[registration.status].seats:
        return frozenset()
    subjects = (*registration.subjects, WHOLE_SITE)
    return frozenset(SeatClaim(registration.round, registration.site, subject) for subject in subjects)


def _sorted(claims: frozenset[Claim]) -> tuple[Claim, ...]:
    return tuple(sorted(claims, key=lambda claim: claim.key))
