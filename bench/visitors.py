"""Candidates over HTTP from signing in to paid, in 23 requests, and the service that they visit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from stdnum.cn import ric

from ncre.bootstrap import build_container
from ncre.clients.rsa_signing import line_of, private_key, signed
from ncre.config import read_settings
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.registration.vocabulary import Role
from ncre.events.exam import Offer
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.stand_ins.alipay.keys import keys_in
from tests.support.containers import development
from tests.support.people import OFFICE, form_of_details, portrait
from tests.support.ports import free_port
from tests.support.served import serving

REQUESTS: Final = 23
SITE, SUBJECT, FEE = "429901", "24", "80.00"
"""A site of the bundled round that does not review: nobody has to approve before the payment."""

PASSWORD: Final = "kept in this bench alone"
APP_ID, SELLER_ID = "2021000000000009", "2088000000000009"


@dataclass(frozen=True)
class Ask:
    """One request of a visitor; `photo` makes its form multipart, under the name of its field."""

    path: str
    form: dict[str, str] | None = None
    photo: bytes = b""
    photo_field: str = "photo"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        return "GET" if self.form is None else "POST"

    @property
    def files(self) -> dict[str, tuple[str, bytes, str]] | None:
        return {self.photo_field: ("photo.jpg", self.photo, "image/jpeg")} if self.photo else None


@dataclass(frozen=True)
class Got:
    """What was answered, as far as a visitor reads it."""

    status: int
    location: str
    text: str


@dataclass(frozen=True)
class Visitor:
    """Who visits: the name of an account, and the number of a document that nobody else has."""

    name: str
    document: str


@dataclass(frozen=True)
class Ground:
    """A served installation: its port, the process that serves it, its environment and its visitors."""

    port: int
    pid: int
    visitors: tuple[Visitor, ...]
    channel_key: str = field(repr=False)


class Unexpected(AssertionError):
    """An answer that no visitor can go on from."""


Journey = Generator[Ask, Got, None]


def journey(visitor: Visitor, channel_key: str) -> Journey:
    """The requests of one registration, each made of the page before; the channel's notice is one of them."""
    form = hidden((yield Ask("/sign-in")))
    yield from _sent("/sign-in", {**form, "name": visitor.name, "password": PASSWORD})
    yield Ask("/welcome")
    form = hidden((yield Ask("/agreement")))
    begun = yield from _sent("/agreement", {**form, "agreed": "yes", "answer": "agree"})
    home = begun.location.removesuffix("/details")
    yield Ask(home)
    form = hidden((yield Ask(f"{home}/details")))
    yield from _sent(f"{home}/details", {**details_of(visitor), **form})
    form = hidden((yield Ask(f"{home}/subjects")))
    shown = yield from _sent(f"{home}/subjects", {**form, "site": SITE, "show": "1"}, status=302)
    form = hidden((yield Ask(shown.location)))
    yield from _sent(
        f"{home}/subjects",
        {**form, "site": SITE, "subjects": SUBJECT, "declared": "yes", "own_student": "yes"},
    )
    form = hidden((yield Ask(f"{home}/photo")))
    yield from _sent(f"{home}/photo", form, portrait())
    yield Ask(home)
    yield Ask(f"{home}/photo.jpg")
    yield Ask(f"{home}/check")
    form = hidden((yield Ask(f"{home}/pay")))
    opened = yield from _sent(f"{home}/pay", {**form, "channel": "alipay"})
    yield Ask(opened.location)
    order = opened.location.rpartition("/")[2]
    told = yield Ask("/notices/alipay", notice(order, channel_key))
    if told.text != "success":
        raise Unexpected(f"the notice was answered {told.status} {told.text[:80]}")
    yield Ask(f"{home}/paid")
    done = yield Ask(home)
    if "tag-paid" not in done.text:
        raise Unexpected("the registration is not paid at the end")


def details_of(visitor: Visitor) -> dict[str, str]:
    return {**form_of_details(), "document_number": visitor.document, "birth": visitor.document[6:14]}


def _sent(path: str, form: dict[str, str], photo: bytes = b"", status: int = 303) -> Generator[Ask, Got, Got]:
    got = yield Ask(path, form, photo)
    if got.status != status:
        raise Unexpected(f"{path} was answered {got.status}: {re.sub('<[^>]+>', ' ', got.text)[-900:]}")
    return got


def hidden(got: Got) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    main = got.text[max(0, got.text.find("<main")) :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main)
    return {name: unescape(value) for name, value in found}


def notice(order: str, channel_key: str) -> dict[str, str]:
    """The signed notice with which Alipay says that the order is paid."""
    now = f"{datetime.now(EXAM_TIME):%Y-%m-%d %H:%M:%S}"
    said = {
        "notify_time": now,
        "notify_type": "trade_status_sync",
        "notify_id": uuid4().hex,
        "app_id": APP_ID,
        "auth_app_id": APP_ID,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "trade_no": uuid4().hex,
        "out_trade_no": order,
        "seller_id": SELLER_ID,
        "trade_status": "TRADE_SUCCESS",
        "subject": "bench",
        "total_amount": FEE,
        "gmt_create": now,
        "gmt_payment": now,
    }
    return {**said, "sign": signed(private_key(channel_key), line_of(said, ("sign", "sign_type")))}


def encoded(form: dict[str, str]) -> bytes:
    return urlencode(form).encode()


def documents(count: int) -> Iterator[str]:
    """Numbers of identity cards of women, no two of them alike, each with its check digit."""
    for number in range(count):
        birth = date(2000, 1, 1) + timedelta(days=number // 400)
        stem = f"420106{birth:%Y%m%d}{2 * (number % 400) + 100:03}"
        yield stem + ric.calc_check_digit(stem + "0")


@contextmanager
def ground(url: str, folder: Path, count: int, *options: str, **more: str) -> Iterator[Ground]:
    """The service over a fresh installation on a migrated database, with room for everybody; `options` of `ncre serve`."""
    port = free_port()
    environment = environment_of(url, folder, port) | more
    visitors = prepared(environment, count)
    with serving(environment, port, folder / "served.log", *options) as process:
        yield Ground(port, process.pid, visitors, keys_in(folder / "keys", "cashier").private)


def environment_of(url: str, folder: Path, port: int) -> dict[str, str]:
    """Settings of an installation that takes payments of an Alipay whose key lies beside."""
    folder.mkdir(parents=True, exist_ok=True)
    keys_in(folder / "keys", "merchant")
    (folder / "cashier.pub").write_text(keys_in(folder / "keys", "cashier").public)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("NCRE_")},
        **development(folder, NCRE_DATABASE_URL=url),
        "NCRE_CAPTCHA": "never",
        "NCRE_SECURE_COOKIES": "0",
        "NCRE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NCRE_ALIPAY_APP_ID": APP_ID,
        "NCRE_ALIPAY_SELLER_ID": SELLER_ID,
        "NCRE_ALIPAY_KEY": str(folder / "keys" / "merchant.pem"),
        "NCRE_ALIPAY_PUBLIC_KEY": str(folder / "cashier.pub"),
        "NCRE_ALIPAY_GATEWAY": "http://127.0.0.1:9/gateway.do",
        "PYTHONPATH": os.pathsep.join(("src", *filter(None, sys.path))),
    }


def prepared(environment: dict[str, str], count: int) -> tuple[Visitor, ...]:
    """The bundled round with the site wide open, and an account for each visitor."""
    container = build_container(read_settings(environment))
    container.migrate()
    loaded = load_round(bundled(), datetime.now(EXAM_TIME).date())
    sites = tuple(
        replace(site, quota=10**6, offers=(Offer(SUBJECT, 10**6),)) if site.code == SITE else site
        for site in loaded.sites
    )
    container.revisions.revise(Revise(actor=OFFICE, wanted=replace(loaded, sites=sites), why="bench"))
    visitors = tuple(Visitor(f"bench{number}", one) for number, one in enumerate(documents(count)))
    for one in visitors:
        container.accounts.add(one.name, PASSWORD, Role.CANDIDATE)
    container.close()
    return visitors
