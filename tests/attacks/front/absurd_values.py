"""Numbers, days and control characters that nobody means ended in errors of the server, or in the database."""

from __future__ import annotations

from urllib.parse import quote

from tests.attacks.target import Target

SITE = "420019"
ABSURD = ("0001-01-01", "9999-12-31", "9" * 19, "-1", "x" * 3000, "\x00", "a\x1bb", "２０２７-01-01", "1e300")
PAGES = {
    "kaowu": (
        "/office/money?first={}",
        "/office/money?last={}",
        "/office/money/ledger.csv?last={}",
        "/office/money/ledger.xlsx?first={}",
        f"/office/seat/{SITE}?seed={{}}",
        "/staff/queue?page={}",
        f"/staff/halls/{SITE}/{{}}/doors.pdf",
        "/audit/{}",
        "/audit/accounts/{}",
    ),
    "kaosheng": ("/registrations/{}", "/registrations/{}/pay/1", "/notices/{}", "/language/{}?next={}"),
    "": ("/register/{}", "/recover/{}", "/human/{}.png", "/qq/back?state={}&code={}", "/sso/{}", "/?by={}"),
}
FORMS = ("/sign-in", "/register", "/recover")


def findings(target: Target) -> list[str]:
    found = []
    for name, pages in PAGES.items():
        browser = target.signed_in(name) if name else target.browser()
        for page in pages:
            for value in ABSURD:
                path = page.replace("{}", quote(value, safe=""))
                status, _, _ = browser.ask("GET", path)
                if status >= 500 or (status == 200 and "\x00" in value):
                    found.append(f"GET {path[:80]} was answered {status}")
    browser = target.browser()
    for path in FORMS:
        for value in ("a\x00b", "\x1b[2J", "x" * 30_000):
            form = {**browser.hidden(path), "name": value, "email": value, "password": value}
            status, _, _ = browser.ask("POST", path, form)
            if not 400 <= status < 500:
                found.append(f"POST {path} of {value[:10]!r} was answered {status}")
    return found
