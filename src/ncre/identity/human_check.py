"""验证码: a picture, or its sound, or a proof of work for people who can use neither. Each counts once.

A speed bump, no wall: a picture of four digits is read by machines three times in four (payment and
identity facts §7.1). The manual demands it; the throttle is what protects.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from altcha import Payload, create_challenge, verify_solution
from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha

from ncre.domain import typed_text
from ncre.identity.one_time_tokens import LONGEST, OneTimeTokens, Token, forget_redeemed
from ncre.store.database import Database
from ncre.store.deadlines import is_valid

LIVES: Final = timedelta(minutes=5)
DIGITS: Final = "23456789"
"""The voices speak digits; 0 and 1 look like letters."""

LENGTH: Final = 5
HARD_LENGTH: Final = 8
"""Digits of a question where unusually many sign-ins fail."""

COST: Final = 5_000
HARD_COST: Final = 20_000
"""Rounds of PBKDF2 a guess; a telephone needs a second or two, or the fourfold, for the whole."""

_UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)
"""What a stranger's text may do to a parser; whatever it is, nothing was proved."""


@dataclass(frozen=True)
class HumanQuestion:
    """A picture of `length` digits: `id` names it on the page. `work` is what the page's script may solve instead."""

    id: str
    work: str
    length: int


class HumanCheck:
    """Thread-safe. `secret` signs questions and proofs of work; a question's answer follows from it and the name."""

    def __init__(self, database: Database, clock: Callable[[], datetime], secret: str) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._answers = hmac.digest(secret.encode(), b"answers", sha256)
        self._questions = OneTimeTokens(database, clock, secret, "question", LIVES)
        self._works = OneTimeTokens(database, clock, secret, "work", LIVES)
        self._pictures = ImageCaptcha(width=180, height=64)
        self._wide_pictures = ImageCaptcha(width=270, height=64)
        self._sounds = AudioCaptcha()

    def ask(self, purpose: str, hard: bool = False) -> HumanQuestion:
        """A new question. Nothing is stored: only the secret knows its answer."""
        name = self._questions.issue([purpose, hard])
        return HumanQuestion(name, json.dumps(self._work(purpose, hard)), HARD_LENGTH if hard else LENGTH)

    def picture(self, name: str) -> bytes | None:
        """The question as PNG; None once it was answered or is too old."""
        answer = self._answer(name)
        if answer is None:
            return None
        out = BytesIO()
        pictures = self._pictures if len(answer) == LENGTH else self._wide_pictures
        pictures.generate_image(answer).save(out, "PNG")
        return out.getvalue()

    def sound(self, name: str) -> bytes | None:
        """The question as WAV."""
        answer = self._answer(name)
        return bytes(self._sounds.generate(answer)) if answer is not None else None

    def passed(self, purpose: str, name: str, answer: str, work: str = "", hard: bool = False) -> bool:
        """Whether the answer or the work is right; either way the question is used up.

        With `hard` only a hard question or hard work counts.
        """
        if work and self._worked(purpose, work, hard):
            return True
        question = self._questions.redeem(name)
        if question is None or question.about[0] != purpose or (hard and not question.about[1]):
            return False
        given = typed_text.code(answer).encode(errors="replace")
        return hmac.compare_digest(self._expected(question).encode(), given)

    def tidy(self, _before: datetime) -> None:
        """Forget what was spent and would not count any more."""
        forget_redeemed(self._database, self._clock)

    def _work(self, purpose: str, hard: bool) -> dict[str, Any]:
        until = int((self._clock() + LIVES).timestamp())
        made = create_challenge(
            "PBKDF2/SHA-256",
            HARD_COST if hard else COST,
            data={"purpose": purpose, "until": until, "hard": hard},
            hmac_secret=self._secret,
        )
        return made.to_dict()

    def _worked(self, purpose: str, work: str, hard: bool) -> bool:
        """Whether the work was done for a challenge of ours, and not sent before.

        Nothing in it is believed before the signature over it holds.
        """
        if len(work) > LONGEST:
            return False
        try:
            payload = Payload.from_base64(work)
            genuine = verify_solution(payload, self._secret).verified
        except _UNREADABLE:
            return False
        if not genuine:
            return False
        parameters = payload.challenge.parameters
        about = parameters.data or {}
        until = datetime.fromtimestamp(about["until"], UTC)
        if about["purpose"] != purpose or not is_valid(until, self._clock(), LIVES):
            return False
        if hard and not about.get("hard"):
            return False
        return self._works.spend(parameters.nonce, until)

    def _answer(self, name: str) -> str | None:
        question = self._questions.read(name)
        return self._expected(question) if question else None

    def _expected(self, question: Token) -> str:
        """The digits of a question: three bits of a keyed hash of its nonce for each."""
        keyed = hmac.digest(self._answers, question.nonce.encode(), sha256)
        length = HARD_LENGTH if question.about[1] else LENGTH
        return "".join(DIGITS[byte % len(DIGITS)] for byte in keyed[:length])
