"""The workers of a whole run compile its tests together: each begins at another one, and later finds what the others compiled."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    config = session.config
    if not hasattr(config, "workerinput") or config.args != config.getini("testpaths"):
        return
    if sys.dont_write_bytecode:
        return
    left_out = [Path(one).resolve() for one in config.getoption("ignore") or ()]
    files = [one for one in sorted(TESTS.rglob("test_*.py")) if not any(map(one.is_relative_to, left_out))]
    worker, workers = config.workerinput["workerid"], config.workerinput["workercount"]
    begins = len(files) * int(worker.removeprefix("gw")) // workers
    for file in files[begins:] + files[:begins]:
        with suppress(Exception):  # pytest comes to it again, and tells it
            import_module(".".join(file.relative_to(TESTS.parent).with_suffix("").parts))
