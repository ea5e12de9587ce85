"""A round that is drafted, published and called off at random while people register, pay, are seated and banned; what must hold."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from ncre.bootstrap import Container
from ncre.domain.claims import held_by
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration import commands as c
from ncre.domain.registration.lifecycle import HOLDS_SEATS, TERMINATED
from ncre.domain.registration.machine import open_steps
from ncre.domain.registration.state import replay
from ncre.domain.registration.vocabulary import Status
from ncre.domain.students import DECLARED
from ncre.events import registration as facts
from ncre.handlers.command_handler import Act
from ncre.projections.base import Row
from ncre.projections.maintenance import rebuild
from ncre.projections.registration import registrations
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.bans.ban_file import BanRow, NewBan
from ncre.services.bans.bans import BanOutcome
from ncre.services.exam.calling_off_request import CallOff
from ncre.services.exam.revision_commands import Revise
from ncre.services.registration.case_request import CaseRequest
from tests.services.exam.revised import CODES, SITES, TOLD, Sequence, small_round
from tests.support import people

ALSO_TOLD: Final = TOLD | {
    RefusalCode.CALLED_OFF_ALREADY,
    RefusalCode.MONEY_UNDECIDED,
    RefusalCode.ALREADY_PAID,
    RefusalCode.NO_PAYMENT_DUE,
    RefusalCode.NOTHING_OWED,
    RefusalCode.REVISION_OUTDATED,
    RefusalCode.DRAFT_FAULTY,
    RefusalCode.BANNED,
    RefusalCode.WINDOW_OVER,
    RefusalCode.MONEY_REASON_MISSING,
    RefusalCode.PREVIEW_OUTDATED,
}


def announce(container: Container, code: str) -> None:
    """The notices that a round opens with."""
    wanted = container.revisions.wanted(code)
    notices = load_round(bundled(), people.TODAY).notices
    container.revisions.revise(
        Revise(actor=people.OFFICE, wanted=replace(wanted, notices=notices), why="公告")
    )


NEARER: Final = (
    facts.InfoFilled,
    facts.InfoAmended,
    facts.Submitted,
    facts.SubjectsChanged,
    facts.ReviewRequested,
    facts.Approved,
    facts.PaymentSettled,
)
"""What never happens to a registration once its person is banned."""


class MovingRounds(Sequence):
    """A sequence over a round and the one after it, with fees that are paid through a channel."""

    def __init__(self, container: Container, code: str, after: str, seed: int) -> None:
        super().__init__(container, code, seed)
        self.after = after
        self.published = 0
        self.banned: dict[UUID, int] = {}
        later = small_round(container, after)
        sites = tuple(replace(one, quota=4) for one in later.sites)
        container.revisions.revise(
            Revise(actor=people.OFFICE, wanted=replace(later, sites=sites), why="下一考次")
        )

    def run(self, steps: int) -> None:
        """So many random acts; what must hold is looked at after each, and the rows at the end."""
        acts = (
            *[self.somebody_comes] * 4,
            self.somebody_pays,
            self.cancels,
            self.seats,
            *[self.publishes_a_draft] * 3,
            self.revises,
            self.calls_off,
            *[self.goes_on] * 2,
            self.bans_somebody,
            self.resolves_a_ban,
            self.candidate_acts,
            self.staff_act,
            self.shortens_a_window,
            self.container.worker.once,
        )
        for _ in range(steps):
            act = self.random.choice(acts)
            try:
                act()
            except Refusal as refusal:
                if refusal.code not in ALSO_TOLD:
                    raise
                self.refused[refusal.code] += 1
            self.check()
        self.comes_to_rest()

    def pays(self, who: UUID) -> None:  # type: ignore[override]
        """Through a channel, where the registration may be paid for."""
        till = people.till_of(self.container)
        order = till.begin(self.container.checkout.open(who, till.name))
        self.container.payments.receive(till.pay(order.number))

    def cancels(self) -> None:
        """Somebody alone, with the fee returned or kept."""
        if not self.people:
            return
        money = self.random.choice(list(c.PaidFee))
        self.container.changes.carry_out(
            c.Cancel(
                registration=self.random.choice(self.people),
                actor=people.OFFICE,
                reason="取消",
                money=money,
                money_reason="停考",
            )
        )

    def somebody_waits(self) -> None:
        """Somebody comes and does not pay yet."""
        self.registers(self.random.choice(SITES), (self.random.choice(CODES),))

    def candidate_acts(self) -> None:
        """Somebody changes the choice or the photo, asks for review or takes that back, or gives it all up."""
        if not self.people:
            return
        who, random = self.random.choice(self.people), self.random
        asks: dict[str, Any] = {
            "registration": who,
            "actor": c.Actor(str(self.row(who)["account"]), c.Role.CANDIDATE),
        }
        subjects = tuple(random.sample(CODES, random.randint(1, 2)))
        self.container.command_handler.handle(
            random.choice(
                [
                    c.ChangeSubjects(**asks, site=random.choice(SITES), subjects=subjects, student=DECLARED),
                    c.ReplacePhoto(**asks, photo=people.OTHER_PHOTO),
                    c.RequestReview(**asks),
                    c.TakeBack(**asks),
                    c.Withdraw(**asks),
                ]
            )
        )

    def staff_act(self) -> None:
        """Somebody is approved, rejected, confirmed, suspended, or goes on."""
        if not self.people:
            return
        asks: dict[str, Any] = {"registration": self.random.choice(self.people), "actor": people.OFFICE}
        self.container.command_handler.handle(
            self.random.choice(
                [
                    c.Approve(**asks),
                    c.Reject(**asks, reasons=("P01",)),
                    c.Confirm(**asks),
                    c.Suspend(**asks, reason="调查"),
                    c.Resume(**asks),
                ]
            )
        )

    def shortens_a_window(self) -> None:
        """Registering, reviewing or paying is over in some hours, or goes on for days; by a draft, or it is refused."""
        drafts = self.container.round_drafts
        draft = drafts.begin_revision(self.code, people.OFFICE, uuid4())
        part = drafts.find(draft).parts["windows"]
        window = self.random.choice(("register", "review", "payment"))
        closes = self.container.clock() + timedelta(hours=self.random.choice((2, 30, 400)))
        cells = {
            **part.fields,
            f"windows.{window}.closes": f"{closes.astimezone(EXAM_TIME):%Y-%m-%d %H:%M}",
        }
        drafts.save(draft, "windows", cells, part.version, people.OFFICE)
        drafts.publish(draft, drafts.find(draft).version, "提前截止", people.OFFICE, uuid4())

    def publishes_a_draft(self) -> None:
        """A random cell of a random part of a draft is changed; the draft is published, or refused whole."""
        drafts = self.container.round_drafts
        draft = drafts.begin_revision(self.code, people.OFFICE, uuid4())
        found = drafts.find(draft)
        name = self.random.choice(["policy", f"site:{SITES[0]}", f"site:{SITES[1]}", "fees"])
        if name not in found.parts:
            return
        cells = dict(found.parts[name].fields)
        match self.random.randrange(6):
            case 0:
                cells[f"offers.{self.random.choice(('14', '24', '66'))}"] = str(self.random.randint(1, 9))
            case 1 if name.startswith("site:"):
                cells["policies.quota"] = str(self.random.randint(1, 30))
            case 2 if name.startswith("site:"):
                cells["policies.review"] = self.random.choice(("yes", "no"))
            case 3:
                cells.pop(self.random.choice(sorted(cells)))
            case 4 if name.startswith("site:"):
                cells["rooms.0.seats"] = str(self.random.randint(1, 9))
            case _:
                cells = {key: "90" if key.endswith(".yuan") else cell for key, cell in cells.items()}
        drafts.save(draft, name, cells, found.parts[name].version, people.OFFICE)
        version = drafts.find(draft).version
        drafts.publish(draft, version, "修订", people.OFFICE, uuid4())
        self.published += 1

    def calls_off(self) -> None:
        """A site, in one of the three ways; its people are dealt with later."""
        site = self.random.choice(SITES)
        to = self.random.choice(("", self.after))
        shown = self.container.calling_off.preview(self.code, site, to)
        money = None if to else self.random.choice(list(c.PaidFee))
        self.container.calling_off.begin(
            CallOff(
                actor=people.OFFICE,
                round=self.code,
                site=site,
                to=to,
                money=money,
                why="停考",
                seen=shown.mark,
                command_id=uuid4(),
            )
        )

    def bans_somebody(self) -> None:
        """Whoever it is of those who came, whatever they have reached; from then on they come no nearer to the exam."""
        if not self.people:
            return
        who = self.random.choice(self.people)
        account = next(row["account"] for row in self.rows() if row["id"] == who)
        ban = NewBan("resident_id", f"{account.int}", people.TODAY, date(2030, 1, 1), uuid4().hex, "替考")
        assert self.container.bans.import_rows(Act(people.OFFICE), [BanRow(2, ban)]) == 1
        self.banned.setdefault(who, len(self._history(who)))

    def resolves_a_ban(self) -> None:
        """What becomes of somebody who had paid before."""
        mine = [one for one in self.container.bans.waiting() if one["registration"] in self.people]
        if mine:
            one = self.random.choice(mine)
            request = CaseRequest(registration=one["registration"], actor=people.OFFICE)
            self.container.bans.resolve(request, one["ban"], self.random.choice(list(BanOutcome)), "决定")

    def goes_on(self) -> None:
        """Two cases of each run, as after a kill."""
        for site in SITES:
            for run in self.container.calling_off.runs(self.code, site):
                self.container.calling_off.go_on(run.id, 2)

    def rows(self) -> list[Row]:
        """The rows of both rounds."""
        table = registrations.registrations
        with self.container.database.reading() as connection:
            asked = table.select().where(table.c.round.in_((self.code, self.after)))
            return [dict(row) for row in connection.execute(asked).mappings()]

    def check(self) -> None:
        """Quotas, places, money, and a way out for everybody."""
        rows = self.rows()
        self._check_quotas(rows)
        places = Counter(
            (row["round"], row["person"])
            for row in rows
            if row["person"] and Status(row["status"]) not in TERMINATED
        )
        assert not places or max(places.values()) == 1
        for row in rows:
            self._check_money(row)
            assert Status(row["status"]) in TERMINATED or self._ways_out(row), row
        for who, length in self.banned.items():
            since = self._history(who)[length:]
            assert not [one for one in since if isinstance(one, NEARER)], since

    def _check_quotas(self, rows: list[Row]) -> None:
        """Nobody is counted twice or forgotten, and nobody comes in above what was allowed when they came."""
        for code in (self.code, self.after):
            for now in self.container.queries.exams.overview(self.container.queries.exams.round(code)):
                here = [
                    row
                    for row in rows
                    if (row["round"], row["site"]) == (code, now.site.code)
                    and Status(row["status"]) in HOLDS_SEATS
                ]
                assert now.people.taken == len(here)
                chosen = [line["subject"] for row in here for line in row["lines"]]
                assert now.sittings.taken == sum(one in now.site.offers for one in chosen)
                if code == self.after:
                    assert now.people.taken <= now.people.quota

    def _check_money(self, row: Row) -> None:
        """What came in either stands for a registration, was kept by decision, or is owed or returned: never twice."""
        history = self._history(row["id"])
        state = replay(row["id"], history)
        came = {one.trade for one in history if isinstance(one, facts.PaymentSettled | facts.PaymentUnusable)}
        back = set(state.owed) | state.returned
        assert back <= came
        cancelled = [one for one in history if isinstance(one, facts.Cancelled)]
        if state.settled and cancelled:
            assert (cancelled[-1].money == "refund") == (state.settled.trade in back)
        if state.settled and not cancelled:
            assert state.settled.trade not in back

    def _ways_out(self, row: Row) -> bool:
        """Whether some step is open to somebody."""
        with self.container.database.reading() as connection:
            site = self.container.command_handler.exams.site_of(connection, row)
        return bool(open_steps(Status(row["status"]), site))

    def _history(self, who: UUID) -> list[facts.Fact]:
        with self.container.database.reading() as connection:
            return self.container.command_handler.store.history(connection, who)

    def comes_to_rest(self) -> None:
        """Every run ends, all money that is owed goes back, and the rows are what the log says."""
        store, quiet = self.container.command_handler.store, 0
        while quiet < 3:
            before = store.newest()
            self.container.worker.once()
            quiet = quiet + 1 if store.newest() == before else 0
        till = people.till_of(self.container)
        for row in self.rows():
            state = replay(row["id"], self._history(row["id"]))
            assert not state.owed, state
            assert held_by(state) is not None
        for site in SITES:
            for run in self.container.calling_off.runs(self.code, site):
                progress = self.container.calling_off.progress(run.id)
                assert not progress.waiting
                assert progress.done + progress.refused == progress.total
        handler = self.container.command_handler
        assert not list(rebuild.check(self.container.database, handler.store, handler.listeners))
        assert till is not None
