"""Letters and messages that a page sends because somebody asks: the address as typed, the bounds, and what is said."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from flask import g

from ncre.clients.mail import MailNotSent
from ncre.domain.accounts import addresses
from ncre.domain.accounts.addresses import NotAnAddress
from ncre.identity.sending_limits import Bound
from ncre.web.shared.auth import client_network, container
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.language import lazy_gettext as later

log = logging.getLogger("ncre.web")

AN_HOUR: Final = 3600
"""Seconds after which a limit of letters may have room again; those of a day say so in words."""

MET: Final = {
    Bound.ADDRESS: later("今天发到这个地址的已经太多，请查看已收到的，或明天再试。"),
    Bound.BLOCK: later("今天从您所在的网络发送的太多，请换一个网络，或明天再试。"),
    Bound.SERVICE: later("今天不能再向境外手机发送短信，请用邮箱，或明天再试。"),
}


def address(kind: str, text: str) -> tuple[str, str]:
    """The e-mail address or phone number (`kind`) in its one spelling and "", or "" and why it cannot be used."""
    try:
        if kind == "email":
            return addresses.email(text), ""
        return addresses.phone(text, container().sending_limits.terms.countries), ""
    except NotAnAddress as refused:
        return "", refused.fault(kind).say(language())


def sent(send: Callable[[], object], field: str, to: str) -> tuple[dict[str, str], int]:
    """Nothing, or the fault to show where the letter could not be sent, or too many were asked for; and the status."""
    wait = container().sign_in_delays.one_more(f"letters:{to}")
    if wait:
        g.retry_after = wait
        return {field: _("发送次数过多，请 %(seconds)s 秒后再试。", seconds=wait)}, 429
    met = container().sending_limits.take(to, client_network())
    if met is not None:
        g.retry_after = AN_HOUR
        return {field: str(MET[met])}, 429
    try:
        send()
    except MailNotSent as error:
        log.warning("a letter was not sent: %s", error)
        return {field: _("暂时不能发送，请过几分钟再试。")}, 503
    return {}, 200
