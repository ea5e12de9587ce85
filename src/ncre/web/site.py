"""Puts the pages together: the Flask application with its areas, languages and safeguards."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ncre.bootstrap import House
from ncre.web import (
    accounts,
    agreement,
    audit,
    candidate,
    desk,
    details,
    door,
    errors,
    factor,
    front,
    halls,
    health,
    human,
    joining,
    language,
    menu,
    money,
    office,
    outbox,
    papers,
    passport,
    payment,
    photo,
    profile,
    qq,
    review,
    safeguards,
    signin,
    sso,
    subjects,
    who,
    wording,
)

AREAS = (
    health,
    front,
    signin,
    human,
    joining,
    passport,
    profile,
    factor,
    sso,
    qq,
    outbox,
    candidate,
    agreement,
    details,
    subjects,
    photo,
    payment,
    papers,
    review,
    desk,
    door,
    halls,
    office,
    money,
    audit,
    accounts,
)

LARGEST_REQUEST = 1_000_000
"""Bytes. A photo is 204 800 at the most; whatever is far larger is refused before it is read."""


def create_site(house: House) -> Flask:
    """The pages of a house."""
    site = Flask("ncre.web", static_url_path="/static")
    site.config.update(
        SECRET_KEY=house.session_key,
        SESSION_COOKIE_NAME="__Host-ncre" if house.settings.secure_cookies else "ncre",
        SESSION_COOKIE_SECURE=house.settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,
    )
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.extensions["ncre.house"] = house
    if house.settings.proxies:
        hops = house.settings.proxies
        site.wsgi_app = ProxyFix(site.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for part in (who, safeguards, language, menu, wording, errors):
        part.install(site)
    for area in AREAS:
        site.register_blueprint(area.pages)
    return site
