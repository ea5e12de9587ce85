"""Who may change an account of staff, and when it takes two: the exam office, never its own, never its last account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.rejection_reasons import require_text
from ncre.domain.registration.vocabulary import Role

LONGEST_WHY: Final = 500
"""Characters."""

OF_SITES: Final = frozenset({Role.REVIEWER, Role.SITE_ADMIN})
"""Roles that are given for certain sites."""


class StaffChange(StrEnum):
    """What may be asked for about an account of staff; the values stand on requests."""

    ROLE = "role"
    DISABLE = "disable"
    ENABLE = "enable"
    FACTOR = "factor"
    PASSWORD = "password"


@dataclass(frozen=True)
class Wanted:
    """What is to be changed about an account, and why; role and sites for `ROLE`."""

    change: StaffChange
    why: str
    role: Role | None = None
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AccountState:
    """An account as far as a change asks: its id, what it is, whether it signs in, has a second factor, and covers."""

    id: str
    role: Role
    sites: frozenset[str]
    is_disabled: bool
    has_factor: bool


def is_so_already(account: AccountState, wanted: Wanted) -> bool:
    """Whether nothing is left to do."""
    if wanted.change is StaffChange.ROLE:
        same_sites = wanted.role is Role.OFFICE or account.sites == wanted.sites
        return account.role is wanted.role and same_sites
    if wanted.change in (StaffChange.DISABLE, StaffChange.ENABLE):
        return account.is_disabled is (wanted.change is StaffChange.DISABLE)
    return wanted.change is StaffChange.FACTOR and not account.has_factor


def needs_two(account_role: Role, role: Role | None = None) -> bool:
    """Whether a second person confirms: what concerns the office's own accounts, or makes one of them."""
    return Role.OFFICE in (account_role, role)


def assert_may_change(account: AccountState, wanted: Wanted, by: Actor, offices: int) -> None:
    """Raises Refusal. `offices` are the accounts of the office that sign in now."""
    if by.role is not Role.OFFICE and not _is_reviewer_of_own_site(account, wanted, by):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if by.id == account.id:
        raise Refusal(RefusalCode.OWN_ACCOUNT)
    assert_explained(wanted.why, wanted.role, wanted.sites)
    if account.role is Role.CANDIDATE and wanted.change is not StaffChange.ROLE:
        raise Refusal(RefusalCode.NOT_STAFF)
    if offices <= 1 and _takes_office(account, wanted):
        raise Refusal(RefusalCode.LAST_OFFICE)


def _is_reviewer_of_own_site(account: AccountState, wanted: Wanted, by: Actor) -> bool:
    """Whether an administrator of sites gives or takes the role of a reviewer at these sites, and nothing else."""
    ordinary = {Role.CANDIDATE, Role.REVIEWER}
    if by.role is not Role.SITE_ADMIN or wanted.change is not StaffChange.ROLE:
        return False
    if account.role not in ordinary or wanted.role not in ordinary:
        return False
    return all(by.covers(site) for site in account.sites ^ wanted.sites)


def assert_explained(why: str, role: Role | None, sites: frozenset[str]) -> None:
    """Raises Refusal where no reason is given, or a reviewer or administrator covers no site."""
    if not why:
        raise Refusal(RefusalCode.WHY_MISSING)
    require_text(why, LONGEST_WHY)
    if role in OF_SITES and not sites:
        raise Refusal(RefusalCode.SITES_MISSING)


def _takes_office(account: AccountState, wanted: Wanted) -> bool:
    """Whether one account of the office fewer would sign in."""
    if account.role is not Role.OFFICE or account.is_disabled:
        return False
    leaves = wanted.change is StaffChange.ROLE and wanted.role is not Role.OFFICE
    return leaves or wanted.change is StaffChange.DISABLE
