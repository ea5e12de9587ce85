"""An exam round as files: one TOML file and the CSV files beside it.

loader.py     the whole round, or every fault     catalogue.py  its CSV files: subjects and sites
tables.py     CSV rows with their line numbers    lines.py      line numbers of the TOML file
times.py      wall time, or counted from today    faults.py     what is wrong, and where
data/         the bundled round
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def bundled() -> Path:
    """The round file that comes with the package; its windows are open on the day it is loaded."""
    return Path(str(files("ncre.rounds") / "data" / "demo" / "round.toml"))
