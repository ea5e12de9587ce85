"""编排考场: what the preview shows is what is done, or nothing is, and the office is told why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.exam.commands import PlanRound, PlanSite
from ncre.domain.exam.plan import site_id
from ncre.domain.registration import commands as c
from ncre.events.exam import Room, SeatsDrawn
from ncre.projections.seating import tickets
from ncre.services.seating.seating import SeatingResult
from ncre.web.site import create_site
from tests.handlers.ground import history_of
from tests.support.people import LIQIANG, OFFICE, REVIEWER, SITE, Clock, bundled_round
from tests.web.staff_members import Visitor, hidden, office, paid, row_of

PAGE = f"/office/seat/{SITE}"


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


@pytest.fixture
def kaowu(container: Container, site: Flask) -> Visitor:
    return office(container, site)


def seats_at(container: Container, code: str = SITE) -> list[dict[str, object]]:
    with container.database.reading() as connection:
        return tickets.taken_at(connection, "78", code)


def draws(container: Container) -> list[SeatsDrawn]:
    return [fact for fact in history_of(container, site_id("78", SITE)) if isinstance(fact, SeatsDrawn)]


def revise(container: Container, **changed: object) -> None:
    plan = replace(bundled_round()[1][SITE].plan, **changed)  # type: ignore[arg-type]
    container.command_handler.plan(PlanSite(actor=OFFICE, command_id=uuid4(), round="78", plan=plan))


def test_the_preview_counts_without_recording(container: Container, kaowu: Visitor) -> None:
    candidate = paid(container)
    before = row_of(container, candidate.id)["version"]
    text = kaowu.get(PAGE)
    assert "1 人，2 科次" in text
    assert "座位足够" in text
    assert seats_at(container) == []
    assert row_of(container, candidate.id)["version"] == before


def test_seating_follows_the_preview_and_says_what_was_done(container: Container, kaowu: Visitor) -> None:
    paid(container)
    answer = kaowu.post(PAGE, page=PAGE)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}/done")
    text = kaowu.get(answer.location)
    assert "这次编排了 1 人，2 科次。" in text
    assert "现已编排 1 人，共 2 科次" in text
    assert len(seats_at(container)) == 2


def table_sums(text: str, column: int) -> list[int]:
    """A column of the totals under each batch of the preview."""
    totals = re.findall(r"<tfoot>(.*?)</tfoot>", text, re.DOTALL)
    return [int(re.findall(r">(\d+)</td>", one)[column]) for one in totals]


def halls_shown(text: str) -> int:
    return len(re.findall(r'<th scope="row">\d{4}</th>', text))


@pytest.mark.parametrize("manner", ["few", "spread"])
def test_seating_does_what_the_preview_showed(container: Container, kaowu: Visitor, manner: str) -> None:
    paid(container)
    paid(container, "liqiang", LIQIANG)
    text = kaowu.get(f"{PAGE}?manner={manner}")
    form = hidden(text, PAGE)
    again = kaowu.get(f"{PAGE}?manner={manner}&seed={form['seed']}")
    assert re.findall("<tbody>.*?</tbody>", again, re.DOTALL) == re.findall(
        "<tbody>.*?</tbody>", text, re.DOTALL
    )
    assert hidden(again, PAGE)["digest"] == form["digest"]
    kaowu.send(PAGE, form)
    inside = Counter(seat["batch"] for seat in seats_at(container))
    assert table_sums(text, 2) == [inside[number] for number in sorted(inside)]  # type: ignore[type-var]
    after = kaowu.get(f"{PAGE}?manner={manner}")
    assert table_sums(after, 1) == table_sums(text, 2)
    assert f"2 人 4 科次，随机种子 {form['seed']}" in after


def test_few_people_go_into_few_halls_and_empty_ones_are_left_out(
    container: Container, kaowu: Visitor
) -> None:
    """29 people were spread over 56 halls in seven batches on three days."""
    paid(container)
    paid(container, "liqiang", LIQIANG)
    text = kaowu.get(PAGE)
    assert halls_shown(text) == 2, "two subjects a head, so two batches; one room is enough"
    every = len(bundled_round()[1][SITE].plan.rooms) * len(bundled_round()[1][SITE].plan.batches)
    assert f"其余 {every - 2} 个考场没有人" in text
    days = text[text.index("每天合计") :]
    assert days.index("<table") < days.index("考场号"), "totals of the days come first"
    assert halls_shown(kaowu.get(f"{PAGE}?manner=spread")) > 2


def test_the_days_and_the_manner_stand_before_the_button_and_the_halls_after(
    container: Container, kaowu: Visitor
) -> None:
    paid(container)
    text = kaowu.get(f"{PAGE}?manner=spread&batch=1&batch=2")
    shown = ("分散：平均分到所有考场", "只用选定的批次和机房", "每天合计", "确认编排", "第 1 批次")
    assert sorted(shown, key=text.index) == list(shown)


def test_only_chosen_batches_and_rooms_are_used_and_the_draw_says_so(
    container: Container, kaowu: Visitor
) -> None:
    paid(container)
    plan = bundled_round()[1][SITE].plan
    room = plan.rooms[2].name
    text = kaowu.get(f"{PAGE}?manner=spread&batch=3&batch=5&room={room}")
    assert halls_shown(text) == 2
    form: dict[str, object] = {**hidden(text, PAGE), "batch": ["3", "5"], "room": [room]}
    assert kaowu.send(PAGE, form).status_code == 303
    assert {(seat["batch"], seat["room"]) for seat in seats_at(container)} == {(3, room), (5, room)}
    (drawn,) = draws(container)
    assert (drawn.manner, drawn.batches, drawn.rooms) == ("spread", (3, 5), (room,))
    assert drawn.digest == form["digest"]
    assert f"批次 3、5，机房 {room}" in kaowu.get(PAGE)


@pytest.mark.parametrize("query", ["batch=99", "batch=x", "room=nowhere", "manner=heap", "batch=-1"])
def test_batches_rooms_and_manners_that_are_not_there_are_told(
    container: Container, kaowu: Visitor, query: str
) -> None:
    paid(container)
    text = kaowu.get(f"{PAGE}?{query}", expect=422)
    assert "没有所选的批次或机房" in text
    assert "确认编排" not in text


@pytest.mark.parametrize("seed", ["", "abc", "-1", "1234567890", str(2**70), "１", "1.5", " "])
def test_a_garbled_seed_is_refused_in_words_and_seats_nobody(
    container: Container, kaowu: Visitor, seed: str
) -> None:
    """It drew afresh and seated for good, by another draw than was previewed."""
    paid(container)
    form = hidden(kaowu.get(PAGE), PAGE)
    answer = kaowu.send(PAGE, {**form, "seed": seed})
    assert answer.status_code == 422
    assert "随机种子应为 0 至 999999999 的整数" in answer.text
    assert seats_at(container) == []
    assert draws(container) == []
    text = kaowu.get(f"{PAGE}?seed={seed}", expect=422)
    assert "随机种子应为" in text
    assert "确认编排" not in text


def changes(container: Container, clock: Clock) -> dict[str, object]:
    """What may change between a preview and its confirmation."""
    return {
        "another paid": lambda: paid(container, "liqiang", LIQIANG),
        "a room is smaller": lambda: revise(container, rooms=(Room("第1机房", 44),)),
        "a batch is gone": lambda: revise(container, batches=bundled_round()[1][SITE].plan.batches[1:]),
        "paying is longer": lambda: pay_longer(container),
    }


def pay_longer(container: Container) -> None:
    """What the preview warns of is no longer what it was."""
    plan = bundled_round()[0].plan
    longer = replace(plan.windows.payment, closes=plan.windows.payment.closes + timedelta(hours=1))
    revised = replace(plan, windows=replace(plan.windows, payment=longer))
    container.command_handler.plan(PlanRound(actor=OFFICE, command_id=uuid4(), plan=revised))


@pytest.mark.parametrize(
    "change", ["another paid", "a room is smaller", "a batch is gone", "paying is longer"]
)
def test_what_changed_since_the_preview_is_told_and_previewed_again(
    container: Container, kaowu: Visitor, clock: Clock, change: str
) -> None:
    paid(container)
    form = hidden(kaowu.get(PAGE), PAGE)
    changes(container, clock)[change]()  # type: ignore[operator]
    answer = kaowu.send(PAGE, form)
    assert answer.status_code == 409
    assert "预览之后情况有变" in answer.text
    assert seats_at(container) == []
    anew = hidden(answer.text, PAGE)
    assert anew["seed"] == form["seed"]
    assert anew["digest"] != form["digest"]
    assert kaowu.send(PAGE, anew).status_code == 303
    assert seats_at(container)


@pytest.mark.parametrize(
    "forged", [{"digest": ""}, {"digest": "0" * 64}, {"seed": "1"}, {"manner": "spread"}]
)
def test_nothing_else_is_seated_than_was_shown(
    container: Container, kaowu: Visitor, forged: dict[str, str]
) -> None:
    paid(container)
    form = hidden(kaowu.get(f"{PAGE}?seed=7"), PAGE)
    assert kaowu.send(PAGE, {**form, **forged}).status_code == 409
    assert seats_at(container) == []


def test_a_form_sent_twice_seats_once_and_says_the_same(container: Container, kaowu: Visitor) -> None:
    paid(container)
    form = hidden(kaowu.get(PAGE), PAGE)
    for _ in range(2):
        answer = kaowu.send(PAGE, form)
        assert (answer.status_code, answer.location) == (303, f"{PAGE}/done")
        assert "这次编排了 1 人，2 科次。" in kaowu.get(answer.location)
    assert len(draws(container)) == 1
    assert len(seats_at(container)) == 2


def test_open_windows_and_people_not_confirmed_are_told_before(
    container: Container, kaowu: Visitor, clock: Clock
) -> None:
    candidate = paid(container)
    text = kaowu.get(PAGE)
    for said in ("报名还没有结束（至", "审核还没有结束（至", "支付还没有结束（至", "有 1 人还没有现场确认"):
        assert said in text
        assert text.index(said) < text.index("确认编排")
    container.command_handler.handle(c.Confirm(registration=candidate.id, actor=REVIEWER))
    assert "还没有现场确认" not in kaowu.get(PAGE)
    clock.now = bundled_round()[0].plan.windows.payment.closes
    assert "还没有结束" not in kaowu.get(PAGE)


def test_whoever_changed_meanwhile_is_told_of(
    container: Container, kaowu: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container.seating, "seat", lambda *_: SeatingResult(3, 4, left=2))
    paid(container)
    answer = kaowu.post(PAGE, page=PAGE)
    assert "有 2 人在编排期间状态有变" in kaowu.get(answer.location)


def test_nobody_seated_is_no_success(
    container: Container, kaowu: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(container)
    form = hidden(kaowu.get(PAGE), PAGE)
    with monkeypatch.context() as patch:
        patch.setattr(container.seating, "seat", lambda *_: SeatingResult(0, 0, left=1))
        answer = kaowu.send(PAGE, form)
    assert answer.location == PAGE
    text = kaowu.get(answer.location)
    assert "有 1 人在编排期间状态有变" in text
    assert "这次编排了" not in text


def test_seating_again_moves_nobody(container: Container, kaowu: Visitor) -> None:
    paid(container)
    kaowu.post(PAGE, page=PAGE)
    before = seats_at(container)
    assert "没有需要编排的考生" in kaowu.get(PAGE)
    paid(container, "liqiang", LIQIANG)
    assert "1 人，2 科次" in kaowu.get(PAGE)
    kaowu.post(PAGE, page=PAGE)
    assert len(seats_at(container)) == 4
    assert [seat for seat in seats_at(container) if seat in before] == before
    assert len({seat["hall"] for seat in seats_at(container)}) == 2, (
        "who comes late sits where halls are open"
    )


def test_too_few_seats_are_told_before_and_refused_after(container: Container, kaowu: Visitor) -> None:
    paid(container)
    form = hidden(kaowu.get(PAGE), PAGE)
    revise(container, rooms=(Room("机房一", 1),), batches=bundled_round()[1][SITE].plan.batches[:1])
    text = kaowu.get(PAGE)
    assert "还有 1 人次没有座位" in text
    assert "每个批次至少再增加 1 个座位" not in text, "more rooms do not give one person two batches"
    assert "至少再增加 1 个批次" in text
    assert "确认编排" not in text
    answer = kaowu.send(PAGE, form)
    assert answer.status_code == 409
    assert answer.text.count("还有 1 人次没有座位") == 1
    assert seats_at(container) == []


def test_an_unknown_site_is_not_found(kaowu: Visitor) -> None:
    kaowu.get("/office/seat/000000", expect=404)
    kaowu.get("/office/seat/000000/done", expect=404)
    assert kaowu.post("/office/seat/000000", page="/office").status_code == 404
