"""Which test calls which function: recorded once for each file of tests, and again when the file changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation import trampoline

from tools.mutants.session import Session, Terminal, caches_of_ours, forget, in_session
from tools.mutants.settings import KEPT, ROOT, settings

FOLDER = KEPT / "reach"


@dataclass(frozen=True)
class Reaching:
    """A test that calls the function, and its seconds of CPU."""

    nodeid: str
    seconds: float


def files_of_tests() -> list[Path]:
    """Every file of tests by which mutants are tried."""
    chosen = [ROOT / path for path in settings()["pytest_add_cli_args_test_selection"]]
    return sorted(file for path in chosen for file in (path.rglob("test_*.py") if path.is_dir() else [path]))


def unrecorded(files: Iterable[Path]) -> list[Path]:
    return [file for file in files if not _kept(file).exists()]


def tests_by_function(files: Iterable[Path]) -> dict[str, list[Reaching]]:
    """Tests of recorded files, by the function of ours that each calls."""
    reached: dict[str, list[Reaching]] = {}
    for file in files:
        if not _kept(file).exists():
            continue
        table = json.loads(_kept(file).read_text(encoding="utf-8"))
        for nodeid, (seconds, functions) in table["tests"].items():
            for number in functions:
                reached.setdefault(table["functions"][number], []).append(Reaching(nodeid, seconds))
    return reached


def record(files: Sequence[Path]) -> None:
    """Runs the tests of the files once and writes down what each calls. The mutated modules have to be installed."""
    in_session([str(file) for file in files], _record)


def _record(session: Session) -> None:
    os.environ["MUTANT_UNDER_TEST"] = "stats"
    called: set[str] = set()
    trampoline.record_trampoline_hit = lambda name, caller=None: called.add(name)
    by_file: dict[str, dict[str, tuple[float, list[str]]]] = {}
    for nodeid in session.items:
        by_file.setdefault(nodeid.partition("::")[0], {})[nodeid] = (0.0, [])
    for file, tests in by_file.items():
        for nodeid in tests:
            called.clear()
            forget(caches_of_ours())
            passed, seconds = session.run(nodeid)
            tests[nodeid] = (round(seconds, 4), sorted(called) if passed else [])
        _write(ROOT / file, tests)
        Terminal.say(f"recorded {file}: {len(tests)} tests, {sum(took for took, _ in tests.values()):.0f} s")


def _write(file: Path, tests: dict[str, tuple[float, list[str]]]) -> None:
    functions = sorted({function for _, called in tests.values() for function in called})
    number = {function: place for place, function in enumerate(functions)}
    table = {
        nodeid: [seconds, [number[name] for name in called]] for nodeid, (seconds, called) in tests.items()
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob(_name(file) + "-*.json"):
        old.unlink()
    _kept(file).write_text(json.dumps({"functions": functions, "tests": table}), encoding="utf-8")


def _name(file: Path) -> str:
    return "+".join(file.relative_to(ROOT).with_suffix("").parts)


def _kept(file: Path) -> Path:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    return FOLDER / f"{_name(file)}-{digest}.json"
