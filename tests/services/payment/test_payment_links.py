"""A payment link is read back as the case that it was made for, and as nothing else."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.services.payment.payment_links import LIVES, LinkOver, PaymentLinks
from ncre.services.registration.case import Case
from tests.handlers.ground import QUICK, Walker
from tests.support.people import Clock


@pytest.fixture
def walker(container: Container) -> Walker:
    walker = Walker(container)
    walker.pictured(QUICK, ("67",))
    return walker


def case_of(container: Container, walker: Walker) -> Case:
    case = container.queries.cases.case(walker.id)
    assert case is not None
    return case


def link_of(container: Container, walker: Walker) -> str:
    return container.payment_links.link_of(case_of(container, walker), container.clock()).token


def is_over(links: PaymentLinks, token: str) -> bool:
    try:
        links.case_of(token)
    except LinkOver:
        return True
    return False


def test_a_link_is_read_back_until_its_time_is_over(
    container: Container, clock: Clock, walker: Walker
) -> None:
    link = container.payment_links.link_of(case_of(container, walker), clock.now)
    assert link.expires == clock.now + LIVES
    assert len(link.token) == 48
    found = container.payment_links.case_of(link.token)
    assert (found.id, found.version, found.site is not None) == (walker.id, walker.row["version"], True)
    clock.now = link.expires - timedelta(seconds=1)
    assert not is_over(container.payment_links, link.token)
    clock.now = link.expires
    assert is_over(container.payment_links, link.token)


def test_it_ends_with_the_time_to_pay_at_the_latest(
    container: Container, clock: Clock, walker: Walker
) -> None:
    ends = case_of(container, walker).deadline
    clock.now = ends - timedelta(hours=1)
    assert container.payment_links.link_of(case_of(container, walker), clock.now).expires == ends


def test_what_is_to_be_paid_now_decides_and_who_made_it(container: Container, walker: Walker) -> None:
    token = link_of(container, walker)
    others = PaymentLinks(container.queries.cases, container.clock, "the secret of another installation")
    assert is_over(others, token)
    assert is_over(
        container.payment_links, others.link_of(case_of(container, walker), container.clock()).token
    )
    walker.does(c.ChangeSubjects, site=QUICK, subjects=("24",))
    assert is_over(container.payment_links, token), "the same amount for another order"
    assert not is_over(container.payment_links, link_of(container, walker))


def test_what_is_no_link_of_ours_is_over(container: Container, walker: Walker) -> None:
    token = link_of(container, walker)
    raw = urlsafe_b64decode(token)
    nobody = urlsafe_b64encode(bytes(16) + raw[16:]).decode()
    longer = urlsafe_b64encode(raw + b"\0").decode()
    later = urlsafe_b64encode(raw[:16] + b"\xff" * 4 + raw[20:]).decode()
    for odd in ("", "x", "é", "=" * 48, token[:-4], token + "AAAA", nobody, longer, later):
        assert is_over(container.payment_links, odd), odd
