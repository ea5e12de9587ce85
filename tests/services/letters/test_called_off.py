"""Letters of a site that is called off: one to each candidate, with what becomes of their fee and what they may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ncre.bootstrap import Container
from ncre.domain.exam.plan import revisions_id
from ncre.domain.letters.kinds import LetterKind
from ncre.domain.registration import commands as c
from ncre.services.exam.calling_off_request import CallOff
from ncre.services.exam.revision_commands import Revise
from ncre.services.letters.assembly import LetterServices
from tests.services.letters.post import Server, kinds, with_mail
from tests.services.letters.test_timed_and_spread import seats
from tests.support.people import LIQIANG, NOW, OFFICE, ROUND, SITE, Candidate, Clock

WHY = "考点所在地停水停电 <b>"
NEXT = "79"


@pytest.fixture
def waiting(container: Container, post: LetterServices) -> Candidate:
    candidate = Candidate(container, with_mail(container, "liqiang").account, LIQIANG)
    candidate.until_waiting()
    return candidate


def called_off(container: Container, to: str = "", money: c.PaidFee | None = c.PaidFee.REFUND) -> UUID:
    """Begun and gone through to its end."""
    shown = container.calling_off.preview(ROUND, SITE, to)
    run = container.calling_off.begin(
        CallOff(
            actor=OFFICE,
            round=ROUND,
            site=SITE,
            to=to,
            money=None if to else money,
            why=WHY,
            seen=shown.mark,
            command_id=uuid4(),
        )
    )
    container.calling_off.go_on(run)
    assert container.calling_off.progress(run).refused == 0
    return run


def next_round(container: Container) -> None:
    wanted = container.revisions.wanted(ROUND)
    plan = replace(wanted.plan, code=NEXT, title="第 79 次考试", title_en="the 79th NCRE")
    loaded = replace(wanted, plan=plan)
    container.revisions.revise(Revise(actor=OFFICE, wanted=loaded, why="下一考次"))


def letter(server: Server, candidate: Candidate) -> tuple[str, str]:
    """The title and the text of the one letter to a candidate."""
    (one,) = [one for one in server.read if one.to == candidate.account.email]
    return one.title, one.text


def test_who_paid_reads_that_the_fee_goes_back_and_who_did_not_that_nothing_is_owed(
    container: Container, server: Server, post: LetterServices, paid: Candidate, waiting: Candidate
) -> None:
    called_off(container)
    post.once()
    title, text = letter(server, paid)
    assert title == "考点停办，您的报名已取消 / Your site is called off and your registration cancelled"
    assert f"原因：{WHY}" in text
    assert "您支付的 160.00 元会退还" in text
    assert "The 160.00 yuan that you paid go back" in text
    assert "报名时间内可以登录后重新报名，另选考点。" in text
    assert "您没有支付过考试费" in letter(server, waiting)[1]
    (mail,) = [one.mail for one in server.read if one.to == paid.account.email]
    assert "停水停电 &lt;b&gt;" in mail.html
    assert "<b>" not in mail.html.replace("</b>", "")


def test_who_keeps_nothing_back_reads_that_too(
    container: Container, server: Server, post: LetterServices, paid: Candidate
) -> None:
    called_off(container, money=c.PaidFee.KEEP)
    post.once()
    assert "您支付的 160.00 元按规定不予退还" in letter(server, paid)[1]


def test_each_reads_it_once_however_often_it_is_tried(
    container: Container, server: Server, post: LetterServices, paid: Candidate, clock: Clock
) -> None:
    first = server.asked + 1
    server.loses = lambda number: number == first
    run = called_off(container)
    for _ in range(3):
        container.calling_off.go_on(run)
        post.once()
        clock.advance(minutes=5)
    assert len(server.arrived) == 2, "the answer to the first was lost"
    letter(server, paid)
    assert [kind for kind, state, _why in kinds(post, paid) if state == "sent"].count(
        LetterKind.SITE_CANCELLED
    ) == 1


def test_who_is_carried_over_reads_from_where_to_where_and_of_no_old_seat(
    container: Container, server: Server, post: LetterServices, paid: Candidate, clock: Clock
) -> None:
    starts = NOW + timedelta(days=30)
    seats(container, paid, starts, starts)
    next_round(container)
    called_off(container, to=NEXT)
    post.once()
    title, text = letter(server, paid)
    assert title.startswith("考点停办，您的报名转到下一考次")
    before = container.revisions.wanted(ROUND).plan.title
    assert f"不举行 {before} 的考试" in text
    assert "已转到 第 79 次考试" in text
    assert "now counts for the 79th NCRE" in text
    assert "也不用再支付" in text
    assert (LetterKind.SEATED, "dropped", "passed") in kinds(post, paid)
    clock.now = starts - timedelta(hours=20)
    post.once()
    letter(server, paid)


def moves(container: Container, code: str, address: str) -> int:
    """The number of the revision that does it."""
    wanted = container.revisions.wanted(code)
    moved = tuple(replace(one, address=address) for one in wanted.sites)
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(wanted, sites=moved), why="迁址"))
    with container.database.reading() as connection:
        history = container.command_handler.store.history(connection, revisions_id(code))
    return history[-1].metadata.version


def test_a_change_of_the_former_round_is_told_no_more_and_one_of_the_new_round_is(
    container: Container, server: Server, post: LetterServices, paid: Candidate
) -> None:
    """Both rounds have a revision of the same number."""
    next_round(container)
    moves(container, ROUND, "甲路 9 号")
    former = moves(container, ROUND, "乙路 2 号")
    post.planning.catch_up()
    called_off(container, to=NEXT)
    assert moves(container, NEXT, "丙路 3 号") == former
    post.once()
    told = {one.title.partition(" / ")[0]: one.text for one in server.read if one.to == paid.account.email}
    assert sorted(told) == ["考次安排有变动", "考点停办，您的报名转到下一考次"]
    assert "→ 丙路 3 号" in told["考次安排有变动"]


def test_who_is_cancelled_alone_is_told_without_the_reason_that_may_be_private(
    container: Container, server: Server, post: LetterServices, paid: Candidate
) -> None:
    container.changes.carry_out(
        c.Cancel(
            registration=paid.id,
            actor=OFFICE,
            reason="和慕容雪晴是同一人",
            money=c.PaidFee.KEEP,
            money_reason="缴费后不退",
        )
    )
    post.once()
    title, text = letter(server, paid)
    assert title.startswith("您的报名已取消")
    assert "慕容" not in text
    assert "您支付的 160.00 元按规定不予退还" in text
