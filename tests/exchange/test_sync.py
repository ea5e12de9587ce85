"""Two provinces and the service between them: who registered in both stands in both work lists, whatever breaks on the way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from ncre.bootstrap import Container
from ncre.cli.health import inside, outside
from ncre.cli.health.findings import FindingLevel
from ncre.cli.processes.worker import _exchange
from ncre.clients.exchange_service import (
    ExchangeRefused,
    ExchangeService,
    ExchangeServiceTerms,
    ExchangeUnavailable,
)
from ncre.domain.duplicates.exchange_file import ExchangedPerson, written
from ncre.events import exchange as facts
from ncre.handlers.command_handler import Act
from ncre.services.duplicates.duplicates import CLOCK, exchange_stream
from ncre.services.duplicates.exchange_sync import ExchangeIncomplete, ExchangeSync
from ncre.supervision import Troubles
from ncre.web import create_site
from tests.exchange.ground import SHARED, SITES, TOKENS, Exchange, exchange_in, installation
from tests.handlers.ground import Walker, details_of, history_of
from tests.support.people import OFFICE, ROUND, Clock
from tests.web.staff_members import office


@pytest.fixture
def exchange(tmp_path: Path, clock: Clock) -> Iterator[Exchange]:
    with exchange_in(tmp_path / "exchange", clock) as exchange:
        yield exchange


@pytest.fixture
def hubei(tmp_path: Path, migrated_sqlite: Path, exchange: Exchange) -> Iterator[Container]:
    with installation("42", migrated_sqlite, tmp_path / "42", exchange) as container:
        yield container


@pytest.fixture
def hunan(tmp_path: Path, migrated_sqlite: Path, exchange: Exchange) -> Iterator[Container]:
    with installation("43", migrated_sqlite, tmp_path / "43", exchange) as container:
        yield container


def registers(container: Container, number: int) -> Walker:
    """Somebody, the same person in each installation where the number is the same."""
    (province,) = container.duplicates.provinces()
    walker = Walker(container, details_of(number))
    walker.submitted(SITES[province])
    return walker


def both_registered(hubei: Container, hunan: Container) -> tuple[Walker, Walker]:
    registers(hubei, 1)
    registers(hunan, 2)
    return registers(hubei, 7), registers(hunan, 7)


def hits(container: Container) -> list[tuple[object, str]]:
    return [(row["registration"], row["province"]) for row in container.duplicates.waiting()]


def files_told(container: Container) -> list[str]:
    """Facts of files that went out and came in, of which none may stand twice."""
    return [type(fact).__name__ for fact in history_of(container, exchange_stream(ROUND))]


def handed_in(exchange: Exchange, province: str, raw: bytes) -> None:
    day = exchange.clock().date()
    ExchangeService(_terms(exchange, province)).put(province, raw, day)


def _terms(exchange: Exchange, province: str) -> ExchangeServiceTerms:
    return ExchangeServiceTerms(exchange.url, {province: TOKENS[province]})


def test_when_all_was_exchanged_is_told_to_the_office_the_metrics_and_the_doctor(
    hubei: Container, exchange: Exchange, clock: Clock
) -> None:
    kaowu = office(hubei, create_site(hubei))
    assert "没有与比对服务完整同步过" in kaowu.get("/office/duplicates")
    assert "exchange_age_seconds" not in hubei.backlog.numbers()
    hubei.exchange_sync.run_due()
    assert "上次与比对服务完整同步：" in kaowu.get("/office/duplicates")
    clock.advance(minutes=40)
    assert hubei.backlog.numbers()["exchange_age_seconds"] == 2400
    found = {one.subject: one.level for one in [*inside._numbers(hubei), *outside.exchange(hubei)]}
    assert (found["duplicates"], found["exchange"]) == (FindingLevel.WARN, FindingLevel.OK)
    exchange.stop()
    with pytest.raises(ExchangeUnavailable):
        hubei.exchange_sync.run_due()
    assert hubei.backlog.numbers()["exchange_age_seconds"] == 2400
    (silent,) = outside.exchange(hubei)
    assert silent.level is FindingLevel.FAIL


def test_a_file_that_cannot_be_read_leaves_the_sync_incomplete(
    hubei: Container, exchange: Exchange, clock: Clock
) -> None:
    other_key = written(bytes(32), ROUND, "43", 1, [ExchangedPerson("1" * 64, ("66",))])
    handed_in(exchange, "43", b"".join(other_key))
    assert hubei.exchange_sync.once(Act(OFFICE)).problems
    assert hubei.beats.exchanged_at() is None
    with pytest.raises(ExchangeIncomplete, match=r"^省 43 的文件：.+ / the file of 43: .+$"):
        hubei.exchange_sync.run_due()


def test_a_token_that_the_service_does_not_know_is_told_by_the_doctor(
    tmp_path: Path, migrated_sqlite: Path, exchange: Exchange
) -> None:
    with installation("42", migrated_sqlite, tmp_path / "x", exchange, "z" * 64) as container:
        (refused,) = outside.exchange(container)
    assert refused.level is FindingLevel.FAIL
    assert "NCRE_EXCHANGE_TOKENS" in refused.todo
    assert "z" * 64 not in refused.said


def test_after_the_round_nothing_is_late(hubei: Container, clock: Clock) -> None:
    hubei.exchange_sync.run_due()
    assert hubei.exchange_sync.is_due()
    clock.advance(days=400)
    assert not hubei.exchange_sync.is_due()
    assert "exchange_age_seconds" not in hubei.backlog.numbers()


def test_who_registered_in_both_is_a_hit_in_both_work_lists(hubei: Container, hunan: Container) -> None:
    here, there = both_registered(hubei, hunan)
    assert (hubei.exchange_sync.once(Act(OFFICE)).sent, hits(hubei)) == (["42"], [])
    done = hunan.exchange_sync.once(Act(OFFICE))
    assert (done.sent, done.read, done.hits, done.problems) == (["43"], ["42"], 1, [])
    hubei.exchange_sync.run_due()
    assert hits(hubei) == [(here.id, "43")]
    assert hits(hunan) == [(there.id, "42")]


def test_a_sync_with_nothing_new_sends_and_records_nothing(hubei: Container, hunan: Container) -> None:
    both_registered(hubei, hunan)
    for container in (hubei, hunan, hubei):
        container.exchange_sync.once(Act(CLOCK))
    before = files_told(hubei)
    done = hubei.exchange_sync.once(Act(CLOCK))
    assert (done.sent, done.read, done.hits) == ([], [], 0)
    assert files_told(hubei) == before == ["DuplicatesExported", "DuplicatesImported"]
    registers(hubei, 3)
    assert hubei.exchange_sync.once(Act(CLOCK)).sent == ["42"]
    assert hunan.exchange_sync.once(Act(CLOCK)).read == ["42"]
    assert len(hits(hunan)) == 1


def test_two_workers_at_once_read_a_file_once(hubei: Container, hunan: Container) -> None:
    both_registered(hubei, hunan)
    hubei.exchange_sync.once(Act(CLOCK))
    raw = hubei.duplicates.export_for_service(Act(CLOCK), "42", "")
    assert raw is not None
    assert hunan.duplicates.import_file(Act(CLOCK), raw, once=True)[1] == 1
    assert hunan.duplicates.import_file(Act(CLOCK), raw, once=True)[1] == 0
    assert files_told(hunan) == ["DuplicatesImported"]
    assert files_told(hubei) == ["DuplicatesExported"], "made again to be sent, told once"


def test_an_outage_before_and_in_the_middle_loses_and_doubles_nothing(
    exchange: Exchange, hubei: Container, hunan: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = both_registered(hubei, hunan)
    hunan.exchange_sync.once(Act(CLOCK))
    exchange.stop()
    with pytest.raises(ExchangeUnavailable):
        hubei.exchange_sync.once(Act(CLOCK))
    exchange.start()
    whole = ExchangeService.file

    def cut(service: ExchangeService, province: str, position: int) -> bytes:
        exchange.stop()
        return whole(service, province, position)

    monkeypatch.setattr(ExchangeService, "file", cut)
    with pytest.raises(ExchangeUnavailable):
        hubei.exchange_sync.once(Act(CLOCK))
    monkeypatch.undo()
    assert (hits(hubei), exchange.files.own(ROUND, "42") != "") == ([], True)
    exchange.start()
    done = hubei.exchange_sync.once(Act(CLOCK))
    assert (done.sent, done.read, hits(hubei)) == ([], ["43"], [(here.id, "43")])
    assert files_told(hubei) == ["DuplicatesExported", "DuplicatesImported"]


def test_an_answer_that_is_lost_or_a_file_that_is_cut_on_its_way_is_sent_again(
    exchange: Exchange, hubei: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    registers(hubei, 7)
    put = ExchangeService.put

    def cut(service: ExchangeService, province: str, file: bytes, over: date) -> None:
        with pytest.raises(ExchangeRefused, match="不完整"):
            put(service, province, file[:-10], over)
        raise ExchangeUnavailable("ConnectionError")

    def lost(service: ExchangeService, province: str, file: bytes, over: date) -> None:
        put(service, province, file, over)
        raise ExchangeUnavailable("ReadTimeout")

    for breaks, there in ((cut, False), (lost, True)):
        monkeypatch.setattr(ExchangeService, "put", breaks)
        with pytest.raises(ExchangeUnavailable):
            hubei.exchange_sync.once(Act(CLOCK))
        assert bool(exchange.files.own(ROUND, "42")) is there
    monkeypatch.undo()
    assert hubei.exchange_sync.once(Act(CLOCK)).sent == []
    assert files_told(hubei) == ["DuplicatesExported"]


def test_an_outage_is_told_once_and_once_that_it_is_over(
    exchange: Exchange, hubei: Container, caplog: pytest.LogCaptureFixture
) -> None:
    exchange.stop()
    troubles = Troubles(logging.getLogger("ncre.exchange"))
    for _ in range(3):
        with troubles.survived("exchanging"):
            hubei.exchange_sync.run_due()
    exchange.start()
    with troubles.survived("exchanging"):
        hubei.exchange_sync.run_due()
    told = [record.getMessage() for record in caplog.records if record.name == "ncre.exchange"]
    told = [line for line in told if "exchanging" in line]
    assert [("failed" in line, "works again" in line) for line in told] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("secret", "why"), [(bytes(32), "使用的比对密钥与本省不同"), (SHARED, "不完整或被改动过")]
)
def test_a_file_that_only_the_receiver_can_find_wrong_is_told_and_keeps_no_other_back(
    exchange: Exchange, hubei: Container, hunan: Container, secret: bytes, why: str
) -> None:
    here, _ = both_registered(hubei, hunan)
    raw = b"".join(written(secret, ROUND, "44", 1, [ExchangedPerson("0" * 64, ("66",))]))
    if secret == SHARED:
        raw = raw.replace(b" 66\n", b" 67\n")
    handed_in(exchange, "44", raw)
    hunan.exchange_sync.once(Act(CLOCK))
    done = hubei.exchange_sync.once(Act(CLOCK))
    assert (done.read, hits(hubei)) == (["43"], [(here.id, "43")])
    (problem,) = done.problems
    assert "省 44" in problem.zh
    assert why in problem.zh


def test_a_file_that_the_service_does_not_give_is_told_with_its_province(
    hubei: Container, hunan: Container, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = both_registered(hubei, hunan)
    handed_in(exchange, "44", b"".join(written(SHARED, ROUND, "44", 0, [])))
    hunan.exchange_sync.once(Act(CLOCK))
    whole = ExchangeService.file

    def withheld(service: ExchangeService, province: str, position: int) -> bytes:
        file = whole(service, province, position)
        if b"\nprovince 44\n" in file:
            raise ExchangeRefused("文件已删除 / the file is gone")
        return file

    monkeypatch.setattr(ExchangeService, "file", withheld)
    done = hubei.exchange_sync.once(Act(CLOCK))
    (problem,) = done.problems
    assert problem.zh == "跨省比对服务不接受（省 44）：文件已删除 / the file is gone"
    assert problem.en == "the exchange service refuses (44): 文件已删除 / the file is gone"
    assert (done.read, hits(hubei)) == (["43"], [(here.id, "43")])
    assert hubei.beats.exchanged_at() is None


def test_a_forged_token_is_refused_in_words_and_sends_nothing(
    tmp_path: Path, migrated_sqlite: Path, exchange: Exchange
) -> None:
    with installation("42", migrated_sqlite, tmp_path / "42", exchange, token="f" * 64) as container:
        registers(container, 7)
        (problem,) = container.exchange_sync.once(Act(CLOCK)).problems
        assert "令牌不对" in problem.zh
        assert files_told(container) == []


def test_the_token_of_one_province_hands_in_no_file_of_another(exchange: Exchange) -> None:
    raw = b"".join(written(SHARED, ROUND, "42", 0, []))
    service = ExchangeService(_terms(exchange, "43"))
    with pytest.raises(ExchangeRefused, match="令牌是省 43 的"):
        service.put("43", raw, exchange.clock().date())
    assert exchange.files.own(ROUND, "42") == ""


def test_the_worker_has_nothing_to_do_where_no_service_is_set(exchange: Exchange, hubei: Container) -> None:
    object.__setattr__(hubei, "exchange_sync", ExchangeSync(hubei.duplicates, None))
    _exchange(hubei, Event())
    assert files_told(hubei) == []


def test_a_fact_names_how_many_and_nobody(hubei: Container) -> None:
    walker = registers(hubei, 7)
    hubei.exchange_sync.once(Act(CLOCK))
    (told,) = history_of(hubei, exchange_stream(ROUND))
    assert isinstance(told, facts.DuplicatesExported)
    assert walker.details.document_number not in repr(told)


def test_after_the_round_the_worker_asks_no_more(exchange: Exchange, hubei: Container) -> None:
    registers(hubei, 7)
    exchange.clock.advance(days=30)
    exchange.stop()
    hubei.exchange_sync.run_due()
    assert files_told(hubei) == []
