"""Somebody switches another's letters off, or reads and edits them: by links of their own making, and pages of others."""

from __future__ import annotations

from uuid import uuid4

from tests.attacks.target import Target

FORGED = (
    f"{uuid4().hex}.seated.mail.{'0' * 24}",
    f"{uuid4().hex}.approved.mail.",
    "seated.mail",
    "x" * 100,
)
OTHERS = (
    f"/registrations/{uuid4()}/letters",
    f"/registrations/{uuid4()}/calendar.ics",
    f"/registrations/{uuid4()}/ticket.pkpass",
    f"/staff/letters/{uuid4()}",
    "/office/letters",
    "/office/letters/approved",
)


def findings(target: Target) -> list[str]:
    stranger, taken = target.browser(), []
    for token in FORGED:
        for method in ("GET", "POST"):
            form = {"List-Unsubscribe": "One-Click"} if method == "POST" else None
            status, _, _ = stranger.ask(method, f"/letters/unsubscribe/{token}", form)
            if status != 410:
                taken.append(f"{method} with a forged link was answered {status}")
    candidate = target.signed_in("kaosheng")
    for path in OTHERS:
        status, _, _ = candidate.ask("GET", path)
        if status < 400:
            taken.append(f"{path} was opened by a candidate: {status}")
    return taken
