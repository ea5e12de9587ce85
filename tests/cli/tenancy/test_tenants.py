"""Several tenants in one installation: faults told together, each apart from the others, commands that run over all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from ncre.bootstrap import build_container
from ncre.cli.main import main
from ncre.config import Misconfigured, read_settings
from ncre.config.tenants import read_tenants
from ncre.domain.registration.vocabulary import Role
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.store.database import Database
from ncre.store.schemas import in_schema
from tests.observability.exposed import value as measured
from tests.support.people import OFFICE, TODAY
from tests.support.tenants import NAMES, Provinces, host, migrated, planned, served

pytest_plugins = ["tests.support.databases"]


@pytest.fixture
def provinces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Provinces:
    """In the environment of this process, without tables."""
    made = planned(tmp_path)
    for name, value in {**made.environment, "LANG": "en_US.UTF-8", "LC_ALL": ""}.items():
        monkeypatch.setenv(name, value)
    return made


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(str(ended.value.code))


def faults(provinces: Provinces, **more: str) -> str:
    with pytest.raises(Misconfigured) as refused:
        read_tenants({**provinces.environment, **more}, ready=True)
    return str(refused.value)


def test_every_fault_of_every_tenant_is_told_at_once(tmp_path: Path) -> None:
    provinces = planned(tmp_path)
    written = (
        provinces.file.read_text().replace("www.hunan", "www.hubei").replace(str(tmp_path / "hunan"), "hunan")
    )
    provinces.file.write_text(
        written.replace("2021-hunan", "2021-hubei")
        + '\nport = 80\nsecret = "x"\nno_such = 1\nschema = "pg_x"\n'
    )
    said = faults(provinces, NCRE_DATA="/srv/data", NCRE_NO_SUCH="1")
    for part in (
        "[hunan] port",
        "[hunan] secret",
        "[hunan] no_such",
        "[hunan] schema",
        "[hunan] data",
        "NCRE_DATA",
    ):
        assert part in said
    provinces.file.write_text(
        written.replace('"hunan"', f'"{tmp_path / "hubei"}"').replace("2021-hunan", "2021-hubei")
    )
    said = faults(provinces)
    for part in ("hosts", "data", "database_url", "tombstones", "alipay_app_id"):
        assert f"[hunan] {part}" in said, part


@pytest.mark.parametrize(
    "hosts", ["[]", '["Upper.example"]', '["a.example:80"]', '"a.example"', '["a b"]', "[1]", '["*"]']
)
def test_what_is_no_host_is_refused(tmp_path: Path, hosts: str) -> None:
    provinces = planned(tmp_path)
    before = f'["{host("hubei")}", "www.{host("hubei")}"]'
    provinces.file.write_text(provinces.file.read_text().replace(before, hosts))
    assert "[hubei] hosts" in faults(provinces)


def test_two_tenants_with_one_secret_are_refused(tmp_path: Path) -> None:
    provinces = planned(tmp_path)
    keys = tmp_path / "keys"
    shutil.copyfile(keys / "hubei" / "secret.key", keys / "hunan" / "secret.key")
    assert "[hunan] secret_file" in faults(provinces)


def test_without_the_file_a_tenant_is_a_misuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NCRE_TENANTS", raising=False)
    assert run("user", "list", "--tenant", "hubei") == 2


def test_commands_run_over_all_of_them_and_one_that_is_away_stops_no_other(
    provinces: Provinces, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("migrate") == 0
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("[")] == [
        "[1/2] hubei",
        "[2/2] hunan",
    ]
    assert run("tenants", "check") == 0
    assert run("projections", "rebuild") == 0
    assert run("backup", "--out", str(tmp_path / "backup")) == 0
    assert {file.name for file in (tmp_path / "backup").iterdir()} == set(NAMES)
    capsys.readouterr()
    (tmp_path / "hubei" / "ncre.sqlite").unlink()
    assert run("tenants", "check") == 1
    assert run("projections", "check") == 2
    assert "0 differences" in capsys.readouterr().out
    assert run("worker", "--once") == 2
    assert run("worker", "--once", "--tenant", "hunan") == 0


def test_any_other_command_is_told_which_tenant_is_meant(
    provinces: Provinces, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("migrate") == 0
    assert run("user", "list") == 2
    assert "hubei, hunan" in capsys.readouterr().err
    assert run("user", "list", "--tenant", "henan") == 2
    assert run("user", "list", "--tenant", "hunan") == 1, "there is nobody yet"
    assert read_tenants(provinces.environment)[0].name == "hubei", "the variables are those of before"


def test_each_host_has_its_own_pages_and_no_other_has_any(tmp_path: Path) -> None:
    with served(tmp_path) as provinces:
        for name in NAMES:
            assert provinces.ask(host(name), "/sign-in")[0] == 200
            status, headers, _ = provinces.ask(f"www.{host(name)}", "/sign-in?next=%2Fx")
            assert (status, headers["location"]) == (
                308,
                f"http://{host(name)}:{provinces.port}/sign-in?next=%2Fx",
            )
            assert provinces.ask(f"www.{host(name)}", "/sign-in", "POST", {"name": "x"})[0] == 400
        for name in NAMES:
            assert measured("ncre_requests_total", route="/sign-in", tenant=name) > 0
        assert provinces.ask("henan.example.org", "/sign-in")[0] == 400
        assert provinces.ask("127.0.0.1", "/sign-in")[0] == 400
        assert provinces.ask("127.0.0.1", "/readyz")[0] == 200


def test_a_tenant_whose_database_is_away_is_answered_for_and_comes_back(tmp_path: Path) -> None:
    with served(tmp_path) as provinces:
        assert provinces.ask(host("hubei"), "/sign-in")[0] == 200
        file, aside = tmp_path / "hunan" / "ncre.sqlite", tmp_path / "hunan" / "aside"
        for end in ("-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)
        file.rename(aside)
        written = provinces.file.read_text()
        provinces.file.write_text(written + "\n# the same again\n")
        assert provinces.ask(host("hunan"), "/readyz")[0] == 503
        assert provinces.ask(host("hubei"), "/readyz")[0] == 200
        assert provinces.ask("127.0.0.1", "/readyz")[0] == 200
        aside.rename(file)
        _until(lambda: provinces.ask(host("hunan"), "/readyz")[0] == 200)


def test_a_tenant_that_is_away_at_the_start_holds_up_no_other(tmp_path: Path) -> None:
    with served(tmp_path) as provinces:
        other = tmp_path / "hunan" / "other.sqlite"
        written = provinces.file.read_text()
        provinces.file.write_text(written + f'database_url = "sqlite:///{other}"\n')
        _until(lambda: provinces.ask(host("hunan"), "/sign-in")[0] == 503)
        _, headers, _ = provinces.ask(host("hunan"), "/sign-in")
        assert int(headers["retry-after"]) > 0
        assert provinces.ask(host("hubei"), "/sign-in")[0] == 200
        build_container(read_settings(provinces.tenant("hunan").environment)).migrate()
        _until(lambda: provinces.ask(host("hunan"), "/sign-in")[0] == 200)
        provinces.file.write_text("nothing of this can be read")
        time.sleep(1.5)  # longer than a look at the file takes to come
        assert provinces.ask(host("hunan"), "/sign-in")[0] == 200


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_command_of_one_tenant_is_no_repetition_at_another(tmp_path: Path) -> None:
    provinces = migrated(planned(tmp_path))
    wanted = Revise(actor=OFFICE, wanted=load_round(bundled(), TODAY), why="开考")
    for name in NAMES:
        container = provinces.container(name)
        container.revisions.revise(wanted)
        with container.database.reading() as connection:
            assert container.command_handler.exams.current(connection) is not None, name
        container.close()


def test_two_schemas_of_one_postgresql_know_nothing_of_each_other(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {name: in_schema(postgres_url, name) for name in NAMES}
    with served(tmp_path, urls) as provinces:
        hubei, hunan = (provinces.container(name) for name in NAMES)
        hubei.accounts.add("kaowu", "long enough for everybody", Role.OFFICE, frozenset())
        assert hunan.accounts.named("kaowu") is None
        with hubei.database.reading() as connection:
            assert connection.scalar(text("SELECT current_schema()")) == "hubei"
        hubei.close()
        hunan.close()
        for name, value in provinces.environment.items():
            monkeypatch.setenv(name, value)
        assert run("migrate") == 0
        assert run("projections", "rebuild") == 0
        assert run("backup", "--out", str(tmp_path / "backup")) == 0
        assert {file.name for file in (tmp_path / "backup").iterdir()} == set(NAMES)
        usual = Database(postgres_url)
        with usual.reading() as connection:
            assert not connection.scalar(text("SELECT count(*) FROM public.accounts"))
        usual.close()
