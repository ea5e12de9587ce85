"""What administrators of a site do to it themselves, within what the exam office left to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from ncre.domain.accounts.staff import StaffChange, Wanted
from ncre.domain.exam.decisions import require_left_to_site
from ncre.domain.exam.plan import EXAM_TIME, Site
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, Accounts
from ncre.rounds.book import CellFault, read_cells
from ncre.rounds.cells import SITE, Cells, parts_of
from ncre.rounds.loader import LoadedRound
from ncre.services.accounts.staff_accounts import StaffAccounts
from ncre.services.exam.revision_commands import Revise, Revision
from ncre.services.exam.revisions import Revisions

PARTS: Final[Mapping[str, str]] = {"rooms": "rooms.", "offers": "offers.", "notice": "site.notice"}
"""The parts of a site that are cells, and how the names of these begin."""

REVIEWERS: Final = "reviewers"


@dataclass(frozen=True)
class SiteChange:
    """A change that was typed: the round as it would be, or what is wrong with it."""

    wanted: LoadedRound | None
    made_from: int
    faults: tuple[CellFault, ...] = ()


class SiteAdministration:
    """Rooms, offers, notice and reviewers of a site, by its own administrators."""

    def __init__(
        self,
        command_handler: CommandHandler,
        revisions: Revisions,
        staff_accounts: StaffAccounts,
        accounts: Accounts,
    ) -> None:
        self._command_handler = command_handler
        self._revisions = revisions
        self._staff_accounts = staff_accounts
        self._accounts = accounts

    def sites(self, round_code: str, actor: Actor) -> list[Site]:
        """The open sites that somebody administers."""
        _require_administrator(actor)
        with self._command_handler.database.reading() as connection:
            every = self._command_handler.exams.sites(connection, round_code)
        return [site for site in every if actor.covers(site.code) and not site.closed]

    def site(self, round_code: str, code: str, actor: Actor) -> Site:
        """Raises Refusal for a site that is not theirs, or closed."""
        found = next((one for one in self.sites(round_code, actor) if one.code == code), None)
        if found is None:
            raise Refusal(RefusalCode.NOT_YOUR_SITE)
        return found

    def cells(self, round_code: str, code: str) -> Cells:
        """The site as cells of the round's files."""
        return parts_of(self._revisions.wanted(round_code))[f"{SITE}{code}"]

    def typed(
        self, round_code: str, code: str, part: str, cells: Cells, seen: int, actor: Actor
    ) -> SiteChange:
        """What was typed of a part, over the version of the site that was seen. Raises Refusal."""
        site = self.site(round_code, code, actor)
        if part not in PARTS or part not in site.plan.manages:
            raise Refusal(RefusalCode.NOT_LEFT_TO_SITE)
        if site.version != seen:
            raise Refusal(RefusalCode.DRAFT_CHANGED)
        number, now = self._revisions.number(round_code), self._revisions.wanted(round_code)
        name, start = f"{SITE}{code}", PARTS[part]
        parts = parts_of(now)
        kept = {key: cell for key, cell in parts[name].items() if not key.startswith(start)}
        parts[name] = kept | {key: cell for key, cell in cells.items() if key.startswith(start)}
        today = self._command_handler.clock().astimezone(EXAM_TIME).date()
        read = read_cells(round_code, parts, today)
        faults = tuple(one for one in read.faults if one.part == name)
        if faults or read.loaded is None:
            return SiteChange(None, number, faults)
        changed = next(one for one in read.loaded.sites if one.code == code)
        require_left_to_site(site.plan, changed, site.closed)
        sites = tuple(changed if one.code == code else one for one in now.sites)
        return SiteChange(replace(now, sites=sites), number)

    def preview(self, change: SiteChange) -> Revision | None:
        """What it would change, and whom that touches."""
        return self._revisions.difference(change.wanted) if change.wanted else None

    def carry_out(self, change: SiteChange, why: str, actor: Actor, command_id: UUID) -> Revision:
        """As a revision of the round that names its author and reason. Raises Refusal."""
        assert change.wanted is not None, "what has faults is shown, not carried out"
        asked = Revise(
            actor=actor, wanted=change.wanted, why=why, made_from=change.made_from, command_id=command_id
        )
        return self._revisions.revise(asked)

    def reviewers(self, site: Site) -> list[Account]:
        """Who reviews at the site, by name."""
        return [
            one.account
            for one in self._staff_accounts.all()
            if one.account.role is Role.REVIEWER and site.code in one.account.sites
        ]

    def give(self, round_code: str, code: str, name: str, why: str, actor: Actor) -> Account:
        """Somebody reviews at the site from now on, beside where they do already. Raises Refusal."""
        self._require_reviewers(round_code, code, actor)
        known = self._accounts.named(name) if name.strip() else None
        if known is None or known.role not in (Role.CANDIDATE, Role.REVIEWER):
            raise Refusal(RefusalCode.STAFF_UNKNOWN)
        sites = (known.sites if known.role is Role.REVIEWER else frozenset()) | {code}
        self._staff_accounts.change(known.id, Wanted(StaffChange.ROLE, why, Role.REVIEWER, sites), actor)
        return known

    def take(self, round_code: str, code: str, identity: UUID, why: str, actor: Actor) -> Account:
        """Somebody does not review at the site any more; nowhere else is anything taken. Raises Refusal."""
        self._require_reviewers(round_code, code, actor)
        known = self._accounts.find(identity)
        if known is None or known.role is not Role.REVIEWER or code not in known.sites:
            raise Refusal(RefusalCode.STAFF_UNKNOWN)
        left = known.sites - {code}
        role = Role.REVIEWER if left else Role.CANDIDATE
        self._staff_accounts.change(identity, Wanted(StaffChange.ROLE, why, role, left), actor)
        return known

    def _require_reviewers(self, round_code: str, code: str, actor: Actor) -> None:
        if REVIEWERS not in self.site(round_code, code, actor).plan.manages:
            raise Refusal(RefusalCode.NOT_LEFT_TO_SITE)


def _require_administrator(actor: Actor) -> None:
    if actor.role is not Role.SITE_ADMIN:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
