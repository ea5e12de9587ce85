"""Puts the pages together: the Flask application with its areas, languages and safeguards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from ncre.bootstrap import Container
from ncre.web import measured, static_files
from ncre.web.account import (
    appearance,
    captcha,
    erasure,
    outbox,
    passport,
    profile,
    qq,
    second_factor,
    sign_in,
    sign_up,
    single_sign_on,
)
from ncre.web.account import contacts as own_contacts
from ncre.web.account import letters as own_letters
from ncre.web.addresses import WithPaths
from ncre.web.api import interface
from ncre.web.audit import accounts, ledger, registrations, round_history, staff
from ncre.web.candidate import (
    agreement,
    contacts,
    deadlines,
    details,
    documents,
    home,
    letters,
    paper_words,
    payment,
    photo,
    registration,
    rejections,
    sites,
    subjects,
    wechat_browser,
)
from ncre.web.drafts import draft_form, saving
from ncre.web.ledger import proof_check, public
from ncre.web.office import (
    bans,
    calling_off,
    drafts,
    duplicates,
    erasures,
    exports,
    integrations,
    payments,
    round,
    seating,
    second_looks,
    staff_accounts,
    statistics,
)
from ncre.web.office import letters as office_letters
from ncre.web.page_templates import PageEnvironment
from ncre.web.payer import payment as payer
from ncre.web.session_cookies import SessionCookies
from ncre.web.shared import (
    access_log,
    auth,
    edge,
    errors,
    filters,
    health,
    hosts,
    language,
    menu,
    security_headers,
    traffic,
)
from ncre.web.staff import (
    admission,
    bulk,
    cash,
    claims,
    desk,
    halls,
    offline,
    own_site,
    review,
    second_look,
    suspension,
)
from ncre.web.staff import letters as case_letters

AREAS = (
    health,
    home,
    sites,
    sign_in,
    captcha,
    sign_up,
    passport,
    own_contacts,
    own_letters,
    letters,
    case_letters,
    office_letters,
    profile,
    erasure,
    second_factor,
    single_sign_on,
    qq,
    outbox,
    saving,
    registration,
    agreement,
    details,
    subjects,
    photo,
    payment,
    wechat_browser,
    payer,
    documents,
    review,
    bulk,
    claims,
    second_look,
    cash,
    suspension,
    desk,
    admission,
    offline,
    halls,
    own_site,
    round,
    drafts,
    calling_off,
    staff_accounts,
    bans,
    statistics,
    exports,
    duplicates,
    erasures,
    integrations,
    second_looks,
    seating,
    payments,
    registrations,
    accounts,
    ledger,
    public,
    proof_check,
    round_history,
    staff,
)


ROOMS = ("shared", "candidate", "payer", "account", "staff", "office", "audit", "api", "ledger")
"""Rooms of the pages; the templates of each stand beside its views."""


class TranslatedFlask(WithPaths):
    """Flask with templates compiled for each language, and paths that are built once."""

    jinja_environment = PageEnvironment  # type: ignore[assignment]

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view of ours is a coroutine, and no page asks again whether one is."""
        return func


def create_site(container: Container) -> Flask:
    """The pages of a container."""
    site = TranslatedFlask("ncre.web", static_folder=None)
    site.extensions["ncre.static"] = static_files.install(site)
    site.jinja_loader = _templates()
    site.config.update(
        SECRET_KEY=container.session_key,
        SESSION_COOKIE_NAME="__Host-ncre" if container.settings.secure_cookies else "ncre",
        SESSION_COOKIE_SECURE=container.settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=traffic.FORM,
        MAX_FORM_MEMORY_SIZE=traffic.FORM,
        WTF_CSRF_TIME_LIMIT=None,
    )
    site.session_interface = SessionCookies(site)
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.extensions["ncre.container"] = container
    measured.install(site, container)
    hosts.install(site, container.settings)
    if container.settings.proxies:
        hops = container.settings.proxies
        # Host comes from the browser through every proxy; X-Forwarded-Host is believed of nobody (ncre.web.shared.hosts).
        site.wsgi_app = ProxyFix(site.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    for part in (
        access_log,
        auth,
        edge,
        security_headers,
        language,
        appearance,
        menu,
        filters,
        contacts,
        paper_words,
        deadlines,
        rejections,
        errors,
        wechat_browser,
    ):
        part.install(site)
    for area in AREAS:
        site.register_blueprint(area.pages)
    interface.install(site)
    draft_form.install(site)
    return site


def _templates() -> PrefixLoader:
    """`candidate/subjects.html` is `subjects.html` in the templates of the room `candidate`."""
    return PrefixLoader({room: PackageLoader("ncre.web", f"{room}/templates") for room in ROOMS})
