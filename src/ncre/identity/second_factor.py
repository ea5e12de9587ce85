"""The second factor of staff: codes of an authenticator (RFC 6238) and ten codes for the day it is lost.

Pure: the state goes in, the next state comes out, and whoever calls stores it in the same transaction.
`pyotp` by itself accepts one code twice, so the last step used is part of the state.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

import pyotp
import segno

from ncre.domain import typed_text

STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after the present one that still count: clocks of telephones drift."""

RECOVERY_CODES = 10
RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without the letters and digits that people confuse on paper."""

RECOVERY_LENGTH = 16
"""Characters: 79 bits, too many to guess from the hash, so a fast hash is enough."""


@dataclass(frozen=True)
class SecondFactor:
    secret: str
    last_step: int = -1
    recovery: tuple[str, ...] = ()
    confirmed: bool = False


@dataclass(frozen=True)
class Enrolled:
    """A factor confirmed by its first code; the recovery codes are shown once and kept only as hashes."""

    factor: SecondFactor
    recovery_codes: tuple[str, ...]


def new_factor() -> SecondFactor:
    return SecondFactor(pyotp.random_base32())


def provisioning_uri(factor: SecondFactor, account: str, issuer: str) -> str:
    """The `otpauth:` address that an authenticator reads."""
    return pyotp.TOTP(factor.secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(uri: str) -> str:
    """The address as an inline picture; never a link, since the secret stands in it."""
    return segno.make(uri, error="m", micro=False).svg_inline(scale=5)


def enrol(factor: SecondFactor, code: str, at: datetime) -> Enrolled | None:
    """Confirm a new factor with its first code. None: the code is wrong, or the factor was confirmed before."""
    if factor.confirmed:
        return None
    step = _step_of(factor, code, at)
    if step is None:
        return None
    codes, hashes = _recovery_codes()
    return Enrolled(replace(factor, last_step=step, recovery=hashes, confirmed=True), codes)


def use_code(factor: SecondFactor, code: str, at: datetime) -> SecondFactor | None:
    """The state after this code was used. None: wrong, outside the window, or used before."""
    if not factor.confirmed:
        return None
    step = _step_of(factor, code, at)
    return None if step is None else replace(factor, last_step=step)


def use_recovery(factor: SecondFactor, code: str) -> SecondFactor | None:
    """The state without this recovery code. None: it is not, or no longer, one of them."""
    if not factor.confirmed:
        return None
    given = _hash(code)
    left = tuple(kept for kept in factor.recovery if not hmac.compare_digest(kept.encode(), given.encode()))
    return replace(factor, recovery=left) if len(left) < len(factor.recovery) else None


def _step_of(factor: SecondFactor, code: str, at: datetime) -> int | None:
    """The step this code belongs to, later than every step used before."""
    digits = typed_text.code(code)
    if not (digits.isascii() and digits.isdigit()):
        return None
    totp = pyotp.TOTP(factor.secret)
    present = int(at.timestamp()) // STEP_SECONDS
    for step in range(present - WINDOW, present + WINDOW + 1):
        if step > factor.last_step and hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def _recovery_codes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    plain = tuple(
        "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    )
    shown = tuple("-".join(code[i : i + 4] for i in range(0, RECOVERY_LENGTH, 4)) for code in plain)
    return shown, tuple(_hash(code) for code in plain)


def _hash(code: str) -> str:
    plain = "".join(letter for letter in typed_text.code(code).upper() if letter.isalnum())
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()
