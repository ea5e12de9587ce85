"""The exam office: the round at a glance, its notices, the seating of a site."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.projections.registration.overview import QuotaUse, SiteOverview
from ncre.projections.seating import tickets
from ncre.services.exam.revision_commands import Revise
from ncre.web.office.round import policy_in_words
from ncre.web.site import create_site
from tests.support.people import LIQIANG, OFFICE, SITE, Clock, bundled_round, somebody
from tests.web.staff_members import HERE, Visitor, auditor, hidden, office, paid, reviewer, visitor

NOTICE = {
    "replace": "1",
    "title": "补充公告",
    "title_en": "One more notice",
    "body": "第一段\r\n第二段",
    "body_en": "One\r\nTwo",
    "why": "补充说明",
}


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def line_of(text: str, code: str) -> str:
    """The table row of a site, without its tags."""
    (row,) = [row for row in re.findall(r"<tr id=.*?</tr>", text, re.DOTALL) if f">{code} " in row]
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def seats_at(container: Container, code: str = SITE) -> list[dict[str, object]]:
    with container.database.reading() as connection:
        return tickets.taken_at(connection, "78", code)


def test_the_overview_shows_windows_and_every_site(container: Container, kaowu: Visitor) -> None:
    text = kaowu.get("/office")
    round_, sites = bundled_round()
    assert round_.plan.title in text
    assert "网上支付" in text
    for plan in sites.values():
        assert plan.plan.name in line_of(text, plan.code)


def test_a_site_shows_counts_by_status_and_what_of_its_quotas_is_taken(
    container: Container, kaowu: Visitor
) -> None:
    paid(container)
    second = somebody(container, "liqiang", LIQIANG)
    second.until_waiting()
    line = line_of(kaowu.get("/office"), SITE)
    assert "待审核 1" in line
    assert "已支付 1" in line
    assert "2/1,500" in line
    offered = sum(offer.quota for offer in bundled_round()[1][SITE].plan.offers)
    assert f"4/{offered:,}" in line


def test_an_invented_site_is_marked_and_a_real_one_is_not(kaowu: Visitor) -> None:
    text = kaowu.get("/office")
    assert "合成" in line_of(text, "429901")
    assert "合成" not in line_of(text, SITE)


POLICIES = {
    SITE: ["考点审核", "要求现场确认", "审核通过后 24 小时内支付", "每人最多 3 科", "面向所有考生"],
    "140027": ["考点审核", "不要求现场确认", "审核通过后 24 小时内支付", "每人最多 3 科", "仅限本校在校生"],
    "429903": ["不审核", "不要求现场确认", "提交后 1 小时内支付", "每人最多 3 科", "面向所有考生"],
    "429906": ["考点审核", "不要求现场确认", "审核通过后 24 小时内支付", "每人最多 2 科", "面向所有考生"],
    "429915": ["不审核", "不要求现场确认", "网上支付截止前支付", "每人最多 3 科", "面向社会考生"],
}


@pytest.mark.parametrize("code", POLICIES)
def test_a_policy_is_said_in_words(site: Flask, kaowu: Visitor, code: str) -> None:
    with site.test_request_context(headers={"Accept-Language": "zh"}):
        assert policy_in_words(bundled_round()[1][code]) == POLICIES[code]
    assert "；".join(POLICIES[code]) in line_of(kaowu.get("/office"), code)


def test_what_was_taken_of_a_subject_that_is_offered_no_more_is_no_part_of_the_overview(
    container: Container, kaowu: Visitor
) -> None:
    before = _site_now(container)
    wanted = container.revisions.wanted("78")
    (plan,) = [one for one in wanted.sites if one.code == SITE]
    gone, *left = plan.offers
    sites = tuple(replace(one, offers=tuple(left)) if one.code == SITE else one for one in wanted.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(wanted, sites=sites), why="不再开考"))
    after = _site_now(container)
    assert before.sittings.quota == sum(offer.quota for offer in plan.offers)
    assert after.sittings.quota == before.sittings.quota - gone.quota
    assert after.people == before.people == QuotaUse(0, plan.quota)


def _site_now(container: Container) -> SiteOverview:
    round_ = container.queries.exams.current()
    assert round_ is not None
    return next(now for now in container.queries.exams.overview(round_) if now.site.code == SITE)


def test_the_overview_stands_on_an_empty_database(container: Container, site: Flask, kaowu: Visitor) -> None:
    with container.database.transaction() as connection:
        for table in ("rounds", "sites", "notices"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert "目前没有开放的考次" in kaowu.get("/office")
    kaowu.get("/office/notices", expect=404)
    kaowu.get(f"/office/seat/{SITE}", expect=404)


def test_who_paid_and_has_no_seat_needs_attention_once_payment_is_over(
    container: Container, kaowu: Visitor, clock: Clock
) -> None:
    paid(container)
    assert "还没有座位" not in kaowu.get("/office"), "others still pay"
    clock.now = bundled_round()[0].plan.windows.payment.closes + timedelta(minutes=1)
    text = kaowu.get("/office")
    assert re.search(rf'href="/office/seat/{SITE}"[^>]*>考点 {SITE} [^<]* 有 1 人已支付、还没有座位', text)
    container.seating.seat("78", SITE, OFFICE)
    assert "还没有座位" not in kaowu.get("/office")


@pytest.mark.parametrize("kind", ["announcement", "guide"])
def test_a_notice_is_posted_in_both_languages_and_seen_before_sign_in(
    site: Flask, kaowu: Visitor, kind: str
) -> None:
    form = _form(kaowu.get("/office/notices"), kind)
    answer = kaowu.send("/office/notices", {**form, **NOTICE})
    assert (answer.status_code, answer.location) == (303, "/office/notices")
    assert "公告已发布" in kaowu.get("/office/notices")
    nobody = Visitor(site, None)
    text = nobody.get(f"/notices/{kind}")
    assert "补充公告" in text
    assert "<p>第一段</p><p>第二段</p>" in text
    nobody.client.set_cookie("language", "en", domain="localhost")
    assert "One more notice" in nobody.get(f"/notices/{kind}")


def _form(text: str, kind: str) -> dict[str, str]:
    """The hidden fields of the form of one notice."""
    forms = re.findall(r"<form[^>]*action=\"/office/notices\".*?</form>", text, re.DOTALL)
    (mine,) = [form for form in forms if f'name="kind" value="{kind}"' in form]
    return hidden(mine, "/office/notices")


def test_a_notice_sent_twice_is_posted_once(container: Container, kaowu: Visitor) -> None:
    from ncre.domain.exam.plan import notices_id

    form = _form(kaowu.get("/office/notices"), "guide")
    with container.database.reading() as connection:
        before = len(container.command_handler.store.history(connection, notices_id("78")))
    for _ in range(2):
        assert kaowu.send("/office/notices", {**form, **NOTICE}).status_code == 303
    with container.database.reading() as connection:
        assert len(container.command_handler.store.history(connection, notices_id("78"))) == before + 1


def test_every_missing_part_of_a_notice_is_told_and_nothing_is_lost(kaowu: Visitor) -> None:
    form = _form(kaowu.get("/office/notices"), "guide")
    answer = kaowu.send("/office/notices", {**form, **NOTICE, "title": " ", "body_en": ""})
    assert answer.status_code == 422
    assert '<a href="#guide-title">请填写标题（中文）。</a>' in answer.text
    assert '<a href="#guide-body_en">请填写正文（英文）。</a>' in answer.text
    assert "One more notice" in answer.text
    assert "第一段\n第二段" in answer.text


def test_a_title_that_is_too_long_is_told(kaowu: Visitor) -> None:
    form = _form(kaowu.get("/office/notices"), "guide")
    answer = kaowu.send("/office/notices", {**form, **NOTICE, "title_en": "x" * 201})
    assert answer.status_code == 422
    assert "最多 200 个字符" in answer.text


def test_a_notice_of_an_unknown_kind_is_not_found(kaowu: Visitor) -> None:
    form = _form(kaowu.get("/office/notices"), "guide")
    assert kaowu.send("/office/notices", {**form, **NOTICE, "kind": "rumour"}).status_code == 404


def test_markup_in_a_notice_is_shown_not_obeyed(site: Flask, kaowu: Visitor) -> None:
    form = _form(kaowu.get("/office/notices"), "guide")
    kaowu.send("/office/notices", {**form, **NOTICE, "body": "<script>alert(1)</script>"})
    assert "<script>" not in Visitor(site, None).get("/notices/guide")


PAGES = ("/office", "/office/notices", f"/office/seat/{SITE}", f"/office/seat/{SITE}/done")
POSTS = ("/office/notices", f"/office/seat/{SITE}")


def test_who_is_not_signed_in_is_sent_to_sign_in(site: Flask) -> None:
    nobody = Visitor(site, None)
    for path in PAGES:
        assert nobody.client.get(path, base_url=HERE).location.startswith("/sign-in")
    for path in POSTS:
        assert nobody.post(path, page="/sign-in").location.startswith("/sign-in")


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.REVIEWER, Role.AUDITOR])
def test_only_the_office_comes_in(container: Container, site: Flask, role: Role) -> None:
    someone = {
        Role.CANDIDATE: lambda: visitor(container, site, "someone", Role.CANDIDATE),
        Role.REVIEWER: lambda: reviewer(container, site),
        Role.AUDITOR: lambda: auditor(container, site),
    }[role]()
    paid(container)
    for path in PAGES:
        someone.get(path, expect=403)
    for path in POSTS:
        assert someone.post(path, page="/", kind="guide", **NOTICE).status_code == 403
    assert seats_at(container) == []
    assert "补充公告" not in Visitor(site, None).get("/notices/guide")


def test_the_guide_is_replaced_only_after_a_question_and_nothing_is_lost(site: Flask, kaowu: Visitor) -> None:
    form = {**_form(kaowu.get("/office/notices"), "guide"), **NOTICE}
    del form["replace"]
    answer = kaowu.send("/office/notices", form)
    assert answer.status_code == 200
    assert "确认替换现行的须知" in answer.text
    assert "第一段\n第二段" in answer.text
    assert "补充公告" not in Visitor(site, None).get("/notices/guide")
    asked = hidden(answer.text, "/office/notices")
    assert asked["command_id"] == form["command_id"]
    assert kaowu.send("/office/notices", {**form, **asked, "replace": "1"}).status_code == 303
    assert "补充公告" in Visitor(site, None).get("/notices/guide")


@pytest.mark.parametrize("kind", ["announcement", "guide"])
def test_a_preview_posts_nothing_and_leads_back_with_what_was_typed(
    site: Flask, kaowu: Visitor, kind: str
) -> None:
    form = {**_form(kaowu.get("/office/notices"), kind), **NOTICE}
    answer = kaowu.send("/office/notices", {**form, "preview": "1"})
    assert answer.status_code == 200
    assert "<p>第一段</p><p>第二段</p>" in re.sub(r">\s+<", "><", answer.text)
    assert "One more notice" in answer.text
    answer = kaowu.send("/office/notices", {**form, "edit": "1"})
    assert "第一段\n第二段" in answer.text
    assert "补充公告" not in Visitor(site, None).get(f"/notices/{kind}")


def test_who_edits_a_notice_that_a_colleague_posted_meanwhile_is_told_and_loses_nothing(
    site: Flask, kaowu: Visitor
) -> None:
    colleague = visitor(kaowu.site.extensions["ncre.container"], site, "kaowu2", Role.OFFICE)
    mine = {**_form(kaowu.get("/office/notices"), "guide"), **NOTICE}
    theirs = {**_form(colleague.get("/office/notices"), "guide"), **NOTICE, "title": "同事的须知"}
    assert colleague.send("/office/notices", theirs).status_code == 303
    incomplete = kaowu.send("/office/notices", {**mine, "title_en": ""})
    mine |= _form(incomplete.text, "guide")
    told = kaowu.send("/office/notices", mine)
    assert told.status_code == 409, "also after the form came back for a fault"
    assert "已由他人发布了新的内容" in told.text
    assert 'value="补充公告"' in told.text
    assert "<h3>同事的须知</h3>" in told.text
    assert "同事的须知" in Visitor(site, None).get("/notices/guide")
    again = {**_form(told.text, "guide"), **NOTICE}
    assert kaowu.send("/office/notices", again).status_code == 303
    assert "补充公告" in Visitor(site, None).get("/notices/guide")


def test_a_notice_has_a_reason_that_stands_in_the_history_and_not_on_the_notice(
    site: Flask, kaowu: Visitor
) -> None:
    form = {**_form(kaowu.get("/office/notices"), "guide"), **NOTICE, "why": ""}
    assert kaowu.send("/office/notices", form).status_code == 422
    assert kaowu.send("/office/notices", {**form, "why": "补" * 501}).status_code == 422
    assert kaowu.send("/office/notices", {**form, "why": "考点更名"}).status_code == 303
    assert "考点更名" in kaowu.get("/office/notices")
    assert "考点更名" in kaowu.get("/audit/rounds/78")
    assert "考点更名" not in Visitor(site, None).get("/notices/guide")


def test_every_notice_that_was_posted_can_be_read_with_who_posted_it(kaowu: Visitor) -> None:
    text = kaowu.get("/office/notices")
    assert len(re.findall(r'href="/office/notices/\d+"', text)) == 2
    kaowu.send("/office/notices", {**_form(text, "guide"), **NOTICE})
    newest = re.findall(r'href="(/office/notices/\d+)"', kaowu.get("/office/notices"))
    assert len(newest) == 3
    assert "补充公告" in kaowu.get(newest[0])
    assert "考务办公室 kaowu" in kaowu.get(newest[0])
    assert "补充公告" not in kaowu.get(newest[2])
    kaowu.get("/office/notices/99", expect=404)


def test_the_overview_lists_by_code_with_totals_and_filters(container: Container, kaowu: Visitor) -> None:
    paid(container)
    text = kaowu.get("/office")
    codes = re.findall(r'<tr id="site-(\d+)"', text)
    assert codes == sorted(bundled_round()[1])
    quota = sum(site.plan.quota for site in bundled_round()[1].values())
    assert f"1/{quota:,}" in text[text.index("<tfoot>") :]
    province = bundled_round()[1][SITE].plan.province
    some = re.findall(r'<tr id="site-(\d+)"', kaowu.get(f"/office?province={province}"))
    assert SITE in some
    assert all(bundled_round()[1][code].plan.province == province for code in some)
    assert "没有符合条件的考点" in kaowu.get("/office?busy=1")
    assert "现在没有。" in text


def test_the_overview_says_what_waits_and_how_long(
    container: Container, kaowu: Visitor, clock: Clock
) -> None:
    somebody(container).until_waiting()
    clock.advance(hours=3)
    text = kaowu.get("/office")
    assert "1 份等待审核，最久的已等 3 小时 0 分钟" in text
    assert re.findall(r'<tr id="site-(\d+)"', kaowu.get("/office?busy=1")) == [SITE]


def test_a_badge_and_its_number_never_part(container: Container, kaowu: Visitor) -> None:
    paid(container)
    assert re.search(
        r'<span class="counted"><span class="tag tag-paid">已支付</span> 1</span>', kaowu.get("/office")
    )
