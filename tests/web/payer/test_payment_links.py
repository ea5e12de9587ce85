"""A link by which somebody else pays: what it shows, what it can do, and when it is as good as none."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from html import unescape
from xml.etree import ElementTree

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration import commands as c
from ncre.web.candidate.payment import qr_file
from tests.support.people import (
    KEEPING,
    LIQIANG,
    OFFICE,
    WENJING,
    Candidate,
    Clock,
    approved,
    somebody,
    till_of,
)
from tests.web.visitor import ORIGIN, Visitor, row_of, signed_in


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    approved(container, candidate)
    return candidate


@pytest.fixture
def link(visitor: Visitor, wenjing: Candidate) -> str:
    return handed_over(visitor, wenjing)


def handed_over(visitor: Visitor, candidate: Candidate) -> str:
    """The path of the link on the candidate's page."""
    visitor.get(f"/registrations/{candidate.id}/pay")
    found = re.search(r'id="link"[^>]*value="([^"]+)"', visitor.page)
    assert found is not None
    assert "<svg" in visitor.page
    return unescape(found[1]).removeprefix(ORIGIN)


def test_a_parent_sees_amount_exam_and_a_masked_name_and_pays(
    container: Container, site: Flask, wenjing: Candidate, link: str
) -> None:
    parent = Visitor(site)
    answer = parent.get(link)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "160.00 元" in parent.text()
    assert "欧**" in parent.text()
    leaving = parent.post(link).location
    assert leaving.startswith(f"{link}/")
    parent.get(leaving)
    assert f"back={ORIGIN}{link}/paid" in unescape(parent.page)
    till_of(container).pay(leaving.rsplit("/", 1)[-1])
    parent.get(f"{link}/paid")
    assert "已支付，不用再付" in parent.text()
    assert row_of(container, wenjing.id)["status"] == "paid"
    parent.get(link)
    assert "已支付，不用再付" in parent.text()
    parent.post(link, 400)


def test_nothing_private_is_on_any_page_of_it(site: Flask, wenjing: Candidate, link: str) -> None:
    parent = Visitor(site)
    seen = [parent.get(link).text]
    leaving = parent.post(link).location
    seen += [parent.get(leaving).text, parent.get(f"{link}/paid").text, parent.get(f"{link}x", 404).text]
    told = (
        WENJING.name,
        WENJING.document_number,
        WENJING.document_typed,
        WENJING.mobile,
        WENJING.email,
        WENJING.address,
        str(wenjing.id),
        str(wenjing.account.id),
        row_of(wenjing.container, wenjing.id)["number"],
    )
    for page in seen:
        assert not [one for one in told if one in page]


def test_it_opens_no_other_page(site: Flask, wenjing: Candidate, link: str) -> None:
    parent = Visitor(site)
    parent.get(link)
    for page in ("", "/pay", "/check", "/photo.jpg", "/form.pdf"):
        parent.get(f"/registrations/{wenjing.id}{page}", 302)


def test_it_ends_after_two_hours_and_with_the_time_to_pay(
    site: Flask, clock: Clock, wenjing: Candidate, visitor: Visitor, link: str
) -> None:
    parent = Visitor(site)
    clock.advance(hours=1, minutes=59)
    parent.get(link)
    clock.advance(minutes=1)
    parent.get(link, 404)
    assert "链接已失效" in parent.text()
    clock.advance(hours=21, minutes=30)
    late = handed_over(visitor, wenjing)
    clock.advance(minutes=30)
    parent.get(late, 404)


def test_every_changed_letter_makes_another_link(site: Flask, wenjing: Candidate, link: str) -> None:
    parent, token = Visitor(site), link.removeprefix("/p/")
    raw = bytearray(urlsafe_b64decode(token + "=="[: -len(token) % 4]))
    for place in range(len(raw)):
        changed = bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]])
        parent.get(f"/p/{urlsafe_b64encode(changed).decode().rstrip('=')}", 404)
    for odd in ("x", token[:-4], token + "AAAA", "é", "%00", "=" * 48):
        assert parent._client.get(f"/p/{odd}", base_url=ORIGIN).status_code in (400, 404)


def test_it_is_over_once_the_registration_is(
    container: Container, site: Flask, wenjing: Candidate, link: str
) -> None:
    container.changes.carry_out(c.Cancel(registration=wenjing.id, actor=OFFICE, reason="考生申请", **KEEPING))
    parent = Visitor(site)
    parent.get(link)
    assert "现在不能支付" in parent.text()
    parent.post(link, 400)
    assert container.database is not None


def test_another_order_cannot_be_paid_by_it(
    container: Container, site: Flask, wenjing: Candidate, link: str
) -> None:
    other = somebody(container, "liqiang", LIQIANG)
    other.until_waiting()
    approved(container, other)
    theirs = signed_in(site, other)
    theirs.get(f"/registrations/{other.id}/pay")
    order = theirs.post(f"/registrations/{other.id}/pay").location.rsplit("/", 1)[-1]
    Visitor(site).get(f"{link}/{order}", 404)


def test_it_is_not_opened_again_and_again(site: Flask, wenjing: Candidate, link: str) -> None:
    parent = Visitor(site)
    answers = []
    for _ in range(7):
        parent.get(link)
        answers.append(
            parent._client.post(
                link, base_url=ORIGIN, headers={"Referer": f"{ORIGIN}/"}, data=parent.hidden()
            ).status_code
        )
    assert 429 in answers
    assert answers[0] == 303


def test_without_its_form_nothing_is_opened(site: Flask, wenjing: Candidate, link: str) -> None:
    parent = Visitor(site)
    for status, spoilt in ((400, {"seen": ""}), (409, {"seen": "99"}), (400, {"csrf_token": "forged"})):
        parent.get(link)
        parent.post(link, status, **spoilt)


def test_its_code_is_a_file_that_the_page_names_and_that_ends_with_the_link(
    container: Container, site: Flask, visitor: Visitor, link: str
) -> None:
    """Few unfold it, so it is drawn when it is asked for, and for nobody without the link."""
    assert f'<img src="{link}/code.svg"' in visitor.page
    assert "<path" not in visitor.page[visitor.page.index('class="qr"') :]
    drawn = Visitor(site).get(f"{link}/code.svg")
    assert drawn.content_type == "image/svg+xml; charset=utf-8"
    assert drawn.headers["Cache-Control"] == "no-store"
    assert drawn.data == qr_file(f"{ORIGIN}{link}")
    assert ElementTree.fromstring(drawn.data).tag == "{http://www.w3.org/2000/svg}svg"
    Visitor(site).get(f"{link}x/code.svg", 404)
