"""Text that somebody was typing is read, planted or thrown away by others, or fills the database."""

from __future__ import annotations

from tests.attacks.target import Target
from tests.support.served import Browser

FORM = "/passport/details"
TYPED = "a street that nobody else may read"


def findings(target: Target) -> list[str]:
    owner, other = target.signed_in("kaosheng"), target.signed_in("shenhe")
    page = owner.hidden(FORM)
    owner.ask("POST", "/drafts", {**page, "address": TYPED})
    stranger, token = target.browser(), other.hidden("/passport")["csrf_token"]
    stolen = {"draft": page["draft"], "csrf_token": token}
    found = []
    for path in ("/drafts/newest", "/drafts/throw-away"):
        status, _, _ = other.ask("POST", path, {**stolen, "which": "0" * 32})
        if status != 404:
            found.append(f"POST {path} with the page of another account was answered {status}")
    if "newer" in other.ask("POST", "/drafts", {**stolen, "address": "x"})[2]:
        found.append("somebody else is told of the owner's drafts")
    forged = {**page, "draft": page["draft"][:-2] + "xx", "address": "planted"}
    if owner.ask("POST", "/drafts", forged)[0] < 400:
        found.append("a page with a forged signature kept something")
    stranger.ask("POST", "/drafts", {"draft": forged["draft"], "address": "planted"})
    if owner.ask("POST", "/drafts", {**page, "address": "x" * 19_000})[0] != 413:
        found.append("a draft of 19 KB was kept")
    flood = [owner.ask("POST", "/drafts", {**page, "address": TYPED})[0] for _ in range(80)]
    if 429 not in flood:
        found.append("80 saves at once were all taken")
    found += _read(target, owner)
    return found


def _read(target: Target, owner: Browser) -> list[str]:
    _, _, text = owner.ask("GET", FORM)
    found = [] if TYPED in text else ["the owner lost what was typed"]
    if "planted" in text:
        found.append("planted text stands in the owner's form")
    raw = b"".join(file.read_bytes() for file in target.data.glob("ncre.sqlite*"))
    return found + (["what was typed lies open in the database"] if TYPED.encode() in raw else [])
