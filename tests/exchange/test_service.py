"""The service by itself: what it takes, what it refuses and in which words, what it keeps and for how long."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from ncre.domain.duplicates.exchange_file import ExchangedPerson, written
from ncre.exchange.files import PAGE, ExchangeFiles
from ncre.exchange.service import create_exchange
from tests.exchange.ground import KEEP_DAYS, SHARED, TOKENS
from tests.support.people import ROUND, TODAY, Clock

OVER = TODAY + timedelta(days=23)


@pytest.fixture
def files(tmp_path: Path, clock: Clock) -> ExchangeFiles:
    return ExchangeFiles(tmp_path / "exchange.sqlite", clock, KEEP_DAYS)


@pytest.fixture
def service(files: ExchangeFiles) -> FlaskClient:
    return create_exchange(files, tuple(TOKENS.items()), largest=20_000).test_client()


def file_of(province: str, *keys: str, round_code: str = ROUND) -> bytes:
    some = [ExchangedPerson(key * 64, ("66",)) for key in sorted(keys)]
    return b"".join(written(SHARED, round_code, province, len(some), some))


def by(province: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[province]}"}


def put(service: FlaskClient, province: str, raw: bytes, over: date | str = OVER) -> tuple[int, Any]:
    answer = service.post(f"/files?over={over}", data=raw, headers=by(province))
    return answer.status_code, answer.json


def listed(service: FlaskClient, province: str, since: int = 0) -> Any:
    answer = service.get(f"/files?round={ROUND}&since={since}", headers=by(province))
    assert answer.status_code == 200
    return answer.json


def test_a_file_goes_to_the_others_byte_by_byte_and_not_back(service: FlaskClient) -> None:
    raw = file_of("42", "1", "2")
    status, said = put(service, "42", raw)
    assert status == 201
    entry = {"position": said["position"], "province": "42", "people": 2, "digest": said["digest"]}
    assert listed(service, "43") == {"files": [entry], "own": "", "more": False}
    assert listed(service, "42") == {"files": [], "own": said["digest"], "more": False}
    assert service.get(f"/files/{said['position']}", headers=by("43")).data == raw
    assert service.get(f"/files/{said['position']}", headers=by("42")).status_code == 404


def test_a_file_sent_twice_keeps_its_place_and_a_newer_one_comes_behind(service: FlaskClient) -> None:
    _, first = put(service, "42", file_of("42", "1"))
    assert put(service, "42", file_of("42", "1")) == (200, first)
    status, second = put(service, "42", file_of("42", "1", "2"))
    assert (status, second["position"] > first["position"]) == (201, True)
    assert [one["position"] for one in listed(service, "43", first["position"])["files"]] == [
        second["position"]
    ]
    assert service.get(f"/files/{first['position']}", headers=by("43")).status_code == 404


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "不是"),
        ("张三,110101199001011237".encode(), "不是"),
        (file_of("42", "1")[:-20], "不完整"),
        (file_of("42", "1").replace(b"people 1", b"people 2"), "人数"),
        (file_of("42", "1").replace(b"1" * 64 + b" 66", b"110101199001011237 66"), "第 6 行"),
        (file_of("42", "1").replace(b" 66\n", " 张三\n".encode()), "不是"),
        (file_of("42", "1").replace(b"round 78", b"round seventy"), "文件头"),
    ],
)
def test_what_is_no_exchange_file_is_refused_in_words_and_not_kept(
    service: FlaskClient, files: ExchangeFiles, tmp_path: Path, raw: bytes, why: str
) -> None:
    status, said = put(service, "42", raw)
    assert (status, why in said["zh"]) == (422, True)
    assert said["en"]
    assert files.own(ROUND, "42") == ""
    assert b"110101199001011237" not in (tmp_path / "exchange.sqlite").read_bytes()


def test_a_file_too_large_is_refused_in_words(service: FlaskClient) -> None:
    status, said = put(service, "42", b"x" * 20_001)
    assert (status, "太大" in said["zh"]) == (413, True)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer é", f"Bearer {'a' * 63}", f"Basic {'a' * 64}"])
def test_no_token_opens_nothing(service: FlaskClient, header: str) -> None:
    put(service, "42", file_of("42", "1"))
    headers = {"Authorization": header}
    answers = [
        service.post(f"/files?over={OVER}", data=file_of("42", "2"), headers=headers),
        service.get(f"/files?round={ROUND}", headers=headers),
        service.get("/files/1", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert all("令牌不对" in answer.json["zh"] for answer in answers if answer.json)


def test_a_file_of_another_province_is_refused_in_words(service: FlaskClient) -> None:
    status, said = put(service, "43", file_of("42", "1"))
    assert (status, said["zh"]) == (403, "文件是省 42 的，令牌是省 43 的")


@pytest.mark.parametrize("over", ["", "soon", "2029-01-01", "9999-12-31"])
def test_a_round_that_is_never_over_is_refused(service: FlaskClient, over: str) -> None:
    assert put(service, "42", file_of("42", "1"), over)[0] == 422


def test_files_are_dropped_some_days_after_the_round_and_not_taken_again(
    service: FlaskClient, files: ExchangeFiles, clock: Clock, tmp_path: Path
) -> None:
    put(service, "42", file_of("42", "7"))
    clock.advance(days=23 + KEEP_DAYS)
    assert len(listed(service, "43")["files"]) == 1
    clock.advance(days=1)
    assert listed(service, "43")["files"] == []
    assert service.get("/files/1", headers=by("43")).status_code == 404
    assert files.drop() == 1
    assert b"7" * 64 not in (tmp_path / "exchange.sqlite").read_bytes()
    status, said = put(service, "42", file_of("42", "7"))
    assert (status, "已结束" in said["zh"]) == (410, True)


def test_a_long_list_comes_in_pages(files: ExchangeFiles, clock: Clock) -> None:
    tokens = tuple((f"{number:02}", f"{number:064}") for number in range(1, PAGE + 3))
    service = create_exchange(files, tokens).test_client()
    for province, token in tokens:
        headers = {"Authorization": f"Bearer {token}"}
        service.post(f"/files?over={OVER}", data=file_of(province), headers=headers)
    headers = {"Authorization": f"Bearer {tokens[0][1]}"}
    first = service.get(f"/files?round={ROUND}", headers=headers).json
    assert first is not None
    assert (len(first["files"]), first["more"]) == (PAGE, True)
    since = first["files"][-1]["position"]
    rest = service.get(f"/files?round={ROUND}&since={since}", headers=headers).json
    assert rest is not None
    assert (len(rest["files"]), rest["more"]) == (1, False)


def test_files_that_cannot_be_reached_are_told_and_come_back(service: FlaskClient, tmp_path: Path) -> None:
    place, aside = tmp_path / "exchange.sqlite", tmp_path / "aside"
    put(service, "42", file_of("42", "1"))
    place.rename(aside)
    place.mkdir()
    status, said = put(service, "42", file_of("42", "1", "2"))
    assert (status, "稍后再发" in said["zh"]) == (503, True)
    place.rmdir()
    aside.rename(place)
    assert put(service, "42", file_of("42", "1", "2"))[0] == 201


@pytest.mark.parametrize("path", ["/files/-1", "/files/x", "/files/99999999999999999999", "/files?since=x"])
def test_odd_positions_are_refused(service: FlaskClient, path: str) -> None:
    assert service.get(path, headers=by("42")).status_code == 422


def test_other_addresses_are_none(service: FlaskClient) -> None:
    assert service.get("/").status_code == 404
    assert service.delete("/files").status_code == 405
    assert service.get("/healthz").data == b"ok\n"
