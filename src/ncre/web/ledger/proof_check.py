"""核验证明文件: checks a candidate's proof in the browser, where nothing of it is sent anywhere; also as a file to keep."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, render_template

from ncre.web.shared.auth import Answer, container
from ncre.web.static_folder import STATIC

pages = Blueprint("proof_check", __name__)

SCRIPT: Final = STATIC / "check-proof.js"


@pages.get("/ledger/check")
def page() -> Answer:
    return render_template("ledger/check.html", key=_key())


@pages.get("/ledger/check.html")
def file() -> Response:
    """The same page as one file that needs no network; for keeping beside the proof."""
    text = render_template("ledger/check_file.html", key=_key(), script=SCRIPT.read_text("utf-8"))
    answer = Response(text, mimetype="text/html")
    answer.headers["Content-Disposition"] = 'attachment; filename="ncre-check-proof.html"'
    return answer


def _key() -> str:
    """The newest public key of the ledger, "" before there is one."""
    found = container().queries.audit.keys()
    return found[-1][1].text if found else ""
