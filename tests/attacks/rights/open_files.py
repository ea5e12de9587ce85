"""Another user of the machine reads what the service writes: database, WAL, letters, keys, photos, papers."""

from __future__ import annotations

from tests.attacks.target import Target

OTHERS = 0o077


def findings(target: Target) -> list[str]:
    browser = target.browser()
    browser.ask("POST", "/recover", {**browser.hidden("/recover"), "email": "nobody@example.com"})
    target.signed_in("kaosheng")
    written = sorted(target.data.rglob("*"))
    found = [
        f"{path.relative_to(target.data)} has mode {path.stat().st_mode & 0o777:04o}"
        for path in written
        if path.stat().st_mode & OTHERS
    ]
    if not any(path.suffix == ".eml" for path in written):
        found.append("no letter was written, so that nothing was tried on it")
    return found
