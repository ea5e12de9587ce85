"""`python -m tests.drills.cluster`: the drill, its table, and 1 where anything acknowledged is lost."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.drills.cluster import faults, parts
from tests.drills.cluster.drill import drill, errors_of, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.cluster")
    parser.add_argument("--faults", type=int, default=30)
    parser.add_argument("--seed", type=int, default=20270327)
    parser.add_argument("--keep", action="store_true", help="leave the logs")
    given = parser.parse_args()
    try:
        found = parts.found()
    except parts.PartsMissing as missing:
        print(f"skipped: {missing}", file=sys.stderr)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="ncre-cluster-"))
    try:
        result = drill(found, folder, faults.planned(given.faults), given.seed)
    finally:
        print(f"logs: {folder}" if given.keep else "", flush=True)
    print(table(result))
    print(
        f"{given.faults} faults in {result.seconds:.0f} s; Patroni {found.patroni}; {result.acknowledged} acknowledged "
        f"{result.by_kind}; lost {len(result.lost)}, paid and not found {result.unpaid}, money doubled {result.doubled}; "
        f"{result.facts} facts, rows that differ {result.differences}; standbys rebuilt {result.rebuilt}"
    )
    if not given.keep:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
    elif errors := errors_of(folder):
        print(f"tracebacks in {', '.join(errors)}")
    return 0 if result.sound else 1


if __name__ == "__main__":
    sys.exit(main())
