"""Which mutants are tried, by which tests, and what came of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count

from tools.mutants.generation import Mutated, function_of
from tools.mutants.reach import Reaching
from tools.mutants.session import Outcome, Session, Terminal
from tools.mutants.settings import KEPT

#: Seconds of tests that are tried at once: few mutants live longer than the first, and no more is run than it takes.
PORTIONS = (0.3, 1.0, 5.0, 1000.0)
NOT_REACHED = Outcome("not reached")


@dataclass(frozen=True)
class Tried:
    mutant: str
    outcome: str
    by: str
    difference: str
    #: The mutated module as it was.
    source: str

    @property
    def is_noticed(self) -> bool:
        return self.outcome in ("noticed", "endless")


def sample(mutants: Iterable[str], size: int) -> list[str]:
    """The same ones each time: by the digest of their names. 0 takes all."""
    drawn = sorted(mutants, key=lambda name: hashlib.sha256(name.encode()).digest())
    return sorted(drawn[:size] if size else drawn)


def chosen_tests(module: str, reaching: Sequence[Reaching], seconds: float) -> list[Reaching]:
    """Nearest first, one case of each test before its second, the quick before the slow, until the seconds are full."""
    cases: dict[str, count[int]] = {}
    ranked = []
    for test in sorted(reaching, key=lambda test: test.seconds):
        case = next(cases.setdefault(test.nodeid.partition("[")[0], count()))
        ranked.append((-_nearness(module, test.nodeid), case // 4, test.seconds, test))
    chosen: list[Reaching] = []
    for _, _, _, test in sorted(ranked, key=lambda one: one[:3]):
        if not chosen or seconds - test.seconds > 0:
            chosen.append(test)
            seconds -= test.seconds
    return chosen


def _nearness(module: str, nodeid: str) -> int:
    """How many names the test's file shares with the module's: the room first, then the subject."""
    words = set(nodeid.partition("::")[0].removesuffix(".py").replace("_", "/").split("/"))
    return len(words & set(module.replace("_", ".").split(".")))


class Trial:
    """Tries mutants in one session, each test run once without a mutant before it counts."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._passing: dict[str, float | None] = {}
        self._lucky: dict[str, list[str]] = {}
        self._proven: dict[str, bool] = {}

    def of(self, mutant: str, tests: Sequence[Reaching]) -> Outcome:
        if not tests:
            return NOT_REACHED
        lucky = self._lucky.setdefault(function_of(mutant), [])
        order = [*lucky, *(test.nodeid for test in tests if test.nodeid not in lucky)]
        for portion in self._portions(order):
            outcome = self._session.try_mutant(
                mutant, portion, sum(self._passing[name] or 0 for name in portion)
            )
            if outcome.by and not self._can_pass_again(outcome.by):
                self._passing[outcome.by] = None
                return self.of(mutant, tests)
            if outcome.kind != "survived":
                if outcome.by and outcome.by not in lucky:
                    lucky.insert(0, outcome.by)
                return outcome
        return Outcome("survived")

    def _portions(self, order: Sequence[str]) -> Iterable[list[str]]:
        portion: list[str] = []
        sizes, size = iter(PORTIONS), 0.0
        limit = next(sizes)
        for name in order:
            seconds = self._seconds(name)
            if seconds is None:
                continue
            portion.append(name)
            size += seconds
            if size >= limit:
                yield portion
                portion, size, limit = [], 0.0, next(sizes)
        if portion:
            yield portion

    def _can_pass_again(self, nodeid: str) -> bool:
        """Whether the test passes a second time, in a process of its own without a mutant; asked once for each."""
        if nodeid not in self._proven:
            alone = self._session.try_mutant("", [nodeid], self._passing[nodeid] or 0)
            self._proven[nodeid] = alone.kind == "survived"
        return self._proven[nodeid]

    def _seconds(self, nodeid: str) -> float | None:
        """What the test takes without a mutant; None where it is not there or fails by itself."""
        if nodeid not in self._passing:
            passed, seconds = self._session.run(nodeid) if nodeid in self._session.items else (False, 0.0)
            self._passing[nodeid] = seconds if passed else None
        return self._passing[nodeid]


def try_all(
    session: Session, wanted: Mapping[Mutated, Sequence[str]], tests: Mapping[str, Sequence[Reaching]]
) -> None:
    """Tries the mutants module by module, says each one that nobody noticed, and keeps what came of all."""
    trial = Trial(session)
    for module, mutants in wanted.items():
        for mutant in mutants:
            outcome = trial.of(mutant, tests.get(function_of(mutant), ()))
            tried = Tried(mutant, outcome.kind, outcome.by, module.difference(mutant), module.file.stem)
            keep(module.module, tried)
            if not tried.is_noticed:
                Terminal.say(f"{mutant}: {outcome.kind}\n{tried.difference}")
        Terminal.say(score(module))


def score(module: Mutated) -> str:
    """How many of the mutants that were tried as the module is now were noticed."""
    tried = [one for one in kept(module.module).values() if one.source == module.file.stem]
    noticed = sum(one.is_noticed for one in tried)
    share = f"{noticed / len(tried):.0%}" if tried else "-"
    return f"== {module.module}: {noticed} of {len(tried)} noticed ({share}), {len(module.mutants())} in all"


def keep(module: str, tried: Tried) -> None:
    """Writes down what came of the mutant; what was tried earlier stays."""
    table = {name: asdict(one) for name, one in {**kept(module), tried.mutant: tried}.items()}
    file = KEPT / "outcomes" / f"{module}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(table, ensure_ascii=False, indent=1), encoding="utf-8")


def kept(module: str) -> dict[str, Tried]:
    file = KEPT / "outcomes" / f"{module}.json"
    table = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: Tried(**one) for name, one in table.items()}
