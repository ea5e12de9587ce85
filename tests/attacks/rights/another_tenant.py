"""What one tenant gave, a session, a form, a token, a signed notice of a payment, opens or changes nothing at another."""

from __future__ import annotations

import re
import tempfile
from html import unescape
from pathlib import Path
from uuid import uuid4

from ncre.bootstrap import Container
from ncre.clients.rsa_signing import line_of, signed
from ncre.domain.registration.commands import EVERY_SITE
from ncre.domain.registration.vocabulary import Role
from ncre.handlers.command_handler import Act
from tests.attacks.target import Target
from tests.support.people import OFFICE
from tests.support.tenants import ALIPAYS, Provinces, host, served

HOME, OTHER = host("hubei"), host("hunan")
PASSWORD = "long enough for everybody"


def findings(_: Target) -> list[str]:
    """On two tenants of its own, in one process."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as provinces:
        containers = [provinces.container(name) for name in ("hubei", "hunan")]
        try:
            return [*_pages(provinces, *containers), *_machines(provinces, *containers)]
        finally:
            for one in containers:
                one.close()


def _pages(provinces: Provinces, *containers: Container) -> list[str]:
    for one in containers:  # the same name, password and account number order at both
        one.accounts.add("kaowu", PASSWORD, Role.OFFICE, EVERY_SITE)
    found = []
    cookie, form = _form(provinces, HOME)
    given = {**form, "name": "kaowu", "password": PASSWORD}
    if provinces.ask(OTHER, "/sign-in", "POST", given, Cookie=cookie)[0] == 303:
        found.append("a form of one tenant signs in at another")
    status, headers, _ = provinces.ask(HOME, "/sign-in", "POST", given, Cookie=cookie)
    assert status == 303, status
    session = _cookies(headers, cookie)
    own, _, _ = provinces.ask(HOME, "/office/integrations", Cookie=session)
    assert own == 200, own
    if (status := provinces.ask(OTHER, "/office/integrations", Cookie=session)[0]) != 302:
        found.append(f"a session of one tenant is answered {status} at another")
    for name in (f"{HOME}@{OTHER}", f"{OTHER}.{HOME}", f"{HOME}, {OTHER}", ""):
        if (status := provinces.ask(name, "/office/integrations", Cookie=session)[0]) != 400:
            found.append(f"the host {name!r} was answered {status}")
    forwarded = {"X_Forwarded_Host": HOME, "Forwarded": f"host={HOME}"}
    if provinces.ask(OTHER, "/office/integrations", Cookie=session, **forwarded)[0] != 302:
        found.append("a forwarded host leads into another tenant")
    return found


def _machines(provinces: Provinces, home: Container, other: Container) -> list[str]:
    found = []
    _, token = home.integrations.make(Act(OFFICE), "省平台", ("registrations:read",), EVERY_SITE, "公函")
    bearer = f"Bearer {token}"
    assert provinces.ask(HOME, "/api/v1/me", Authorization=bearer)[0] == 200
    if (status := provinces.ask(OTHER, "/api/v1/me", Authorization=bearer)[0]) != 401:
        found.append(f"a token of one tenant is answered {status} at another")
    notice = _notice("hubei")
    status, _, text = provinces.ask(OTHER, "/notices/alipay", "POST", notice)
    if text == "success":
        found.append(f"a notice of one tenant's payment was taken by another: {status}")
    assert provinces.ask(HOME, "/notices/alipay", "POST", notice)[2] == "success"
    same = [
        name
        for name in ("master", "pepper", "stamp", "session", "work", "sign_on", "webhook", "letter")
        if getattr(home.keyring.keys(), name) == getattr(other.keyring.keys(), name)
    ]
    return found + [f"two tenants have one key: {name}" for name in same]


def _form(provinces: Provinces, at: str) -> tuple[str, dict[str, str]]:
    """The cookies that come with the form of the sign-in, and its hidden fields."""
    _, headers, text = provinces.ask(at, "/sign-in")
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text[text.index("<main") :])
    return _cookies(headers, ""), {name: unescape(value) for name, value in fields}


def _cookies(headers: dict[str, str], before: str) -> str:
    return headers.get("set-cookie", before).split(";")[0]


def _notice(name: str) -> dict[str, str]:
    """What Alipay says of an order that somebody paid to this tenant, signed by Alipay."""
    said = {
        "app_id": f"2021-{name}",
        "seller_id": f"2088-{name}",
        "out_trade_no": f"N{uuid4().hex[:28].upper()}",
        "trade_no": f"T{uuid4().hex[:20]}",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "160.00",
        "gmt_payment": "2026-12-03 20:00:00",
        "charset": "utf-8",
    }
    return {**said, "sign_type": "RSA2", "sign": signed(ALIPAYS, line_of(said))}
