"""What the doctor looks at in the installation itself: database, keys, log, worker, disk, files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from ncre.bootstrap import Container
from ncre.cli.health.findings import Finding, fail, graded, ok, version_of, warn
from ncre.cli.processes.installing import open_files
from ncre.config import Settings
from ncre.store.database import DatabaseUnusable

LEAST_SQLITE: Final = (3, 35)
LEAST_POSTGRESQL: Final = 14
HOUR: Final = 3600
MEGABYTE: Final = 1024 * 1024
LEAST_BUFFERS: Final = 512 * MEGABYTE
CLOCK_SECONDS: Final = (2.0, 30.0)
"""From where a clock that differs is told, and from where deadlines are decided wrongly."""


def versions() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield (
        ok("python", f"Python {python}")
        if sys.version_info >= (3, 11)
        else fail("python", f"Python {python}", "请用 3.11 或更新的版本 / use 3.11 or newer")
    )


def database(container: Container) -> Iterator[Finding]:
    """Version, schema, keys, log, erasures; the rest only where it answers."""
    try:
        with container.database.reading() as connection:
            yield _version(connection)
            yield from _durability(connection)
            yield from _memory(connection)
            yield from _clock(container, connection)
    except DatabaseUnusable as error:
        yield fail(
            "database",
            str(error),
            "请检查 NCRE_DATABASE_URL 和数据库是否在运行 / see that it runs, and NCRE_DATABASE_URL",
        )
        return
    yield from _readiness(container)


def _version(connection: Connection) -> Finding:
    if connection.dialect.name == "sqlite":
        found = sqlite3.sqlite_version
        said, enough = f"SQLite {found}", version_of(found) >= LEAST_SQLITE
    else:
        found = str(connection.scalar(text("SHOW server_version")))
        said, enough = f"PostgreSQL {found}", version_of(found) >= (LEAST_POSTGRESQL,)
    todo = "版本太旧，请升级 / it is too old: upgrade it"
    return ok("database", said) if enough else fail("database", said, todo)


def _durability(connection: Connection) -> Iterator[Finding]:
    """What PostgreSQL must be set to so that an acknowledged fact is never lost."""
    if connection.dialect.name != "postgresql":
        return
    for name, wanted in (("fsync", "on"), ("full_page_writes", "on"), ("data_checksums", "on")):
        found = str(connection.scalar(text(f"SHOW {name}")))
        todo = f"请设为 {wanted} / set it to {wanted}"
        bad = warn if name == "data_checksums" else fail
        yield ok(name, found) if found == wanted else bad(name, found, todo)
    commit = str(connection.scalar(text("SHOW synchronous_commit")))
    todo = "请设为 on，否则确认过的数据会丢 / set it to on: acknowledged facts are lost otherwise"
    safe = commit in ("on", "remote_apply")
    yield ok("synchronous_commit", commit) if safe else fail("synchronous_commit", commit, todo)


def _memory(connection: Connection) -> Iterator[Finding]:
    """PostgreSQL comes with 128 MB of pages of its own, whatever the machine has."""
    if connection.dialect.name != "postgresql":
        return
    size = int(connection.scalar(text("SELECT pg_size_bytes(current_setting('shared_buffers'))")) or 0)
    said = f"shared_buffers {size // MEGABYTE} MB"
    todo = "请给数据库机器内存的四分之一 / give it a quarter of the memory of its machine; see docs/operations.md"
    yield ok("memory", said) if size >= LEAST_BUFFERS else warn("memory", said, todo)


def _clock(container: Container, connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name != "postgresql":
        return
    moment = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs((moment - container.clock()).total_seconds())
    yield graded(
        "clock",
        apart,
        *CLOCK_SECONDS,
        f"与数据库的时钟相差 {apart:.1f} 秒 / {apart:.1f} s from the clock of the database",
        "请在两台机器上启用 NTP / let NTP set the clocks of both machines",
    )


def _readiness(container: Container) -> Iterator[Finding]:
    """The guards that `serve` asks too; a later one is asked only where the former holds."""
    guards = (
        ("schema", container.database.assert_migrated, "请执行 ncre migrate / run: ncre migrate"),
        ("keys", container.key_checks.assert_right, "请放回原来的密钥 / put its own secret back"),
        ("ledger", container.assert_readable, "见 docs/proof.md / see docs/proof.md"),
        (
            "erasures",
            container.erasures.reapplying.assert_applied,
            "请执行 ncre person reapply / run: ncre person reapply",
        ),
    )
    for subject, guard, todo in guards:
        try:
            guard()
        except DatabaseUnusable as error:
            yield fail(subject, str(error), todo)
            return
        yield ok(subject, "正常 / right")
    yield from _numbers(container)


def _numbers(container: Container) -> Iterator[Finding]:
    numbers = container.backlog.numbers()
    yield _worker(numbers.get("worker_age_seconds"))
    yield _backup(numbers.get("backup_age_seconds"), container.settings.observability.pgbackrest)
    if container.exchange_sync.is_due():
        yield _exchange(numbers.get("exchange_age_seconds"))
    rows = (
        (
            "sealer",
            "sealer_lag_seconds",
            600,
            HOUR,
            "日志封存落后秒数",
            "seconds the sealer is behind",
            "拥有账本密钥的后台进程是否在运行 / does the worker with the key of the ledger run?",
        ),
        (
            "deadlines",
            "deadlines_late",
            1,
            1000,
            "逾期未失效的报名",
            "registrations that should have lapsed",
            "支付渠道没有回答？见后台日志 / is a channel silent? see the worker's log",
        ),
        (
            "orders",
            "orders_late",
            1,
            1000,
            "过期仍可支付的订单",
            "orders that expired and still count as payable",
            "见后台日志 / see the worker's log",
        ),
        (
            "webhooks",
            "webhooks_dead",
            1,
            10**9,
            "放弃发送的事件",
            "events that were given up",
            "请在系统接入页重新发送 / send them again on the page of integrations",
        ),
    )
    for subject, name, warn_at, fail_at, zh, en, todo in rows:
        value = numbers[name]
        yield graded(subject, value, warn_at, fail_at, f"{zh}：{value:.0f} / {en}: {value:.0f}", todo)
    yield from _standbys(numbers, container.settings)


def _worker(age: float | None) -> Finding:
    todo = "请启动 ncre worker / start: ncre worker"
    if age is None:
        return fail("worker", "没有后台进程 / no worker has run", todo)
    said = f"上一轮在 {age:.0f} 秒前 / its last round was {age:.0f} s ago"
    return graded("worker", age, 120, 600, said, todo)


def _exchange(age: float | None) -> Finding:
    todo = "见后台日志，或执行 ncre exchange sync / see the worker's log, or run: ncre exchange sync"
    if age is None:
        return fail("duplicates", "还没有跨省比对过 / no files were exchanged with other provinces", todo)
    said = f"上次跨省比对在 {age:.0f} 秒前 / files were exchanged with other provinces {age:.0f} s ago"
    return graded("duplicates", age, 1800, 24 * HOUR, said, todo)


def _backup(age: float | None, stanza: str) -> Finding:
    if age is None:
        said = "这台机器没有做过 ncre backup / no `ncre backup` was made on this machine"
        return (
            ok("backup", said)
            if stanza
            else warn(
                "backup", said, "请定期备份，见 docs/operations.md / make backups; see docs/operations.md"
            )
        )
    said = f"{age / HOUR:.0f} 小时前 / {age / HOUR:.0f} hours ago"
    return graded(
        "backup", age, 26 * HOUR, 8 * 24 * HOUR, said, "请检查定时备份 / see why the timer makes none"
    )


def _standbys(numbers: dict[str, float], settings: Settings) -> Iterator[Finding]:
    if "replicas" not in numbers:
        if settings.database_url.startswith("postgresql"):
            said = "数据库账号看不到备库 / the database's role cannot see standbys"
            yield warn("replication", said, "GRANT pg_read_all_stats TO ...")
        return
    count, behind = numbers["replicas"], numbers["replication_lag_bytes"]
    said = f"{count:.0f} 个备库，最多落后 {behind / MEGABYTE:.1f} MB / {count:.0f} standbys, at most {behind / MEGABYTE:.1f} MB behind"
    if not count and settings.production:
        yield warn(
            "replication",
            said,
            "没有备库，机器一坏数据就没有了 / without one the data are gone with the machine",
        )
        return
    yield graded(
        "replication",
        behind,
        16 * MEGABYTE,
        1024 * MEGABYTE,
        said,
        "请检查备库的网络和磁盘 / look at the network and disk of the standby",
    )


def disk(settings: Settings) -> Iterator[Finding]:
    """Room, and whether anything can be written, where the data, the list of the erased and the anchor lie."""
    places = {
        "data": settings.data,
        "tombstones": settings.tombstones.parent,
        "anchor": settings.ledger_anchor.parent,
    }
    seen: set[Path] = set()
    for name, folder in places.items():
        if folder not in seen:
            seen.add(folder)
            yield _room(f"disk {name}", folder)


def _room(subject: str, folder: Path) -> Finding:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as tried:
            tried.write(b"x" * 4096)
            tried.flush()
            os.fsync(tried.fileno())
        free = shutil.disk_usage(folder)
    except OSError as error:
        said = f"{folder}：{error.strerror} / {folder}: {error.strerror}"
        return fail(subject, said, "请腾出空间，或让它可写 / make room, or let it be written")
    said = f"{folder} 还有 {free.free / MEGABYTE:.0f} MB / {folder} has {free.free / MEGABYTE:.0f} MB left"
    used = 1 - free.free / free.total
    least = 1.0 if free.free < 200 * MEGABYTE else used
    return graded(subject, least, 0.9, 0.98, said, "请腾出空间 / make room")


def files(settings: Settings) -> Iterator[Finding]:
    found = " ".join(str(path) for path in open_files(settings))
    if found:
        yield warn("files", f"别人可以读取 {found} / others can read {found}", f"chmod -R go-rwx {found}")
    else:
        yield ok("files", "只有本用户可读 / only this user reads them")
