"""Which letters somebody wants: on the page of the account, and by one click of a mail program."""

from __future__ import annotations

import pytest
from flask import Flask

from ncre.bootstrap import Container
from ncre.domain.letters.kinds import Channel, LetterKind
from ncre.operational import letter_failures
from tests.services.letters.post import PUBLIC, Server, letters_over, with_mail
from tests.support.people import Candidate, approved
from tests.web.visitor import ORIGIN, Visitor, signed_in

SEATED = "seated.mail"


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    return with_mail(container)


def wanted(container: Container, candidate: Candidate) -> set[tuple[LetterKind, Channel]]:
    return {(one.kind, one.channel) for one in container.letters.choices.of(candidate.account) if one.wanted}


def test_what_may_be_switched_off_is_and_the_rest_stays(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    page = signed_in(site, wenjing)
    page.get("/passport/letters")
    assert "不能关闭" in page.page
    assert page.page.count("disabled") >= 8
    page.post("/passport/letters", wanted="exam-tomorrow.mail", language="en")
    left = wanted(container, wenjing)
    assert (LetterKind.SEATED, Channel.MAIL) not in left
    assert (LetterKind.EXAM_TOMORROW, Channel.MAIL) in left
    assert {(kind, Channel.MAIL) for kind in (LetterKind.APPROVED, LetterKind.LAPSED)} <= left
    page.get("/passport")
    assert "不再接收“考场和座位已编排”的邮件" in page.text()
    assert "通知的语言改为英文" in page.text()


@pytest.mark.parametrize("form", [{"wanted": "nothing.mail", "language": "en"}, {"language": "fr"}])
def test_what_no_page_sends_is_refused(
    container: Container, site: Flask, wenjing: Candidate, form: dict[str, str]
) -> None:
    before = wanted(container, wenjing)
    page = signed_in(site, wenjing)
    page.get("/passport/letters")
    page.post("/passport/letters", 400, **form)
    assert wanted(container, wenjing) == before


def link(container: Container, wenjing: Candidate, kind: LetterKind) -> str:
    return (
        f"/letters/unsubscribe/{container.letters.tokens.switch_off(wenjing.account.id, kind, Channel.MAIL)}"
    )


def test_a_mail_program_switches_a_kind_off_by_one_post(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    path = link(container, wenjing, LetterKind.SEATED)
    stranger = site.test_client()
    assert "关闭这类通知" in stranger.get(path, base_url=ORIGIN).text
    assert (LetterKind.SEATED, Channel.MAIL) in wanted(container, wenjing), "looking switches nothing off"
    for _ in range(2):
        answer = stranger.post(path, base_url=ORIGIN, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200, answer.text
    assert (LetterKind.SEATED, Channel.MAIL) not in wanted(container, wenjing)
    assert (LetterKind.EXAM_TOMORROW, Channel.MAIL) in wanted(container, wenjing)
    assert "wenjing" not in answer.text


def test_what_must_be_told_is_not_switched_off_by_a_link(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    answer = site.test_client().post(link(container, wenjing, LetterKind.APPROVED), base_url=ORIGIN)
    assert answer.status_code == 409
    assert (LetterKind.APPROVED, Channel.MAIL) in wanted(container, wenjing)


@pytest.mark.parametrize("change", ["end", "kind", "none"])
def test_a_link_that_we_did_not_sign_does_nothing(
    container: Container, site: Flask, wenjing: Candidate, change: str
) -> None:
    path = link(container, wenjing, LetterKind.SEATED)
    wrong = {
        "end": path[:-1] + ("0" if path[-1] != "0" else "1"),
        "kind": path.replace("seated", "exam-tomorrow"),
        "none": "/letters/unsubscribe/unknown",
    }[change]
    before = wanted(container, wenjing)
    client = site.test_client()
    assert client.get(wrong, base_url=ORIGIN).status_code == 410
    assert client.post(wrong, base_url=ORIGIN).status_code == 410
    assert wanted(container, wenjing) == before


def test_letters_carry_the_link_where_they_may_be_switched_off_and_there_alone(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    from email import message_from_bytes, policy

    from ncre.clients.mail import _message
    from tests.support.people import NOW

    server = Server()
    letters = letters_over(container, server)
    wenjing.until_waiting()
    approved(container, wenjing)
    letters.once()
    told = message_from_bytes(
        _message(server.arrived[0].mail, "a@mail.example", NOW).as_bytes(), policy=policy.SMTP
    )
    assert told["List-Unsubscribe"] is None
    assert "不能关闭" in server.arrived[0].text
    assert str(told["Message-ID"]).strip() == server.arrived[0].message_id
    token = letters.tokens.switch_off_link(wenjing.account.id, LetterKind.SEATED, Channel.MAIL)
    assert token.startswith(f"{PUBLIC}/letters/unsubscribe/")
    path = token.removeprefix(PUBLIC)
    assert site.test_client().post(path, base_url=ORIGIN).status_code == 200


def test_who_gets_nothing_is_told_so_and_says_that_the_address_works(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    key = container.letters.addressing.key("wenjing@example.com")
    with container.database.transaction() as connection:
        letter_failures.note(
            connection, wenjing.account.id, "mail", key, "5.1.1", container.clock(), hard=True
        )
    page = signed_in(site, wenjing)
    wenjing.agrees()
    for path in ("/passport", "/passport/letters", f"/registrations/{wenjing.id}"):
        page.get(path)
        assert "w***@example.com" in page.page, path
        assert "到不了" in page.text()
    page.get("/passport/letters")
    page.post("/passport/letters/mail/works")
    assert page.get("/passport/letters").status_code == 200
    assert "到不了" not in page.text()


def test_another_candidate_sees_and_changes_nothing_of_it(
    container: Container, site: Flask, wenjing: Candidate
) -> None:
    wenjing.agrees()
    other = with_mail(container, "liqiang")
    page = Visitor(site)
    page.signs_in(other.account.name)
    for end in ("letters", "calendar.ics"):
        page.get(f"/registrations/{wenjing.id}/{end}", 404)
    page.get("/office/letters", 403)
    page.get(f"/staff/letters/{wenjing.id}", 403)
