"""A decision without the version that its page showed was carried out: a colleague's form, replayed, approved anything."""

from __future__ import annotations

from uuid import uuid4

from tests.attacks.target import Target

BROKEN = (
    {},
    {"seen": ""},
    {"seen": "999"},
    {"seen": "999", "command_id": str(uuid4())},
    {"command_id": "x", "seen": "1"},
)


def findings(target: Target) -> list[str]:
    """Upon the agreement of the demo's candidate, whom the office may cancel and who may withdraw."""
    candidate, kaowu = target.signed_in("kaosheng"), target.signed_in("kaowu")
    agreed = {**candidate.hidden("/agreement"), "answer": "agree", "agreed": "yes"}
    _, where, _ = candidate.ask("POST", "/agreement", agreed)
    where = where.removesuffix("/details")
    case = where.rpartition("/")[2]
    acts = (
        (candidate, f"{where}/withdraw", {}),
        (candidate, f"{where}/details", {"name": "somebody"}),
        (kaowu, f"/staff/cases/{case}/cancel", {"why": "replayed"}),
        (kaowu, f"/staff/cases/{case}/approve", {}),
    )
    found = []
    for browser, path, form in acts:
        token = {"csrf_token": browser.hidden("/passport")["csrf_token"]}
        for broken in BROKEN:
            status, _, _ = browser.ask("POST", path, {**token, **form, **broken})
            if status < 400:
                found.append(
                    f"POST {path.rpartition('/')[2]} with {broken or 'nothing'} was answered {status}"
                )
    return found
