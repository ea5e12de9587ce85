"""An exam round as files: one TOML file and the CSV files beside it.

loader.py     the whole round, or every fault     schema.py     the form of every key and column
catalogue.py  its CSV files: subjects and sites   kinds.py      kinds of values, as people write them
checks.py     what must agree across the files    reading.py    a part held to the schema, fault by fault
tables.py     CSV rows with their line numbers    encodings.py  UTF-8, GB 18030 and UTF-16 files
lines.py      line numbers of the TOML file       times.py      wall time, or counted from today
faults.py     what is wrong, and where            document.py   docs/round-files.md
data/         the bundled round
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def bundled() -> Path:
    """The round file that comes with the package; its windows are open on the day it is loaded."""
    return Path(str(files("ncre.rounds") / "data" / "demo" / "round.toml"))
