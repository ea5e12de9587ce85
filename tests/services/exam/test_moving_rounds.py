"""Whatever is drafted, published, postponed, called off and banned while people come and pay: quotas, places, money and ways out hold."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ncre.bootstrap import Container
from ncre.domain.refusals import Refusal
from tests.services.exam.moving_rounds import ALSO_TOLD, MovingRounds
from tests.support.containers import container_on
from tests.support.people import Clock

FEW: Final = settings(
    max_examples=5,
    stateful_step_count=16,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
"""The same sequences each time: what is found by chance is found by `make soak`."""

MANY: Final = settings(
    FEW,
    max_examples=int(os.environ.get("SOAK_ROUNDS", "200")),
    stateful_step_count=30,
    derandomize=False,
    phases=[Phase.generate, Phase.shrink],
)
SEED: Final = int(os.environ.get("SOAK_SEED", "1"))

dice = st.integers(0, 9_999)


class Rounds(RuleBasedStateMachine):
    """A round and the one after it, in an installation of their own; each rule is one act of somebody."""

    template: ClassVar[Path]
    did: ClassVar[Counter[str]] = Counter()
    """Acts that were not refused, so that a test can ask how far the sequences got."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ncre-rounds-"))
        shutil.copyfile(self.template, self.folder / "ncre.sqlite")
        self.clock = Clock()
        self.container = container_on(f"sqlite:///{self.folder / 'ncre.sqlite'}", self.folder, self.clock)
        self.rounds = MovingRounds(self.container, "81", "82", 0)

    def teardown(self) -> None:
        self.rounds.comes_to_rest()
        self.container.close()
        shutil.rmtree(self.folder)

    @initialize(picks=st.lists(dice, min_size=2, max_size=5))
    def somebody_is_there(self, picks: list[int]) -> None:
        for pick in picks:
            self.acts("somebody_comes" if pick % 2 else "somebody_waits", pick)

    @rule(
        act=st.sampled_from(["somebody_comes", "somebody_waits", "somebody_pays", "candidate_acts"]),
        pick=dice,
    )
    def a_candidate(self, act: str, pick: int) -> None:
        self.acts(act, pick)

    @rule(
        act=st.sampled_from(["staff_act", "cancels", "seats", "bans_somebody", "resolves_a_ban"]), pick=dice
    )
    def staff(self, act: str, pick: int) -> None:
        self.acts(act, pick)

    @rule(act=st.sampled_from(["publishes_a_draft", "shortens_a_window", "revises"]), pick=dice)
    def the_round_is_edited(self, act: str, pick: int) -> None:
        self.acts(act, pick)

    @rule(act=st.sampled_from(["calls_off", "goes_on"]), pick=dice)
    def a_site_is_called_off(self, act: str, pick: int) -> None:
        self.acts(act, pick)

    @rule(hours=st.sampled_from([0, 3, 26, 300]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours=hours)
        self.container.worker.once()
        self.did["time_passes"] += 1

    @invariant()
    def quotas_places_money_and_ways_out_hold(self) -> None:
        self.rounds.check()

    def acts(self, name: str, pick: int) -> None:
        """An act whose choices follow from the pick; what may be refused is refused."""
        self.rounds.random.seed(pick)
        try:
            getattr(self.rounds, name)()
        except Refusal as refusal:
            if refusal.code not in ALSO_TOLD:
                raise
        else:
            self.did[name] += 1


def rounds(at: Path) -> type[Rounds]:
    class These(Rounds):
        template = at
        did: ClassVar[Counter[str]] = Counter()

    return These


def test_whatever_is_edited_while_people_come_every_promise_holds(migrated_sqlite: Path) -> None:
    these = rounds(migrated_sqlite)
    run_state_machine_as_test(these, settings=FEW)
    assert these.did["publishes_a_draft"], these.did


@pytest.mark.soak
def test_the_same_over_hundreds_of_sequences(migrated_sqlite: Path) -> None:
    these = rounds(migrated_sqlite)
    run_state_machine_as_test(seed(SEED)(these), settings=MANY)
    print(f"{MANY.max_examples} sequences: {dict(these.did)}")
    assert these.did.keys() >= {
        "somebody_comes", "somebody_waits", "somebody_pays", "candidate_acts", "staff_act", "cancels", "seats", "bans_somebody",
        "resolves_a_ban", "publishes_a_draft", "shortens_a_window", "revises", "calls_off", "goes_on",
    }  # fmt: skip


@pytest.mark.parametrize("sequence_seed", [3])
def test_a_sequence_on_each_database(container: Container, sequence_seed: int) -> None:
    sequence = MovingRounds(container, "81", "82", sequence_seed)
    sequence.run(22)
    assert sequence.published + len(sequence.banned)
