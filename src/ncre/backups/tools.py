"""PostgreSQL's own pg_dump and pg_restore: the ones that fit a server, found on PATH, or where Debian or a package keeps them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from ncre.backups.problems import BackupUnusable

DEBIAN: Final = Path("/usr/lib/postgresql")
PACKAGED: Final = "*pgserver/pginstall*/bin"
"""Where a PostgreSQL lies that was installed as a Python package, as development does."""

_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")


def run(name: str, server: int, url: URL, *arguments: str, search: str | None = None) -> None:
    """Run the tool against the database of the URL. `server` is the major version of its server.

    The password goes by the environment, never by the command line that everybody on the machine can read.
    Raises BackupUnusable with what the tool said.
    """
    tool = find(name, server, search)
    plain = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(
        [str(tool), f"--dbname={plain}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[0]
        raise BackupUnusable(f"{tool} 失败：{last}", f"{tool} failed: {last}")


def find(name: str, server: int, search: str | None = None) -> Path:
    """The tool of the server's own version, else of the next newer one: older ones refuse. Raises BackupUnusable."""
    found = {version: tool for tool in reversed(list(_candidates(name, search))) if (version := _major(tool))}
    fitting = sorted(version for version in found if version >= server)
    if not fitting:
        zh = f"需要 {name} {server} 或更新版本（Debian：postgresql-client-{server}），请安装或加入 PATH"
        en = f"{name} {server} or newer is needed (Debian: postgresql-client-{server}); install it or put it on PATH"
        raise BackupUnusable(zh, en)
    return found[fitting[0]]


def _candidates(name: str, search: str | None) -> Iterator[Path]:
    path = os.environ.get("PATH", "") if search is None else search
    for folder in path.split(os.pathsep):
        if folder and (tool := shutil.which(name, path=folder)):
            yield Path(tool)
    yield from sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)
    yield from sorted(Path(sysconfig.get_path("purelib")).glob(f"{PACKAGED}/{name}"))


def _major(tool: Path) -> int:
    """0 where it does not say."""
    environment: Mapping[str, str] = {**os.environ, "LC_ALL": "C"}
    try:
        said = subprocess.run(
            [str(tool), "--version"], env=environment, capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = _VERSION.search(said.stdout)
    return int(version[1]) if version else 0
