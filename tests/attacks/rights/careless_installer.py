"""Production is started with everything left open; it starts with nothing of it, and says all of it at once."""

from __future__ import annotations

import subprocess
import sys

from tests.attacks.target import Target
from tests.support.ports import free_port

OPEN = {
    "NCRE_PRODUCTION": "true",
    "NCRE_SECURE_COOKIES": "no",
    "NCRE_STAFF_FACTOR": "optional",
    "NCRE_CAPTCHA": "never",
    "NCRE_PUBLIC_URL": "http://ncre.example",
    "NCRE_SECRET": "00" * 32,
    "NCRE_PROXIES": "-1",
    "NCRE_DEMO": "1",
    "NCRE_PHOTO_WORKER": "2",
}


def findings(target: Target) -> list[str]:
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "ncre", "serve", "--port", str(free_port())],
            env={**target.environment, **OPEN},
            capture_output=True,
            text=True,
            timeout=20,
        )
    except subprocess.TimeoutExpired:
        return ["production went on serving with everything left open"]
    named = [line.removeprefix("ncre: ") for line in ended.stderr.splitlines()]
    untold = [
        name for name in OPEN if name != "NCRE_PRODUCTION" and not any(one.startswith(name) for one in named)
    ]
    found = [f"{name} was accepted or not told" for name in untold]
    if ended.returncode != 2:
        found.append(f"production ended with {ended.returncode}")
    return found
