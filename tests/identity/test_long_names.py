"""What other providers call somebody, however long and whatever it holds, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.clients.identity_provider import LONGEST_NAME, LONGEST_SUBJECT, Identity, SignOnRefused, error_code
from ncre.clients.openid import Staff
from ncre.domain.registration.vocabulary import Role
from tests.support.containers import container_on

HALF = "\ud83d"
NAMES = ("🙂" * 60, "🙂" * 500, "欧" * 300, f"a{HALF}", "a\x00b\x1b", "'\"<>&" * 40, "")


@pytest.fixture
def anywhere(database_url: str, tmp_path: Path) -> Iterator[Container]:
    container = container_on(database_url, tmp_path / "data")
    yield container
    container.close()


@pytest.mark.parametrize("name", NAMES)
def test_somebody_unknown_is_kept_and_linked_by_any_name(anywhere: Container, name: str) -> None:
    token = anywhere.single_sign_on.keep_pending(Identity("qq", "app:open", name, ("also:one",)))
    waiting = anywhere.single_sign_on.take_pending(token)
    assert waiting is not None
    assert (waiting.issuer, waiting.subject, waiting.also) == ("qq", "app:open", ("also:one",))
    account = anywhere.accounts.add("wenjing", "a password of wenjing", Role.CANDIDATE)
    anywhere.single_sign_on.link(account, waiting)
    (linked,) = anywhere.single_sign_on.identities.of(account.id)
    assert len(linked.name) <= LONGEST_NAME
    assert HALF not in linked.name


def test_where_somebody_was_going_is_kept_whole(anywhere: Container) -> None:
    about = {"state": "s" * 43, "purpose": "sign-in", "account": "", "next": "/" + "欧" * 119}
    assert anywhere.single_sign_on.take_begun(anywhere.single_sign_on.keep_begun(about)) == about


def test_a_subject_of_255_characters_gets_an_account_and_keeps_it(anywhere: Container) -> None:
    for subject in ("s" * LONGEST_SUBJECT, "s" * (LONGEST_SUBJECT - 1) + "t"):
        who = Identity("https://provider.example", subject, "🙂" * 200)
        account = anywhere.single_sign_on._provisioned(Staff(who, who.name, Role.OFFICE, frozenset()))
        known = anywhere.single_sign_on.known(who)
        assert known is not None
        assert known.id == account.id


@pytest.mark.parametrize("subject", ["", "s" * (LONGEST_SUBJECT + 1), "a\x00b", "a\nb", "é"])
def test_a_subject_that_no_provider_gives_is_refused(subject: str) -> None:
    with pytest.raises(SignOnRefused):
        Identity("qq", subject, "name")


@pytest.mark.parametrize(
    ("given", "logged"),
    [
        ("access_denied", "access_denied"),
        ("100048", "100048"),
        ("-1", "-1"),
        ("x\n2027-01-05 INFO let in", "other"),
        ("access_denied\n", "other"),
        ("1" * 50, "other"),
        ("", "other"),
        (None, "other"),
    ],
)
def test_an_error_of_a_provider_is_one_of_a_fixed_set(given: object, logged: str) -> None:
    assert error_code(given) == logged
