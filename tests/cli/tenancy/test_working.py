"""The worker of several tenants: what fails for one is tried again for it alone, and a changed one begins anew."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from ncre.cli.tenancy import working
from ncre.cli.tenancy.in_force import TenantsInForce
from ncre.cli.tenancy.working import work_for_all
from ncre.config import Settings
from ncre.store.outages import DatabaseUnusable
from tests.support.tenants import planned


def test_each_tenant_is_worked_for_and_one_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(working, "LOOK_SECONDS", 0.05)
    provinces, stop = planned(tmp_path), Event()
    tried, working_for_hunan, moved = list[str](), Event(), Event()

    def work(settings: Settings, ended: Event, _every: float) -> None:
        tried.append(settings.database_url)
        if settings.data.name == "hubei":
            raise DatabaseUnusable("away")
        (moved if "moved" in settings.database_url else working_for_hunan).set()
        assert ended.wait(30)

    whole = Thread(target=work_for_all, args=(TenantsInForce(provinces.environment), work, stop, 1.0))
    whole.start()
    try:
        assert working_for_hunan.wait(30)
        with provinces.file.open("a") as file:
            file.write(f'database_url = "sqlite:///{tmp_path / "hunan" / "moved.sqlite"}"\n')
        assert moved.wait(30)
    finally:
        stop.set()
        whole.join(30)
    assert not whole.is_alive()
    assert sum("hubei" in url for url in tried) > 1
    assert sum("hunan" in url for url in tried) == 2
