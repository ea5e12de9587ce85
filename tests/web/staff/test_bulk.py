"""Bulk review on the pages: filter, contact sheet, selection, preview, run; claims and second looks; who may what."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.web.site import create_site
from tests.support.people import LIQIANG, ROUND, SITE, WENJING, Candidate, Clock, rejected, somebody
from tests.web.staff_members import (
    HERE,
    Visitor,
    auditor,
    hidden,
    looks_at,
    office,
    registration_of,
    reviewer,
    row_of,
    visitor,
)

OTHER_SITE = "140027"
"""Another site that reviews."""


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def liqiang(container: Container, clock: Clock, wenjing: Candidate) -> Candidate:
    clock.advance(minutes=90)
    candidate = somebody(container, "liqiang", LIQIANG)
    candidate.until_waiting()
    return candidate


@pytest.fixture
def li(container: Container, site: Flask) -> Visitor:
    return reviewer(container, site)


def numbers(text: str) -> list[str]:
    return re.findall(r"data-open-case>(78\d{12})<", text)


def number(container: Container, candidate: Candidate) -> str:
    return str(row_of(container, candidate.id)["number"])


def box(candidate: Candidate, seen: int = 5) -> str:
    return f"{candidate.id.hex}.{seen}"


def status(container: Container, candidate: Candidate) -> str:
    return str(row_of(container, candidate.id)["status"])


def test_the_queue_is_narrowed_and_ordered_by_its_address(
    container: Container, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    first, second = number(container, wenjing), number(container, liqiang)
    for asked, expected in (
        ("", [first, second]),
        ("order=newest", [second, first]),
        ("order=number", [first, second]),
        ("waited=1", [first]),
        ("waited=5", [first, second]),  # no choice of the page: asks for nothing
        ("subject=66", [first, second]),
        ("subject=24", []),
        ("rejected=yes", []),
        ("rejected=no&appealed=no", [first, second]),
        ("duplicates=yes", [first, second]),  # both sent the very same portrait
        ("claimed=mine", []),
        ("claimed=free", [first, second]),
        ("verdict=reject", []),
        ("site=999999", [first, second]),
        ("after=12-nonsense", [first, second]),
        (f"after=9999999999999999-{uuid4().hex}", [first, second]),
    ):
        assert numbers(li.get(f"/staff/queue?{asked}")) == expected, asked
        assert numbers(li.get(f"/staff/sheet?{asked}")) == expected, asked
    verdict = row_of(container, wenjing.id)["photo"]["verdict"]
    assert numbers(li.get(f"/staff/queue?verdict={verdict}")) == [first, second]
    assert "疑似重复" in li.get("/staff/queue")


def test_the_sheet_shows_photos_only_once_every_look_is_recorded(
    container: Container, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    closed = li.get("/staff/sheet?order=newest")
    assert "<img" not in closed[closed.index('class="sheet"') :]
    assert looks_at(container, wenjing.id) == []
    answer = li.post(
        "/staff/sheet/open?order=newest", page="/staff/sheet?order=newest", case=[box(wenjing), box(liqiang)]
    )
    assert answer.location.endswith("/staff/sheet?order=newest")
    opened = li.get("/staff/sheet?order=newest")
    for candidate in (wenjing, liqiang):
        (look,) = looks_at(container, candidate.id)
        digest = row_of(container, candidate.id)["photo"]["digest"]
        path = f"/staff/cases/{candidate.id}/photo/{digest}.jpg"
        assert f'src="{path}"' in opened
        assert li.client.get(path, base_url=HERE).mimetype == "image/jpeg"
    assert WENJING.name not in opened
    li.post("/staff/sheet/open", page="/staff/sheet", case=[box(wenjing)])
    assert len(looks_at(container, wenjing.id)) == 1


def test_nobody_opens_a_sheet_of_another_site(container: Container, site: Flask, wenjing: Candidate) -> None:
    far = reviewer(container, site, "429901", "far")
    page = far.client.get("/staff/queue", base_url=HERE).text
    answer = far.send("/staff/sheet/open", {**hidden(page, "/sign-out"), "case": [box(wenjing)]})
    assert answer.status_code == 404
    assert looks_at(container, wenjing.id) == []


def draft(li: Visitor, step: str, *boxes: str, page: str = "/staff/queue", **more: Any) -> str:
    li.get(page)
    answer = li.post("/staff/bulk", page=page, case=list(boxes), step=step, **more)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_selected_cases_are_approved_after_a_preview(
    container: Container, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    run = draft(li, "approve", box(wenjing), box(liqiang))
    preview = li.get(run)
    assert "将审核通过 2 份报名" in preview
    assert status(container, wenjing) == "pending-review"
    assert li.post(f"{run}/start", page=run).status_code == 303
    done = li.get(run)
    assert "已全部处理" in done
    assert {status(container, one) for one in (wenjing, liqiang)} == {"approved"}
    before = container.command_handler.store.newest()
    li.send(f"{run}/start", hidden(preview, f"{run}/start"))
    assert container.command_handler.store.newest() == before


def test_a_rejection_has_shared_reasons_and_a_note(
    container: Container, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    run = draft(li, "reject", box(wenjing), box(liqiang))
    answer = li.post(f"{run}/start", page=run, note="请换照片")
    assert answer.status_code == 422
    assert "请换照片</textarea>" in answer.text
    answer = li.post(f"{run}/start", page=run, reasons=["O01"], note=" ")
    assert answer.status_code == 422
    assert 'id="note-fault"' in answer.text
    li.post(f"{run}/start", page=run, reasons=["P01", "P03"], note="请换照片")
    for candidate in (wenjing, liqiang):
        row = row_of(container, candidate.id)
        assert (row["status"], row["reasons"]) == ("rejected", ["P01", "P03"])


def test_the_preview_says_what_can_no_longer_be(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    wang = reviewer(container, site, name="wang")
    wang.get(f"/staff/cases/{liqiang.id}")
    rejected(container, wenjing)
    assert li.account is not None
    own = somebody(container, "own", WENJING)
    run = draft(li, "approve", box(wenjing), box(liqiang), box(own), "nonsense", f"{UUID(int=4).hex}.5")
    text = li.get(run)
    assert "将审核通过 0 份报名" in text
    assert "第 5 版，现在是第 6 版" in text
    assert "同事正在办理这份报名" in text
    assert status(container, liqiang) == "pending-review"


def test_a_case_that_changes_after_the_preview_is_refused_and_listed(
    container: Container, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    run = draft(li, "approve", box(wenjing), box(liqiang))
    rejected(container, wenjing)
    li.post(f"{run}/start", page=run)
    text = li.get(run)
    assert "没有办理的报名和原因" in text
    assert number(container, wenjing) in text
    assert (status(container, wenjing), status(container, liqiang)) == ("rejected", "approved")


def test_all_that_fit_are_taken_by_the_filter(
    container: Container, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    page = "/staff/queue?waited=1"
    action = unescape(re.findall(r'id="selection" method="post" action="([^"]*)"', li.get(page))[0])
    assert action == "/staff/bulk?waited=1"
    answer = li.post(action, page=page, step="approve", all="yes")
    li.post(f"{answer.location}/start", page=answer.location)
    assert (status(container, wenjing), status(container, liqiang)) == ("approved", "pending-review")


def test_nothing_selected_is_told(li: Visitor, wenjing: Candidate) -> None:
    for form in ({"step": "approve"}, {"step": "cancel", "case": [box(wenjing)]}, {"case": [box(wenjing)]}):
        assert li.post("/staff/bulk", page="/staff/queue", **form).status_code == 422
    answer = li.post("/staff/bulk", page="/staff/queue", step="approve", case=[box(wenjing)], command_id="")
    assert answer.status_code == 400


def test_a_page_that_is_sent_twice_makes_one_draft(li: Visitor, wenjing: Candidate) -> None:
    form = hidden(li.get("/staff/queue"), "/staff/bulk")
    answers = [li.send("/staff/bulk", {**form, "step": "approve", "case": box(wenjing)}) for _ in range(2)]
    assert answers[0].location == answers[1].location


def test_who_opens_a_case_is_shown_to_colleagues_who_may_take_over(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate, liqiang: Candidate
) -> None:
    wang = reviewer(container, site, name="wang")
    li.get(f"/staff/cases/{wenjing.id}")
    assert numbers(wang.get("/staff/queue?claimed=others")) == [number(container, wenjing)]
    assert "shenhe 正在办理这份报名" in wang.get(f"/staff/cases/{wenjing.id}")
    wang.get(f"/staff/cases/{liqiang.id}")
    passed = wang.post(f"/staff/cases/{liqiang.id}/next", page=f"/staff/cases/{liqiang.id}")
    assert passed.location.endswith("/staff/queue"), "the only other case is a colleague's"
    wang.post(f"/staff/cases/{wenjing.id}/take-over", page=f"/staff/cases/{wenjing.id}")
    assert numbers(wang.get("/staff/queue?claimed=mine")) == [number(container, wenjing)]
    assert "wang 正在办理这份报名" in li.get(f"/staff/cases/{wenjing.id}")


def test_a_case_is_handed_to_a_colleague_with_a_note(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    wang, path = reviewer(container, site, name="wang"), f"/staff/cases/{wenjing.id}"
    assert wang.account is not None
    refused = li.post(f"{path}/hand-over", page=path, colleague="nobody", handover_note="请再看照片")
    assert refused.status_code == 422
    assert "请再看照片" in refused.text
    answer = li.post(
        f"{path}/hand-over", page=path, colleague=str(wang.account.id), handover_note="请再看照片"
    )
    assert answer.status_code == 303
    assert numbers(wang.get("/staff/queue?claimed=mine")) == [number(container, wenjing)]
    assert "shenhe 转交 wang：请再看照片" in wang.get(path)


def sampled(container: Container, li: Visitor, candidate: Candidate) -> None:
    """The case is approved by li, and drawn."""
    assert li.account is not None
    container.second_looks.set_rates(li.account, [SITE], 1000)
    path = f"/staff/cases/{candidate.id}"
    li.post(f"{path}/approve", page=path)


def test_a_second_look_is_blind_until_it_is_decided(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    sampled(container, li, wenjing)
    wang, kaowu = reviewer(container, site, name="wang"), office(container, site)
    assert "没有等待复核" in li.get("/staff/second-looks")
    taken = wang.post("/staff/second-looks", page="/staff/second-looks").location
    text = wang.get(taken)
    assert WENJING.name in text
    main = text[text.index("<main") : text.index("</main>")]
    assert "<dt>科目</dt><dd>66" in main
    for told in ("shenhe", "审核通过", "已通过", "待支付", number(container, wenjing)):
        assert told not in main, told
    assert looks_at(container, wenjing.id)[-1]["actor"] == str(wang.account.id) if wang.account else False
    case = wang.client.get(f"/staff/cases/{wenjing.id}", base_url=HERE)
    assert (case.status_code, case.location) == (303, taken)
    digest = row_of(container, wenjing.id)["photo"]["digest"]
    assert wang.client.get(f"{taken}/{digest}.jpg", base_url=HERE).mimetype == "image/jpeg"
    assert wang.client.get(f"{taken}/{'0' * 64}.jpg", base_url=HERE).status_code == 404
    assert li.client.get(taken, base_url=HERE).status_code == 409
    assert wang.post(taken, page=taken, verdict="").status_code == 422
    assert wang.post(taken, page=taken, verdict="reject").status_code == 422
    assert wang.post(taken, page=taken, verdict="reject", reasons=["P01"]).status_code == 303
    wang.get(f"/staff/cases/{wenjing.id}")
    page = kaowu.get("/office/second-looks")
    assert number(container, wenjing) in page
    settle = f"/office/second-looks/{wenjing.id}/6/settle"
    assert kaowu.post(settle, page="/office/second-looks", outcome="").status_code == 422
    assert (
        kaowu.post(settle, page="/office/second-looks", outcome="second", note="照片不清").status_code == 303
    )
    assert "没有结论不同的报名" in kaowu.get("/office/second-looks")
    assert kaowu.post(settle, page="/office/second-looks", outcome="first").status_code == 409
    assert "0.0%" in kaowu.get("/office/second-looks")


def test_nothing_at_the_desk_tells_who_looks_again_what_was_decided(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    sampled(container, li, wenjing)
    wang, path = reviewer(container, site, name="wang"), f"/staff/cases/{wenjing.id}"
    taken = wang.post("/staff/second-looks", page="/staff/second-looks").location
    for query in (number(container, wenjing), WENJING.document_number):
        assert wang.post("/staff/desk", page="/staff/desk", q=query).location == path
    named = wang.post("/staff/desk", page="/staff/desk", q=WENJING.name).text
    assert number(container, wenjing) in named
    assert "等您复核" in named
    assert "tag-approved" not in named
    assert "现场缴费" not in named
    for page in (path, f"/staff/letters/{wenjing.id}"):
        assert wang.client.get(page, base_url=HERE).location == taken
    for act in ("open", "approve", "reject", "confirm", "receipt.pdf", "hand-over", "take-over"):
        assert wang.post(f"{path}/{act}", page=taken).location == taken, act
    assert wang.post(taken, page=taken, verdict="approve").status_code == 303
    told = wang.post("/staff/desk", page="/staff/desk", q=WENJING.name).text
    assert "tag-approved" in told


OPEN_TO_SECOND_LOOKERS = {
    "second_look.case", "second_look.photo", "second_look.decide",
    "duplicates.resolve", "bans.resolve", "second_looks.settle",
}  # fmt: skip
"""The second look itself, and what the office alone may do."""


def test_every_route_of_one_case_leads_who_looks_again_back_to_the_second_look(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    sampled(container, li, wenjing)
    wang = reviewer(container, site, name="wang")
    taken = wang.post("/staff/second-looks", page="/staff/second-looks").location
    token = hidden(wang.get("/staff/second-looks"), "/sign-out")["csrf_token"]
    given = {"registration": wenjing.id, "digest": "0" * 64, "kind": "form", "version": 6}
    led_back = []
    for rule in site.url_map.iter_rules():
        if not rule.rule.startswith(("/staff", "/office")) or "registration" not in rule.arguments:
            continue
        if rule.endpoint in OPEN_TO_SECOND_LOOKERS:
            continue
        path = site.url_map.bind("localhost").build(
            rule.endpoint, {name: given[name] for name in rule.arguments}
        )
        if "GET" in (rule.methods or ()):
            answer = wang.client.get(path, base_url=HERE)
        else:
            answer = wang.send(path, {"csrf_token": token, "command_id": str(uuid4())})
        assert answer.location == taken or answer.status_code == 403, (rule.endpoint, answer.status_code)
        led_back += [rule.endpoint] * (answer.location == taken)
    assert {"cash.counter", "cash.handed_back", "review.photo", "admission.let_in"} <= set(led_back)


def test_a_case_that_waits_again_is_not_shown_to_who_gives_it_a_second_look(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    assert li.account is not None
    container.second_looks.set_rates(li.account, [SITE], 1000)
    path = f"/staff/cases/{wenjing.id}"
    li.post(f"{path}/reject", page=path, reasons=["P01"])
    wenjing.requests_review()
    wang = reviewer(container, site, name="wang")
    assert path in wang.get("/staff/queue")
    wang.post("/staff/second-looks", page="/staff/second-looks")
    assert path not in wang.get("/staff/queue")
    assert path not in wang.get("/staff/sheet")
    form = {"case": [f"{wenjing.id.hex}.8"], "step": "approve", "command_id": str(uuid4())}
    answer = wang.post("/staff/bulk", page="/staff/second-looks", **form)
    assert answer.status_code == 422, "nothing that may be decided was chosen"


def test_who_has_seen_at_the_desk_what_was_decided_gets_no_second_look_at_it(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    sampled(container, li, wenjing)
    wang, zhao = (reviewer(container, site, name=name) for name in ("wang", "zhao"))
    clock.advance(minutes=1)
    wang.post("/staff/desk", page="/staff/desk", q=number(container, wenjing))
    assert "没有等待复核" in wang.get("/staff/second-looks")
    assert wang.post("/staff/second-looks", page="/staff/second-looks").location == "/staff/second-looks"
    assert zhao.post("/staff/second-looks", page="/staff/second-looks").location.endswith(f"/{wenjing.id}/6")
    clock.advance(hours=2)
    zhao.signs_in()
    assert zhao.post("/staff/second-looks", page="/staff/second-looks").location.endswith(f"/{wenjing.id}/6")


def test_rates_of_several_sites_are_set_in_one_form_and_nonsense_is_refused_at_its_field(
    container: Container, site: Flask
) -> None:
    kaowu, home = office(container, site), "/office/second-looks"
    path = f"{home}/rates"
    for typed in ("101", "x", "", "5.55", "-1", "1e3"):
        answer = kaowu.post(path, page=home, site=[SITE], rate=typed)
        assert answer.status_code == 422, typed
        assert 'id="rate-fault"' in answer.text
        assert f'value="{SITE}" checked' in answer.text, "what was chosen stays"
    for chosen in ([], ["999999"]):
        answer = kaowu.post(path, page=home, site=chosen, rate="5")
        assert answer.status_code == 422
        assert 'id="site-fault"' in answer.text
        assert 'name="rate" type="text" value="5"' in answer.text
    assert kaowu.post(path, page=home, site=[SITE, OTHER_SITE], rate="2.5%").status_code == 303
    rates = container.second_looks.rates([one.code for one in container.queries.exams.sites(ROUND)])
    assert {code for code, rate in rates.items() if rate} == {SITE, OTHER_SITE}
    assert "现为 2.5%" in kaowu.get(home)
    assert kaowu.post(path, page=home, all="1", rate="３％").status_code == 303
    assert set(container.second_looks.rates(rates).values()) == {30}


def test_what_no_reviewer_may_look_at_twice_goes_to_the_office_which_does_not_know_either(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate, clock: Clock
) -> None:
    sampled(container, li, wenjing)
    wang, kaowu = reviewer(container, site, name="wang"), office(container, site)
    assert "没有需要考务办公室复核的报名" in kaowu.get("/office/second-looks"), "wang may take it"
    clock.advance(minutes=1)
    wang.post("/staff/desk", page="/staff/desk", q=number(container, wenjing))
    assert "由考务办公室复核" in wang.get("/staff/second-looks")
    assert "复核（1 份）" in kaowu.get("/office/second-looks")
    taken = kaowu.post("/staff/second-looks", page="/staff/second-looks").location
    assert taken.endswith(f"/{wenjing.id}/6")
    case = f"/staff/cases/{wenjing.id}"
    record = f"/audit/{wenjing.id}"
    for page in (case, record, f"{record}/facts", f"{record}/compare", f"{record}.json"):
        assert kaowu.client.get(page, base_url=HERE).location == taken, page
    text = kaowu.get(taken)
    assert "待支付" not in text[text.index("<main") : text.index("</main>")]
    assert kaowu.post(taken, page=taken, verdict="approve").status_code == 303
    assert container.second_looks.report(ROUND)[0].agreed == 1
    assert kaowu.client.get(record, base_url=HERE).status_code == 200


def test_a_reviewer_of_several_sites_chooses_of_which_the_next_look_is(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    assert li.account is not None
    sampled(container, li, wenjing)
    container.second_looks.set_rates(li.account, [OTHER_SITE], 1000)
    liqiang, far = somebody(container, "liqiang", LIQIANG), reviewer(container, site, OTHER_SITE, "far")
    for step in (liqiang.agrees, liqiang.fills):
        step()
    liqiang.submits(OTHER_SITE, ("24",))
    liqiang.uploads()
    liqiang.requests_review()
    path = f"/staff/cases/{liqiang.id}"
    far.post(f"{path}/approve", page=path)
    wang, here = visitor(container, site, "wang", Role.REVIEWER, SITE, OTHER_SITE), "/staff/second-looks"
    page = wang.get(here)
    assert "2 份等待复核" in page
    for code in (SITE, OTHER_SITE):
        assert f'<option value="{code}">' in page
    assert str(liqiang.id) in (wang.post(here, page=here, site=OTHER_SITE).location or "")
    assert "您有一份复核没有完成" in wang.get(here)
    assert li.post(here, page=here, site=SITE).location == here, "their own, which is nothing"
    assert "可能刚被同事领取" in li.get(here)


NEW = ("bulk.", "claims.", "second_look.", "second_looks.", "review.sheet", "review.open_sheet")

GRANTED: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "bulk.runs"): {"li": 200, "far": 200, "kaowu": 200},
    ("POST", "bulk.prepare"): {"li": 303, "far": 422, "kaowu": 303},
    ("GET", "bulk.run"): {"li": 200, "far": 404, "kaowu": 404},
    ("POST", "bulk.start"): {"li": 303, "far": 404, "kaowu": 404},
    ("POST", "bulk.go_on"): {"li": 303, "far": 404, "kaowu": 404},
    ("POST", "claims.take_over"): {"li": 303, "far": 404, "kaowu": 303},
    ("POST", "claims.hand_over"): {"li": 422, "far": 404, "kaowu": 422},
    ("GET", "review.sheet"): {"li": 200, "far": 200, "kaowu": 200},
    ("POST", "review.open_sheet"): {"li": 303, "far": 404, "kaowu": 303},
    ("GET", "second_look.page"): {"li": 200, "far": 200, "kaowu": 200},
    ("POST", "second_look.take"): {"li": 303, "far": 303, "kaowu": 303},
    ("GET", "second_look.case"): {"li": 409, "far": 409, "kaowu": 409},
    ("GET", "second_look.photo"): {"li": 409, "far": 409, "kaowu": 409},
    ("POST", "second_look.decide"): {"li": 409, "far": 409, "kaowu": 409},
    ("GET", "second_looks.home"): {"li": 403, "far": 403, "kaowu": 200},
    ("POST", "second_looks.set_rates"): {"li": 403, "far": 403, "kaowu": 422},
    ("POST", "second_looks.settle"): {"li": 403, "far": 403, "kaowu": 422},
}
"""What reviewers of the site, of another site, and the office get; candidates and auditors get 403, strangers the way to sign in."""


def test_every_route_of_bulk_review_and_every_role(
    container: Container, site: Flask, li: Visitor, wenjing: Candidate
) -> None:
    routes = {
        (method, rule.endpoint): rule
        for rule in site.url_map.iter_rules()
        if rule.endpoint.startswith(NEW)
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    }
    assert routes.keys() == GRANTED.keys(), "every new route is in the table"
    run = draft(li, "approve", box(wenjing)).rsplit("/", 1)[1]
    people: dict[str, Visitor] = {
        "stranger": Visitor(site, None),
        "candidate": visitor(container, site, "zhao", Role.CANDIDATE),
        "shenji": auditor(container, site),
        "far": reviewer(container, site, "429901", "far"),
        "kaowu": office(container, site),
        "li": li,
    }
    given = {"run": UUID(run), "registration": wenjing.id, "version": 6, "digest": "0" * 64, "code": SITE}
    for (method, endpoint), rule in sorted(routes.items()):
        path = site.url_map.bind("localhost").build(endpoint, {one: given[one] for one in rule.arguments})
        for name, who in people.items():
            expected = GRANTED[method, endpoint].get(name, 302 if name == "stranger" else 403)
            assert asked(who, method, path, box(wenjing)) == expected, (name, method, endpoint)


def asked(who: Visitor, method: str, path: str, case: str) -> int:
    if method == "GET":
        return who.client.get(path, base_url=HERE).status_code
    token = hidden(who.client.get("/sites", base_url=HERE).text, "/sign-out").get("csrf_token", "")
    if not token:
        token = hidden(who.client.get("/sign-in", base_url=HERE).text, "/sign-in")["csrf_token"]
    form = {"csrf_token": token, "command_id": str(uuid4()), "case": [case], "step": "approve"}
    return who.send(path, form).status_code


def test_nobody_decides_their_own_in_bulk(container: Container, site: Flask, li: Visitor) -> None:
    assert li.account is not None
    candidate = somebody(container)
    registration_of(container, li.account, candidate)
    run = draft(li, "approve", box(candidate))
    assert "不能处理自己的报名" in li.get(run)
    assert "将审核通过 0 份报名" in li.get(run)
