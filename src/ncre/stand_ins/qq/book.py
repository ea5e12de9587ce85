"""What the stand-in remembers: the codes and tokens it gave, in memory."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock

CODE_LIVES = timedelta(minutes=10)


class SignInFault(StrEnum):
    """What goes wrong in one sign-in, chosen on the stand-in's page."""

    NONE = "none"
    SLOW = "slow"
    BROKEN = "broken"
    OTHER_CLIENT = "other-client"
    NO_UNIONID = "no-unionid"
    NO_PROFILE = "no-profile"
    BAD_TOKEN = "bad-token"


SAMPLE_USERS = {"10001": "小企鹅", "10002": "Li Lei", "10003": "韩梅梅"}


@dataclass(frozen=True)
class Grant:
    user: str
    redirect_uri: str
    fault: SignInFault
    given_at: datetime
    used: bool = False


class SignInBook:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def give_code(self, user: str, redirect_uri: str, fault: SignInFault) -> str:
        code = secrets.token_hex(16).upper()
        with self._lock:
            self._codes[code] = Grant(user, redirect_uri, fault, self._clock())
        return code

    def fault_of_code(self, code: str) -> SignInFault:
        with self._lock:
            grant = self._codes.get(code)
        return grant.fault if grant else SignInFault.NONE

    def spend_code(self, code: str, redirect_uri: str) -> str | int:
        """A token for the code, or QQ's number for why not."""
        with self._lock:
            grant = self._codes.get(code)
            if grant is None or self._clock() - grant.given_at > CODE_LIVES:
                return 100019
            if grant.used:
                return 100020
            if grant.redirect_uri != redirect_uri:
                return 100010
            self._codes[code] = replace(grant, used=True)
            token = secrets.token_hex(16).upper()
            self._tokens[token] = grant
            return token

    def holder(self, token: str) -> Grant | None:
        with self._lock:
            return self._tokens.get(token)


def openid(appid: str, user: str) -> str:
    return hashlib.sha256(f"openid:{appid}:{user}".encode()).hexdigest()[:32].upper()


def unionid(user: str) -> str:
    return "UID_" + hashlib.sha256(f"unionid:{user}".encode()).hexdigest()[:32].upper()
