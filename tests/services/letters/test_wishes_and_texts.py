"""Which letters somebody wants, what the office makes them say, what is told of them afterwards, and the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from icalendar import Calendar

from ncre.bootstrap import Container
from ncre.clients.mail import USUAL, MailRefused
from ncre.domain.letters.causes import BY_KIND, may_switch_off
from ncre.domain.letters.kinds import KINDS, Channel, LetterKind, LetterLanguage
from ncre.domain.letters.wording import SHIPPED
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.events import account as facts
from ncre.events.account import account_stream
from ncre.handlers.command_handler import Act
from ncre.operational.letters import LetterReason, LetterState
from ncre.services.letters.assembly import LetterServices
from ncre.services.letters.calendars import Calendars
from ncre.services.letters.log_wording import told
from ncre.services.letters.tokens import LetterTokens
from tests.handlers.ground import history_of, refusal
from tests.services.letters.post import BOUNCES, PUBLIC, Server, letters_over, with_mail
from tests.support.people import LIQIANG, OFFICE, REVIEWER, ROUND, SITE, Candidate, approved

PHONE = "+8613800138000"
OPTIONAL = next(kind for kind in LetterKind if may_switch_off(kind, Channel.MAIL, has_mail=True))
REQUIRED = next(kind for kind in LetterKind if not may_switch_off(kind, Channel.MAIL, has_mail=True))
ONE = UUID("11111111-2222-4333-8444-555555555555")


def act(actor: Actor = OFFICE) -> Act:
    return Act(actor, uuid4())


def chosen(container: Container, candidate: Candidate) -> list[object]:
    return list(history_of(container, account_stream(candidate.account.id)))


def test_a_letter_is_named_and_switched_off_by_signed_words_alone() -> None:
    tokens = LetterTokens(b"k" * 32, BOUNCES, PUBLIC)
    envelope = tokens.envelope(ONE, "https://exam.example/off")
    assert envelope.message_id.startswith(f"<{ONE.hex}-")
    assert envelope.message_id.endswith("@mail.example>")
    assert tokens.letter_in(f"Message-ID: {envelope.message_id.upper()}") == ONE
    assert tokens.letter_in(envelope.return_path) == ONE
    assert envelope.return_path.startswith("back+")
    assert envelope.unsubscribe == "https://exam.example/off"
    others = LetterTokens(b"x" * 32, "", "")
    assert others.letter_in(envelope.message_id) is None
    assert (others.envelope(ONE).return_path, others.page("/x")) == ("", "")
    assert others.envelope(ONE).message_id.endswith("@ncre>")
    assert tokens.page("/x") == f"{PUBLIC}/x"
    link = tokens.switch_off_link(ONE, OPTIONAL, Channel.MAIL)
    assert link.startswith(f"{PUBLIC}/letters/unsubscribe/")
    assert others.switch_off_link(ONE, OPTIONAL, Channel.MAIL) == ""
    token = link.rpartition("/")[2]
    assert tokens.switched_off(token) == (ONE, OPTIONAL, Channel.MAIL)
    for odd in (token[:-1] + ("0" if token[-1] != "0" else "1"), f"x{token}", "", "a.b.c.d"):
        assert tokens.switched_off(odd) is None
    assert others.switched_off(token) is None


def test_boxes_of_the_page_are_kept_recorded_and_what_must_be_told_stays_on(
    container: Container, post: LetterServices
) -> None:
    candidate = with_mail(container)
    choices, account = post.choices, candidate.account
    boxes = {(one.kind, one.channel): one for one in choices.of(account)}
    assert set(boxes) == {
        (kind, channel) for kind in LetterKind for channel in BY_KIND[kind].channels & choices.channels
    }
    assert all(one.wanted for one in boxes.values())
    assert (boxes[OPTIONAL, Channel.MAIL].fixed, boxes[REQUIRED, Channel.MAIL].fixed) == (False, True)
    assert choices.language_of(account) is LetterLanguage.BOTH
    before = len(chosen(container, candidate))
    choices.set(
        account, set(boxes) - {(OPTIONAL, Channel.MAIL), (REQUIRED, Channel.MAIL)}, LetterLanguage.ENGLISH
    )
    after = {(one.kind, one.channel): one.wanted for one in choices.of(account)}
    assert [box for box, wanted in after.items() if not wanted] == [(OPTIONAL, Channel.MAIL)]
    assert choices.language_of(account) is LetterLanguage.ENGLISH
    assert chosen(container, candidate)[before:] == [
        facts.LetterSwitched(account.id, OPTIONAL.value, "mail", False, "page"),
        facts.LetterLanguageChosen(account.id, "en"),
    ]
    choices.set(account, {box for box, wanted in after.items() if wanted}, LetterLanguage.ENGLISH)
    assert len(chosen(container, candidate)) == before + 2, "it is so already"
    choices.set(account, set(boxes), LetterLanguage.BOTH)
    assert all(one.wanted for one in choices.of(account))


def test_the_link_in_a_letter_switches_its_kind_off_once(container: Container, post: LetterServices) -> None:
    candidate = with_mail(container)
    account = candidate.account
    tokens = LetterTokens(container.keyring.keys().letter, BOUNCES, PUBLIC)
    linked = post.choices.linked(tokens.switch_off(account.id, OPTIONAL, Channel.MAIL))
    assert linked == (account, OPTIONAL, Channel.MAIL)
    assert post.choices.linked("nothing") is None
    assert post.choices.linked(tokens.switch_off(ONE, OPTIONAL, Channel.MAIL)) is None
    before = len(chosen(container, candidate))
    for _ in range(2):
        post.choices.switch_off(account, OPTIONAL, Channel.MAIL)
    assert chosen(container, candidate)[before:] == [
        facts.LetterSwitched(account.id, OPTIONAL.value, "mail", False, "link")
    ]
    assert (
        refusal(post.choices.switch_off, account, REQUIRED, Channel.MAIL) is RefusalCode.LETTER_MUST_BE_TOLD
    )


def test_the_log_says_what_was_sent_and_where_letters_came_back(
    container: Container, post: LetterServices, server: Server
) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    post.once()
    done = next(one for one in post.log.of_registration(candidate.id) if one.state is LetterState.SENT)
    assert (done.why, done.address, done.tries) == (LetterReason.NONE, "w***@example.com", 1)
    assert post.log.of_registration(candidate.id, ONE) == []
    (row,) = told([done], "en")
    assert (row["channel"], row["state"], row["why"]) == ("e-mail", "sent", "")
    assert (row["at"], row["planned"], row["address"]) == (done.ended_at, False, "w***@example.com")
    (waits,) = told([replace(done, state=LetterState.WAITING, ended_at=None, why=LetterReason.SERVER)], "zh")
    assert (waits["at"], waits["planned"]) == (done.due, True)
    assert str(waits["why"]).startswith("服务器暂时没有接收")
    (waits,) = told([replace(done, why=LetterReason.SERVER)], "en")
    assert waits["why"] == "the server did not take it; it is sent again"
    assert waits["kind"] == KINDS[LetterKind.APPROVED].en
    assert post.log.unreachable(candidate.account) == []
    server.fails = lambda _n: MailRefused("550 5.1.1")
    candidate.pays()
    post.once()
    assert post.log.unreachable(candidate.account) == [(Channel.MAIL, "w***@example.com")]
    post.log.send_again_to(candidate.account, Channel.MAIL)
    assert post.log.unreachable(candidate.account) == []


def test_the_office_changes_what_a_letter_says_and_takes_it_back(
    container: Container, post: LetterServices
) -> None:
    texts, kind = post.texts, LetterKind.PAID
    shipped = texts.one(kind)
    assert (shipped.text, shipped.version, shipped.own, shipped.changed_by) == (SHIPPED[kind], 0, False, "")
    wanted = replace(shipped.text, subject=f"{shipped.text.subject}！")
    first = act()
    for _ in range(2):
        texts.change(first, kind, wanted, " 更清楚 ", 0)
    now = texts.one(kind)
    assert (now.kind, now.text, now.version, now.own, now.changed_by) == (kind, wanted, 1, True, OFFICE.id)
    assert now.changed_at == container.clock()
    texts.change(act(), kind, wanted, "同样", 1)
    assert texts.one(kind).version == 1, "it says so already"
    assert refusal(texts.change, act(), kind, shipped.text, "x", 0) is RefusalCode.OUT_OF_DATE
    assert refusal(texts.change, act(REVIEWER), kind, wanted, "x", 1) is RefusalCode.NOT_YOUR_ROLE
    assert refusal(texts.reset, act(REVIEWER), kind, "x", 1) is RefusalCode.NOT_YOUR_ROLE
    assert refusal(texts.change, act(), kind, shipped.text, " ", 1) is RefusalCode.WHY_MISSING
    for _ in range(2):
        texts.reset(act(), kind, "还原", texts.one(kind).version)
    back = texts.one(kind)
    assert (back.text, back.version, back.own) == (SHIPPED[kind], 2, False)
    assert [one.kind for one in texts.all()] == list(LetterKind)


def test_a_preview_is_of_a_registration_or_made_up(
    container: Container, post: LetterServices, paid: Candidate
) -> None:
    text = SHIPPED[LetterKind.APPROVED]
    made_up = post.preview.letter(LetterKind.APPROVED, text, "")
    number = container.queries.cases.of_account(paid.account.id)[0]["number"]
    assert number is not None
    own = post.preview.letter(LetterKind.APPROVED, text, number)
    assert "78420019000001" in repr(made_up)
    assert "420019 示范考点" in repr(made_up)
    assert "武汉软件工程职业学院" in repr(own)
    assert "示范考点" not in repr(own)
    assert refusal(post.preview.letter, LetterKind.APPROVED, text, "78420019999999") is RefusalCode.NOT_FOUND
    for said in (made_up.body.zh, made_up.body.en):
        assert "2027-01-06 10:00" in said, "a day from now"
    assert (made_up.to, made_up.envelope) == ("", USUAL), "it goes to nobody"


def test_a_phone_that_was_never_given_stands_in_no_log(container: Container) -> None:
    letters = letters_over(container, Server(), Server())
    both, mail_alone = with_mail(container, phone=PHONE), with_mail(container, "liqiang")
    mail_alone.details = LIQIANG
    for one in (both, mail_alone):
        one.until_waiting()
        approved(container, one)
    letters.once()
    said = [
        {
            line.channel
            for line in letters.log.of_registration(one.id)
            if line.state is not LetterState.WAITING
        }
        for one in (both, mail_alone)
    ]
    assert said == [{Channel.MAIL, Channel.PHONE}, {Channel.MAIL}]


def test_only_a_letter_that_can_be_switched_off_says_where(
    container: Container, post: LetterServices, server: Server
) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    post.once()
    candidate.pays()
    post.once()
    links = {one.title.partition(" / ")[0][:5]: one.mail.envelope.unsubscribe for one in server.read}
    assert len(links) == 2
    kinds_of = {
        line.kind for line in post.log.of_registration(candidate.id) if line.state is LetterState.SENT
    }
    optional = [BY_KIND[kind].optional for kind in kinds_of]
    assert sum(link.startswith(f"{PUBLIC}/") for link in links.values()) == sum(optional)
    assert sum(link == "" for link in links.values()) == len(optional) - sum(optional)
    assert False in optional


def test_an_event_leads_to_the_page_of_its_registration(container: Container) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)
    case = container.queries.cases.case(candidate.id)
    assert case is not None
    read = Calendar.from_ical(Calendars(container.command_handler, PUBLIC).of(case))
    assert [str(one["URL"]) for one in read.walk("VEVENT")] == [f"{PUBLIC}/registrations/{candidate.id}"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_calendar_has_sittings_and_the_time_to_pay(container: Container, language: str) -> None:
    candidate = with_mail(container)
    candidate.until_waiting()
    approved(container, candidate)

    def events() -> dict[str, dict[str, object]]:
        case = container.queries.cases.case(candidate.id)
        assert case is not None
        read = Calendar.from_ical(container.calendars.of(case, language))
        assert (read["VERSION"], read["METHOD"]) == ("2.0", "PUBLISH")
        return {
            str(one["UID"]).removeprefix(f"{candidate.id}-"): {
                name.lower(): one.decoded(name) for name in one
            }
            | {"alarms": len(one.walk("VALARM"))}
            for one in read.walk("VEVENT")
        }

    due = events()["pay@ncre"]
    assert "url" not in due
    assert (due["sequence"], due["status"], due["alarms"]) == (0, "CONFIRMED", 1)
    words = {"zh": "全国计算机等级考试：考试费支付截止", "en": "NCRE: last moment to pay the fee"}
    assert str(due["summary"]) == words[language]
    case = container.queries.cases.case(candidate.id)
    assert case is not None
    assert due["dtend"] == case.row["pay_by"]
    assert due["dtstart"] == case.row["pay_by"] - timedelta(minutes=15)
    candidate.pays()
    over = events()["pay@ncre"]
    assert (over["sequence"], over["status"], over["alarms"]) == (1, "CANCELLED", 0)
    container.seating.seat(ROUND, SITE, OFFICE)
    for seat in container.queries.cases.seats(candidate.id):
        sitting = events()[f"{seat['subject']}@ncre"]
        assert (sitting["dtstart"], sitting["dtend"]) == (seat["starts_at"], seat["ends_at"])
        assert (sitting["sequence"], sitting["status"], sitting["alarms"]) == (0, "CONFIRMED", 1)
        said = f"{sitting['summary']} {sitting['description']}"
        assert "武汉软件工程职业学院" in str(sitting["location"])
        assert seat["ticket"] in said
        assert seat["room"] in said
        assert f" {seat['subject']} " in said
        assert ("NCRE exam" in said) is (language == "en")
