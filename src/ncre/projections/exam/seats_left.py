"""Seats left, by site and subject. The counters are kept by the claims; here they are only read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ncre.domain.claims import SeatClaim
from ncre.domain.exam.plan import WHOLE_SITE, Site
from ncre.store.claims import ClaimStore


@dataclass(frozen=True)
class SeatsLeft:
    """`left` of `quota` seats are free; a quota lowered below what was taken leaves none."""

    subject: str
    quota: int
    left: int


def seats_left(
    connection: Connection, claims: ClaimStore, round_code: str, site: Site, *, inside: bool = False
) -> dict[str, SeatsLeft]:
    """By subject code; the site's own limit (WHOLE_SITE) caps what is shown for each subject.

    For somebody `inside`, who counts among the site's people already, that limit is no cap.
    """
    counted = claims.counted(connection, list(_keys(round_code, site).values()))
    return _by_subject(round_code, site, counted, inside)


def seats_left_at(
    connection: Connection, claims: ClaimStore, round_code: str, sites: Iterable[Site]
) -> dict[str, dict[str, SeatsLeft]]:
    """`seats_left` of several sites by their codes, counted at once."""
    some = list(sites)
    keys = [key for site in some for key in _keys(round_code, site).values()]
    counted = claims.counted(connection, keys)
    return {site.code: _by_subject(round_code, site, counted, False) for site in some}


def _keys(round_code: str, site: Site) -> dict[str, str]:
    return {subject: SeatClaim(round_code, site.code, subject).key for subject in (*site.offers, WHOLE_SITE)}


def _by_subject(
    round_code: str, site: Site, counted: Mapping[str, tuple[int, int]], inside: bool
) -> dict[str, SeatsLeft]:
    keys = _keys(round_code, site)
    left = {subject: _left(subject, *counted.get(key, (0, 0))) for subject, key in keys.items()}
    whole = left.pop(WHOLE_SITE)
    return {
        subject: seats if inside else SeatsLeft(subject, seats.quota, min(seats.left, whole.left))
        for subject, seats in left.items()
    }


def full_sites(
    connection: Connection, claims: ClaimStore, round_code: str, sites: Iterable[Site]
) -> frozenset[str]:
    """The codes of the sites whose own limit of people is reached."""
    keys = {SeatClaim(round_code, site.code, WHOLE_SITE).key: site.code for site in sites}
    counted = claims.counted(connection, list(keys))
    return frozenset(keys[key] for key, (quota, taken) in counted.items() if taken >= quota)


def _left(subject: str, quota: int, taken: int) -> SeatsLeft:
    return SeatsLeft(subject, quota, max(0, quota - taken))
