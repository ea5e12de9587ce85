"""验证码: a picture, its sound or a proof of work; each counts once, for its purpose, for five minutes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from io import BytesIO

import pytest
from altcha import Challenge, Payload, solve_challenge
from PIL import Image
from sqlalchemy import select

from ncre.identity.human_check import HARD_LENGTH, LENGTH, HumanCheck, HumanQuestion
from ncre.identity.one_time_tokens import redeemed
from ncre.store.database import Database
from tests.support.people import Clock


@pytest.fixture
def human(database: Database, clock: Clock) -> HumanCheck:
    return HumanCheck(database, clock, "a secret of these tests")


def answer(human: HumanCheck, question: HumanQuestion) -> str:
    found = human._answer(question.id)
    assert found is not None
    return found


def rows(database: Database) -> int:
    with database.reading() as connection:
        return len(connection.execute(select(redeemed)).all())


def solved(work: str) -> str:
    challenge = Challenge.from_dict(json.loads(work))
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def test_the_picture_and_its_sound_ask_the_same(human: HumanCheck, database: Database) -> None:
    question = human.ask("sign-in")
    picture, sound = human.picture(question.id), human.sound(question.id)
    assert picture is not None
    assert sound is not None
    assert Image.open(BytesIO(picture)).size == (180, 64)
    assert sound.startswith(b"RIFF")
    assert answer(human, question) not in question.id + question.work
    assert not set(answer(human, question)) & set("01")


def test_an_answer_counts_once(human: HumanCheck, database: Database) -> None:
    question = human.ask("sign-in")
    right = answer(human, question)
    assert human.passed("sign-in", question.id, f" {right[:2]} {right[2:]} ")
    assert not human.passed("sign-in", question.id, right)
    assert human.picture(question.id) is None


def test_a_wrong_answer_uses_the_question_up(human: HumanCheck, database: Database) -> None:
    question = human.ask("sign-in")
    right = answer(human, question)
    assert not human.passed("sign-in", question.id, "00000")
    assert not human.passed("sign-in", question.id, right)


def test_questions_leave_no_row_before_they_are_answered(human: HumanCheck, database: Database) -> None:
    """Whoever opens the sign-in page a million times fills no table."""
    asked = [human.ask("sign-in") for _ in range(5)]
    assert human.picture(asked[0].id) is not None
    assert rows(database) == 0
    assert not human.passed("sign-in", "nonsense", "12345")
    assert rows(database) == 0
    assert len({answer(human, question) for question in asked}) > 1
    assert human.passed("sign-in", asked[1].id, answer(human, asked[1]))
    assert rows(database) == 1


def test_an_answer_in_full_width_is_the_same(human: HumanCheck) -> None:
    """captcha: １２３４５ from a Chinese keyboard."""
    question = human.ask("sign-in")
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in answer(human, question))
    assert human.passed("sign-in", question.id, f"\u3000{wide[:2]}\u200b {wide[2:]}")


@pytest.mark.parametrize("text", ["验证码", "é", "\ud800", "٣٤٥٦٧", "1" * 100_000, "\x00", "😀"])
def test_any_other_text_is_a_wrong_answer(human: HumanCheck, text: str) -> None:
    question = human.ask("sign-in")
    assert not human.passed("sign-in", question.id, text)
    assert not human.passed("sign-in", text, text, text)


def test_a_signature_spelled_otherwise_is_not_another_question(human: HumanCheck) -> None:
    """Base64 has several spellings of the same bytes; each is refused, or is the same question."""
    question = human.ask("sign-in")
    right = answer(human, question)
    assert human.passed("sign-in", question.id, right)
    head, last = question.id[:-1], question.id[-1]
    for letter in set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=!") - {last}:
        assert not human.passed("sign-in", head + letter, right)
        assert not human.passed("sign-in", question.id + letter, right)


def test_where_many_fail_only_a_hard_question_or_hard_work_counts(human: HumanCheck) -> None:
    easy, hard = human.ask("sign-in"), human.ask("sign-in", hard=True)
    assert (easy.length, hard.length) == (LENGTH, HARD_LENGTH)
    assert human.picture(hard.id) is not None
    assert not human.passed("sign-in", easy.id, answer(human, easy), hard=True)
    assert human.passed("sign-in", hard.id, answer(human, hard), hard=True)
    assert not human.passed("sign-in", "", "", solved(human.ask("sign-in").work), hard=True)
    assert human.passed("sign-in", "", "", solved(human.ask("sign-in", hard=True).work), hard=True)


def test_an_answer_holds_for_its_purpose_and_five_minutes(
    human: HumanCheck, database: Database, clock: Clock
) -> None:
    question = human.ask("register")
    right = answer(human, question)
    assert not human.passed("recover", question.id, right)
    clock.advance(minutes=5, seconds=1)
    assert not human.passed("register", question.id, right)
    assert human.sound(question.id) is None


def test_a_clock_that_is_set_back_makes_no_question_live_longer(human: HumanCheck, clock: Clock) -> None:
    question = human.ask("sign-in")
    digits, work = answer(human, question), solved(question.work)
    clock.advance(days=-1)
    assert human.picture(question.id) is None
    assert not human.passed("sign-in", question.id, digits)
    assert not human.passed("sign-in", "", "", work)


def test_a_proof_of_work_counts_once_for_its_purpose(human: HumanCheck) -> None:
    work = solved(human.ask("register").work)
    assert not human.passed("recover", "", "", work)
    assert human.passed("register", "", "", work)
    assert not human.passed("register", "", "", work)


def test_old_changed_and_foreign_work_is_refused(human: HumanCheck, database: Database, clock: Clock) -> None:
    work = solved(human.ask("register").work)
    said = json.loads(b64decode(work))
    said["challenge"]["parameters"]["data"]["purpose"] = "recover"
    assert not human.passed("recover", "", "", b64encode(json.dumps(said).encode()).decode())
    said = json.loads(b64decode(work))
    said["solution"]["derivedKey"] = "00" * 32
    assert not human.passed("register", "", "", b64encode(json.dumps(said).encode()).decode())
    foreign = HumanCheck(database, clock, "another secret")
    assert not foreign.passed("register", "", "", work)
    clock.advance(minutes=6)
    assert not human.passed("register", "", "", work)


def forged(**about: object) -> str:
    """A payload as a page would send it, with a signature that is not ours."""
    parameters = {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 5000,
        "keyLength": 32,
        "keyPrefix": "00",
        "nonce": "00" * 16,
        "salt": "00" * 16,
        "data": {"purpose": "register", "until": 4_102_444_800} | about,
    }
    challenge = {"parameters": parameters, "signature": "0" * 64}
    text = json.dumps({"challenge": challenge, "solution": {"counter": 1, "derivedKey": "00" * 32}})
    return b64encode(text.encode()).decode()


def raw(text: str) -> str:
    return b64encode(text.encode()).decode()


FAULTY = {
    "nothing": "",
    "no base64": "x",
    "an empty object": "e30=",
    "a challenge that is a list": raw('{"challenge":[]}'),
    "padding alone": "=" * 40,
    "a moment of 1e300": forged(until=1e300),
    "infinity": forged(until=float("inf")),
    "no number": forged(until=float("nan")),
    "a moment of 401 digits": forged(until=10**400),
    "a cost of 401 digits": raw('{"challenge":{"parameters":{"cost":' + "9" * 401 + "}}}"),
    "a moment that is text": forged(until="soon"),
    "brackets within 2 KB": raw("[" * 1_500),
    "brackets in the data": raw('{"challenge":{"parameters":{"data":' + "[" * 1_400),
    "a hundred thousand brackets": raw("[" * 100_000),
    "nothing but a megabyte": "A" * 1_000_000,
    "full width": "ｅ３０＝",
    "half a surrogate": "\ud800",
    "a name of another prototype": forged(__proto__={}),
    "a signature that is a number": raw(
        json.dumps({"challenge": {"parameters": {}, "signature": 1}, "solution": {}})
    ),
}
"""What was sent to /register and answered 500, and what else a parser may stumble over."""


@pytest.mark.parametrize("work", FAULTY.values(), ids=FAULTY.keys())
def test_faulty_work_is_not_passed_whatever_the_fault(
    human: HumanCheck, database: Database, work: str
) -> None:
    assert not human.passed("register", "no-such-question", "12345", work)
    assert rows(database) == 0


def test_what_is_over_is_forgotten(human: HumanCheck, database: Database, clock: Clock) -> None:
    question = human.ask("register")
    assert human.passed("register", question.id, answer(human, question))
    assert rows(database) == 1
    clock.advance(minutes=6)
    human.tidy(clock())
    assert rows(database) == 0
