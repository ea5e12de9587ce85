"""Second looks: a sample of decisions is decided once more by somebody else, who does not know the first verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.rejection_reasons import require_reasons, require_text
from ncre.domain.registration.vocabulary import Role
from ncre.events.base import Fact
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Account, covering
from ncre.operational import second_looks
from ncre.operational.second_looks import LONGEST_NOTE, LookState
from ncre.operational.second_looks import SecondLook as SecondLook
from ncre.projections.audit import timeline
from ncre.services.review.notes import SealedNotes
from ncre.services.review.sampling import WHOLE

VERDICTS: Final = ("approve", "reject")

OUTCOMES: Final = ("first", "second", "both")
"""Which verdict the office found right; "both" where either can be held."""

FARTHEST: Final = 999
"""Second looks that are looked through at once, the oldest."""

Acts = dict[UUID, dict[str, list[datetime]]]
"""When who did or looked at something, by case and actor."""


@dataclass(frozen=True)
class ReviewerAgreement:
    """How a reviewer's decisions fared: both verdicts of those that were looked at twice.

    `kappa` is Cohen's kappa, agreement beyond what chance gives; None where chance alone would agree always.
    """

    account: UUID
    both_approved: int
    both_rejected: int
    only_first_approved: int
    only_second_approved: int

    @property
    def looks(self) -> int:
        """Decisions that were looked at twice."""
        return self.agreed + self.only_first_approved + self.only_second_approved

    @property
    def agreed(self) -> int:
        """Those on which both verdicts are the same."""
        return self.both_approved + self.both_rejected

    @property
    def share(self) -> float:
        """The share of agreement, from 0 to 1."""
        return self.agreed / self.looks

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, from -1 to 1; None where chance alone would agree always."""
        first = (self.both_approved + self.only_first_approved) / self.looks
        second = (self.both_approved + self.only_second_approved) / self.looks
        by_chance = first * second + (1 - first) * (1 - second)
        return None if by_chance == 1 else (self.share - by_chance) / (1 - by_chance)


class SecondLooks:
    """What was drawn, what the second reviewers found, and the rates of the sites."""

    def __init__(
        self,
        command_handler: CommandHandler,
        clock: Callable[[], datetime],
        reviewers: Callable[[Connection], Iterable[Account]],
    ) -> None:
        """`reviewers` are those of all sites who may sign in."""
        self._command_handler = command_handler
        self._reviewers = reviewers
        self._store = command_handler.store
        self._notes = SealedNotes(command_handler.store, "second-look")
        self._database = command_handler.database
        self._clock = clock

    def waiting(self, account: Account) -> Counter[str]:
        """How many this account could take by site, of the oldest `FARTHEST`."""
        with self._database.reading() as connection:
            return Counter(look.site for look in self._open_for(connection, account, self._clock()))

    def taken(self, account: Account) -> SecondLook | None:
        """What this account has taken and not decided, or None."""
        with self._database.reading() as connection:
            return second_looks.taken(connection, account.id, self._clock())

    def take(self, account: Account, site: str = "") -> SecondLook | None:
        """The one that this account has taken already, else the oldest that is free at a site, "" for any; None where none is."""
        now = self._clock()
        with self._database.transaction() as connection:
            own = second_looks.taken(connection, account.id, now)
            for look in [own] if own else self._open_for(connection, account, now, site):
                if second_looks.take(connection, look, account.id, now):
                    return look
        return None

    def _open_for(
        self, connection: Connection, account: Account, now: datetime, site: str = ""
    ) -> list[SecondLook]:
        """What this account may take: nothing of which they have seen at the desk how it stands since it was decided.

        A reviewer takes what colleagues decided; the exam office what no reviewer of its site may take.
        """
        sites = covering(account.role, account.sites)
        if site:
            sites = frozenset({site}) if sites == EVERY_SITE else sites & {site}
        here = None if sites == EVERY_SITE else sites
        looks = second_looks.open_for(connection, account.id, here, now, FARTHEST)
        since = min((look.decided_at for look in looks), default=now)
        acts = timeline.acts_since(connection, {look.registration for look in looks}, since)
        free = [look for look in looks if not _has_seen(look, account.id, acts)]
        if account.role is Role.REVIEWER or not free:
            return free
        reviewers = list(self._reviewers(connection))
        return [look for look in free if not any(_may_take(look, one, acts) for one in reviewers)]

    def mine(self, account: Account, registration: UUID, version: int) -> SecondLook:
        """What this reviewer has taken and not decided. Raises Refusal."""
        look = self.taken(account)
        if look is None or (look.registration, look.version) != (registration, version):
            raise Refusal(RefusalCode.LOOK_NOT_TAKEN)
        return look

    def before(self, look: SecondLook) -> list[Fact]:
        """The history of the case up to, and without, the decision; private fields are open."""
        with self._database.reading() as connection:
            history = self._store.history(connection, look.registration)
        return [fact for fact in history if fact.metadata.version < look.version]

    def decide(
        self, account: Account, registration: UUID, version: int, verdict: str, reasons: tuple[str, ...]
    ) -> bool:
        """What the second reviewer finds; whether both agree. Raises Refusal."""
        if verdict not in VERDICTS:
            raise Refusal(RefusalCode.VERDICT_MISSING)
        if verdict == "reject":
            require_reasons(reasons, "-")
        now = self._clock()
        with self._database.transaction() as connection:
            look = second_looks.taken(connection, account.id, now)
            if look is None or (look.registration, look.version) != (registration, version):
                raise Refusal(RefusalCode.LOOK_NOT_TAKEN)
            agreed = verdict == look.first_verdict
            state = LookState.AGREED if agreed else LookState.DISAGREED
            second_looks.change(
                connection,
                registration,
                version,
                state=state.value,
                second_verdict=verdict,
                second_reasons=sorted(reasons) if verdict == "reject" else [],
                looked_at=now,
            )
        return agreed

    def disagreements(self, sites: Collection[str], limit: int = 100) -> list[SecondLook]:
        """What the office has to settle, the oldest decision first."""
        with self._database.reading() as connection:
            return second_looks.in_state(connection, LookState.DISAGREED, sites, limit)

    def settle(self, account: Account, registration: UUID, version: int, outcome: str, note: str) -> None:
        """The office says whose verdict was right. Raises Refusal."""
        require_text(note, LONGEST_NOTE)
        if outcome not in OUTCOMES:
            raise Refusal(RefusalCode.VERDICT_MISSING)

        def settled(connection: Connection) -> None:
            self._database.lock(connection, registration)
            look = second_looks.one(connection, registration, version)
            if look is None or look.state != LookState.DISAGREED:
                raise Refusal(RefusalCode.LOOK_SETTLED)
            second_looks.change(
                connection,
                registration,
                version,
                state=LookState.CLOSED.value,
                outcome=outcome,
                outcome_by=account.id,
                outcome_box=self._notes.seal(connection, look.candidate, _key(look), note),
            )

        self._command_handler.run_in_transaction(settled)

    def settled(self, sites: Collection[str], limit: int = 20) -> list[tuple[SecondLook, str]]:
        """What the office settled last, each with its note."""
        with self._database.reading() as connection:
            looks = second_looks.in_state(connection, LookState.CLOSED, sites, limit, oldest=False)
            return [
                (one, self._notes.open(connection, one.candidate, _key(one), one.outcome_box))
                for one in looks
            ]

    def rates(self, sites: Collection[str]) -> dict[str, int]:
        """Thousandths of the decisions of each site; 0 where none was set."""
        with self._database.reading() as connection:
            known = second_looks.rates(connection, sites, self._clock())
        return {site: known.get(site, 0) for site in sites}

    def set_rates(self, account: Account, sites: Collection[str], per_mille: int) -> None:
        """At these sites from now on. Raises Refusal."""
        if not 0 <= per_mille <= WHOLE:
            raise Refusal(RefusalCode.RATE_UNFIT)
        now = self._clock()
        with self._database.transaction() as connection:
            for site in sorted(sites):
                second_looks.set_rate(connection, site, per_mille, now, account.id)

    def report(self, round_code: str) -> list[ReviewerAgreement]:
        """Every reviewer with a decision that was looked at twice in the round."""
        with self._database.reading() as connection:
            found = second_looks.agreements(connection, round_code)
        counts: dict[UUID, dict[tuple[str, str], int]] = {}
        for one in found:
            counts.setdefault(one.first_by, {})[one.first_verdict, one.second_verdict] = one.looks
        return [
            ReviewerAgreement(
                account,
                pairs.get(("approve", "approve"), 0),
                pairs.get(("reject", "reject"), 0),
                pairs.get(("approve", "reject"), 0),
                pairs.get(("reject", "approve"), 0),
            )
            for account, pairs in counts.items()
        ]


def _may_take(look: SecondLook, reviewer: Account, acts: Acts) -> bool:
    """Whether this reviewer could give the second look, now or once it is free."""
    return (
        reviewer.actor.covers(look.site)
        and reviewer.id not in (look.first_by, look.candidate)
        and not _has_seen(look, reviewer.id, acts)
    )


def _has_seen(look: SecondLook, account: UUID, acts: Acts) -> bool:
    """Whether one of their acts came after the decision, and not while the case was shown without it."""
    blind = None
    if look.taken_by == account and look.taken_at is not None:
        blind = (look.taken_at, look.taken_at + second_looks.HELD)
    theirs = acts.get(look.registration, {}).get(str(account), ())
    return any(
        at > look.decided_at and not (blind is not None and blind[0] <= at < blind[1]) for at in theirs
    )


def _key(look: SecondLook) -> str:
    return f"{look.registration}/{look.version}"
