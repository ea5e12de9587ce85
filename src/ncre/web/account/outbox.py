"""/outbox: the letters of the demo, which go nowhere else. Elsewhere there is no such page."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from ncre.web.shared.auth import container

pages = Blueprint("outbox", __name__)


@pages.get("/outbox")
def letters() -> str:
    outbox = container().outbox
    if not container().settings.demo or outbox is None:
        raise NotFound
    return render_template("shared/outbox.html", letters=outbox.newest())
