"""`ncre exchange`: a sync over the service that the settings name, in the words of the command line; what serving needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.clients.exchange_service import ExchangeService, ExchangeServiceTerms
from ncre.config import Misconfigured
from ncre.config.exchange import read_exchange_settings
from ncre.domain.duplicates.exchange_file import ExchangedPerson, key_of, written
from tests.cli.conftest import Run
from tests.exchange.ground import SHARED, TOKENS, Exchange, exchange_in
from tests.support.people import ROUND, WENJING, Clock, somebody

BY = ("--as", "kaowu", "--why", "跨省比对")


@pytest.fixture
def exchange(tmp_path: Path, clock: Clock) -> Iterator[Exchange]:
    with exchange_in(tmp_path / "exchange", clock) as exchange:
        yield exchange


def test_without_a_service_it_says_so(ncre: Run) -> None:
    said = ncre("exchange", "sync", *BY)
    assert (said.code, "NCRE_EXCHANGE_URL" in said.err) == (2, True)


def test_a_sync_says_what_it_did_and_an_outage_that_nothing_is_lost(
    ncre: Run, container: Container, exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody(container).until_waiting()
    tokens = tmp_path / "tokens"
    tokens.write_text(f"42 {TOKENS['42']}\n14 {TOKENS['44']}\n")
    tokens.chmod(0o600)
    monkeypatch.setenv("NCRE_EXCHANGE_KEY", SHARED.hex())
    monkeypatch.setenv("NCRE_EXCHANGE_URL", exchange.url)
    monkeypatch.setenv("NCRE_EXCHANGE_TOKENS", str(tokens))
    assert ncre("projections", "rebuild", "--as", "kaowu", "--why", "比对密钥").code == 0
    key = key_of(SHARED, WENJING.document_type, WENJING.document_number)
    raw = b"".join(written(SHARED, ROUND, "43", 1, [ExchangedPerson(key, ("24",))]))
    ExchangeService(ExchangeServiceTerms(exchange.url, TOKENS)).put("43", raw, exchange.clock().date())
    said = ncre("exchange", "sync", *BY)
    assert (said.code, said.err) == (
        2,
        "ncre: 跨省比对服务不接受（省 14）：403: 文件是省 14 的，令牌是省 44 的\n",
    )
    assert "发送 / sent: 42; 读入 / read: 43; 1 新发现" in said.out
    monkeypatch.setitem(TOKENS, "14", "e" * 64)
    exchange.stop()
    exchange.start()
    tokens.write_text(f"42 {TOKENS['42']}\n14 {TOKENS['14']}\n")
    said = ncre("exchange", "sync", *BY)
    assert (said.code, "发送 / sent: 14; 读入 / read: -; 0 新发现" in said.out) == (0, True)
    assert exchange.files.own(ROUND, "42")
    exchange.stop()
    said = ncre("exchange", "sync", *BY)
    assert (said.code, "没有应答" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("", 0o600, "没有任何令牌"),
        ("42 short\n", 0o600, "第 1 行"),
        (f"42 {'a' * 32}\n# 43\n43 {'a' * 32}\n", 0o600, "第 3 行"),
        (f"42 {'a' * 32}\n", 0o644, "chmod 600"),
    ],
)
def test_the_service_refuses_tokens_that_are_none(tmp_path: Path, text: str, mode: int, why: str) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(text)
    tokens.chmod(mode)
    environment = {"NCRE_EXCHANGE_FOLDER": str(tmp_path), "NCRE_EXCHANGE_TOKENS": str(tokens)}
    with pytest.raises(Misconfigured, match=why) as refused:
        read_exchange_settings(environment)
    assert "a" * 32 not in str(refused.value)


def test_the_service_needs_its_two_settings_and_nothing_of_an_installation(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_exchange_settings({})
    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "NCRE_EXCHANGE_TOKENS",
        "NCRE_EXCHANGE_FOLDER",
    ]
    tokens = tmp_path / "tokens"
    tokens.write_text(f"42 {'a' * 32}\n42 {'b' * 32}\n")
    tokens.chmod(0o600)
    settings = read_exchange_settings(
        {"NCRE_EXCHANGE_FOLDER": str(tmp_path), "NCRE_EXCHANGE_TOKENS": str(tokens)}
    )
    assert (settings.tokens, settings.keep_days) == ((("42", "a" * 32), ("42", "b" * 32)), 30)


@pytest.mark.parametrize(("mode", "taken"), [(0o440, True), (0o640, True), (0o660, False), (0o444, False)])
def test_tokens_of_the_system_may_be_read_by_the_group_they_were_given_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, taken: bool
) -> None:
    """As secrets of a container are mounted: the system's, for the group of the service."""
    tokens = tmp_path / "tokens"
    tokens.write_text(f"42 {'a' * 32}\n")
    tokens.chmod(mode)
    monkeypatch.setattr("os.geteuid", lambda: tokens.stat().st_uid + 1)
    environment = {"NCRE_EXCHANGE_FOLDER": str(tmp_path), "NCRE_EXCHANGE_TOKENS": str(tokens)}
    if taken:
        assert read_exchange_settings(environment).tokens == (("42", "a" * 32),)
        return
    with pytest.raises(Misconfigured, match="chmod 600"):
        read_exchange_settings(environment)
