"""Nothing typed is lost without a script: refused, sent after the session ended, or with a token that is none of ours."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.identity.form_drafts import A_MINUTE, LARGEST
from tests.support.people import LIQIANG, SITE, WENJING, Candidate, Clock, form_of_details, somebody
from tests.web.visitor import ORIGIN, Visitor, facts_of, signed_in

UNSENT = {**form_of_details(), "address": "湖北省武汉市某街某号，打到一半", "postcode": "43"}


def path(candidate: Candidate, page: str = "details") -> str:
    return f"/registrations/{candidate.id}/{page}"


def sends(visitor: Visitor, to: str, **form: Any) -> TestResponse:
    """As `post`, whatever the answer."""
    return visitor._client.post(
        to, base_url=ORIGIN, headers={"Referer": f"{ORIGIN}/"}, data={**visitor.hidden(), **form}
    )


def stands(page: str) -> bool:
    return "打到一半" in page and "您在" in page and "开始填写，还没有保存" in page


@pytest.mark.parametrize("spoilt", [{}, {"csrf_token": "forged"}, {"csrf_token": ""}])
def test_a_form_sent_after_the_session_ended_stands_as_it_was_after_signing_in(
    container: Container, clock: Clock, wenjing: Candidate, visitor: Visitor, spoilt: dict[str, str]
) -> None:
    visitor.get(path(wenjing))
    clock.advance(hours=2)
    answer = sends(visitor, path(wenjing), **UNSENT, **spoilt)
    assert answer.status_code == (400 if spoilt else 302)
    assert not spoilt or "您填写的内容已为您保留一天" in answer.text
    assert facts_of(container, wenjing.id) == ["registration.agreement_accepted"]
    visitor.signs_in("wenjing")
    visitor.get(path(wenjing))
    assert stands(visitor.page)
    assert visitor.value("postcode") == "43"
    assert 'value="female" checked' in visitor.page


def test_a_form_sent_after_signing_out_or_without_a_cookie_is_kept_for_its_owner(
    site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    stranger = Visitor(site)
    stranger.page = visitor.page
    assert sends(stranger, path(wenjing), **UNSENT).status_code == 400
    visitor.get(path(wenjing))
    assert stands(visitor.page)


def test_another_account_never_sees_it(
    container: Container, site: Flask, wenjing: Candidate, visitor: Visitor
) -> None:
    other = somebody(container, "liqiang", LIQIANG)
    other.agrees()
    visitor.get("/passport/details")
    sends(visitor, "/passport/details", **UNSENT)
    theirs = signed_in(site, other)
    theirs.get("/passport/details")
    shown = unescape(re.search(r'name="draft" value="([^"]+)"', visitor.page)[1])  # type: ignore[index]
    assert "打到一半" not in theirs.page
    theirs.get(path(other))
    assert "打到一半" not in theirs.page
    for asked in ("/drafts/newest", "/drafts/throw-away"):
        assert sends(theirs, asked, draft=shown, which="0" * 32).status_code == 404
    answer = sends(theirs, "/drafts", draft=shown, address="written by another")
    assert "newer" not in answer.json
    theirs.get("/passport/details")
    assert "written by another" not in theirs.page


@pytest.mark.parametrize("spoil", [lambda one: one[:-3] + "abc", lambda one: "", lambda one: "x" * 2_000])
def test_a_page_that_was_not_signed_here_keeps_nothing(
    wenjing: Candidate, visitor: Visitor, spoil: Any
) -> None:
    visitor.get(path(wenjing))
    forged = spoil(visitor.hidden()["draft"])
    assert sends(visitor, "/drafts", **{**UNSENT, "draft": forged}).status_code == 404
    visitor.get(path(wenjing))
    assert "打到一半" not in visitor.page


def test_what_was_refused_is_there_after_reload_and_in_the_other_language(
    wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    visitor.post(path(wenjing), 422, **UNSENT)
    visitor.get(path(wenjing))
    assert stands(visitor.page)
    visitor.get(f"/language/en?next={path(wenjing)}", 302)
    visitor.get(path(wenjing))
    assert "打到一半" in visitor.page
    assert "You began to fill this in" in visitor.text()


def test_it_is_gone_once_the_form_was_taken_and_a_late_save_does_not_bring_it_back(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    late = visitor.hidden()
    sends(visitor, "/drafts", **UNSENT)
    visitor.post(path(wenjing), **form_of_details())
    assert sends(visitor, "/drafts", **{**late, **UNSENT}).status_code == 410
    visitor.get(path(wenjing))
    assert "打到一半" not in visitor.page
    assert facts_of(container, wenjing.id).count("registration.info_filled") == 1


def test_it_is_thrown_away_by_a_button(wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    sends(visitor, "/drafts", **UNSENT)
    visitor.get(path(wenjing))
    notice = visitor.page[visitor.page.index('class="note draft"') :]
    which = re.search(r'name="which" value="(\w+)"', notice)
    assert which is not None
    assert visitor.post("/drafts/throw-away", which=which[1]).location == path(wenjing)
    visitor.get(path(wenjing))
    assert "打到一半" not in visitor.page


def test_two_tabs_keep_a_draft_each_and_the_newer_one_is_offered(
    clock: Clock, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    first = visitor.hidden()
    visitor.get(path(wenjing))
    second = visitor.hidden()
    sends(visitor, "/drafts", **{**second, **UNSENT, "remark": "second tab"})
    clock.advance(minutes=1)
    told = sends(visitor, "/drafts", **{**first, **UNSENT, "remark": "first tab"}).json
    assert told["kept"]
    assert told["at"] == "10:00", "the first tab is told what the second one kept"
    visitor.get(path(wenjing))
    assert ">first tab</textarea>" in visitor.page, "the newer one stands in the form"
    look = re.search(r'href="(/registrations/[^"]+\?draft=\w+)"', visitor.page)
    assert look is not None, "the other one is offered"
    visitor.get(look[1])
    assert ">second tab</textarea>" in visitor.page


def test_what_was_saved_since_stands_beside_the_draft(
    container: Container, wenjing: Candidate, visitor: Visitor
) -> None:
    visitor.get(path(wenjing))
    old = visitor.hidden()
    wenjing.fills()
    sends(visitor, "/drafts", **{**old, **form_of_details(), "address": "打到一半"})
    visitor.get(path(wenjing))
    assert f"已保存的是： {WENJING.address}" in visitor.text()


def test_the_choice_of_subjects_is_kept_too(wenjing: Candidate, visitor: Visitor) -> None:
    wenjing.fills()
    visitor.get(path(wenjing, "subjects?site=" + SITE))
    visitor.post(path(wenjing, "subjects"), 422, site=SITE, subjects=["66", "67"])
    visitor.get(path(wenjing, "subjects"))
    assert visitor.page.count("checked") >= 2
    assert "66" in re.findall(r'name="subjects" value="(\d+)" checked', visitor.page)


def test_a_reviewer_s_note_is_kept_and_shown_only_where_the_case_is_open(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.until_waiting()
    container.accounts.add("shenhe", "a password of shenhe", Role.REVIEWER, frozenset({SITE}))
    case = f"/staff/cases/{wenjing.id}"
    staff = Visitor(site)
    staff.signs_in("shenhe")
    staff.get(case)
    rejection = staff.page[staff.page.index('id="draft-form-rejection"') :]
    shown = re.search(r'name="draft" value="([^"]+)"', rejection)
    assert shown is not None
    staff.post(f"{case}/reject", 422, draft=shown[1], note="照片与证件不是同一人，打到一半", reasons=[])
    staff.get(case)
    assert "打到一半</textarea>" in staff.page
    again = Visitor(site)
    again.signs_in("shenhe")
    closed = again._client.get(case, base_url=ORIGIN).text
    assert "打到一半" not in closed


def test_no_more_is_kept_than_there_is_room_for(clock: Clock, wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    assert sends(visitor, "/drafts", remark="x" * LARGEST).status_code == 413
    answers = [sends(visitor, "/drafts", **UNSENT).status_code for _ in range(A_MINUTE + 1)]
    assert answers == [200] * A_MINUTE + [429]
    clock.advance(minutes=1)
    assert sends(visitor, "/drafts", **UNSENT).status_code == 200


def test_a_draft_records_nothing(container: Container, wenjing: Candidate, visitor: Visitor) -> None:
    visitor.get(path(wenjing))
    before = container.command_handler.store.newest()
    sends(visitor, "/drafts", **UNSENT)
    assert container.command_handler.store.newest() == before
