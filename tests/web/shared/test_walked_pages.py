"""The tables of the walks name every page that there is, or say why not; this needs no browser."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from flask import Flask
from werkzeug.routing import RequestRedirect

FILES: Final = frozenset({
    "api_docs.openapi", "audit.export", "captcha.picture", "captcha.sound", "documents.form",
    "documents.form_then", "documents.proof", "documents.ticket", "documents.ticket_then", "halls.doors", "health.alive",
    "health.ready", "home.favicon", "ledger.checkpoint", "ledger.keys", "ledger.tile", "letters.apple_pass",
    "letters.calendar", "admission.photo", "offline.manifest", "offline.session", "offline.worker",
    "office_payments.export", "payer.code", "payment.receipt", "photo.draft", "photo.picture", "proof_check.file", "review.photo",
    "second_look.photo", "static", "captcha.new",
})  # fmt: skip
"""Pictures, papers, data, and what answers a script."""

REDIRECTS: Final = frozenset({
    "appearance.choose", "language.choose", "letters.google_pass", "payment.leave", "payer.leave", "qq.start",
    "qq.start_link", "registration.current", "round_history.current", "single_sign_on.start", "single_sign_on.start_again", "wechat.identify",
    "wechat.identified",
})  # fmt: skip
"""These lead on, and show a page only where something is wrong, which the pages of errors do."""

ELSEWHERE: Final = {
    "api_docs.docs": "is for programs: tests/web/api/test_documents.py",
    "contacts.prove_code_page": "needs a code on its way: tests/web/account/test_contacts.py",
    "outbox.letters": "is there in the demo alone",
    "qq.back": "needs QQ: tests/browser/test_sign_ons.py",
    "qq.confirm_page": "needs QQ: tests/browser/test_sign_ons.py",
    "second_factor.code_page": "stands between two steps of signing in: tests/web/account/test_second_factor.py",
    "sign_up.code_page": "needs a code on its way: tests/web/account/test_contacts.py",
    "single_sign_on.back": "needs a provider: tests/browser/test_sign_ons.py",
}
"""Pages that stand in the middle of something, and where they are looked at."""

EXAMPLE: Final = str(UUID(int=7))


def endpoint_of(site: Flask, path: str) -> str:
    """The endpoint of a page in the tables, whatever its names stand for."""
    plain = re.sub(r"{\w+}", EXAMPLE, path).partition("?")[0]
    try:
        endpoint, _ = site.url_map.bind("localhost").match(plain, method="GET")
    except RequestRedirect as redirect:  # pragma: no cover
        raise AssertionError(path) from redirect
    return str(endpoint)


def test_every_page_is_walked_or_named_with_a_reason(site: Flask) -> None:
    pages = {
        rule.endpoint
        for rule in site.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.endpoint.startswith("api.")
    }
    from tests.browser.walks.views import EVERY_VIEW  # late: it loads what drives a browser

    walked = {endpoint_of(site, view.path) for view in EVERY_VIEW if view.path != "/nowhere"}
    walked |= {view.comes_to for view in EVERY_VIEW if view.comes_to}
    named = FILES | REDIRECTS | ELSEWHERE.keys()
    assert sorted(pages - walked - named) == [], "put these into views.py"
    assert sorted((named - pages) | (named & walked) | (walked - pages)) == [], "these are named for nothing"
