"""Who is signed in, and what a page asks of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast
from uuid import UUID

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from ncre.bootstrap import House
from ncre.domain.lifecycle import Role
from ncre.passport.accounts import Account

P = ParamSpec("P")
Answer = str | Response | tuple[str, int]


def install(site: Flask) -> None:
    site.before_request(_recognise)
    site.context_processor(lambda: {"account": g.get("account"), "house": house(), "this_page": this_page})


def house() -> House:
    """The house behind the pages."""
    return cast(House, current_app.extensions["ncre.house"])


def account() -> Account:
    """Whoever is signed in; only within pages that `need` somebody."""
    return cast(Account, g.account)


def sign_in(known: Account) -> None:
    """A new session for this account; nothing of the old one survives."""
    session.clear()
    session["account"] = str(known.id)


def sign_out() -> None:
    session.clear()


def need(*roles: Role) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """A page for these roles: others are sent to sign in, or told that it is not theirs (403)."""

    def wrap(view: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(view)
        def guarded(*positional: P.args, **named: P.kwargs) -> Answer:
            if g.account is None:
                return redirect(url_for("signin.page", next=this_page()))
            if g.account.role not in roles:
                raise Forbidden
            return view(*positional, **named)

        return guarded

    return wrap


def local_path(target: str | None) -> str:
    """`target` if it is a path of this site, else the welcome page. Never another host."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return url_for("front.welcome")
    if any(ord(letter) < 32 for letter in target) or "\\" in target:
        return url_for("front.welcome")
    return target


def this_page() -> str:
    """Where to come back to: this page, or the welcome page after a form, which cannot be opened again."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("front.welcome")


def _recognise() -> None:
    g.account = None
    if request.endpoint == "static" or "account" not in session:
        return
    g.account = house().accounts.find(UUID(session["account"]))
    if g.account is None:
        session.clear()
