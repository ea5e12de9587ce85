"""Settings: every problem is told at once, production refuses what is unsafe, and nothing is made but by a beginning."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import pytest

from ncre.config import Misconfigured, Settings, begin, in_force, inspect_settings, read_settings, refusals
from ncre.config.environment import NAMES
from ncre.config.secret import is_weak
from tests.support.containers import development

OPERATIONS = Path(__file__).parents[1] / "docs" / "operations.md"
Environment = dict[str, str]


@pytest.fixture
def production(tmp_path: Path) -> Environment:
    """What an installation in production sets, and no more."""
    data, secret = tmp_path / "data", tmp_path / "etc" / "secret.key"
    data.mkdir(mode=0o700)
    secret.parent.mkdir()
    secret.write_text(token_hex(32))
    secret.chmod(0o600)
    return {
        "NCRE_DATA": str(data),
        "NCRE_SECRET_FILE": str(secret),
        "NCRE_PUBLIC_URL": "https://ncre.example",
        "NCRE_SMTP_HOST": "mail.example",
        "NCRE_SMTP_FROM": "ncre@ncre.example",
    }


def problems(environment: Environment) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as refused:
        read_settings(environment)
    return refused.value.problems


def test_production_is_the_default_and_its_defaults_are_safe(production: Environment) -> None:
    settings = read_settings(production)
    assert (settings.production, settings.demo, settings.secure_cookies) == (True, False, True)
    assert (settings.captcha, settings.staff_factor) == ("always", "required")
    assert Settings(settings.data, settings.database_url, settings.secret).production


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NCRE_SECURE_COOKIES", "0"),
        ("NCRE_SECURE_COOKIES", "no"),
        ("NCRE_STAFF_FACTOR", "optional"),
        ("NCRE_CAPTCHA", "never"),
        ("NCRE_PUBLIC_URL", ""),
        ("NCRE_PUBLIC_URL", "http://ncre.example"),
        ("NCRE_PUBLIC_URL", "ncre.example"),
        ("NCRE_PUBLIC_URL", "https://"),
        ("NCRE_PUBLIC_URL", "https://ncre.example/path"),
        ("NCRE_PUBLIC_URL", "https://name@ncre.example"),
        ("NCRE_PUBLIC_URL", "https://127.0.0.1:8000"),
        ("NCRE_SMTP_HOST", ""),
        ("NCRE_DATA", ""),
        ("NCRE_S3_ENDPOINT", "http://store.example"),
        ("NCRE_MESSAGES_URL", "http://relay.example"),
    ],
)
def test_production_refuses_what_is_unsafe_by_its_name(
    production: Environment, name: str, value: str
) -> None:
    assert any(problem.startswith(name) for problem in problems({**production, name: value}))


@pytest.mark.parametrize("explicit", ["1", "true", "yes", "YES", "on"])
def test_the_demo_does_not_run_in_production(production: Environment, explicit: str) -> None:
    said = problems({**production, "NCRE_PRODUCTION": explicit, "NCRE_DEMO": "1"})
    assert any(problem.startswith("NCRE_DEMO") for problem in said)


def test_no_stand_in_takes_payments_in_production(production: Environment, tmp_path: Path) -> None:
    key = tmp_path / "etc" / "alipay.pem"
    key.write_text("a key")
    key.chmod(0o600)
    alipay = {
        "NCRE_ALIPAY_APP_ID": "2021",
        "NCRE_ALIPAY_SELLER_ID": "2088",
        "NCRE_ALIPAY_KEY": str(key),
        "NCRE_ALIPAY_PUBLIC_KEY": str(key),
    }
    assert read_settings({**production, **alipay}).alipay is not None
    for gateway in ("http://pay.example/gateway.do", "https://127.0.0.1:8001/gateway.do"):
        (said,) = problems({**production, **alipay, "NCRE_ALIPAY_GATEWAY": gateway})
        assert said.startswith("NCRE_ALIPAY_GATEWAY")
    key.chmod(0o644)
    (said,) = problems({**production, **alipay})
    assert said.startswith("NCRE_ALIPAY_KEY")
    assert "chmod 600" in said


@pytest.mark.parametrize(
    "secret",
    [bytes(32), b"\xff" * 32, bytes(range(32)), bytes.fromhex("0123456789abcdef" * 4), b"password" * 4],
)
def test_a_secret_that_is_not_random_is_refused_in_production(production: Environment, secret: bytes) -> None:
    assert is_weak(secret)
    del production["NCRE_SECRET_FILE"]
    assert any("openssl rand" in said for said in problems({**production, "NCRE_SECRET": secret.hex()}))


def test_a_random_secret_is_never_called_weak() -> None:
    assert not any(is_weak(os.urandom(32)) for _ in range(2000))


def test_a_secret_file_that_others_can_read_is_refused(production: Environment) -> None:
    file = Path(production["NCRE_SECRET_FILE"])
    for mode in (0o644, 0o640, 0o604, 0o602):
        file.chmod(mode)
        (said,) = problems(production)
        assert f"{mode:04o}" in said
        assert "chmod 600" in said


def test_a_secret_beside_the_database_is_refused(production: Environment, tmp_path: Path) -> None:
    file = Path(production["NCRE_SECRET_FILE"])
    text, data = file.read_text(), Path(production["NCRE_DATA"])
    for place in (data / "secret.key", data / "keys" / "secret.key"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
        place.chmod(0o600)
        (said,) = problems({**production, "NCRE_SECRET_FILE": str(place)})
        assert "beside the database" in said
    link = tmp_path / "etc" / "link"
    link.symlink_to(data / "secret.key")
    assert "beside the database" in problems({**production, "NCRE_SECRET_FILE": str(link)})[0]
    url = f"sqlite:///{file.parent / 'ncre.sqlite'}"
    assert "beside the database" in problems({**production, "NCRE_DATABASE_URL": url})[0]


def test_the_secret_s_usual_place_is_away_from_the_data(production: Environment, tmp_path: Path) -> None:
    del production["NCRE_SECRET_FILE"]
    assert (
        inspect_settings({**production, "HOME": str(tmp_path)}).secret.file
        == tmp_path / ".config/ncre/secret.key"
    )
    assert "NCRE_SECRET_FILE" in problems(production)[0]
    demo = inspect_settings({"NCRE_DATA": str(tmp_path), "NCRE_DEMO": "1"})
    assert demo.secret.file == tmp_path / "secret.key"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("NCRE_PROXIES", "-1", "at least 0"),
        ("NCRE_PROXIES", "x", "whole number"),
        ("NCRE_PROXIES", "1.5", "whole number"),
        ("NCRE_PORT", "0", "at least 1"),
        ("NCRE_PORT", "65536", "at most 65535"),
        ("NCRE_PHOTO_WORKERS", "-1", "at least 0"),
        ("NCRE_DEMO", "maybe", "true, false, 1, 0, yes, no"),
        ("NCRE_SECURE_COOKIES", "2", "true, false, 1, 0, yes, no"),
        ("NCRE_CAPTCHA", "sometimes", "'always', 'adaptive' or 'never'"),
        ("NCRE_SMTP_PORT", "smtp", "whole number"),
        ("NCRE_SECRET", "short", "64 hexadecimal digits"),
        ("NCRE_SECRET", "zz" * 32, "64 hexadecimal digits"),
    ],
)
def test_a_value_that_cannot_be_meant_is_one_clear_sentence(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    (said,) = problems(development(tmp_path, **{name: value}))
    assert said.startswith(f"{name}: ")
    assert says in said


@pytest.mark.parametrize(
    ("text", "means"),
    [("true", True), ("1", True), ("yes", True), ("false", False), ("0", False), ("No", False)],
)
def test_booleans_are_said_in_the_usual_words(tmp_path: Path, text: str, means: bool) -> None:
    assert read_settings(development(tmp_path, NCRE_SECURE_COOKIES=text)).secure_cookies is means


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("NCRE_PROXY", "NCRE_PROXIES"),
        ("NCRE_SECRETFILE", "NCRE_SECRET_FILE"),
        ("NCRE_PUBLIC_URI", "NCRE_PUBLIC_URL"),
        ("NCRE_STAF_FACTOR", "NCRE_STAFF_FACTOR"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_known_one(tmp_path: Path, wrong: str, meant: str) -> None:
    (said,) = problems(development(tmp_path, **{wrong: "1"}))
    assert said.startswith(f"{wrong}: ")
    assert f"did you mean {meant}?" in said


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    wrong = {
        "NCRE_DATA": str(tmp_path),
        "NCRE_SECRET": "00" * 32,
        "NCRE_SECURE_COOKIES": "0",
        "NCRE_STAFF_FACTOR": "optional",
        "NCRE_CAPTCHA": "never",
        "NCRE_PUBLIC_URL": "http://ncre.example",
        "NCRE_PROXIES": "x",
        "NCRE_PORT": "0",
        "NCRE_HSOT": "127.0.0.1",
        "NCRE_QQ_APPID": "1",
        "NCRE_SIGN_ON": str(tmp_path / "none.toml"),
    }
    said = problems(wrong)
    for name in (*(name for name in wrong if name not in ("NCRE_DATA", "NCRE_QQ_APPID")), "NCRE_QQ_KEY"):
        assert any(problem.startswith(name) for problem in said), name
    assert all(re.search(r"[\u4e00-\u9fff].* / .*[a-z]", problem) for problem in said)


@pytest.mark.parametrize("mode", [{"NCRE_DEMO": "1"}, {"NCRE_PRODUCTION": "0"}])
def test_what_is_not_production_is_served_on_this_machine_alone(tmp_path: Path, mode: Environment) -> None:
    environment = {**mode, "NCRE_DATA": str(tmp_path), "NCRE_SECRET": token_hex(32)}
    for host in ("0.0.0.0", "192.0.2.7", "ncre.example"):
        (said,) = problems({**environment, "NCRE_HOST": host})
        assert said.startswith("NCRE_HOST")
    for host in ("127.0.0.1", "localhost", "::1"):
        assert read_settings({**environment, "NCRE_HOST": host}).host == host


def test_reading_makes_no_folder_and_no_secret(tmp_path: Path) -> None:
    for environment in (
        {"NCRE_DEMO": "1", "NCRE_DATA": str(tmp_path / "mistyped")},
        {"NCRE_DEMO": "1", "NCRE_DATA": str(tmp_path)},
    ):
        problems(environment)
        assert list(tmp_path.iterdir()) == []


def beginning(environment: Environment, empty: Callable[[str], bool] = lambda _: True) -> Settings:
    return begin(empty, environment)


def test_a_beginning_makes_folder_and_secret_for_their_user_alone(tmp_path: Path) -> None:
    environment = {"NCRE_DEMO": "1", "NCRE_DATA": str(tmp_path / "data")}
    umask = os.umask(0o000)
    settings = beginning(environment)
    os.umask(umask)
    kept = settings.data / "secret.key"
    assert [path.stat().st_mode & 0o777 for path in (settings.data, kept)] == [0o700, 0o600]
    assert list(settings.data.iterdir()) == [kept]
    assert beginning(environment).secret == settings.secret
    assert not is_weak(settings.secret)


def test_a_mistyped_data_folder_is_not_made(tmp_path: Path) -> None:
    environment = {"NCRE_DEMO": "1", "NCRE_DATA": str(tmp_path / "mistyped" / "data")}
    with pytest.raises(Misconfigured, match="Is the path right"):
        beginning(environment)
    elsewhere = {
        "NCRE_DATA": str(tmp_path / "data"),
        "NCRE_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite'}",
    }
    with pytest.raises(Misconfigured, match="the database has data"):
        beginning({"NCRE_DEMO": "1", **elsewhere}, lambda _: False)
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_made_over_data_and_none_where_settings_are_refused(tmp_path: Path) -> None:
    environment = {"NCRE_DEMO": "1", "NCRE_DATA": str(tmp_path / "data")}
    with pytest.raises(Misconfigured, match="put their own secret back"):
        beginning(environment, lambda _: False)
    assert list((tmp_path / "data").iterdir()) == []
    with pytest.raises(Misconfigured, match="NCRE_PORT"):
        beginning({**environment, "NCRE_DATA": str(tmp_path / "other"), "NCRE_PORT": "x"})
    assert not (tmp_path / "other").exists()


def test_who_builds_a_house_without_the_environment_is_held_to_the_same(tmp_path: Path) -> None:
    said = refusals(Settings(tmp_path, "sqlite:///x", bytes(32), captcha="never", secure_cookies=False))
    assert len(said) == 5


def test_what_is_in_force_is_shown_and_no_secret_with_it(production: Environment) -> None:
    secret = Path(production["NCRE_SECRET_FILE"]).read_text()
    environment = {
        **production,
        "NCRE_DATABASE_URL": "postgresql://ncre:hidden1@db.example/ncre?password=hidden2",
        "NCRE_S3_ENDPOINT": "https://name:hidden3@store.example",
        "NCRE_SIGN_PASSPHRASE": "hidden4",
        "NCRE_PROXIES": "1",
    }
    shown = {
        name: (value, origin)
        for name, value, origin in in_force(environment, inspect_settings(environment).settings)
    }
    assert shown.keys() == NAMES.keys()
    assert shown["NCRE_PROXIES"] == ("1", "set")
    assert shown["NCRE_PRODUCTION"] == ("true", "default")
    assert "hidden" not in str(shown)
    assert secret not in str(shown)
    assert "db.example" in shown["NCRE_DATABASE_URL"][0]


def test_the_handbook_names_every_setting_and_no_other() -> None:
    written = set(re.findall(r"NCRE_[A-Z][A-Z0-9_]*[A-Z0-9]", OPERATIONS.read_text(encoding="utf-8")))
    assert set(NAMES) - written == set()
    assert written - set(NAMES) == set()
