"""Every attack of this folder, on one started server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.arsenal import Attack, attacks
from tests.attacks.target import Target, started


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with started(tmp_path_factory.mktemp("attacked")) as target:
        yield target


@pytest.mark.parametrize(("name", "attack"), attacks())
def test_the_service_holds(target: Target, name: str, attack: Attack) -> None:
    assert attack.findings(target) == [], name
