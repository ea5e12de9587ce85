"""No request whatever is an error of the server, and afterwards every row is what the log says; on both databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.soak.random_requests import Requests, sent
from tests.soak.world import world_on
from tests.support.databases import fresh_postgres

WORLD: Final = 2_000
"""Requests to one house; the next ones meet a new one, so that windows stay open and people stay signed up."""

SHORT: Final = 400
LONG: Final = int(os.environ.get("SOAK_REQUESTS", "20000"))
SEED: Final = int(os.environ.get("SOAK_SEED", "1"))
KEPT: Final = [
    int(line.split()[0])
    for line in (Path(__file__).parent / "seeds.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
"""Seeds that found something once."""

DATABASES: Final = ("sqlite", "postgresql")
EXPECTED: Final = frozenset({200, 302, 303, 308, 400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 503})


@contextmanager
def database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if kind == "postgresql":
            yield stack.enter_context(fresh_postgres(request.getfixturevalue("postgres_server")))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / "soaked.sqlite"
            shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
            yield f"sqlite:///{file}"


def soaked(url: str, folder: Path, seed: int, count: int) -> list[str]:
    """What went wrong: requests that were errors, and rows that are not what the log says."""
    world = world_on(url, folder)
    requests, wrong = Requests(world, seed), []
    try:
        for number in range(count):
            asked = requests.one(number)
            status = sent(world, asked)
            if status not in EXPECTED:
                wrong.append(f"seed {seed} {asked.told()} -> {status}")
            if number % 100 == 99:
                world.outside(requests.rng)
        wrong += [f"seed {seed}: {difference}" for difference in world.differences()]
    finally:
        world.container.close()
    return wrong


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("seed", [*KEPT, SEED])
def test_a_few_requests_do_no_harm(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, seed: int
) -> None:
    with database(kind, request, tmp_path) as url:
        assert soaked(url, tmp_path / "data", seed, SHORT) == []


@pytest.mark.soak
@pytest.mark.parametrize("kind", DATABASES)
def test_many_requests_do_no_harm(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    wrong: list[str] = []
    for number, start in enumerate(range(0, LONG, WORLD)):
        folder = tmp_path / str(number)
        with database(kind, request, folder) as url:
            wrong += soaked(url, folder / "data", SEED + number, min(WORLD, LONG - start))
        print(f"{kind}: {min(start + WORLD, LONG)} requests, {len(wrong)} faults", flush=True)
    assert wrong == []
