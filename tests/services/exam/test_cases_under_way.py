"""What becomes of cases under way when a published draft takes something from them: a table, row by row.

The words of each change stand in docs/round-files.md, of what follows in decision 55 and in the rules of the revisions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.vocabulary import Status
from ncre.projections.registration import registrations
from tests.services.exam.moving_rounds import announce
from tests.support.people import (
    LIQIANG,
    OFFICE,
    SITE,
    WENJING,
    Candidate,
    Clock,
    approved,
    rejected,
    somebody,
)


@pytest.fixture
def container(container: Container) -> Container:
    announce(container, "78")
    return container


PART: Final = f"site:{SITE}"
SHORTER: Final = {
    "windows.register.closes": "2027-01-05 12:00",
    "windows.review.closes": "2027-01-05 13:00",
    "windows.payment.closes": "2027-01-05 14:00",
}
CLOSED_SUBJECT: Final = (PART, {"offers.66": ""})
REVIEW_OFF: Final = (PART, {"policies.review": "no"})
WINDOWS: Final = ("windows", SHORTER)
LOW_QUOTA: Final = (PART, {"policies.quota": "1"})


def brought(container: Container, candidate: Candidate, status: Status) -> None:
    """As far as this status."""
    steps: list[Callable[[], object]] = [
        lambda: (candidate.agrees(), candidate.fills(), candidate.submits()),
        candidate.uploads,
        candidate.requests_review,
        (lambda: rejected(container, candidate))
        if status is Status.REJECTED
        else (lambda: approved(container, candidate)),
        candidate.pays,
    ]
    for step in steps:
        if standing(container, candidate) is status:
            return
        step()


def standing(container: Container, candidate: Candidate) -> Status | None:
    with container.database.reading() as connection:
        row = registrations.one(connection, candidate.id)
    return Status(row["status"]) if row else None


def publishes(container: Container, part: str, cells: dict[str, str]) -> None:
    drafts = container.round_drafts
    draft = drafts.begin_revision("78", OFFICE, uuid4())
    found = drafts.find(draft)
    drafts.save(draft, part, dict(found.parts[part].fields) | cells, 1, OFFICE)
    assert not drafts.find(draft).read.faults
    drafts.publish(draft, drafts.find(draft).version, "修订", OFFICE, uuid4())


def later(container: Container, clock: Clock) -> None:
    """The shortened windows are over, and the deadline that was told; the clock came by."""
    clock.advance(hours=30)
    container.worker.once()


def goes_on(container: Container, candidate: Candidate, clock: Clock) -> None:
    """Whatever is left until the fee is paid."""
    if standing(container, candidate) is Status.SUBMITTED:
        candidate.uploads()
    if standing(container, candidate) is Status.PENDING_REVIEW:
        approved(container, candidate)
    if standing(container, candidate) is Status.PHOTO_UPLOADED:
        site = container.queries.exams.site("78", SITE)
        assert site is not None
        if site.reviews:
            candidate.requests_review()
            approved(container, candidate)
    if standing(container, candidate) is not Status.PAID:
        candidate.pays()


def waits(container: Container, _: Candidate, clock: Clock) -> None:
    later(container, clock)


TABLE: Final = [
    # what changes, where the case stands, what happens then, where it ends
    ("a subject is closed", CLOSED_SUBJECT, Status.SUBMITTED, goes_on, Status.PAID),
    ("a subject is closed", CLOSED_SUBJECT, Status.PHOTO_UPLOADED, goes_on, Status.PAID),
    ("a subject is closed", CLOSED_SUBJECT, Status.PENDING_REVIEW, goes_on, Status.PAID),
    ("a subject is closed", CLOSED_SUBJECT, Status.APPROVED, goes_on, Status.PAID),
    ("a subject is closed", CLOSED_SUBJECT, Status.PAID, goes_on, Status.PAID),
    ("review is switched off", REVIEW_OFF, Status.SUBMITTED, goes_on, Status.PAID),
    ("review is switched off", REVIEW_OFF, Status.PHOTO_UPLOADED, goes_on, Status.PAID),
    ("review is switched off", REVIEW_OFF, Status.PENDING_REVIEW, goes_on, Status.PAID),
    ("review is switched off", REVIEW_OFF, Status.APPROVED, goes_on, Status.PAID),
    ("review is switched off", REVIEW_OFF, Status.PAID, goes_on, Status.PAID),
    ("windows are shortened", WINDOWS, Status.SUBMITTED, waits, Status.LAPSED),
    ("windows are shortened", WINDOWS, Status.PHOTO_UPLOADED, waits, Status.LAPSED),
    ("windows are shortened", WINDOWS, Status.PENDING_REVIEW, waits, Status.LAPSED),
    ("windows are shortened", WINDOWS, Status.REJECTED, waits, Status.LAPSED),
    ("windows are shortened", WINDOWS, Status.APPROVED, waits, Status.LAPSED),
    ("windows are shortened", WINDOWS, Status.PAID, waits, Status.PAID),
    ("windows are shortened", WINDOWS, Status.APPROVED, goes_on, Status.PAID),
]


@pytest.mark.parametrize(
    ("what", "change", "status", "then", "ends"),
    TABLE,
    ids=[f"{what}-{status.value}-{then.__name__}" for what, _, status, then, _ in TABLE],
)
def test_a_published_change_never_breaks_a_case_under_way(
    container: Container,
    clock: Clock,
    what: str,
    change: tuple[str, dict[str, str]],
    status: Status,
    then: Callable[[Container, Candidate, Clock], None],
    ends: Status,
) -> None:
    candidate = somebody(container)
    brought(container, candidate, status)
    publishes(container, *change)
    assert standing(container, candidate) is status, what
    then(container, candidate, clock)
    assert standing(container, candidate) is ends


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.PENDING_REVIEW, Status.APPROVED, Status.PAID])
def test_a_quota_below_what_is_taken_is_refused_and_nobody_is_put_out(
    container: Container, status: Status
) -> None:
    for name, person in (("wenjing", WENJING), ("liqiang", LIQIANG)):
        candidate = somebody(container, name, person)
        brought(container, candidate, status)
    with pytest.raises(Refusal) as refused:
        publishes(container, *LOW_QUOTA)
    assert refused.value.code is RefusalCode.REVISION_REFUSED
    assert standing(container, candidate) is status
    publishes(container, PART, {"policies.quota": "2"})
    assert standing(container, candidate) is status
