"""python -m tests.attacks [NAME ...]: start the service over new data and let the named attacks, or all, loose on it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.attacks.arsenal import attacks
from tests.attacks.target import started


def main(names: list[str]) -> int:
    """The number of attacks that found something; what they found is printed."""
    succeeded = 0
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as target:
        for name, attack in attacks(names):
            found = attack.findings(target)
            succeeded += bool(found)
            print(name, "held" if not found else "DID NOT HOLD")
            for sentence in found:
                print("   ", sentence)
    return succeeded


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
