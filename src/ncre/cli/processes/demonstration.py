"""The data of the demo: the bundled round with windows open today, and one sign-in per role."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from secrets import choice, token_hex
from typing import Final

from flask import Flask

from ncre.bootstrap import Container
from ncre.cli.common import Misuse
from ncre.clients.alipay import AlipayTerms
from ncre.clients.qq import QQTerms
from ncre.config import Settings
from ncre.domain.exam.plan import EXAM_TIME
from ncre.domain.refusal_wording import refusal_words
from ncre.domain.refusals import Refusal
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.domain.registration.vocabulary import Role
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from ncre.stand_ins.alipay import AlipayStandIn, AlipayStandInTerms, create_alipay_stand_in, keys_in
from ncre.stand_ins.qq import create_qq_stand_in

WORDS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters that nobody mistakes for another when typing a password from the screen."""

SIGN_INS: Final = (
    ("kaosheng", Role.CANDIDATE, frozenset[str]()),
    ("shenhe", Role.REVIEWER, frozenset({"420019"})),
    ("shenhe2", Role.REVIEWER, frozenset({"429901", "429902", "429904"})),
    ("guanli", Role.SITE_ADMIN, frozenset({"420019"})),
    ("shenji", Role.AUDITOR, frozenset[str]()),
    ("kaowu", Role.OFFICE, EVERY_SITE),
)
MADE_HERE: Final = (
    "ncre.sqlite",
    "ledger.checkpoint",
    "ledger.key",
    "cashier",
    "qq.secret",
    "outbox",
    "secret.key",
    "sign-ins.txt",
    "photos",
    "drafts",
    "papers",
)

QQ_APPID: Final = "100000001"
APP_ID: Final = "2021000000000001"
SELLER_ID: Final = "2088000000000001"
"""The merchant of the demo, whom only its own cashier knows."""


def clear(settings: Settings) -> None:
    """Remove what an earlier demo made in the data folder, and nothing else."""
    for name in MADE_HERE:
        for path in settings.data.glob(f"{name}*"):
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            except OSError as error:
                raise Misuse(f"{path} 不能删除 / {path} cannot be removed ({error.strerror})") from None


def prepare(container: Container) -> None:
    """Accounts on the first start; the round on each, so that its windows are open today."""
    known = _kept(container.settings)
    for name, role, sites in SIGN_INS:
        if container.accounts.named(name) is None:
            password = "-".join("".join(choice(WORDS) for _ in range(4)) for _ in range(3))
            container.staff_provisioning.make(name, password, role, sites, "演示 / demo")
            known[name] = password
    _keep(container.settings, known)
    today = container.clock().astimezone(EXAM_TIME).date()
    _open_today(container, today)


def _open_today(container: Container, today: date) -> None:
    """The windows move on with the days; seats keep the day on their tickets. What is refused stays as it was."""
    actor = Actor("demo", Role.OFFICE, EVERY_SITE)
    wanted = load_round(bundled(), today)
    try:
        container.revisions.revise(Revise(actor=actor, wanted=wanted, why=f"演示 {today} / demo of {today}"))
    except Refusal as refusal:
        print(refusal_words(refusal.code, refusal.particulars, "zh"))


def cashier_port(settings: Settings) -> int:
    """The cashier listens beside the pages."""
    return settings.port + 1


def with_cashier(settings: Settings) -> Settings:
    """Settings whose Alipay is the cashier: another address and other keys. Staff may try without a telephone."""
    address = f"http://{settings.host}"
    terms = AlipayTerms(
        gateway=f"{address}:{cashier_port(settings)}/gateway.do",
        app_id=APP_ID,
        seller_id=SELLER_ID,
        private_key=keys_in(settings.data / "cashier", "merchant").private,
        notify_url=f"{address}:{settings.port}/notices/alipay",
        alipay_key=keys_in(settings.data / "cashier", "cashier").public,
    )
    return replace(settings, alipay=terms, staff_factor="optional")


def qq_port(settings: Settings) -> int:
    """The stand-in for QQ listens behind the cashier."""
    return settings.port + 2


def with_qq(settings: Settings) -> Settings:
    """Settings whose QQ is the stand-in: another address, appid and secret, nothing else."""
    address = f"http://{settings.host}"
    back = f"{address}:{settings.port}/qq/back"
    secret = _secret(settings.data / "qq.secret")
    return replace(settings, qq=QQTerms(QQ_APPID, secret, back, f"{address}:{qq_port(settings)}"))


def qq(settings: Settings, clock: Callable[[], datetime]) -> Flask:
    """The stand-in for QQ Connect. Raises NotInProduction."""
    terms = settings.qq
    assert terms is not None, "settings of `with_qq`"
    return create_qq_stand_in(
        terms.appid, terms.secret, {terms.redirect_uri}, clock, production=settings.production
    )


def cashier(settings: Settings, clock: Callable[[], datetime]) -> AlipayStandIn:
    """The stand-in for Alipay. Raises NotInProduction."""
    folder = settings.data / "cashier"
    terms = AlipayStandInTerms(
        folder=folder,
        keys=keys_in(folder, "cashier"),
        merchant=keys_in(folder, "merchant").public,
        app_id=APP_ID,
        seller_id=SELLER_ID,
        token=_secret(folder / "control.token"),
        scale=1 / 60,
    )
    return create_alipay_stand_in(terms, clock, production=settings.production)


def _secret(file: Path) -> str:
    """What only this user may read, made where it is missing."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(token_hex(16))
    return file.read_text()


def greeting(settings: Settings) -> str:
    """Where to go, and who can sign in."""
    roles = {
        Role.CANDIDATE: "考生 candidate",
        Role.REVIEWER: "审核员 reviewer",
        Role.SITE_ADMIN: "考点管理员 site administrator",
        Role.AUDITOR: "审计员 auditor",
        Role.OFFICE: "考务 exam office",
    }
    passwords = _kept(settings)
    lines = ["", f"  ncre 演示已启动 / the demo runs: http://{settings.host}:{settings.port}/"]
    lines += [f"  模拟收银台 / test cashier:       http://{settings.host}:{cashier_port(settings)}/"]
    lines += [f"  发件箱 / outbox:                 http://{settings.host}:{settings.port}/outbox", ""]
    for name, role, sites in SIGN_INS:
        at = "" if sites == EVERY_SITE or not sites else "  " + ", ".join(sorted(sites))
        lines.append(f"  {name:10} {passwords.get(name, '?'):16} {roles[role]}{at}")
    return "\n".join([*lines, "", "  Ctrl-C 结束 / ends it", ""])


def _kept(settings: Settings) -> dict[str, str]:
    file = settings.data / "sign-ins.txt"
    if not file.exists():
        return {}
    return dict(line.split() for line in file.read_text().splitlines() if line.strip())


def _keep(settings: Settings, passwords: dict[str, str]) -> None:
    """The demo's passwords, for this user alone, so that the next start can print them again."""
    file = settings.data / "sign-ins.txt"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(f"{name} {password}\n" for name, password in passwords.items())
