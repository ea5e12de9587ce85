"""Authenticator codes count once, drift by one step at most, and recovery codes are spent."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from ncre.identity.second_factor import (
    RECOVERY_CODES,
    Enrolled,
    SecondFactor,
    enrol,
    new_factor,
    provisioning_uri,
    qr_svg,
    use_code,
    use_recovery,
)

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def code_at(factor: SecondFactor, at: datetime) -> str:
    return pyotp.TOTP(factor.secret).at(int(at.timestamp()))


@pytest.fixture
def enrolled() -> Enrolled:
    factor = new_factor()
    done = enrol(factor, code_at(factor, NOON), NOON)
    assert done is not None
    return done


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_are_accepted(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    factor = SecondFactor(RFC_SECRET, confirmed=True)
    used = use_code(factor, code[-6:], at)  # ours has six digits: the last six of the vector's eight
    assert used is not None
    assert used.last_step == seconds // 30


def test_a_code_counts_once(enrolled: Enrolled) -> None:
    later = NOON + timedelta(minutes=1)
    code = code_at(enrolled.factor, later)
    used = use_code(enrolled.factor, code, later)
    assert used is not None
    assert use_code(used, code, later) is None


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u200b", "-"])
def test_a_code_in_full_width_is_taken(enrolled: Enrolled, blank: str) -> None:
    """authenticator code: full-width digits."""
    later = NOON + timedelta(minutes=1)
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code_at(enrolled.factor, later))
    assert use_code(enrolled.factor, wide[:3] + blank + wide[3:], later) is not None


@pytest.mark.parametrize("code", ["验证码", "٣٤٥٦٧٨", "½½½½½½", "\ud800", "12345é", "１２３"])
def test_any_other_text_is_a_wrong_code(enrolled: Enrolled, code: str) -> None:
    assert use_code(enrolled.factor, code, NOON + timedelta(minutes=1)) is None
    assert use_recovery(enrolled.factor, code) is None


def test_the_code_that_confirmed_the_factor_does_not_sign_in(enrolled: Enrolled) -> None:
    assert use_code(enrolled.factor, code_at(enrolled.factor, NOON), NOON) is None


def test_an_earlier_code_is_refused_after_a_later_one(enrolled: Enrolled) -> None:
    at = NOON + timedelta(minutes=5)
    ahead = use_code(enrolled.factor, code_at(enrolled.factor, at + timedelta(seconds=30)), at)
    assert ahead is not None
    assert use_code(ahead, code_at(enrolled.factor, at), at) is None


@pytest.mark.parametrize(
    ("drift", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_drift_by_one_step(enrolled: Enrolled, drift: int, accepted: bool) -> None:
    at = NOON + timedelta(hours=1)
    code = code_at(enrolled.factor, at + timedelta(seconds=drift))
    assert (use_code(enrolled.factor, code, at) is not None) is accepted


@pytest.mark.parametrize("code", ["", "abcdef", "１２３４５６", "12345", "1234567"])
def test_what_is_no_code_is_refused(enrolled: Enrolled, code: str) -> None:
    assert use_code(enrolled.factor, code, NOON + timedelta(hours=1)) is None


def test_a_factor_not_yet_confirmed_signs_nobody_in() -> None:
    factor = new_factor()
    assert use_code(factor, code_at(factor, NOON), NOON) is None


def test_a_wrong_code_does_not_enrol_and_a_factor_is_enrolled_once(enrolled: Enrolled) -> None:
    factor = new_factor()
    assert enrol(factor, code_at(factor, NOON + timedelta(hours=1)), NOON) is None
    later = NOON + timedelta(hours=1)
    assert enrol(enrolled.factor, code_at(enrolled.factor, later), later) is None


def test_each_recovery_code_works_once_however_it_is_typed(enrolled: Enrolled) -> None:
    assert len(set(enrolled.recovery_codes)) == RECOVERY_CODES
    factor = enrolled.factor
    for count, code in enumerate(enrolled.recovery_codes, start=1):
        typed = code.lower().replace("-", " " if count % 2 else "－")
        used = use_recovery(factor, typed)
        assert used is not None
        assert len(used.recovery) == RECOVERY_CODES - count
        assert use_recovery(used, code) is None
        factor = used


def test_recovery_codes_are_kept_as_hashes_only(enrolled: Enrolled) -> None:
    kept = repr(enrolled.factor)
    assert not any(code in kept or code.replace("-", "") in kept for code in enrolled.recovery_codes)


def test_the_address_carries_the_secret() -> None:
    factor = new_factor()
    uri = provisioning_uri(factor, "li@example.org", "NCRE")
    assert pyotp.parse_uri(uri).secret == factor.secret
    assert qr_svg(uri).startswith("<svg")
