"""Why an account is not made or changed as asked."""

from __future__ import annotations

from ncre.identity.passwords import Weakness


class NameTaken(Exception):
    """Another account signs in under this name or address."""


class PasswordRefused(Exception):
    """The password is not taken; `weakness` says why."""

    def __init__(self, why: Weakness = Weakness.SHORT) -> None:
        super().__init__(why.value)
        self.weakness = why
