"""What the drill needs of this machine, and what of it is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LEAST_PATRONI = 4
DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"
"""As whom the servers run where the drill runs as root."""

AS_SERVER = () if os.geteuid() else ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups")
LIBRARIES = sysconfig.get_path("purelib")


class PartsMissing(Exception):
    """The message names each, and what installs it."""


@dataclass(frozen=True)
class Parts:
    etcd: str
    haproxy: str
    postgres: Path
    patroni: str
    python: str
    """An interpreter that the servers' user may run, over the same libraries (`LIBRARIES` on its path)."""


def found() -> Parts:
    """Raises PartsMissing."""
    etcd, haproxy = shutil.which("etcd"), shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    servers = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    try:
        patroni = version("patroni")
    except PackageNotFoundError:
        patroni = ""
    python = _python()
    missing = {
        "etcd (Debian: etcd-server)": etcd,
        "haproxy": haproxy,
        "PostgreSQL (Debian: postgresql)": servers,
        "patroni[etcd3] 4 or newer (requirements-dev.lock)": patroni
        and int(patroni.split(".")[0]) >= LEAST_PATRONI,
        "a Python of this version that the user postgres may run (Debian: python3)": python,
        "setpriv (Debian: util-linux), as PostgreSQL refuses root": os.geteuid() or shutil.which("setpriv"),
    }
    if absent := [name for name, there in missing.items() if not there]:
        raise PartsMissing(f"the drill needs {', '.join(absent)}")
    assert etcd is not None
    assert haproxy is not None
    return Parts(etcd, haproxy, servers[-1].parent, patroni, python)


def _python() -> str:
    """This one lies in a home folder at times, which other users cannot enter; "" where none will do."""
    for python in (sys.executable, "/usr/bin/python3"):
        tried = [*AS_SERVER, "env", f"PYTHONPATH={LIBRARIES}", python, "-c", "import patroni, psycopg"]
        if not subprocess.run(tried, cwd="/", capture_output=True, check=False).returncode:
            return python
    return ""
