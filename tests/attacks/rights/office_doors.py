"""Reviewers, auditors and candidates open the doors of the office: bans, exports, duplicates, and another's export."""

from __future__ import annotations

from uuid import uuid4

from tests.attacks.target import Target

PAGES = ("/office/bans", "/office/exports", "/office/duplicates")
FORMS = (
    "/office/bans",
    "/office/bans/search",
    "/office/bans/file",
    "/office/exports",
    "/office/duplicates/export",
    "/office/duplicates/file",
)


def findings(target: Target) -> list[str]:
    found, asked = [], uuid4()
    kaowu = target.signed_in("kaowu")
    columns = {"what": "candidates", "form": "csv", "columns": "number", "site": "", "why": "", "at": ""}
    form = {**kaowu.hidden("/office/exports"), **columns, "command_id": str(asked)}
    status, page, _ = kaowu.ask("POST", "/office/exports", form)
    if status != 303:
        return [f"the office cannot export: {status}"]
    for name in ("kaosheng", "shenhe", "shenji"):
        other = target.signed_in(name)
        token = {**other.hidden("/passport"), "command_id": str(uuid4()), "q": "E1", "province": "42"}
        for path in (*PAGES, page):
            if (status := other.ask("GET", path)[0]) not in (403, 404):
                found.append(f"{name} opens {path}: {status}")
        for path in (*FORMS, f"{page}/file", f"{page}/remove"):
            if (status := other.ask("POST", path, token)[0]) not in (403, 404):
                found.append(f"{name} sends {path}: {status}")
    return found
