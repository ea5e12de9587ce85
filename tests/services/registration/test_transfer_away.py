"""After a rejection a candidate may move to a site without review; that must not be a dead end."""

from __future__ import annotations

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.domain.registration.vocabulary import Status
from tests.handlers.ground import QUICK, Walker, revise
from tests.support import people
from tests.support.people import Clock


def moved_away(container: Container) -> Walker:
    walker = Walker(container)
    walker.pictured()
    walker.requests_review()
    people.rejected(container, walker)
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24",))
    return walker


def test_who_moved_to_a_site_without_review_can_pay(container: Container) -> None:
    walker = moved_away(container)
    assert walker.stands.status is Status.REJECTED
    assert walker.pays().status is Status.PAID


def test_who_moved_there_and_does_not_pay_lapses(container: Container, clock: Clock) -> None:
    walker = moved_away(container)
    clock.advance(hours=25)
    assert container.worker.once().lapsed == 1
    assert walker.stands.status is Status.LAPSED


def test_the_worker_leaves_alone_what_a_new_policy_no_longer_lapses(
    container: Container, clock: Clock
) -> None:
    """The clock started at submission; then the site took up reviewing and counts from approval."""
    walker = Walker(container)
    walker.pictured(QUICK, ("24",))
    revise(container, QUICK, reviews=True, clock="approved")
    clock.advance(hours=25)
    did = container.worker.once()
    assert (did.lapsed, did.put_off) == (0, 0)
    assert walker.stands.status is Status.PHOTO_UPLOADED
