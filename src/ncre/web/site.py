"""Puts the pages together: the Flask application with its areas, languages and safeguards."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ncre.bootstrap import House
from ncre.web import (
    access_log,
    accounts,
    agreement,
    audit,
    candidate,
    cash,
    contacts,
    desk,
    details,
    door,
    edge,
    errors,
    factor,
    front,
    halls,
    health,
    hosts,
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
    seating,
    signin,
    sso,
    subjects,
    traffic,
    wechat,
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
    contacts,
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
    wechat,
    papers,
    review,
    cash,
    desk,
    door,
    halls,
    office,
    seating,
    money,
    audit,
    accounts,
)


def create_site(house: House) -> Flask:
    """The pages of a house."""
    site = Flask("ncre.web", static_url_path="/static")
    site.config.update(
        SECRET_KEY=house.session_key,
        SESSION_COOKIE_NAME="__Host-ncre" if house.settings.secure_cookies else "ncre",
        SESSION_COOKIE_SECURE=house.settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=traffic.FORM,
        MAX_FORM_MEMORY_SIZE=traffic.FORM,
        WTF_CSRF_TIME_LIMIT=None,
    )
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.extensions["ncre.house"] = house
    hosts.install(site, house.settings)
    if house.settings.proxies:
        hops = house.settings.proxies
        # Host comes from the browser through every proxy; X-Forwarded-Host is believed of nobody (ncre.web.hosts).
        site.wsgi_app = ProxyFix(site.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    for part in (access_log, who, edge, safeguards, language, menu, wording, errors, wechat):
        part.install(site)
    for area in AREAS:
        site.register_blueprint(area.pages)
    return site
