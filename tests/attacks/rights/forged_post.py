"""A form of another site posts in a signed-in person's name: without the page's token nothing is done."""

from __future__ import annotations

from tests.attacks.target import Target

FORMS = ("/agreement", "/sign-out", "/passport/password", "/language")


def findings(target: Target) -> list[str]:
    browser = target.signed_in("kaosheng")
    taken = []
    for path in FORMS:
        for form in ({}, {"csrf_token": "forged"}):
            status, _, _ = browser.ask("POST", path, {**form, "agreed": "yes", "answer": "agree"})
            if status < 400:
                taken.append(f"POST {path} with {form or 'no token'} was answered {status}")
    return taken
