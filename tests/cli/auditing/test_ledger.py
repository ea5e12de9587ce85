"""The ledger at the command line: sealed by the worker, exported, checked, handed over, and refused where it is broken."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

import pytest

from ncre.bootstrap import Container
from ncre.services.audit.bundles import STREAM
from tests.cli.conftest import Run
from tests.handlers.ground import history_of
from tests.ledger.ground import KEY as OTHER_KEY
from tests.ledger.test_sealer import unfenced
from tests.support.people import Candidate, Clock, somebody


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "ledger.key"
    file.write_text(token_hex(32))
    monkeypatch.setenv("NCRE_LEDGER_KEY_FILE", str(file))
    return file


@pytest.fixture
def wenjing(container: Container) -> Candidate:
    candidate = somebody(container)
    candidate.until_waiting()
    return candidate


def public(ncre: Run) -> str:
    return ncre("ledger", "key").out.splitlines()[-1].split()[0]


def test_what_the_worker_sealed_is_exported_and_checked(
    ncre: Run, container: Container, key: Path, wenjing: Candidate, tmp_path: Path
) -> None:
    assert ncre("audit", "export", "--out", str(tmp_path / "early.zip")).code == 2
    assert ncre("worker", "--once").code == 0
    assert "0 facts not sealed yet" in ncre("ledger", "status").out
    for place, part in enumerate(
        ([], ["--registration", str(wenjing.id)], ["--site", "420019"], ["--round", "78"])
    ):
        file = tmp_path / f"bundle{place}.zip"
        assert ncre("audit", "export", *part, "--out", str(file), "--as", "shenji").code == 0
        held = ncre("audit", "verify", str(file), "--key", public(ncre))
        assert (held.code, held.out[:2]) == (0, "OK")
        assert ncre("audit", "verify", str(file), "--key", OTHER_KEY).code == 1
    state = ncre(
        "audit", "verify", str(file), "--key", public(ncre), "--state", str(wenjing.id), "--at", "v3"
    )
    assert '"status": "submitted"' in state.out
    assert len(history_of(container, STREAM)) == 4
    assert ncre("audit", "export", "--out", str(file), "--as", "shenhe").code == 2
    assert ncre("audit", "export", "--site", "999999", "--out", str(file)).code == 2
    assert not list(tmp_path.glob(".*.part"))
    assert ncre("audit", "verify", str(tmp_path / "nothing"), "--key", public(ncre)).code == 2


def test_the_key_is_handed_over(
    ncre: Run, key: Path, wenjing: Candidate, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ncre("worker", "--once").code == 0
    old, fresh = public(ncre), tmp_path / "fresh.key"
    assert ncre("ledger", "rotate", "--to", str(fresh), "--as", "kaowu").code == 0
    assert public(ncre) != old
    assert "rotate" in ncre("worker", "--once").err
    monkeypatch.setenv("NCRE_LEDGER_KEY_FILE", str(fresh))
    clock.advance(minutes=2)
    assert ncre("worker", "--once").code == 0
    file = tmp_path / "bundle.zip"
    assert ncre("audit", "export", "--out", str(file)).code == 0
    for known in (old, public(ncre)):
        assert ncre("audit", "verify", str(file), "--key", known).code == 0


def test_without_a_key_nothing_is_sealed_and_nothing_fails(ncre: Run, wenjing: Candidate) -> None:
    assert ncre("worker", "--once").code == 0
    assert "checkpoint" not in ncre("ledger", "status").out
    assert ncre("ledger", "rotate", "--to", "fresh.key").code == 2
    assert not Path("fresh.key").exists()


def test_serve_and_worker_refuse_a_log_that_shrank(
    ncre: Run, container: Container, key: Path, wenjing: Candidate
) -> None:
    assert ncre("worker", "--once").code == 0
    unfenced(container, "DELETE FROM facts WHERE id = (SELECT max(id) FROM facts)")
    for command in (("serve", "--port", "8765"), ("worker", "--once"), ("ledger", "status")):
        refused = ncre(*command)
        assert refused.code == 2
        assert "账本 shrunk log" in refused.err
