"""Who is signed in, and what a page asks of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import ParamSpec, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from ncre.bootstrap import House
from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account
from ncre.passport.sessions import Session

WITHOUT_SESSION = frozenset({"static", "health.alive", "health.ready"})
"""What is answered to anybody in the same way, without looking who asks."""

UNENROLLED = "unenrolled"
"""Staff without the second factor that this installation requires go nowhere but to enrolling it."""

PENDING_LINK = "pending_link"

P = ParamSpec("P")
Answer = str | Response | tuple[str, int]


def install(site: Flask) -> None:
    site.before_request(_recognise)
    site.after_request(clears_site_data)
    site.context_processor(lambda: {"account": g.get("account"), "house": house(), "this_page": this_page})


def house() -> House:
    """The house behind the pages."""
    return cast(House, current_app.extensions["ncre.house"])


def account() -> Account:
    """Whoever is signed in; only within pages that `need` somebody."""
    return cast(Account, g.account)


def present() -> Session:
    """The session of whoever is signed in; only within pages that `need` somebody."""
    return cast(Session, g.session)


def carry(token: str) -> None:
    """From now on the browser carries this session's token. Its former session ends; of what it carried nothing survives

    but a sign-on at another provider that waits for its owner to confirm it.
    """
    _end_former()
    pending = {PENDING_LINK: session[PENDING_LINK]} if PENDING_LINK in session else {}
    session.clear()
    session.update(pending, token=token)


def sign_out() -> None:
    """The session ends, and the browser forgets what it kept of its pages (`clears_site_data`)."""
    _end_former()
    session.clear()
    g.signed_out = True


def clears_site_data(response: Response) -> Response:
    """Who uses the browser next finds no page in its cache. Cookies are not cleared as a whole: the one that says that

    somebody signed in here before opens nothing, and spares its owner from delays.
    """
    if g.get("signed_out"):
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _end_former() -> None:
    """Whatever this browser began before: its session, and a sign-in that waits for its second step."""
    if "token" in session:
        house().passports.sessions.end(session["token"])
    if "half" in session:
        house().second_step.end_half_way(session["half"])


def confirm_again() -> None:
    """Whoever is signed in just proved it once more: the same session, fresh, under a new token."""
    session["token"] = house().passports.sessions.renew(session["token"])


def place() -> str:
    """The block of addresses the request came from: enough to recognise, too little to follow."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))


def browser() -> str:
    """What the browser says it is, in a word or two."""
    said = request.user_agent.string
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    program = next((name for mark, name in _PROGRAMS if mark in said), "")
    return " ".join(part for part in (program, system) if part)


_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_PROGRAMS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def need(*roles: Role) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """A page for these roles: others are sent to sign in, or told that it is not theirs (403)."""

    def wrap(view: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(view)
        def guarded(*positional: P.args, **named: P.kwargs) -> Answer:
            if g.account is None:
                return redirect(url_for("signin.page", next=this_page()))
            if g.account.role not in roles:
                raise Forbidden
            if session.get(UNENROLLED) and request.blueprint not in ("factor", "passport", "contacts", "sso"):
                return redirect(url_for("factor.enrol_page"), 303)
            return view(*positional, **named)

        return guarded

    return wrap


def need_fresh(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """A page that changes what guards the account: the password is asked for again after a while."""

    @wraps(view)
    def guarded(*positional: P.args, **named: P.kwargs) -> Answer:
        if not present().fresh(house().clock()):
            return redirect(url_for("passport.confirm_page", next=this_page()))
        return view(*positional, **named)

    return guarded


def local_path(target: str | None) -> str:
    """`target` if it is a path of this site, else the welcome page. Never another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return url_for("front.welcome")
    if any(ord(letter) < 32 for letter in target) or "\\" in target:
        return url_for("front.welcome")
    return target


def onwards() -> str:
    """The path to keep while somebody signs in elsewhere; one that is too long leads to the welcome page."""
    target = request.args.get("next", "")
    return target if len(target) <= 120 else ""


def this_page() -> str:
    """Where to come back to: this page, or the welcome page after a form, which cannot be opened again."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("front.welcome")


def _recognise() -> None:
    g.account = g.session = None
    if request.endpoint in WITHOUT_SESSION or "token" not in session:
        return
    g.session = house().passports.sessions.find(session["token"])
    if g.session is None:
        session.clear()
        return
    g.account = g.session.account
