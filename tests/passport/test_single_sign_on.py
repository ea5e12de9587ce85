"""Staff sign in at a certified provider that is not ours; every reply that does not fit is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

from ncre.domain.lifecycle import Role
from ncre.passport.sign_on import SignOnRefused, SignOnSilent, Unheard, Why
from ncre.passport.single_sign_on import Issuer, SingleSignOn
from tests.openid import issuer_at, log_in, needs_provider, openid_provider

pytestmark = needs_provider


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with openid_provider() as address:
        yield address


@pytest.fixture
def issuer(provider: str) -> Issuer:
    return issuer_at(provider)


def refusal(attempt: Callable[[], object]) -> Why:
    with pytest.raises(SignOnRefused) as refused:
        attempt()
    return refused.value.why


def test_a_reviewer_signs_in_with_the_role_and_sites_of_the_claim(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    assert "code_challenge_method=S256" in begun.address
    staff = sign_on.finish(begun, log_in(begun.address))
    assert (staff.name, staff.role, staff.sites) == ("李雷", Role.REVIEWER, {"110001"})
    assert (staff.identity.issuer, staff.identity.subject) == (issuer.url, "li")


def test_who_has_no_claim_to_a_role_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    assert refusal(lambda: sign_on.finish(begun, log_in(begun.address, "zhang"))) is Why.NO_ROLE


@pytest.mark.parametrize("iss", ["https://evil.example", "", None])
def test_a_wrong_or_missing_iss_is_refused(issuer: Issuer, iss: str | None) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    brought = log_in(begun.address)
    assert brought.pop("iss") == issuer.url
    assert (
        refusal(lambda: sign_on.finish(begun, brought | ({} if iss is None else {"iss": iss}))) is Why.ISSUER
    )


def test_a_wrong_state_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun, other = sign_on.begin(), sign_on.begin()
    assert refusal(lambda: sign_on.finish(other, log_in(begun.address))) is Why.STATE


def test_a_replayed_code_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    brought = log_in(begun.address)
    sign_on.finish(begun, brought)
    assert refusal(lambda: sign_on.finish(begun, brought)) is Why.CODE


@pytest.mark.parametrize("change", [{"client_id": "another"}, {"client_secret": "wrong"}])
def test_a_code_of_another_client_and_a_wrong_secret_are_refused(
    issuer: Issuer, change: dict[str, str]
) -> None:
    begun = SingleSignOn(issuer, now).begin()
    other = SingleSignOn(replace(issuer, **change), now)
    assert refusal(lambda: other.finish(begun, log_in(begun.address))) is Why.CODE


def test_a_wrong_nonce_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    assert refusal(lambda: sign_on.finish(replace(begun, nonce="x"), log_in(begun.address))) is Why.IDENTITY


def test_a_wrong_verifier_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    assert (
        refusal(lambda: sign_on.finish(replace(begun, verifier="x" * 64), log_in(begun.address))) is Why.CODE
    )


def test_an_expired_token_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, lambda: now() + timedelta(days=1))
    begun = sign_on.begin()
    assert refusal(lambda: sign_on.finish(begun, log_in(begun.address))) is Why.IDENTITY


def test_keys_changed_since_they_were_fetched_are_fetched_again(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    sign_on._keys = KeySet([RSAKey.generate_key(2048, {"kid": "old"})])
    assert sign_on.finish(begun, log_in(begun.address)).role is Role.REVIEWER


def test_a_token_signed_by_somebody_else_under_the_same_key_name_is_refused(issuer: Issuer) -> None:
    sign_on = SingleSignOn(issuer, now)
    begun = sign_on.begin()
    published = requests.get(issuer.url + "/jwks", timeout=5).json()["keys"]
    sign_on._keys = KeySet([RSAKey.generate_key(2048, {"kid": key["kid"]}) for key in published])
    assert refusal(lambda: sign_on.finish(begun, log_in(begun.address))) is Why.IDENTITY


def test_a_provider_that_does_not_answer_is_silence(issuer: Issuer) -> None:
    with pytest.raises(SignOnSilent) as silent:
        SingleSignOn(replace(issuer, url="http://127.0.0.1:9"), now).begin()
    assert silent.value.why is Unheard.UNREACHABLE


def test_metadata_of_another_issuer_are_refused(issuer: Issuer) -> None:
    assert refusal(SingleSignOn(replace(issuer, url=issuer.url + "/"), now).begin) is Why.ISSUER


@pytest.mark.parametrize(
    ("seconds", "body", "why"),
    [(0.0, "<html>", Unheard.BROKEN), (0.0, "[]", Unheard.BROKEN), (2.0, "{}", Unheard.SLOW)],
)
def test_slow_and_broken_metadata_are_silence(
    issuer: Issuer, seconds: float, body: str, why: Unheard
) -> None:
    never = threading.Event()

    def answer(_environ: object, start: Callable[..., object]) -> list[bytes]:
        never.wait(seconds)
        start("200 OK", [("Content-Type", "application/json")])
        return [body.encode()]

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        asked = replace(issuer, url=f"http://127.0.0.1:{server.server_port}", seconds=0.5)
        with pytest.raises(SignOnSilent) as silent:
            SingleSignOn(asked, now).begin()
    finally:
        server.shutdown()
        thread.join()
    assert silent.value.why is why
