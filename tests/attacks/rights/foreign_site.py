"""Administrators of a site, and others, at sites that are not theirs, at parts that were not left, and at the office's drafts."""

from __future__ import annotations

from uuid import UUID

from tests.attacks.target import Target

OWN, FOREIGN = "420019", "429901"
SOMEBODY = UUID(int=1)
PARTS = ("rooms", "offers", "notice")
OFFICE = (
    "/office/rounds",
    "/office/rounds/78/called-off",
    f"/office/rounds/78/called-off/{OWN}",
    f"/office/drafts/{SOMEBODY}",
    f"/office/called-off/{SOMEBODY}",
)


def findings(target: Target) -> list[str]:
    found = []
    guanli = target.signed_in("guanli")
    token = guanli.hidden("/passport")
    form = {
        **token,
        "seen": "1",
        "command_id": str(SOMEBODY),
        "confirmed": "1",
        "why": "x",
        "site.notice": "x",
        "offers.14": "9999",
        "rooms.0.room": "x",
        "rooms.0.seats": "99",
        "name": "kaowu",
    }
    if guanli.ask("GET", f"/staff/site/{FOREIGN}")[0] != 404:
        found.append("an administrator opens a foreign site")
    for part in (*PARTS, "reviewers", f"reviewers/{SOMEBODY}/take"):
        if guanli.ask("POST", f"/staff/site/{FOREIGN}/{part}", form)[0] != 404:
            found.append(f"an administrator sends {part} of a foreign site")
        if guanli.ask("POST", f"/staff/site/{OWN}/{part}", form)[0] not in (403, 404):
            found.append(f"an administrator sends {part}, which was not left to the site")
    for name in ("guanli", "shenhe", "shenji", "kaosheng"):
        browser = guanli if name == "guanli" else target.signed_in(name)
        for path in OFFICE:
            if browser.ask("GET", path)[0] != 403:
                found.append(f"{name} opens {path}")
    shenhe = target.signed_in("shenhe")
    for part in PARTS:
        answer = shenhe.ask("POST", f"/staff/site/{OWN}/{part}", {**form, **shenhe.hidden("/passport")})
        if answer[0] != 403:
            found.append(f"a reviewer sends {part} of a site")
    return found
