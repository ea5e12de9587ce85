"""What the office types is kept like what candidates type: after a lost session it stands in the form, taken it is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.registration.vocabulary import Role
from ncre.identity.form_drafts import LARGEST_OF_STAFF
from tests.support.people import SITE, WENJING, Clock
from tests.web.staff_members import Visitor, hidden, office

TYPED: Final = "打到一半的一段话，还没有写完"
BAN: Final = {
    "kind": WENJING.document_type,
    "number": WENJING.document_number,
    "starts": "2027-01-01",
    "ends": "2028-12-31",
    "decision": "鄂考罚〔2026〕31号",
    "reason": TYPED,
}
Form = tuple[str, str, dict[str, str]]
"""The page, where its form goes, what is typed."""


def notice(kaowu: Visitor) -> Form:
    return "/office/notices", "/office/notices", {"kind": "announcement", "body": TYPED}


def letter(kaowu: Visitor) -> Form:
    page = f"/office/letters/{next(iter(LetterKind)).value}"
    return page, page, {"body": TYPED, "why": "改得清楚一些"}


def ban(kaowu: Visitor) -> Form:
    return "/office/bans", "/office/bans", BAN


def lifting(kaowu: Visitor) -> Form:
    made = kaowu.post("/office/bans", "/office/bans", **{**BAN, "reason": "替考"}).location
    assert made is not None
    return made, f"{made}/lift", {"why": TYPED}


def calling_off(kaowu: Visitor) -> Form:
    page = f"/office/rounds/78/called-off/{SITE}"
    return page, page, {"way": "keep", "why": TYPED}


def part_of_a_draft(kaowu: Visitor) -> Form:
    begun = kaowu.post("/office/rounds/78/revise", page="/office/rounds").location
    page = f"{begun}/parts/site:{SITE}"
    return page, page, {"site.notice": TYPED}


FORMS: Final = (notice, letter, ban, lifting, calling_off, part_of_a_draft)


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def begins(kaowu: Visitor, form: Form) -> tuple[dict[str, str], str]:
    """The hidden fields of the form and what is typed into it, and where it goes."""
    page, action, typed = form
    return {**hidden(kaowu.get(page), action), **typed}, action


def is_kept(text: str) -> bool:
    return TYPED in text and "开始填写，还没有保存" in text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_it_stands_in_the_form_after_the_session_was_over(
    kaowu: Visitor, clock: Clock, form: Callable[[Visitor], Form]
) -> None:
    made = form(kaowu)
    sent, action = begins(kaowu, made)
    clock.advance(hours=2)
    answer = kaowu.send(action, sent)
    assert answer.location is not None
    assert answer.location.startswith("/sign-in")
    text = kaowu.get(made[0])
    assert is_kept(text)
    assert WENJING.document_number not in text
    assert "丢弃" in text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_it_is_kept_while_it_is_typed_and_thrown_away_on_request(
    kaowu: Visitor, form: Callable[[Visitor], Form]
) -> None:
    made = form(kaowu)
    sent, _ = begins(kaowu, made)
    assert kaowu.send("/drafts", sent).get_json() == {"kept": True}
    text = kaowu.get(made[0])
    assert is_kept(text)
    assert kaowu.send("/drafts/throw-away", hidden(text, "/drafts/throw-away")).status_code == 303
    assert TYPED not in kaowu.get(made[0])


def test_a_form_that_was_taken_leaves_no_draft(container: Container, kaowu: Visitor) -> None:
    assert kaowu.account is not None
    sent, action = begins(kaowu, ban(kaowu))
    assert kaowu.send("/drafts", sent).status_code == 200
    assert container.form_drafts.of(kaowu.account.id)
    assert kaowu.send(action, sent).status_code == 303
    assert container.form_drafts.of(kaowu.account.id) == []
    late = kaowu.send("/drafts", sent)
    assert late.status_code == 410, "a save that arrives late brings nothing back"


def test_a_notice_is_kept_through_its_preview_until_it_is_posted(
    container: Container, kaowu: Visitor
) -> None:
    assert kaowu.account is not None
    typed = {
        "kind": "announcement",
        "title": "报名公告",
        "title_en": "Notice",
        "body_en": "Text",
        "why": "开考",
    }
    sent, action = begins(kaowu, notice(kaowu))
    preview = kaowu.send(action, {**sent, **typed, "preview": "1"})
    assert "还没有发布" in preview.text
    assert len(container.form_drafts.of(kaowu.account.id)) == 1
    again = {**sent, **typed, **hidden(preview.text, action)}
    assert kaowu.send(action, again).status_code == 303
    assert container.form_drafts.of(kaowu.account.id) == []


def colleague(container: Container, site: Flask) -> Visitor:
    return Visitor(site, container.accounts.add("kaowu2", "kept in these tests alone", Role.OFFICE))


def test_what_was_kept_was_typed_over_what_its_page_showed(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    """A colleague was quicker: the text that stands in the form again does not replace theirs unseen."""
    page, action, _ = notice(kaowu)
    sent, _ = begins(kaowu, notice(kaowu))
    assert kaowu.send("/drafts", sent).status_code == 200
    other = colleague(container, site)
    theirs = {
        "kind": "announcement",
        "title": "公告",
        "body": "正文",
        "title_en": "N",
        "body_en": "T",
        "why": "开考",
    }
    assert other.send(action, {**hidden(other.get(page), action), **theirs}).status_code == 303
    again = hidden(kaowu.get(page), action)
    assert again["seen"] == sent["seen"] != hidden(other.get(page), action)["seen"]
    refused = kaowu.send(action, {**theirs, **again, "body": TYPED})
    assert refused.status_code == 409
    assert TYPED in refused.text


def test_another_part_of_the_draft_knows_nothing_of_it(kaowu: Visitor) -> None:
    page, action, typed = part_of_a_draft(kaowu)
    sent = {**hidden(kaowu.get(page), action), **typed}
    assert kaowu.send("/drafts", sent).status_code == 200
    for other in ("notices", "policy"):
        assert "开始填写，还没有保存" not in kaowu.get(page.replace(f"site:{SITE}", other))


def test_what_the_office_writes_is_bounded(kaowu: Visitor) -> None:
    page, action, _ = part_of_a_draft(kaowu)
    sent = hidden(kaowu.get(page), action)
    many = {f"site.made_up_{number}": "x" * 19_000 for number in range(LARGEST_OF_STAFF // 19_000 + 1)}
    assert kaowu.send("/drafts", {**sent, **many}).status_code == 413


def test_of_a_colleague_nothing_is_shown(container: Container, site: Flask, kaowu: Visitor) -> None:
    sent, _ = begins(kaowu, notice(kaowu))
    assert kaowu.send("/drafts", sent).status_code == 200
    other = colleague(container, site)
    assert TYPED not in other.get("/office/notices")
