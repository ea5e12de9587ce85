"""`ncre duplicates`: a file out, files in; without the key of the exchange it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of, read_exchange_file, written
from tests.cli.conftest import Run
from tests.support.people import ROUND, WENJING, somebody

SHARED = bytes(range(100, 132))
BY = ("--as", "kaowu", "--why", "跨省比对")


def test_without_the_key_it_says_so(ncre: Run, tmp_path: Path) -> None:
    said = ncre("duplicates", "export", str(tmp_path / "42.txt"), "--province", "42", *BY)
    assert said.code == 2
    assert "docs/operations.md" in said.err


def test_a_key_that_is_none_is_refused(ncre: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCRE_EXCHANGE_KEY", "short")
    said = ncre("duplicates", "export", str(tmp_path / "42.txt"), "--province", "42", *BY)
    assert said.code == 2
    assert "NCRE_EXCHANGE_KEY" in said.err


def test_a_file_goes_out_and_another_comes_in(
    ncre: Run, container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody(container).until_waiting()
    monkeypatch.setenv("NCRE_EXCHANGE_KEY", SHARED.hex())
    assert ncre("projections", "rebuild", "--as", "kaowu", "--why", "比对密钥").code == 0
    out = tmp_path / "42.txt"
    assert "--province" in ncre("duplicates", "export", str(out), *BY).err, (
        "the demo's sites are of two provinces"
    )
    assert ncre("duplicates", "export", str(out), "--province", "42", *BY).code == 0
    key = key_of(SHARED, WENJING.document_type, WENJING.document_number)
    assert [one.key for one in read_exchange_file(SHARED, out.read_bytes()).people] == [key]
    there = tmp_path / "43.txt"
    there.write_bytes(b"".join(written(SHARED, ROUND, "43", 1, [ExchangedPerson(key, ("24",))])))
    said = ncre("duplicates", "import", str(there), *BY)
    assert (said.code, "1 新发现" in said.out) == (1, True)
    assert ncre("duplicates", "import", str(there), *BY).code == 0
    there.write_bytes(there.read_bytes()[:-9])
    said = ncre("duplicates", "import", str(there), *BY)
    assert (said.code, "不完整" in said.err) == (2, True)
