"""Every variable of the environment: its type, its default and what it is for. `ncre settings` prints what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX: Final = "NCRE_"
WECHAT_GATEWAY: Final = "https://api.mch.weixin.qq.com"
ALIPAY_GATEWAY: Final = "https://openapi.alipay.com/gateway.do"


class Environment(BaseSettings):
    """The variables as they are read. A Path with a content (a key, a password) is read later."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, hide_input_in_errors=True)

    production: bool | None = Field(None, description="false: for development alone, on this machine alone")
    demo: bool = Field(False, description="the demo's letters and sign-ins are shown; never in production")
    data: Path = Field(Path(".demo"), description="folder of the SQLite file, photos and papers")
    database_url: SecretStr | None = Field(None, description="SQLite file or PostgreSQL")
    secret: SecretStr | None = Field(None, description="64 hexadecimal digits from which all keys derive")
    secret_file: Path | None = Field(None, description="the file in which the secret stands")
    master_keys: Path | None = Field(None, description="file of the master keys after the first (ncre keys)")
    exchange_key: SecretStr | None = Field(
        None, description="64 hexadecimal digits that the provinces share, to find duplicate registrations"
    )
    exchange_url: str = Field(
        "", description="the exchange service of all provinces, as https://exchange.example"
    )
    exchange_tokens: Path | None = Field(
        None, description='file of lines "42 TOKEN": here of our provinces, at the exchange service of all'
    )
    exchange_folder: Path | None = Field(None, description="exchange service: where it keeps the files")
    exchange_keep_days: int = Field(
        30, ge=1, le=366, description="exchange service: days after a round for which its files are kept"
    )
    tombstones: Path | None = Field(None, description="the list of erased people, best on another disk")
    ledger_key: SecretStr | None = Field(
        None, description="64 hexadecimal digits: signs checkpoints of the log"
    )
    ledger_key_file: Path | None = Field(None, description="the file in which that key stands")
    ledger_anchor: Path | None = Field(None, description="file that remembers the newest checkpoint seen")
    ledger_witnesses: str = Field("", description="public keys whose cosignatures are kept, apart by spaces")
    ledger_name: str = Field("", description="what the log is called where it begins; else HOST/ledger")
    tenants: Path | None = Field(None, description="TOML file of tenants, each with its hosts and database")
    host: str = Field("127.0.0.1", description="where the pages are served")
    port: int = Field(8000, ge=1, le=65535, description="where the pages are served")
    public_url: str = Field("", description="how the world reaches the pages")
    secure_cookies: bool = Field(True, description="false only where TLS is impossible; never in production")
    proxies: int = Field(0, ge=0, le=16, description="how many proxies of yours stand in front")
    admissions: int = Field(
        0, ge=0, le=1_000_000, description="newcomers let in a minute before others wait; 0: no waiting room"
    )
    photo_workers: int = Field(2, ge=0, le=64, description="processes that measure photos; 0: in this one")
    photo_store: str = Field("", description="s3://bucket/prefix instead of the data folder")
    s3_endpoint: str = Field("", description="of an S3-compatible store that is not AWS's")
    sign_with: Path | None = Field(None, description="PKCS #12 file that signs the papers")
    sign_passphrase: SecretStr = Field(SecretStr(""), description="what opens it")
    font_dir: Path | None = Field(None, description="HanaMin fonts for very rare characters")
    captcha: Literal["always", "adaptive", "never"] = Field("always", description="when a captcha is asked")
    staff_factor: Literal["required", "optional"] = Field("required", description="second factor of staff")
    passport: Literal["here", "elsewhere"] = Field("here", description="where candidates register")
    sign_on: Path | None = Field(None, description="TOML file of OpenID Connect providers")
    qq_appid: str = Field("", description="QQ Connect: application id")
    qq_key: Path | None = Field(None, description="QQ Connect: file of the key")
    smtp_host: str = Field("", description="the server that mails letters")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port; 465 is TLS from the first byte")
    smtp_from: str = Field("", description="the address that letters come from")
    mail_bounces: str = Field(
        "", description="the mailbox that letters about registrations come back to, as bounces@example.org"
    )
    mail_bounce_folder: Path | None = Field(
        None, description="the maildir folder of that mailbox, read by the worker"
    )
    smtp_user: str = Field("", description="name at the mail server")
    smtp_password: Path | None = Field(None, description="file of its password")
    messages_url: str = Field("", description="the relay of messages to phones")
    messages_token: Path | None = Field(None, description="file of its token")
    phone_countries: str = Field("CN", description="countries to whose phones messages go, as CN,HK,MO,TW")
    messages_abroad: int = Field(200, ge=0, description="messages to phones abroad a day, over all")
    alipay_app_id: str = Field("", description="Alipay: application")
    alipay_seller_id: str = Field("", description="Alipay: merchant (2088...)")
    alipay_key: Path | None = Field(None, description="Alipay: file of the application's private key")
    alipay_public_key: Path | None = Field(None, description="Alipay: file of its public key (key mode)")
    alipay_app_cert: Path | None = Field(None, description="Alipay: certificate of the application")
    alipay_cert: Path | None = Field(None, description="Alipay: its certificate (certificate mode)")
    alipay_root_cert: Path | None = Field(None, description="Alipay: root certificates")
    apple_pass_type: str = Field("", description="Apple Wallet: the pass type, as pass.org.example.ncre")
    apple_team: str = Field("", description="Apple Wallet: the team")
    apple_pass_key: Path | None = Field(
        None, description="Apple Wallet: file (PEM) of the private key and the certificate of the pass type"
    )
    apple_wwdr: Path | None = Field(None, description="Apple Wallet: file (PEM) of Apple's WWDR certificate")
    google_wallet_issuer: str = Field("", description="Google Wallet: the issuer")
    google_wallet_account: Path | None = Field(
        None, description="Google Wallet: file (JSON) of the service account"
    )
    alipay_gateway: str = Field(ALIPAY_GATEWAY, description="Alipay: another address, as the sandbox's")
    wechat_mchid: str = Field("", description="WeChat Pay: merchant")
    wechat_appid: str = Field("", description="WeChat Pay: application")
    wechat_serial: str = Field("", description="WeChat Pay: serial of the merchant's certificate")
    wechat_key: Path | None = Field(None, description="WeChat Pay: file of the merchant's private key")
    wechat_api_key: Path | None = Field(None, description="WeChat Pay: file of the APIv3 key")
    wechat_public_key: Path | None = Field(None, description="WeChat Pay: file of its public key")
    wechat_public_key_id: str = Field("", description="WeChat Pay: id of that key")
    wechat_other_public_keys: str = Field(
        "", description="WeChat Pay: further public keys, ID=FILE ID=FILE, as while it changes its own"
    )
    wechat_app_secret: Path | None = Field(
        None, description="WeChat Pay: file of the application's secret, to pay inside WeChat's own browser"
    )
    metrics_host: str = Field(
        "127.0.0.1", description="where metrics are shown; never an address of the world"
    )
    metrics_port: int = Field(0, ge=0, le=65535, description="port for the metrics of the pages; 0: none")
    worker_metrics_port: int = Field(0, ge=0, le=65535, description="port for those of the worker; 0: none")
    log_format: Literal["text", "json"] = Field("text", description="how lines of the log are written")
    traces_url: str = Field("", description="receiver of traces (OTLP over HTTP), as http://127.0.0.1:4318")
    sentry_dsn: SecretStr | None = Field(None, description="where errors are reported (Sentry-compatible)")
    patroni_urls: str = Field(
        "", description="REST addresses of Patroni that the doctor asks, apart by spaces"
    )
    pgbackrest_stanza: str = Field("", description="whose backups the doctor asks pgBackRest about")
    wechat_gateway: str = Field(WECHAT_GATEWAY, description="WeChat Pay: another address")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read_environment` hands over: tests and the demo read other mappings than os.environ."""
        return (init_settings,)


NAMES: Final = {f"{PREFIX}{name.upper()}": name for name in Environment.model_fields}
"""The variables and their fields."""

HIDDEN: Final = ("secret", "sign_passphrase", "ledger_key", "sentry_dsn")
"""Fields whose value is never printed."""

BOOLEANS: Final = "true, false, 1, 0, yes, no"
_WORDS: Final = {
    "bool_parsing": (f"只能是 {BOOLEANS}", f"must be one of {BOOLEANS}"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "int_parsing_size": ("数字太大", "is too large a number"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "literal_error": ("只能是 {expected}", "must be {expected}"),
}
"""What pydantic finds, in our words."""


class _Variables(EnvSettingsSource):
    """The variables of a mapping; an empty one counts as not set."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(Environment)
        self.env_vars = {name.lower(): value for name, value in given.items() if value.strip()}


def problem_of_variable(name: str, zh: str, en: str) -> str:
    """A problem of a variable in both languages."""
    return f"{name}: {zh} / {en}"


def read_environment(environment: Mapping[str, str]) -> tuple[Environment, list[str]]:
    """The variables, and what is wrong with them: a wrong one then counts as not set."""
    given = {name.upper(): value for name, value in environment.items() if name.upper().startswith(PREFIX)}
    problems = [_unknown(name) for name in sorted(given) if name not in NAMES]
    try:
        return Environment(**_Variables(given)()), problems
    except ValidationError as error:
        wrong = {f"{PREFIX}{str(one['loc'][0]).upper()}": one for one in error.errors()}
    problems += [
        _wrong(name, given.pop(name), one["type"], one.get("ctx", {})) for name, one in wrong.items()
    ]
    return Environment(**_Variables(given)()), problems


def _unknown(name: str) -> str:
    near = get_close_matches(name, NAMES, n=1, cutoff=0.6)
    zh, en = (
        (f"，是否想写 {near[0]}？", f"; did you mean {near[0]}?") if near else ("，请删去", "; remove it")
    )
    return problem_of_variable(
        name, f"没有这个设置，可能写错了{zh}", f"there is no such setting, probably a typing error{en}"
    )


def _wrong(name: str, value: str, kind: str, context: Mapping[str, Any]) -> str:
    zh, en = _WORDS.get(kind, ("不能使用", "cannot be used"))
    shown = "" if NAMES[name] in HIDDEN else f"{value!r}"
    return problem_of_variable(
        name, f"{zh.format(**context)}，现为 {shown}", f"{en.format(**context)}, not {shown}"
    )
