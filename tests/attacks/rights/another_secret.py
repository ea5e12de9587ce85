"""The service is started over its data with another secret, or with none: people would be sealed under a second key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.attacks.target import Target
from tests.support.ports import free_port

SERVE, CHECK = ["serve", "--port", "{port}"], ["projections", "check"]


def findings(target: Target) -> list[str]:
    lost = target.data / "lost" / "secret.key"
    found = _started(target, SERVE, "another secret", NCRE_SECRET="ab" * 32)
    found += _started(target, CHECK, "another secret", NCRE_SECRET="ab" * 32)
    found += _started(target, SERVE, "no secret", NCRE_SECRET_FILE=str(lost))
    if lost.exists():
        found.append("a new secret was written over data")
    return found


def _started(target: Target, command: list[str], how: str, **changes: str) -> list[str]:
    asked = [part.format(port=free_port()) for part in command]
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "ncre", "--lang", "en", *asked],
            env={**target.environment, **changes},
            cwd=Path(target.data),
            capture_output=True,
            text=True,
            timeout=20,
        )
    except subprocess.TimeoutExpired:
        return [f"ncre {command[0]} went on with {how}"]
    if ended.returncode != 2 or "secret" not in ended.stderr or "Traceback" in ended.stderr:
        return [f"ncre {command[0]} with {how} ended with {ended.returncode}: {ended.stderr[-200:]}"]
    return []
