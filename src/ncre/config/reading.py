"""From the environment to settings, or to every reason why not."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ncre.config.environment import Environment, problem_of_variable, read_environment
from ncre.config.ledger import read_ledger
from ncre.config.providers import read_providers
from ncre.config.refusals import refusals, refused_files
from ncre.config.secret import MASTER_KEYS, SecretFile, default_file, make_secret, read_secret
from ncre.config.settings import Misconfigured, ObservabilityTerms, ProviderTerms, Settings
from ncre.config.terms import TermsReader
from ncre.operational.private_files import make_folder


@dataclass(frozen=True)
class SettingsReading:
    """Settings as far as they can be read, and what is wrong with them besides a missing secret or folder."""

    settings: Settings
    secret: SecretFile
    problems: tuple[str, ...]

    @property
    def all_problems(self) -> list[str]:
        """With a missing data folder and a missing secret."""
        problems = [*self.problems, *_missing(self.secret)]
        if not any(problem.startswith("NCRE_DATA:") for problem in problems):
            problems += _folder_problems(self.settings)
        return problems


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Makes nothing. Raises Misconfigured with every problem."""
    found = inspect_settings(environment)
    if problems := found.all_problems:
        raise Misconfigured(*problems)
    return found.settings


def begin(is_empty: Callable[[str], bool], environment: Mapping[str, str] = os.environ) -> Settings:
    """Like `read_settings`, for commands that may begin an installation: the data folder is made, and a secret too

    where there is none and `is_empty` says so of the database (a URL). Raises Misconfigured; then nothing was made.
    """
    found = inspect_settings(environment)
    if found.problems:
        raise Misconfigured(*found.problems)
    data = found.settings.data
    if not data.is_dir() and not data.parent.is_dir():
        zh = f"没有目录 {data.parent}，因此不创建 {data}。路径写对了吗？"
        en = f"there is no folder {data.parent} to make {data.name} in. Is the path right?"
        raise Misconfigured(problem_of_variable("NCRE_DATA", zh, en))
    if not data.is_dir() and _is_elsewhere(found.settings) and not is_empty(found.settings.database_url):
        zh = f"数据库已有数据，却没有数据目录 {data}。路径写对了吗？"
        en = f"the database has data, but there is no data folder {data}. Is the path right?"
        raise Misconfigured(problem_of_variable("NCRE_DATA", zh, en))
    _make_data_folder(data)
    if found.secret.missing and found.secret.file is not None:
        if not is_empty(found.settings.database_url):
            raise Misconfigured(*_missing(found.secret))
        try:
            make_secret(found.secret.file)
        except OSError as error:
            why = f"{found.secret.file} cannot be made ({error.strerror})"
            raise Misconfigured(problem_of_variable("NCRE_SECRET_FILE", "密钥文件不能创建", why)) from None
    return read_settings(environment)


def inspect_settings(environment: Mapping[str, str]) -> SettingsReading:
    """Everything that can be known without making anything."""
    variables, problems = read_environment(environment)
    production = not variables.demo if variables.production is None else variables.production
    data = variables.data.absolute()
    terms = TermsReader(variables)
    given, secret_file = _secret_place(variables, data, production, environment)
    secret = read_secret(given, secret_file)
    ledger, ledger_problems = read_ledger(variables, _beside(secret, data, production, environment))
    providers, provider_problems, provider_secrets = read_providers(variables.sign_on, terms.public)
    settings = replace(
        _settings(variables, data, production, (secret.value, secret_file), terms, providers), ledger=ledger
    )
    secret_files = [*terms.secret_files, *provider_secrets]
    if variables.sign_with is not None:
        secret_files.append(("NCRE_SIGN_WITH", variables.sign_with))
    if ledger.key_file is not None:
        secret_files.append(("NCRE_LEDGER_KEY_FILE", ledger.key_file))
    problems += [
        *ledger_problems,
        *terms.problems,
        *provider_problems,
        *_contradictions(variables, providers, production),
    ]
    problems += filter(None, [secret.problem])
    problems += [*refusals(settings), *refused_files(settings, secret.file, secret_files)]
    return SettingsReading(settings, secret, tuple(dict.fromkeys(problems)))


def _settings(
    variables: Environment,
    data: Path,
    production: bool,
    found: tuple[bytes, Path | None],
    terms: TermsReader,
    providers: tuple[ProviderTerms, ...],
) -> Settings:
    url, (secret, secret_file) = variables.database_url, found
    return Settings(
        data=data,
        database_url=url.get_secret_value() if url else f"sqlite:///{data / 'ncre.sqlite'}",
        secret=secret,
        host=variables.host,
        port=variables.port,
        secure_cookies=variables.secure_cookies,
        proxies=variables.proxies,
        demo=variables.demo,
        admissions=variables.admissions,
        photo_workers=variables.photo_workers,
        photo_store=variables.photo_store,
        s3_endpoint=variables.s3_endpoint,
        certificate=variables.sign_with,
        passphrase=variables.sign_passphrase.get_secret_value(),
        public_url=terms.public,
        alipay=terms.alipay(),
        wechat=terms.wechat(),
        smtp=terms.smtp(),
        messages=terms.messages(),
        sending=terms.sending(),
        qq=terms.qq(),
        providers=providers,
        passport=variables.passport,
        captcha=variables.captcha,
        staff_factor=variables.staff_factor,
        production=production,
        observability=_observability(variables),
        exchange_key=_exchange_key(variables) or b"",
        exchange=terms.exchange(),
        apple_pass=terms.apple_pass(),
        google_wallet=terms.google_wallet(),
        bounce_address=terms.bounce_address(),
        bounce_folder=variables.mail_bounce_folder,
        erased_list=variables.tombstones.absolute() if variables.tombstones else None,
        master_keys=variables.master_keys or (secret_file and secret_file.with_name(MASTER_KEYS)),
    )


def _observability(variables: Environment) -> ObservabilityTerms:
    dsn = variables.sentry_dsn
    return ObservabilityTerms(
        host=variables.metrics_host,
        port=variables.metrics_port,
        worker_port=variables.worker_metrics_port,
        log_format=variables.log_format,
        traces=variables.traces_url,
        sentry=dsn.get_secret_value() if dsn else "",
        patroni=tuple(variables.patroni_urls.split()),
        pgbackrest=variables.pgbackrest_stanza,
    )


def _exchange_key(variables: Environment) -> bytes | None:
    """The key that the provinces share; None where it is not 32 bytes, b"" where there is none."""
    given = variables.exchange_key.get_secret_value().strip() if variables.exchange_key else ""
    try:
        key = bytes.fromhex(given)
    except ValueError:
        return None
    return key if len(key) in (0, 32) else None


def _secret_place(
    variables: Environment, data: Path, production: bool, environment: Mapping[str, str]
) -> tuple[str | None, Path | None]:
    given = variables.secret.get_secret_value() if variables.secret else None
    usual = default_file(
        data, production, environment.get("HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    )
    return given, variables.secret_file or usual


def _beside(secret: SecretFile, data: Path, production: bool, environment: Mapping[str, str]) -> Path | None:
    """The folder in which the ledger's key stands where no variable says so: beside the secret."""
    usual = default_file(
        data, production, environment.get("HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    )
    file = secret.file or usual
    return file.parent if file else None


def _contradictions(
    variables: Environment, providers: tuple[ProviderTerms, ...], production: bool
) -> list[str]:
    """Variables that do not go together."""
    problems = []
    if variables.secret and variables.secret_file:
        zh, en = "与 NCRE_SECRET_FILE 只能设置一个", "and NCRE_SECRET_FILE: set one of them"
        problems.append(problem_of_variable("NCRE_SECRET", zh, en))
    if _exchange_key(variables) is None:
        zh, en = "须为 64 个十六进制数字", "must be 64 hexadecimal digits"
        problems.append(problem_of_variable("NCRE_EXCHANGE_KEY", zh, en))
    if variables.passport == "elsewhere" and not any(one.issuer.everybody for one in providers):
        zh = "elsewhere 需要 NCRE_SIGN_ON 中有 candidates = true 的提供方"
        en = "elsewhere needs a provider with candidates = true in NCRE_SIGN_ON"
        problems.append(problem_of_variable("NCRE_PASSPORT", zh, en))
    if production and "data" not in variables.model_fields_set:
        zh, en = "生产环境须设置数据目录", "production needs it: the folder for its data"
        problems.append(problem_of_variable("NCRE_DATA", zh, en))
    return problems


def _missing(secret: SecretFile) -> list[str]:
    if not secret.missing:
        return []
    zh = f"没有密钥（{secret.file}）。已有数据时请放回原来的密钥；新装请执行 ncre migrate"
    en = (
        f"there is no secret ({secret.file}). Where there are data already, put their own secret back (no other "
        "opens them); for a new installation run: ncre migrate"
    )
    return [problem_of_variable("NCRE_SECRET_FILE", zh, en)]


def _folder_problems(settings: Settings) -> list[str]:
    data = settings.data
    if not data.is_dir():
        zh = f"没有数据目录 {data}。路径写对了吗？新装请执行 ncre migrate"
        en = f"there is no data folder {data}. Is the path right? For a new installation run: ncre migrate"
        return [problem_of_variable("NCRE_DATA", zh, en)]
    if not os.access(data, os.W_OK | os.X_OK):
        zh, en = f"数据目录 {data} 不可写", f"the data folder {data} cannot be written; choose another"
        return [problem_of_variable("NCRE_DATA", zh, en)]
    return []


def _is_elsewhere(settings: Settings) -> bool:
    """Whether the database does not lie in the data folder."""
    return not settings.database_url.startswith(f"sqlite:///{settings.data}")


def _make_data_folder(data: Path) -> None:
    """For this user alone; one that is there already stays as it is."""
    try:
        make_folder(data)
    except OSError as error:
        zh = f"数据目录 {data} 不能创建（{error.strerror}）"
        raise Misconfigured(
            problem_of_variable("NCRE_DATA", zh, f"the data folder {data} cannot be made ({error.strerror})")
        ) from None
