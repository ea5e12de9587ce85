"""/outbox: the letters of the demo, which go nowhere else. Elsewhere there is no such page."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from ncre.web.who import house

pages = Blueprint("outbox", __name__)


@pages.get("/outbox")
def letters() -> str:
    outbox = house().outbox
    if not house().settings.demo or outbox is None:
        raise NotFound
    return render_template("outbox.html", letters=outbox.newest())
