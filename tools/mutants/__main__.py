"""Tries mutants: python -m tools.mutants 'ncre.services.payment*' --sample 40."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.mutants import reach
from tools.mutants.generation import Mutated, function_of, install, mutated
from tools.mutants.session import in_session
from tools.mutants.settings import ROOT, modules
from tools.mutants.trying import chosen_tests, kept, sample, score, try_all


def main() -> None:
    args = _parser().parse_args()
    os.chdir(ROOT)
    if args.record is not None:
        _record([Path(file).resolve() for file in args.record] or reach.files_of_tests())
        return
    if args.scores:
        _say_scores(args.modules)
        return
    files = reach.files_of_tests()
    missing = reach.unrecorded(files)
    if missing and not args.recorded:
        subprocess.run([sys.executable, "-m", "tools.mutants", "--record", *map(str, missing)], check=True)
    _try(args.modules, args.sample, args.seconds, args.again)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__)
    parser.add_argument(
        "modules", nargs="*", default=["*"], help="which modules or mutants, as ncre.services.payment*"
    )
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="so many mutants of each module; 0: all"
    )
    parser.add_argument("--seconds", type=float, default=15, help="seconds of tests for each mutant, 15")
    parser.add_argument("--again", action="store_true", help="only mutants that nobody noticed the last time")
    parser.add_argument(
        "--record", nargs="*", metavar="FILE", help="only record which functions these tests call"
    )
    parser.add_argument("--scores", action="store_true", help="only say what came of what was tried so far")
    parser.add_argument(
        "--recorded", action="store_true", help="try by tests that are recorded and record no others"
    )
    return parser


def _record(files: Sequence[Path]) -> None:
    install({name: mutated(name, file) for name, file in modules()})
    reach.record(files)


def _try(patterns: Sequence[str], size: int, seconds: float, again: bool) -> None:
    found = [mutated(name, file) for pattern in patterns for name, file in modules(pattern)]
    if not found:
        sys.exit(f"no module that is changed fits {' '.join(patterns)}")
    reached = reach.tests_by_function(reach.files_of_tests())
    wanted = {module: _wanted(module, size, again) for module in found}
    tests = {
        function: chosen_tests(module.module, reached.get(function, []), seconds)
        for module, mutants in wanted.items()
        for function in {function_of(mutant) for mutant in mutants}
    }
    install({module.module: module for module in found})
    files = sorted({test.nodeid.partition("::")[0] for several in tests.values() for test in several})
    in_session(files, lambda session: try_all(session, wanted, tests))


def _say_scores(patterns: Sequence[str]) -> None:
    for pattern in patterns:
        for module in (mutated(name, file) for name, file in modules(pattern)):
            if kept(module.module):
                print(score(module))


def _wanted(module: Mutated, size: int, again: bool) -> list[str]:
    """What is still to be tried: what was noticed before is so as long as the module stays as it is."""
    before = kept(module.module)
    if again:
        return [name for name in module.mutants() if name in before and not before[name].is_noticed]
    known = {name for name, tried in before.items() if tried.source == module.file.stem}
    return [name for name in sample(module.mutants(), size) if name not in known]


if __name__ == "__main__":
    main()
