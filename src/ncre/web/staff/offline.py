"""离线工作台: an installable page that goes on without a network, and what it asks of the service.

The page itself holds nothing of anybody: the service worker keeps it with its static files, and nothing else. The list
of people goes to the device once, with a key under which the device keeps it, and ends after a day or at sign-out.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import date, timedelta
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

import msgspec
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import NotFound

from ncre.domain.admission import ADMITS, BY_A_PERSON, ENTRY_CLOSES, ENTRY_OPENS, HALTS, VERDICT_WORDS
from ncre.domain.exam.plan import Site, exam_time_in_words
from ncre.domain.offline_acts import KEPT, MOST_ACTS
from ncre.domain.registration.vocabulary import Role
from ncre.domain.scanned_code import LONGEST
from ncre.services.admission.offline_acts import read_batch
from ncre.services.admission.offline_desk import ActResult
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.errors import refusal_text
from ncre.web.shared.forms import typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.rounds import current_round, sites_of_round
from ncre.web.static_folder import STATIC

pages = Blueprint("offline", __name__)

SCRIPTS: Final = (
    "staff/scanner",
    "staff/double_scan",
    *(f"offline/{name}" for name in ("ticket", "ruling", "vault", "sync", "camera", "desk", "exchange")),
)
"""In the order in which they build on each other."""

SHELL: Final = (
    "style.css",
    "staff.css",
    "rare.css",
    "favicon.svg",
    "icons.svg",
    "shell.js",
    "offline/icon-192.png",
    "offline/icon-512.png",
    *(f"{script}.js" for script in SCRIPTS),
)
"""Static files that the page needs without a network."""


@pages.get("/staff/offline")
@require_role(Role.REVIEWER, Role.OFFICE)
def page() -> Answer:
    """The same page for everybody: who is signed in, and whom they expect, it asks for itself."""
    return render_template("staff/offline.html", scripts=SCRIPTS, settled=_settled(), longest=LONGEST)


@pages.get("/staff/offline/worker.js")
@require_role(Role.REVIEWER, Role.OFFICE)
def worker() -> Answer:
    """The service worker; its text changes with any file of the shell, so that browsers take the new one."""
    files = [url_for("static", filename=name) for name in SHELL]
    shell = {"version": _version(), "page": url_for("offline.page"), "files": files}
    text = f"const SHELL = {msgspec.json.encode(shell).decode()};\n{_static('offline/worker.js').decode()}"
    return Response(
        text, mimetype="text/javascript", headers={"Service-Worker-Allowed": url_for("offline.page")}
    )


@pages.get("/staff/offline/manifest.webmanifest")
@require_role(Role.REVIEWER, Role.OFFICE)
def manifest() -> Answer:
    icons = [
        {
            "src": url_for("static", filename=f"offline/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
        }
        for size in (192, 512)
    ]
    told = {
        "name": _("NCRE 离线工作台"),
        "short_name": _("NCRE 离线"),
        "lang": "zh-CN" if language() == "zh" else "en",
        "id": url_for("offline.page"),
        "start_url": url_for("offline.page"),
        "scope": url_for("offline.page"),
        "display": "standalone",
        "background_color": "#f7f5ef",
        "theme_color": "#16325c",
        "icons": icons,
    }
    return Response(msgspec.json.encode(told), mimetype="application/manifest+json")


@pages.get("/staff/offline/session")
@require_role(Role.REVIEWER, Role.OFFICE)
def session() -> Answer:
    """Who is signed in, the token that their forms carry, and the lists that there are for them."""
    round_ = current_round().code
    sites = [
        {
            "code": site.code,
            "name": site.plan.name,
            "confirms": site.plan.confirms,
            "days": [day.isoformat() for day in container().offline_desk.days(round_, site.code)],
        }
        for site in _my_sites()
    ]
    return jsonify(
        account=str(account().id), name=account().name, token=generate_csrf(), round=round_, sites=sites
    )


@pages.post("/staff/offline/people")
@require_role(Role.REVIEWER, Role.OFFICE)
def people() -> Answer:
    """A portion of the list of a site: the looks are recorded first. With it the key under which the device keeps it."""
    code = typed_field("site")
    if code not in {site.code for site in _my_sites()}:
        raise NotFound
    portion = container().offline_desk.download(
        current_round().code, code, _day(), account().actor, _after(typed_field("after"))
    )
    return jsonify(
        receipt=msgspec.to_builtins(portion.receipt),
        ends_at=(portion.receipt.made_at + KEPT).isoformat(),
        key=b64encode(token_bytes(32)).decode(),
        public_key=container().offline_admission_lists.public,
        people=portion.people,
        after=str(portion.after) if portion.after else None,
    )


@pages.post("/staff/offline/sync")
@require_role(Role.REVIEWER, Role.OFFICE)
def sync() -> Answer:
    """What was done on the device, as commands; an answer for each of them. Raises Refusal for what is no batch."""
    batch = read_batch(request.get_data())
    answers = container().offline_desk.carry_out(batch, account().actor)
    return jsonify(answers=[_told(one) for one in answers])


def _told(answered: ActResult) -> dict[str, Any]:
    words = ""
    if answered.refusal is not None:
        words = refusal_text(answered.refusal)
    elif answered.ruling is not None:
        words = answered.ruling.say(language())
    by = container().accounts.name_in_office(answered.by) if answered.by else ""
    return {
        "command_id": str(answered.command_id),
        "outcome": answered.outcome.value,
        "words": words,
        "by": by,
        "at": exam_time_in_words(answered.at) if answered.at else "",
    }


def _settled() -> dict[str, Any]:
    """What the page must know to rule as the online door does."""
    return {
        "words": {
            verdict.value: (words.zh if language() == "zh" else words.en)
            for verdict, words in VERDICT_WORDS.items()
        },
        "admits": sorted(ADMITS),
        "halted": sorted(HALTS),
        "by_a_person": sorted(BY_A_PERSON),
        "opens": ENTRY_OPENS // timedelta(milliseconds=1),
        "closes": ENTRY_CLOSES // timedelta(milliseconds=1),
        "most_acts": MOST_ACTS,
    }


def _my_sites() -> list[Site]:
    return [site for site in sites_of_round() if account().actor.covers(site.code)]


def _day() -> date | None:
    """The day asked for; None for the confirmation in person."""
    text = typed_field("day")
    if text == "confirmation":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def _after(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def _static(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def _version() -> str:
    """Of the page as it is rendered in this language, with its static files and the worker."""
    page = render_template("staff/offline.html", scripts=SCRIPTS, settled=_settled(), longest=LONGEST)
    parts = [page.encode(), *(_static(name) for name in (*SHELL, "offline/worker.js"))]
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()[:16]
