"""通知设置: which letters come, in which language; the link in a letter that switches its kind off; an address that works again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ncre.domain.letters.kinds import CHANNELS, KINDS, LANGUAGES, Channel, LetterKind, LetterLanguage
from ncre.domain.registration.vocabulary import Role
from ncre.services.letters.choices import Switch
from ncre.web.shared.auth import Answer, account, container, require_role
from ncre.web.shared.forms import field_values, typed_field
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.security_headers import signed_by_machine

pages = Blueprint("own_letters", __name__)


@pages.get("/passport/letters")
@require_role(Role.CANDIDATE)
def page() -> Answer:
    letters, spoken = container().letters, language()
    choices = letters.choices.of(account())
    return render_template(
        "account/letters.html",
        choices=choices,
        kinds={kind: KINDS[kind].say(spoken) for kind in LetterKind},
        channels={channel: CHANNELS[channel].say(spoken) for channel in sorted(letters.choices.channels)},
        offered=[(one.value, words.say(spoken)) for one, words in LANGUAGES.items()],
        chosen=letters.choices.language_of(account()).value,
        unreachable=letters.log.unreachable(account()),
    )


@pages.post("/passport/letters")
@require_role(Role.CANDIDATE)
def save() -> Answer:
    """Boxes that are fixed stay as they are, whatever is sent."""
    wanted = frozenset(map(_switch, field_values("wanted")))
    try:
        spoken = LetterLanguage(typed_field("language"))
    except ValueError:
        raise BadRequest from None
    container().letters.choices.set(account(), wanted, spoken)
    flash(_("通知设置已保存。"))
    return redirect(url_for("own_letters.page"), 303)


@pages.post("/passport/letters/<any(mail, phone):channel>/works")
@require_role(Role.CANDIDATE)
def works(channel: str) -> Answer:
    """Letters go to the address again; where they come back, it stops again."""
    container().letters.log.send_again_to(account(), Channel(channel))
    flash(_("已恢复向这个地址发送通知。"))
    return redirect(url_for("own_letters.page"), 303)


@pages.get("/letters/unsubscribe/<token>")
def unsubscribe_page(token: str) -> Answer:
    """A page with a button: a mail scanner opens links too."""
    return _unsubscribing(token, done=False)


@pages.post("/letters/unsubscribe/<token>")
@signed_by_machine
def unsubscribe(token: str) -> Answer:
    """One click, from the page or from a mail program (RFC 8058), which has neither session nor form token."""
    found = container().letters.choices.linked(token)
    if found is not None:
        container().letters.choices.switch_off(*found)
    return _unsubscribing(token, done=True)


@pages.after_request
def keep_tokens(response: Response) -> Response:
    """The address of such a page acts for its owner: it goes to no other page."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _unsubscribing(token: str, *, done: bool) -> Answer:
    found = container().letters.choices.linked(token)
    if found is None:
        return render_template("account/unsubscribe.html", found=False), 410
    _account, kind, channel = found
    return render_template(
        "account/unsubscribe.html",
        found=True,
        done=done,
        token=token,
        kind=KINDS[kind].say(language()),
        channel=CHANNELS[channel].say(language()),
    )


def _switch(text: str) -> Switch:
    """Raises BadRequest for what no page of ours sends."""
    kind, _dot, channel = text.partition(".")
    try:
        return LetterKind(kind), Channel(channel)
    except ValueError:
        raise BadRequest from None
