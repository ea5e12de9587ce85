"""Processes of this project that run a few lines of their own, to be killed amid their work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs `code` beside ours; what it prints is read as text from its `stdout`."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
