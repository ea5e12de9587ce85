"""验证码: a picture, or its sound, or a proof of work for people who can use neither. Each counts once.

A speed bump, no wall: a picture of four digits is read by machines three times in four (payment and
identity facts §7.1). The manual demands it; the throttle is what protects.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from io import BytesIO
from secrets import choice, token_urlsafe
from typing import Any, Final

from altcha import create_challenge, verify_solution
from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from sqlalchemy import Column, String, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from ncre.events.columns import Moment
from ncre.events.database import Database
from ncre.events.deadlines import is_valid
from ncre.events.schema import metadata

challenges = Table(
    "challenges",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("answer", String(20), nullable=False),
    Column("expires_at", Moment, nullable=False),
)
"""Open questions with their answer, and proofs of work that were spent (without one)."""

LIVES: Final = timedelta(minutes=5)
DIGITS: Final = "23456789"
"""The voices speak digits; 0 and 1 look like letters."""

LENGTH: Final = 5
COST: Final = 5000
"""Rounds of PBKDF2 a guess; a telephone needs a second or two for the whole."""


@dataclass(frozen=True)
class Question:
    """A picture to read: `id` names it on the page. `work` is what the page's script may solve instead."""

    id: str
    work: str


class HumanCheck:
    """Thread-safe. `secret` signs proofs of work."""

    def __init__(self, database: Database, clock: Callable[[], datetime], secret: str) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._pictures = ImageCaptcha(width=180, height=64)
        self._sounds = AudioCaptcha()

    def ask(self, purpose: str) -> Question:
        """A new question; the answer stays here."""
        name, answer = token_urlsafe(24), "".join(choice(DIGITS) for _ in range(LENGTH))
        row = {"id": _key(name), "purpose": purpose, "answer": answer, "expires_at": self._clock() + LIVES}
        with self._database.transaction() as connection:
            connection.execute(insert(challenges), row)
        return Question(name, json.dumps(self._work(purpose)))

    def picture(self, name: str) -> bytes | None:
        """The question as PNG; None once it was answered or is too old."""
        answer = self._answer(name)
        if answer is None:
            return None
        out = BytesIO()
        self._pictures.generate_image(answer).save(out, "PNG")
        return out.getvalue()

    def sound(self, name: str) -> bytes | None:
        """The question as WAV."""
        answer = self._answer(name)
        return bytes(self._sounds.generate(answer)) if answer is not None else None

    def passed(self, purpose: str, name: str, typed: str, work: str = "") -> bool:
        """Whether the answer or the work is right; either way the question is used up."""
        if work and self._worked(purpose, work):
            return True
        with self._database.transaction() as connection:
            used = delete(challenges).where(challenges.c.id == _key(name), challenges.c.purpose == purpose)
            row = connection.execute(used.returning(challenges.c.answer, challenges.c.expires_at)).first()
        if row is None or not row.answer or not is_valid(row.expires_at, self._clock(), LIVES):
            return False
        return compare_digest(row.answer, "".join(typed.split()))

    def tidy(self, before: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(delete(challenges).where(challenges.c.expires_at < before))

    def _work(self, purpose: str) -> dict[str, Any]:
        expires = int((self._clock() + LIVES).timestamp())
        made = create_challenge(
            "PBKDF2/SHA-256", COST, data={"purpose": purpose, "until": expires}, hmac_secret=self._secret
        )
        return made.to_dict()

    def _worked(self, purpose: str, work: str) -> bool:
        """The library takes the same solution again and again; here its challenge is spent with the first."""
        try:
            challenge = json.loads(b64decode(work, validate=True))["challenge"]
            about, signature = challenge["parameters"]["data"], str(challenge["signature"])
            good = verify_solution(work, self._secret).verified
            until = datetime.fromtimestamp(about["until"], self._clock().tzinfo)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if not good or about["purpose"] != purpose or not is_valid(until, self._clock(), LIVES):
            return False
        spent = {"id": _key(signature), "purpose": purpose, "answer": "", "expires_at": until}
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(challenges), spent)
        except IntegrityError:
            return False
        return True

    def _answer(self, name: str) -> str | None:
        asked = select(challenges.c.answer).where(
            challenges.c.id == _key(name), challenges.c.expires_at >= self._clock()
        )
        with self._database.reading() as connection:
            return connection.execute(asked).scalar_one_or_none() or None


def _key(name: str) -> str:
    return sha256(name.encode()).hexdigest()
