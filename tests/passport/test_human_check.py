"""验证码: a picture, its sound or a proof of work; each counts once, for its purpose, for five minutes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from io import BytesIO

import pytest
from altcha import Challenge, Payload, solve_challenge
from PIL import Image
from sqlalchemy import select

from ncre.events.database import Database
from ncre.passport.human_check import HumanCheck, challenges
from tests.people import Clock


@pytest.fixture
def human(database: Database, clock: Clock) -> HumanCheck:
    return HumanCheck(database, clock, "a secret of these tests")


def answer(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.execute(select(challenges.c.answer)).scalar_one())


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
    assert answer(database) not in question.id + question.work
    assert not set(answer(database)) & set("01")


def test_an_answer_counts_once(human: HumanCheck, database: Database) -> None:
    question = human.ask("sign-in")
    right = answer(database)
    assert human.passed("sign-in", question.id, f" {right[:2]} {right[2:]} ")
    assert not human.passed("sign-in", question.id, right)
    assert human.picture(question.id) is None


def test_a_wrong_answer_uses_the_question_up(human: HumanCheck, database: Database) -> None:
    question = human.ask("sign-in")
    right = answer(database)
    assert not human.passed("sign-in", question.id, "00000")
    assert not human.passed("sign-in", question.id, right)


def test_an_answer_holds_for_its_purpose_and_five_minutes(
    human: HumanCheck, database: Database, clock: Clock
) -> None:
    question = human.ask("register")
    right = answer(database)
    assert not human.passed("recover", question.id, right)
    clock.advance(minutes=5, seconds=1)
    assert not human.passed("register", question.id, right)
    assert human.sound(question.id) is None


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


@pytest.mark.parametrize("work", ["", "x", "e30=", b64encode(b'{"challenge":[]}').decode(), "=" * 40])
def test_nonsense_is_no_work(human: HumanCheck, work: str) -> None:
    assert not human.passed("register", "no-such-question", "12345", work)


def test_what_is_over_is_forgotten(human: HumanCheck, database: Database, clock: Clock) -> None:
    human.ask("register")
    clock.advance(minutes=6)
    human.tidy(clock())
    with database.reading() as connection:
        assert connection.execute(select(challenges)).first() is None
