"""The filter of the queue as it stands in an address: what is asked for, and the place from which a page goes on."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from flask import request

from ncre.projections.registration.queue_pages import Claimed, PageStart, QueueFilter, QueueOrder
from ncre.projections.registration.review_index import VERDICTS
from ncre.web.shared.auth import account, container
from ncre.web.shared.language import lazy_gettext as later

WAITED: Final = (1, 6, 24, 72, 168)
"""Hours since when a case waits at least."""

NAMES: Final = (
    "site",
    "subject",
    "verdict",
    "appealed",
    "rejected",
    "waited",
    "duplicates",
    "claimed",
    "order",
)

VERDICT_WORDS: Final = {
    "accept": later("符合要求"),
    "warn": later("请留意"),
    "reject": later("不符合要求"),
}
"""What measuring found of a photo."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_PLACE: Final = re.compile(r"([0-9]{1,16})-([0-9a-f]{32})")
"""Microseconds since the epoch, and the id of a case."""


@dataclass(frozen=True)
class AskedFor:
    """The arguments of an address as they count: what is not known asks for nothing."""

    site: str = ""
    subject: str = ""
    verdict: str = ""
    appealed: str = ""
    rejected: str = ""
    waited: str = ""
    duplicates: str = ""
    claimed: Claimed = Claimed.ANY
    order: QueueOrder = QueueOrder.OLDEST

    @property
    def arguments(self) -> dict[str, str]:
        """As an address has them, without what asks for nothing."""
        given = {name: str(getattr(self, name)) for name in NAMES}
        return {name: value for name, value in given.items() if value and value != QueueOrder.OLDEST}

    @property
    def narrowed(self) -> bool:
        """Whether it is less than all that wait at the visitor's sites."""
        return bool(self.arguments.keys() - {"order"})


def queue_asked_for(mine: Collection[str]) -> AskedFor:
    """What the address of this request asks for; another's site is as good as none."""
    given = request.args
    waited = given.get("waited", "")
    return AskedFor(
        site=_one_of(given.get("site", ""), mine),
        subject=given.get("subject", "")[:8] if given.get("subject", "").isalnum() else "",
        verdict=_one_of(given.get("verdict", ""), VERDICTS),
        appealed=_one_of(given.get("appealed", ""), ("yes", "no")),
        rejected=_one_of(given.get("rejected", ""), ("yes", "no")),
        waited=waited if waited in map(str, WAITED) else "",
        duplicates=_one_of(given.get("duplicates", ""), ("yes",)),
        claimed=Claimed(_one_of(given.get("claimed", ""), tuple(Claimed))),
        order=QueueOrder(_one_of(given.get("order", ""), tuple(QueueOrder)) or QueueOrder.OLDEST),
    )


def filter_of(asked: AskedFor, round_code: str) -> QueueFilter:
    """What the index is asked, for whoever is signed in."""
    sites = frozenset({asked.site}) if asked.site else account().sites
    since = container().clock() - timedelta(hours=int(asked.waited)) if asked.waited else None
    plain = QueueFilter(
        round_code,
        sites,
        asked.subject,
        asked.verdict,
        {"yes": True, "no": False}.get(asked.appealed),
        {"yes": True, "no": False}.get(asked.rejected),
        since,
        bool(asked.duplicates),
        asked.claimed,
        order=asked.order,
    )
    return replace(plain, claims=_claims(asked.claimed))


def _claims(claimed: Claimed) -> frozenset[UUID]:
    """The cases that the filter by claims speaks of."""
    if claimed is Claimed.ANY:
        return frozenset()
    held = container().review_claims.held(account().id if claimed is Claimed.MINE else None)
    others = claimed is Claimed.OTHERS
    return frozenset(one.registration for one in held if not others or one.account != account().id)


def place_of() -> PageStart | None:
    """The place behind which the page of this address begins; None at the beginning, and for what is none.

    The number of the case is no part of the address; it is that of the registration.
    """
    found = _PLACE.fullmatch(request.args.get("after", ""))
    row = container().queries.cases.row(UUID(found[2])) if found else None
    if found is None or row is None:
        return None
    return PageStart(EPOCH + timedelta(microseconds=int(found[1])), row["id"], row["number"] or "")


def in_address(place: PageStart) -> str:
    """The place as an address carries it."""
    return f"{(place.requested_at - EPOCH) // timedelta(microseconds=1)}-{place.registration.hex}"


def _one_of(given: str, known: Collection[str]) -> str:
    return given if given in known else ""
