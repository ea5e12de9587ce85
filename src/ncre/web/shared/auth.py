"""Who is signed in, and what a page asks of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import ParamSpec, cast
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from ncre.bootstrap import Container
from ncre.domain.registration.lifecycle import roles_of
from ncre.domain.registration.vocabulary import Role, Step
from ncre.identity.accounts import Account
from ncre.identity.sessions import Session
from ncre.web.shared import traffic

WITHOUT_SESSION = frozenset(
    {
        "static",
        "health.alive",
        "health.ready",
        "ledger.checkpoint",
        "ledger.keys",
        "ledger.tile",
        "ledger.cosign",
        "payment.notice",
    }
)
"""What is answered to anybody in the same way, without looking who asks."""

UNENROLLED = "unenrolled"
"""Staff without the second factor that this installation requires go nowhere but to enrolling it."""

PENDING_LINK = "pending_link"

LONGEST_TARGET = 300
"""Characters of a path to go on to; it stands in addresses, cookies and proofs."""

P = ParamSpec("P")
Answer = str | Response | tuple[str | Response, int]


def install(site: Flask) -> None:
    site.before_request(_share_connection)
    site.before_request(_recognise)
    site.teardown_request(_give_connection_back)
    site.after_request(clears_site_data)
    site.context_processor(
        lambda: {"account": g.get("account"), "container": container(), "this_page": this_page}
    )


def container() -> Container:
    """The service behind the pages."""
    behind: Container = current_app._get_current_object().extensions["ncre.container"]  # type: ignore[attr-defined]
    return behind


def current_request() -> Request:
    """The request itself, for whoever has several questions: Flask's proxy looks for it anew at each of them."""
    return cast(Request, request._get_current_object())  # type: ignore[attr-defined]


def account() -> Account:
    """Whoever is signed in; only within pages that `need` somebody."""
    return cast(Account, g.account)


def current_session() -> Session:
    """The session of whoever is signed in; only within pages that `need` somebody."""
    return cast(Session, g.session)


def set_session_token(token: str) -> None:
    """From now on the browser carries this session's token. Its former session ends; of what it carried nothing survives

    but a sign-on at another provider that waits for its owner to confirm it.
    """
    _end_former()
    pending = {PENDING_LINK: session[PENDING_LINK]} if PENDING_LINK in session else {}
    session.clear()
    session.update(pending, token=token)
    if request.environ.get(traffic.LANE) == traffic.STAFF_ENTRANCE:
        session[traffic.QUEUES] = True


def sign_out(*, keeps_storage: bool = False) -> None:
    """The session ends, and the browser forgets what it kept of its pages (`clears_site_data`).

    `keeps_storage`: what another member of staff has on this device to send, encrypted, stays there.
    """
    _end_former()
    session.clear()
    g.signed_out = '"cache"' if keeps_storage else '"cache", "storage"'


def clears_site_data(response: Response) -> Response:
    """Who uses the browser next finds no page in its cache. Cookies are not cleared as a whole: the one that says that

    somebody signed in here before opens nothing, and spares its owner from delays.
    """
    if g.get("signed_out"):
        response.headers["Clear-Site-Data"] = g.signed_out
    return response


def _end_former() -> None:
    """Whatever this browser began before: its session, and a sign-in that waits for its second step."""
    if "token" in session:
        container().account_service.sessions.end(session["token"])
    if "half" in session:
        container().second_factor_service.end_half_way(session["half"])


def confirm_again() -> None:
    """Whoever is signed in just proved it once more: the same session, fresh, under a new token."""
    session["token"] = container().account_service.sessions.renew(session["token"])


def client_network() -> str:
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


def require_role(*roles: Role) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """A page for these roles: others are sent to sign in, or told that it is not theirs (403)."""

    def wrap(view: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(view)
        def guarded(*positional: P.args, **named: P.kwargs) -> Answer:
            if g.account is None:
                return redirect(url_for("sign_in.page", next=this_page()))
            if g.account.role not in roles:
                raise Forbidden
            if session.get(UNENROLLED) and request.blueprint not in (
                "second_factor",
                "passport",
                "contacts",
                "sso",
            ):
                return redirect(url_for("second_factor.enrol_page", next=this_page()), 303)
            return view(*positional, **named)

        return guarded

    return wrap


def require_step(*steps: Step) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """A page that takes one of these steps: for the roles that the rows of the life name."""
    return require_role(*roles_of(*steps))


def require_recent_authentication(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """A page that changes what guards the account: the password is asked for again after a while."""

    @wraps(view)
    def guarded(*positional: P.args, **named: P.kwargs) -> Answer:
        if not current_session().fresh(container().clock()):
            return redirect(url_for("passport.confirm_page", next=this_page()))
        return view(*positional, **named)

    return guarded


def local_path(target: str | None) -> str:
    """`target` if it is a path of this site, else the welcome page. Never another host."""
    return target if target and is_local(target) else url_for("home.welcome")


def is_local(target: str) -> bool:
    """Whether it is a path of this site that a browser reads as one."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    return "\\" not in target and not any(ord(letter) < 32 for letter in target)


def next_path(longest: int = LONGEST_TARGET) -> str:
    """The path to keep while somebody signs in or registers; one that is too long leads to the welcome page."""
    target = request.args.get("next", "")
    return target if len(target) <= longest and is_local(target) else ""


def this_page() -> str:
    """Where to come back to: this page; after a form its page, or the one it stood on, for it cannot be sent again.

    Of the page it stood on only the path counts, and only where it is one of ours: it leads to no other host.
    """
    asked = current_request()
    here = asked.full_path.rstrip("?")
    if asked.method == "GET" or _opens(asked.path):
        return here
    before = urlsplit(asked.referrer or "")
    path = before.path + (f"?{before.query}" if before.query else "")
    if is_local(path) and _opens(before.path):
        return path
    return url_for("home.welcome")


def _opens(path: str) -> bool:
    """Whether there is a page of this path."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, method="GET")


def _share_connection() -> None:
    """What one request reads, it reads over one connection; what it streams afterwards takes its own."""
    sharing = container().database.sharing()
    sharing.__enter__()
    g.connection = sharing


def _give_connection_back(_error: BaseException | None) -> None:
    if (sharing := g.pop("connection", None)) is not None:
        sharing.__exit__(None, None, None)


def _recognise() -> None:
    here, asked = g._get_current_object(), current_request()
    here.account = here.session = None
    if asked.endpoint in WITHOUT_SESSION or (token := session.get("token")) is None:
        return
    found = container().account_service.sessions.find(token)
    if found is None:
        _forget_ended()
        return
    here.session, here.account = found, found.account


def _forget_ended() -> None:
    """The session is over. The form's token stays, so that whoever sends a form is led to signing in and to its page."""
    token = session.get("csrf_token")
    session.clear()
    if token:
        session["csrf_token"] = token
