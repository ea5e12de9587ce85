"""Staff sign in at a certified provider that is not ours; every reply that does not fit is refused."""

from __future__ import annotations

import threading
from base64 import urlsafe_b64encode as b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

from ncre.clients.identity_provider import ProviderUnavailable, SignInFailure, SignOnRefused, Unheard
from ncre.clients.openid import Issuer, OpenIDClient
from ncre.clients.openid_keys import ProviderKeys, _read
from ncre.domain.registration.vocabulary import Role
from tests.support.openid import issuer_at, log_in, needs_provider, openid_provider

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


def refusal(attempt: Callable[[], object]) -> SignInFailure:
    with pytest.raises(SignOnRefused) as refused:
        attempt()
    return refused.value.why


def test_a_reviewer_signs_in_with_the_role_and_sites_of_the_claim(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    assert "code_challenge_method=S256" in begun.address
    staff = sign_on.finish(begun, log_in(begun.address))
    assert (staff.name, staff.role, staff.sites) == ("李雷", Role.REVIEWER, {"110001"})
    assert (staff.identity.issuer, staff.identity.subject) == (issuer.url, "li")


def test_who_has_no_claim_to_a_role_is_refused(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    assert refusal(lambda: sign_on.finish(begun, log_in(begun.address, "zhang"))) is SignInFailure.NO_ROLE


@pytest.mark.parametrize("iss", ["https://evil.example", "", None])
def test_a_wrong_or_missing_iss_is_refused(issuer: Issuer, iss: str | None) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    brought = log_in(begun.address)
    assert brought.pop("iss") == issuer.url
    assert (
        refusal(lambda: sign_on.finish(begun, brought | ({} if iss is None else {"iss": iss})))
        is SignInFailure.ISSUER
    )


def test_a_wrong_state_is_refused(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun, other = sign_on.begin(), sign_on.begin()
    assert refusal(lambda: sign_on.finish(other, log_in(begun.address))) is SignInFailure.STATE


def test_a_replayed_code_is_refused(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    brought = log_in(begun.address)
    sign_on.finish(begun, brought)
    assert refusal(lambda: sign_on.finish(begun, brought)) is SignInFailure.CODE


@pytest.mark.parametrize("change", [{"client_id": "another"}, {"client_secret": "wrong"}])
def test_a_code_of_another_client_and_a_wrong_secret_are_refused(
    issuer: Issuer, change: dict[str, str]
) -> None:
    begun = OpenIDClient(issuer, now).begin()
    other = OpenIDClient(replace(issuer, **change), now)
    assert refusal(lambda: other.finish(begun, log_in(begun.address))) is SignInFailure.CODE


def test_a_wrong_nonce_is_refused(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    assert (
        refusal(lambda: sign_on.finish(replace(begun, nonce="x"), log_in(begun.address)))
        is SignInFailure.IDENTITY
    )


def test_a_wrong_verifier_is_refused(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    assert (
        refusal(lambda: sign_on.finish(replace(begun, verifier="x" * 64), log_in(begun.address)))
        is SignInFailure.CODE
    )


def test_an_expired_token_is_refused(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, lambda: now() + timedelta(days=1))
    begun = sign_on.begin()
    assert refusal(lambda: sign_on.finish(begun, log_in(begun.address))) is SignInFailure.IDENTITY


def keys_of(sign_on: OpenIDClient, *keys: dict[str, object]) -> None:
    """As if the provider had published these when it was asked."""
    sign_on._keys._keys = list(_read({"keys": list(keys)}))


def public(kid: str | None) -> dict[str, object]:
    key = dict(RSAKey.generate_key(2048).as_dict(private=False))
    return key if kid is None else {**key, "kid": kid}


def published(issuer: Issuer) -> list[dict[str, object]]:
    return list(requests.get(issuer.url + "/jwks", timeout=5).json()["keys"])


@pytest.mark.parametrize("kid", ["old", None])
def test_keys_changed_since_they_were_fetched_are_fetched_again(issuer: Issuer, kid: str | None) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    keys_of(sign_on, public(kid))
    assert sign_on.finish(begun, log_in(begun.address)).role is Role.REVIEWER


def test_a_key_changed_under_the_same_name_is_fetched_again(issuer: Issuer) -> None:
    """A bad signature is no proof of a forgery: a provider may change its key and keep its name."""
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    keys_of(sign_on, *(public(str(key["kid"])) for key in published(issuer)))
    assert sign_on.finish(begun, log_in(begun.address)).role is Role.REVIEWER


def test_a_token_signed_by_somebody_else_under_the_same_key_name_is_refused(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also once the keys were asked for again."""
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin()
    kid = str(published(issuer)[0]["kid"])
    forged = jwt.encode({"alg": "RS256", "kid": kid}, {"iss": issuer.url}, RSAKey.generate_key(2048))
    monkeypatch.setattr(sign_on, "_id_token", lambda *_: forged)
    assert refusal(lambda: sign_on.finish(begun, log_in(begun.address))) is SignInFailure.IDENTITY


def test_keys_may_have_names_or_none_and_strange_ones_beside_them() -> None:
    named, nameless, other = (RSAKey.generate_key(2048) for _ in range(3))
    written = [
        {"kty": "OKP-of-tomorrow", "kid": "x"},
        {**other.as_dict(private=False), "use": "enc", "kid": "named"},
        {**named.as_dict(private=False), "kid": "named"},
        nameless.as_dict(private=False),
        "no key at all",
    ]
    keys = ProviderKeys(lambda: {"keys": written}, now)
    for header, key in (({"kid": "named"}, named), ({}, named), ({}, nameless), ({"kid": "new"}, nameless)):
        assert keys.decode(jwt.encode({"alg": "RS256", **header}, {"sub": "li"}, key)).claims == {"sub": "li"}


def test_tokens_that_fit_no_key_do_not_have_the_keys_asked_for_without_end() -> None:
    """Once they were: whoever presents many such tokens has the provider asked once a minute."""
    asked, clock = [], [datetime(2027, 1, 5, tzinfo=UTC)]
    key = {**RSAKey.generate_key(2048).as_dict(private=False), "kid": "known"}

    def fetch() -> dict[str, object]:
        asked.append(clock[0])
        return {"keys": [key]}

    keys, stranger = ProviderKeys(fetch, lambda: clock[0]), RSAKey.generate_key(2048)
    for kid in ("known", "unknown", "known", "other"):
        with pytest.raises(JoseError):
            keys.decode(jwt.encode({"alg": "RS256", "kid": kid}, {"sub": "li"}, stranger))
    assert len(asked) == 2
    clock[0] += timedelta(minutes=1)
    with pytest.raises(JoseError):
        keys.decode(jwt.encode({"alg": "RS256", "kid": "known"}, {"sub": "li"}, stranger))
    assert len(asked) == 3


@pytest.mark.parametrize("alg", ["HS256", "none"])
def test_a_token_that_the_client_could_write_itself_is_refused(alg: str) -> None:
    keys = ProviderKeys(lambda: {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}, public("a")]}, now)
    if alg == "none":
        header = b64encode(b'{"alg":"none","kid":"a"}').decode().rstrip("=")
        token = f"{header}.{b64encode(b'{}').decode().rstrip('=')}."
    else:
        secret = OctKey.import_key("a secret of at least 32 characters!")
        token = jwt.encode({"alg": alg, "kid": "a"}, {}, secret, algorithms=[alg])
    with pytest.raises(JoseError):
        keys.decode(token)


# what the provider shows


@pytest.mark.parametrize(
    ("wanted", "li", "han"),
    [
        ({}, False, False),
        ({"acr": ("mfa",)}, False, True),
        ({"amr": ("hwk", "otp")}, False, True),
        ({"acr": ("mfa",), "amr": ("otp",)}, False, True),
        ({"acr": ("mfa",), "amr": ("hwk",)}, False, False),
    ],
)
def test_a_second_factor_is_what_the_configuration_names(
    issuer: Issuer, wanted: dict[str, tuple[str, ...]], li: bool, han: bool
) -> None:
    sign_on = OpenIDClient(replace(issuer, **wanted), now)  # type: ignore[arg-type]
    for who, shows in (("li", li), ("han", han)):
        begun = sign_on.begin()
        assert ("acr_values=mfa" in begun.address) is ("acr" in wanted)
        assert sign_on.finish(begun, log_in(begun.address, who)).second_factor is shows


def test_whoever_proves_it_anew_is_asked_to_and_when_is_checked(issuer: Issuer) -> None:
    sign_on = OpenIDClient(issuer, now)
    begun = sign_on.begin(again=True)
    assert "prompt=login" in begun.address
    assert "max_age=0" in begun.address
    assert sign_on.finish(begun, log_in(begun.address)).identity.subject == "li"
    begun = sign_on.begin(again=True)
    later = replace(begun, again=str(int(begun.again) + 3600))
    assert refusal(lambda: sign_on.finish(later, log_in(begun.address))) is SignInFailure.STALE
    unasked = sign_on.begin()  # without max_age this provider does not say when
    forged = replace(unasked, again=str(int(now().timestamp())))
    assert refusal(lambda: sign_on.finish(forged, log_in(unasked.address))) is SignInFailure.STALE


def test_a_provider_that_does_not_answer_is_silence(issuer: Issuer) -> None:
    with pytest.raises(ProviderUnavailable) as silent:
        OpenIDClient(replace(issuer, url="http://127.0.0.1:9"), now).begin()
    assert silent.value.why is Unheard.UNREACHABLE


def test_metadata_of_another_issuer_are_refused(issuer: Issuer) -> None:
    assert refusal(OpenIDClient(replace(issuer, url=issuer.url + "/"), now).begin) is SignInFailure.ISSUER


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
        with pytest.raises(ProviderUnavailable) as silent:
            OpenIDClient(asked, now).begin()
    finally:
        server.shutdown()
        thread.join()
    assert silent.value.why is why
