"""Rounds in the browser: drafted, mended, looked at, published, compared, and two people over one page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.registration.vocabulary import Role
from ncre.events import exam as facts
from ncre.events.exam_revision import RoundRevisionMade
from ncre.rounds.loader import load_round
from ncre.rounds.writer import round_files
from ncre.services.exam.draft import RoundDraft
from ncre.services.exam.revision_commands import Revise
from ncre.web.site import create_site
from tests.support.containers import container_on
from tests.support.people import LIQIANG, OFFICE, SITE, TODAY, WENJING, somebody
from tests.web.staff_members import Visitor, auditor, hidden, office, reviewer, visitor


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def begun(kaowu: Visitor, code: str = "79", begins: str = "2027-06-20") -> UUID:
    answer = kaowu.post("/office/rounds/next", page="/office/rounds", source="78", code=code, begins=begins)
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rpartition("/")[2])


def revised(kaowu: Visitor) -> UUID:
    answer = kaowu.post("/office/rounds/78/revise", page="/office/rounds")
    assert answer.status_code == 303, answer.text
    return UUID(answer.location.rpartition("/")[2])


def cells_on(text: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form of a part as it is."""
    (body,) = re.findall(r'<form class="full draft"[^>]*>(.*?)</form>', text, re.DOTALL)
    sent: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", body):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") == "checkbox":
            if " checked" in tag:
                sent.setdefault(found["name"], [])
                sent[found["name"]].append(unescape(found["value"]))  # type: ignore[union-attr]
        elif "name" in found:
            sent[found["name"]] = unescape(found.get("value", ""))
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', body, re.DOTALL):
        sent[name] = unescape(inner)
    for name, inner in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.findall(r'value="([^"]*)" selected', inner)
        sent[name] = chosen[0] if chosen else ""
    return sent


def save(kaowu: Visitor, draft: UUID, part: str, **changes: object) -> str:
    """Send the page of a part with some cells changed (names with __ for dots); returns the page behind it."""
    page = f"/office/drafts/{draft}/parts/{part}"
    sent = cells_on(kaowu.get(page)) | {name.replace("__", "."): value for name, value in changes.items()}
    answer = kaowu.send(page, sent)
    assert answer.status_code == 303, answer.text
    return kaowu.get(answer.location)


def publish(kaowu: Visitor, draft: UUID, why: str = "按计划开考") -> object:
    page = f"/office/drafts/{draft}/preview"
    return kaowu.post(f"/office/drafts/{draft}/publish", page=page, why=why)


def draft_of(container: Container, draft: UUID) -> RoundDraft:
    return container.round_drafts.find(draft)


def test_the_next_round_is_the_last_one_moved_with_nothing_forgotten(
    container: Container, kaowu: Visitor
) -> None:
    found = draft_of(container, begun(kaowu)).read
    assert not found.faults
    assert found.loaded is not None
    last = container.revisions.wanted("78")
    new = found.loaded
    days = (new.plan.windows.register.opens - last.plan.windows.register.opens).days
    assert days > 100
    assert new.plan.title == "2027年7月全国计算机等级考试"
    assert new.plan.subjects == last.plan.subjects
    assert new.plan.fees == last.plan.fees
    assert {one.code for one in new.sites} == {one.code for one in last.sites}
    was = {one.code: one for one in last.sites}
    for one in new.sites:
        before = was[one.code]
        assert (one.offers, one.rooms, one.quota, one.reviews) == (
            before.offers,
            before.rooms,
            before.quota,
            before.reviews,
        )
        assert {
            (b.starts_at - a.starts_at).days for a, b in zip(before.batches, one.batches, strict=True)
        } == {days}
        if before.confirmation.opens:
            assert (one.confirmation.opens - before.confirmation.opens).days == days
    assert {one.kind for one in new.notices} == {one.kind for one in last.notices}


def test_every_part_saved_as_it_is_shown_changes_nothing(container: Container, kaowu: Visitor) -> None:
    draft = revised(kaowu)
    before = draft_of(container, draft)
    for name in before.parts:
        save(kaowu, draft, name)
    after = draft_of(container, draft)
    assert after.read.loaded == before.read.loaded
    assert after.version == before.version + len(before.parts)
    assert "没有变动" in kaowu.get(f"/office/drafts/{draft}/preview")


def test_a_round_made_in_the_browser_exported_and_loaded_elsewhere_is_the_same_facts(
    container: Container, kaowu: Visitor, migrated_sqlite: Path, tmp_path: Path
) -> None:
    draft = begun(kaowu)
    save(kaowu, draft, "round", round__title="2027年7月全国计算机等级考试（湖北）")
    save(kaowu, draft, "fees", fees__4__level="4", fees__4__province="湖北", fees__4__yuan="120.5")
    save(
        kaowu, draft, "agreement", agreement__declaration="我已阅读", agreement__declaration_en="I have read"
    )
    text = save(
        kaowu,
        draft,
        f"site:{SITE}",
        site__notice="请走南门",
        site__manages=["rooms", "reviewers"],
        sittings__0__opens="2027-07-10T08:00",
        sittings__0__closes="2027-07-10T10:30",
        policies__hold_hours="48",
    )
    assert "已保存。" in text
    assert "48" in text
    answer = publish(kaowu, draft)
    assert answer.status_code == 303, answer.text
    assert "按计划开考" in kaowu.get(answer.location)
    folder = tmp_path / "files"
    folder.mkdir()
    for name, content in round_files(container.revisions.wanted("79")).items():
        (folder / name).write_bytes(content)
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "ncre.sqlite").write_bytes(migrated_sqlite.read_bytes())
    other = container_on(f"sqlite:///{tmp_path / 'else' / 'ncre.sqlite'}", tmp_path / "else")
    other.revisions.revise(Revise(actor=OFFICE, wanted=load_round(folder, TODAY), why="按计划开考"))
    assert facts_of(other, "79") == facts_of(container, "79")
    assert len(facts_of(other, "79")) > len(other.queries.exams.sites("79"))
    other.close()


def test_a_round_without_notices_is_published_exported_and_revised(
    container: Container, kaowu: Visitor, tmp_path: Path
) -> None:
    draft = begun(kaowu)
    kinds, fields = ("announcement", "guide"), ("title", "title_en", "body", "body_en")
    save(kaowu, draft, "notices", **{f"notices__{kind}__{name}": "" for kind in kinds for name in fields})
    assert publish(kaowu, draft).status_code == 303
    assert container.revisions.wanted("79").notices == ()
    files = round_files(container.revisions.wanted("79"))
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert load_round(tmp_path, TODAY).notices == ()
    answer = kaowu.post("/office/rounds/79/revise", page="/office/rounds")
    revision = UUID(answer.location.rpartition("/")[2])
    save(kaowu, revision, "round", round__title="没有公告的考次")
    answer = publish(kaowu, revision)
    assert answer.status_code == 303, answer.text
    assert container.revisions.wanted("79").plan.title == "没有公告的考次"


def facts_of(container: Container, code: str) -> set[object]:
    """Everything that was ever recorded of a round, its sites and notices, whatever the order of sites in a file."""
    found = []
    topics = [one.TOPIC for one in vars(facts).values() if isinstance(getattr(one, "TOPIC", None), str)]
    for _, fact in container.command_handler.store.log_of(topics, 0, 10_000):
        if getattr(fact, "round", getattr(getattr(fact, "plan", None), "code", "")) != code:
            continue
        if isinstance(fact, RoundRevisionMade):
            fact = (fact.round, fact.made_from, fact.why, frozenset(fact.points))
        found.append(fact)
    return set(found)


BAD = [
    (
        "windows",
        {"windows__payment__closes": "2027-01-05T00:00"},
        "windows.payment.closes",
        "2027-01-05T00:00",
    ),
    ("windows", {"windows__review__opens": "下周一"}, "windows.review.opens", "下周一"),
    ("fees", {"fees__1__yuan": "80.005"}, "fees.1.yuan", "80.005"),
    ("fees", {"fees__4__level": "1", "fees__4__yuan": "80"}, "fees.4.level", "80"),
    ("subjects", {"subjects__2__minutes": "十"}, "subjects.2.minutes", "十"),
    ("subjects", {"subjects__2__code": ""}, "subjects.2.code", ""),
    ("agreement", {"agreement__edition": ""}, "agreement.edition", ""),
    ("agreement", {"agreement__declaration": "只有中文"}, "agreement.declaration_en", "只有中文"),
    ("batches", {"batches__0__closes": "2027-01-26T10:00"}, "batches.0.closes", "2027-01-26T10:00"),
    ("notices", {"notices__guide__title": ""}, "notices.guide.title", ""),
    ("round", {"round__title": "题" * 41}, "round.title", "题" * 41),
    ("policy", {"policy__quota": "0"}, "policy.quota", "0"),
    (f"site:{SITE}", {"offers__14": "很多"}, "offers.14", "很多"),
    (f"site:{SITE}", {"rooms__1__seats": "1000"}, "rooms.1.seats", "1000"),
    (f"site:{SITE}", {"rooms__1__room": "第1机房"}, "rooms.1.room", "第1机房"),
    (f"site:{SITE}", {"policies__hold_hours": "0"}, "policies.hold_hours", "0"),
    (f"site:{SITE}", {"site__name": ""}, "site.name", ""),
    (f"site:{SITE}", {"sittings__0__opens": "2027-01-25T08:00"}, "sittings.0.closes", "2027-01-25T08:00"),
]


@pytest.mark.parametrize(("part", "typed", "at", "kept"), BAD, ids=[f"{part}-{at}" for part, _, at, _ in BAD])
def test_what_is_wrong_is_told_at_its_field_with_what_was_typed_and_nothing_is_published(
    container: Container, kaowu: Visitor, part: str, typed: dict[str, str], at: str, kept: str
) -> None:
    draft = revised(kaowu)
    text = save(kaowu, draft, part, **typed)
    assert f'id="{at}-fault"' in text
    assert f'href="#{at}"' in text
    assert re.search(rf'name="{re.escape(at)}"[^>]*aria-invalid="true"', text)
    assert kept in unescape(text)
    assert "须改正" in kaowu.get(f"/office/drafts/{draft}")
    assert "须改正" in kaowu.get(f"/office/drafts/{draft}/preview")
    sent = {"seen": str(draft_of(container, draft).version), "why": "x", "command_id": str(draft)}
    text = kaowu.get(f"/office/drafts/{draft}")
    answer = kaowu.send(f"/office/drafts/{draft}/publish", hidden(text, "") | sent)
    assert answer.status_code == 422
    assert container.revisions.number("78") == 1


def test_two_who_edit_the_same_page_meet_and_two_pages_do_not(
    container: Container, site: Flask, kaowu: Visitor
) -> None:
    draft = revised(kaowu)
    other = visitor(container, site, "kaowu2", Role.OFFICE)
    page = f"/office/drafts/{draft}/parts/windows"
    mine = cells_on(kaowu.get(page))
    save(other, draft, "policy", policy__hold_hours="36")
    save(other, draft, "windows", confirmation__papers="身份证")
    sent = mine | {"confirmation.papers": "学生证"}
    answer = kaowu.send(page, sent)
    assert answer.status_code == 409
    assert "kaowu2" in answer.text
    assert "学生证" in answer.text
    assert draft_of(container, draft).parts["windows"].fields["confirmation.papers"] == "身份证"
    answer = kaowu.send(page, cells_on(answer.text))
    assert answer.status_code == 303
    assert draft_of(container, draft).parts["windows"].fields["confirmation.papers"] == "学生证"


def test_a_preview_counts_whom_a_change_touches_and_a_refused_one_is_not_published(
    container: Container, kaowu: Visitor
) -> None:
    for name, person in (("wenjing", WENJING), ("liqiang", LIQIANG)):
        somebody(container, name, person).until_waiting()
    draft = revised(kaowu)
    save(kaowu, draft, f"site:{SITE}", policies__quota="1", policies__review="no")
    text = kaowu.get(f"/office/drafts/{draft}/preview")
    assert "减少限额：1500 → 1" in unescape(text)
    assert "1 份报名：已报人数超过新限额" in text
    assert "2 份报名：仍在待审核列表中" in text
    assert "待审核 2" in " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert f"/office/drafts/{draft}/publish" not in text
    save(kaowu, draft, f"site:{SITE}", policies__quota="2", policies__review="no")
    answer = publish(kaowu, draft, "")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    answer = publish(kaowu, draft, "减少名额")
    assert answer.status_code == 303  # type: ignore[attr-defined]
    found = container.queries.exams.site("78", SITE)
    assert found is not None
    assert (found.plan.quota, found.plan.reviews) == (2, False)
    (made,) = container.revisions.made("78")[1:]
    assert (made.made.why, made.actor) == ("减少名额", str(kaowu.account.id))  # type: ignore[union-attr]


def test_a_draft_takes_over_what_was_published_meanwhile_and_says_what_both_changed(
    container: Container, kaowu: Visitor
) -> None:
    first, second = revised(kaowu), revised(kaowu)
    save(kaowu, first, "windows", confirmation__papers="身份证")
    save(kaowu, first, f"site:{SITE}", site__notice="走北门")
    save(kaowu, second, "windows", confirmation__papers="学生证")
    save(kaowu, second, f"site:{SITE}", site__phone="027-1")
    assert publish(kaowu, first).status_code == 303  # type: ignore[attr-defined]
    stale = kaowu.get(f"/office/drafts/{second}/preview")
    assert "请先并入" in stale
    sent = hidden(stale, "") | {"why": "x", "command_id": str(second)}
    sent["seen"] = str(draft_of(container, second).version)
    assert kaowu.send(f"/office/drafts/{second}/publish", sent).status_code == 409
    answer = kaowu.post(f"/office/drafts/{second}/catch-up", page=f"/office/drafts/{second}")
    assert "双方都改过" in kaowu.get(answer.location)
    assert publish(kaowu, second, "补充").status_code == 303  # type: ignore[attr-defined]
    found = container.queries.exams.site("78", SITE)
    assert found is not None
    assert (found.plan.notice, found.plan.phone) == ("走北门", "027-1")
    round_ = container.queries.exams.round("78")
    assert round_ is not None
    assert round_.plan.papers == "学生证"
    compared = kaowu.get("/audit/rounds/78/compare?from=1&to=3")
    assert "027-1" in compared
    assert "走北门" in compared
    assert "补充" in compared
    back = kaowu.get("/audit/rounds/78/compare?from=3&to=2")
    assert "走北门" not in back


def test_a_site_is_added_taken_out_and_restored(container: Container, kaowu: Visitor) -> None:
    draft = revised(kaowu)
    page = f"/office/drafts/{draft}"
    assert kaowu.post(f"{page}/sites", page=page, site="12345", like="").status_code == 422
    assert kaowu.post(f"{page}/sites", page=page, site=SITE, like="").status_code == 409
    answer = kaowu.post(f"{page}/sites", page=page, site="420777", like=SITE)
    assert answer.status_code == 303
    save(kaowu, draft, "site:420777", site__name="新考点", site__city="宜昌")
    assert kaowu.post(f"{page}/sites/{SITE}/remove", page=page).status_code == 303
    assert publish(kaowu, draft, "调整考点").status_code == 303  # type: ignore[attr-defined]
    was, new = container.queries.exams.site("78", SITE), container.queries.exams.site("78", "420777")
    assert was is not None
    assert was.closed
    assert new is not None
    assert new.plan.rooms == was.plan.rooms
    again = revised(kaowu)
    page = f"/office/drafts/{again}"
    assert kaowu.post(f"{page}/sites/{SITE}/restore", page=page).status_code == 303
    assert publish(kaowu, again, "恢复").status_code == 303  # type: ignore[attr-defined]
    found = container.queries.exams.site("78", SITE)
    assert found is not None
    assert not found.closed
    assert found.plan == was.plan


def test_publishing_twice_publishes_once(container: Container, kaowu: Visitor) -> None:
    draft = revised(kaowu)
    save(kaowu, draft, "windows", confirmation__papers="身份证")
    page = kaowu.get(f"/office/drafts/{draft}/preview")
    sent = hidden(page, f"/office/drafts/{draft}/publish") | {"why": "材料"}
    assert kaowu.send(f"/office/drafts/{draft}/publish", sent).status_code == 303
    assert kaowu.send(f"/office/drafts/{draft}/publish", sent).status_code == 303
    assert len(container.revisions.made("78")) == 2
    assert kaowu.post(f"/office/drafts/{draft}/discard", page="/office/rounds").status_code == 409


def test_drafts_are_the_offices_alone(container: Container, site: Flask, kaowu: Visitor) -> None:
    draft = revised(kaowu)
    li, shenji = reviewer(container, site), auditor(container, site)
    admin = visitor(container, site, "guanli", Role.SITE_ADMIN, SITE)
    paths = (
        "/office/rounds",
        f"/office/drafts/{draft}",
        f"/office/drafts/{draft}/parts/windows",
        f"/office/drafts/{draft}/preview",
        "/office/rounds/78/called-off",
        f"/office/rounds/78/called-off/{SITE}",
    )
    posts = (
        "/office/rounds/next",
        "/office/rounds/78/revise",
        f"/office/drafts/{draft}/parts/windows",
        f"/office/drafts/{draft}/sites",
        f"/office/drafts/{draft}/sites/{SITE}/remove",
        f"/office/drafts/{draft}/publish",
        f"/office/drafts/{draft}/catch-up",
        f"/office/drafts/{draft}/discard",
        f"/office/rounds/78/called-off/{SITE}",
    )
    for who in (li, shenji, admin):
        token = hidden(who.get("/passport"), "")
        for path in paths:
            who.get(path, expect=403)
        for path in posts:
            assert who.send(path, token).status_code == 403, path
