"""The tenants of one installation: which host names belong to whom, and the settings of each.

A table of the TOML file is a tenant. It has `hosts`, and settings by the names of their variables without `NCRE_`; what
the environment says holds for all tenants, except for what has to be a tenant's own. `schema` is a schema of PostgreSQL.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ncre.config.environment import PREFIX, Environment, problem_of_variable
from ncre.config.reading import SettingsReading, inspect_settings
from ncre.config.settings import Misconfigured
from ncre.store.schemas import in_schema, is_schema

VARIABLE: Final = "NCRE_TENANTS"

OF_THE_PROCESS: Final = frozenset(
    {"production", "demo", "host", "port", "proxies", "secure_cookies", "tenants", "font_dir", "log_format"}
    | {"metrics_host", "metrics_port", "worker_metrics_port", "traces_url", "sentry_dsn"}
)
"""Settings that all tenants of a process share; they stand in the environment."""

SECRETS: Final = frozenset({"secret", "ledger_key", "sign_passphrase", "exchange_key"})
"""Never in the file of tenants: it names the files of secrets."""

OWN: Final = frozenset(
    {
        "data",
        "database_url",
        "secret",
        "secret_file",
        "master_keys",
        "tombstones",
        "public_url",
        "photo_store",
    }
    | {name for name in Environment.model_fields if name.startswith("ledger_") and name != "ledger_witnesses"}
    | {name for name in Environment.model_fields if name.startswith(("alipay_", "wechat_", "mail_bounce"))}
) - {"alipay_gateway", "wechat_gateway"}
"""What no two tenants share, so that it never comes from the environment: data, keys, and where the money goes."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PATHS: Final = frozenset(
    name for name, one in Environment.model_fields.items() if "Path" in str(one.annotation)
)


@dataclass(frozen=True)
class Tenant:
    """One of them. The first host is its public address; the environment is what a process for it alone would have."""

    name: str
    hosts: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)

    @property
    def address(self) -> str:
        """`https://host[:port]`, to which the other hosts lead."""
        return self.environment[f"{PREFIX}PUBLIC_URL"]

    def read(self) -> SettingsReading:
        return inspect_settings(self.environment)


def tenants_file(environment: Mapping[str, str]) -> Path | None:
    """The file that the environment names; None where the installation has no tenants."""
    given = [value for name, value in environment.items() if name.upper() == VARIABLE and value.strip()]
    return Path(given[0]) if given else None


def read_tenants(environment: Mapping[str, str], ready: bool = False) -> tuple[Tenant, ...]:
    """All tenants. `ready`: also with the data folders and secrets that `ncre migrate` makes.

    Raises Misconfigured with the faults of all of them together.
    """
    file = tenants_file(environment)
    if file is None:
        raise Misconfigured(
            problem_of_variable(VARIABLE, "未设置租户文件", "is not set: there are no tenants")
        )
    common, problems = _common(environment)
    written = _written(file, common)
    tenants = []
    for name, table in written.items():
        tenant, faults = _tenant(name, table, common)
        problems += [f"[{name}] {fault}" for fault in faults]
        tenants += [tenant] if tenant else []
    readings = {tenant.name: tenant.read() for tenant in tenants}
    for name, reading in readings.items():
        found = reading.all_problems if ready else reading.problems
        problems += [f"[{name}] {problem}" for problem in found]
    problems += [*_shared_hosts(tenants), *_shared(readings)]
    if problems:
        raise Misconfigured(*dict.fromkeys(problems))
    return tuple(tenants)


def _common(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What all tenants have, and what stands in the environment although each must have its own."""
    given = {name.upper(): name for name in environment if name.upper().startswith(PREFIX)}
    wrong = [name for name in given if name.removeprefix(PREFIX).lower() in OWN and environment[given[name]]]
    left_out = {*wrong, VARIABLE}
    zh, en = (
        "各租户不能共用，请写进租户文件",
        "no two tenants share it: set it for each in the file of tenants",
    )
    common = {name: value for name, value in environment.items() if name.upper() not in left_out}
    return common, [problem_of_variable(name, zh, en) for name in sorted(wrong)]


def _written(file: Path, common: Mapping[str, str]) -> dict[str, Any]:
    """The tables of the file. Raises Misconfigured where there is nothing to read."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        mode = file.stat().st_mode
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        zh = f"{file} 不能使用（{why}）"
        raise Misconfigured(problem_of_variable(VARIABLE, zh, f"{file} cannot be used ({why})")) from None
    if not written:
        zh, en = f"{file} 中没有租户", f"there is no tenant in {file}"
        raise Misconfigured(problem_of_variable(VARIABLE, zh, en))
    if mode & stat.S_IWOTH:
        zh, en = f"别人可以改写 {file}，请执行 chmod o-w", f"others can write {file}: run chmod o-w {file}"
        raise Misconfigured(problem_of_variable(VARIABLE, zh, en))
    return written


def _tenant(name: str, table: Any, common: Mapping[str, str]) -> tuple[Tenant | None, list[str]]:
    if not _NAME.fullmatch(name):
        return None, [
            "名称只能是小写字母、数字和连字符 / its name takes lower-case letters, digits and dashes"
        ]
    if not isinstance(table, dict):
        return None, ["应为一个表 / must be a table"]
    hosts, problems = _hosts(table)
    known = {one for one in Environment.model_fields if one not in OF_THE_PROCESS | SECRETS}
    problems += [_unknown(key) for key in table if key not in known | {"hosts", "schema"}]
    problems += [
        problem_of_variable(key, "必须设置", "must be set: it is this tenant's own")
        for key in ("data", "secret_file")
        if key not in table
    ]
    values = {key: table[key] for key in table if key in known}
    problems += [
        problem_of_variable(key, "应为文字、整数或真假", "must be a text, a whole number, true or false")
        for key, value in values.items()
        if not isinstance(value, str | int)
    ]
    problems += [
        problem_of_variable(key, "应为绝对路径", "must be an absolute path")
        for key, value in values.items()
        if key in _PATHS and not os.path.isabs(str(value))
    ]
    problems += _place_schema(values, table.get("schema"))
    if not hosts or problems:
        return None, problems
    values.setdefault("public_url", f"https://{hosts[0]}")
    if urlsplit(str(values["public_url"])).hostname != hosts[0]:
        return None, [
            problem_of_variable(
                "public_url", f"主机应为 {hosts[0]}", f"its host must be the first of hosts, {hosts[0]}"
            )
        ]
    own = {f"{PREFIX}{key.upper()}": _plain(value) for key, value in values.items()}
    kept = {key: value for key, value in common.items() if key.upper() not in own}
    return Tenant(name, hosts, {**kept, **own}), []


def _hosts(table: Mapping[str, Any]) -> tuple[tuple[str, ...], list[str]]:
    given = table.get("hosts")
    if not isinstance(given, list) or not given:
        return (), [
            problem_of_variable(
                "hosts", "应为主机名的列表", 'must be a list of host names, as ["ncre.example.org"]'
            )
        ]
    wrong = [one for one in given if not isinstance(one, str) or not _HOST.fullmatch(one) or len(one) > 253]
    return tuple(one for one in given if one not in wrong), [
        problem_of_variable(
            "hosts", f"{one!r} 不是小写的主机名（不带端口）", f"{one!r} is no host name (lower case, no port)"
        )
        for one in wrong
    ]


def _place_schema(values: dict[str, Any], schema: Any) -> list[str]:
    """The schema becomes part of the database's URL."""
    if schema is None:
        return []
    url = values.get("database_url", "")
    if not isinstance(url, str) or not url.startswith("postgres"):
        return [
            problem_of_variable(
                "schema", "只用于 PostgreSQL", "is for PostgreSQL alone: set database_url too"
            )
        ]
    if not isinstance(schema, str) or not is_schema(schema):
        return [
            problem_of_variable(
                "schema", "不是 PostgreSQL 的模式名", "must be a name of lower-case letters, digits and _"
            )
        ]
    values["database_url"] = in_schema(url, schema)
    return []


def _unknown(key: str) -> str:
    if key in OF_THE_PROCESS:
        return problem_of_variable(
            key, "各租户共用，请放在环境变量里", "is one for all tenants: set it in the environment"
        )
    if key in SECRETS:
        return problem_of_variable(
            key, "密钥不写在这里，请写它的文件", "no secret stands here: name its file"
        )
    return problem_of_variable(key, "没有这个设置", "there is no such setting")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shared_hosts(tenants: list[Tenant]) -> Iterator[str]:
    first: dict[str, str] = {}
    for tenant in tenants:
        for host in tenant.hosts:
            other = first.setdefault(host, tenant.name)
            if other != tenant.name or tenant.hosts.count(host) > 1:
                yield f"[{tenant.name}] " + problem_of_variable(
                    "hosts", f"{host} 已属于 {other}", f"{host} is that of {other}"
                )


def _shared(readings: Mapping[str, SettingsReading]) -> Iterator[str]:
    """What two tenants have alike and must not. Where a default is alike, another is to be set."""
    first: dict[tuple[str, object], str] = {}
    for name, reading in readings.items():
        for what, value in _own(reading):
            other = first.setdefault((what, value), name)
            if other != name:
                zh, en = (
                    f"与 {other} 相同，各租户须不同",
                    f"is the same as that of {other}; each needs its own",
                )
                yield f"[{name}] {problem_of_variable(what, zh, en)}"


def _own(reading: SettingsReading) -> Iterator[tuple[str, object]]:
    settings = reading.settings
    yield "data", settings.data.resolve()
    yield "database_url, schema", settings.database_url
    yield "tombstones", settings.tombstones.resolve()
    yield "ledger_name", settings.ledger_name
    yield "ledger_anchor", settings.ledger_anchor.resolve()
    if reading.secret.value:
        yield "secret_file", reading.secret.value
    if reading.secret.file:
        yield "secret_file", reading.secret.file.resolve()
    if settings.ledger.key_file:
        yield "ledger_key_file", settings.ledger.key_file.resolve()
    if settings.master_keys:
        yield "master_keys", settings.master_keys.resolve()
    if settings.photo_store:
        yield "photo_store", settings.photo_store
    if settings.alipay:
        yield "alipay_app_id", settings.alipay.app_id
    if settings.wechat:
        yield "wechat_mchid", settings.wechat.mchid
