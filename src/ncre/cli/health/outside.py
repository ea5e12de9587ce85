"""What the doctor asks of others: the certificate, mail, channels, clocks, exchange, photos, Patroni, pgBackRest."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from ncre.bootstrap import Container
from ncre.cli.health.findings import Finding, FindingLevel, fail, graded, ok, version_of, warn
from ncre.clients.exchange_service import ExchangeRefused, ExchangeUnavailable
from ncre.clients.mail import MailNotSent, Smtp
from ncre.clients.payment_channel import ChannelUnavailable
from ncre.outside import kept_photos
from ncre.photo.file_store import PhotoMissing, PhotoStoreUnavailable

SECONDS: Final = 5.0
DAY: Final = 86_400
LEAST_PATRONI: Final = (4, 0)
"""Older ones lose acknowledged facts when a frozen primary wakes (facts measured; docs/drill.md)."""

NOBODYS_PHOTO: Final = sha256(b"nobody's photo").hexdigest()
NOBODYS_ORDER: Final = "0" * 20


def certificate(url: str, now: datetime, trusted: str | None = None) -> Iterator[Finding]:
    """Of the public address: whether browsers take it, and for how long. `trusted` is a file of further authorities."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return
    where = f"{parts.hostname}:{parts.port or 443}"
    todo = "请更换证书并让代理重新载入 / renew it, and let the proxy load it"
    context = ssl.create_default_context(cafile=trusted)
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as secure,
        ):
            shown: dict[str, Any] = secure.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield fail("certificate", f"{where}：{error.verify_message} / {where}: {error.verify_message}", todo)
        return
    except OSError as error:
        said = f"{where} 连不上（{error}） / {where} cannot be reached ({error})"
        yield warn("certificate", said, "请从外部检查代理 / look at the proxy, from outside")
        return
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    days = (ends - now).total_seconds() / DAY
    said = f"{where} 还有 {days:.0f} 天到期 / {where} expires in {days:.0f} days"
    yield graded("certificate", -days, -21, -7, said, todo)


def mail(container: Container) -> Iterator[Finding]:
    """Whether the server lets us in; no letter is sent."""
    terms = container.settings.smtp
    if terms is None:
        return
    try:
        Smtp(terms, container.clock).greet()
    except MailNotSent as error:
        yield fail(
            "mail", str(error), "请检查 NCRE_SMTP_*：邮件发不出去 / see NCRE_SMTP_*: no e-mail goes out"
        )
    else:
        yield ok("mail", terms.host)


def channels(container: Container) -> Iterator[Finding]:
    """Each is asked about an order that is nobody's: what answers has our keys right."""
    for name, channel in container.payments.channels.items():
        try:
            channel.query(NOBODYS_ORDER)
        except ChannelUnavailable as error:
            todo = "请检查密钥、网络和渠道公告 / look at keys, network and the channel's notices"
            yield fail(f"channel {name}", str(error), todo)
        else:
            yield ok(f"channel {name}", "有回答 / it answers")


def channel_clocks(container: Container) -> Iterator[Finding]:
    """The `Date` of a channel's answers: a clock that is not ours."""
    settings = container.settings
    gateways = {
        "alipay": settings.alipay.gateway if settings.alipay else "",
        "wechat": settings.wechat.gateway if settings.wechat else "",
    }
    for name, gateway in gateways.items():
        if gateway:
            yield from _clock_of(name, gateway, container)


def _clock_of(name: str, gateway: str, container: Container) -> Iterator[Finding]:
    try:
        answer = requests.head(gateway, timeout=SECONDS, allow_redirects=False)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return  # that it does not answer is told by asking it
    apart = abs((theirs - container.clock()).total_seconds())
    said = f"与 {name} 的时钟相差 {apart:.0f} 秒 / {apart:.0f} s from the clock of {name}"
    yield graded(f"clock {name}", apart, 5, 60, said, "请启用 NTP / let NTP set the clock")


def exchange(container: Container) -> Iterator[Finding]:
    """The exchange service of all provinces: whether it answers each of our tokens. Nothing is sent."""
    if container.settings.exchange is None:
        return
    where = container.settings.exchange.url
    try:
        container.exchange_sync.ask()
    except ExchangeUnavailable as error:
        todo = "请检查网络和 NCRE_EXCHANGE_URL；恢复后会自动补上 / look at the network and NCRE_EXCHANGE_URL; it is caught up with by itself"
        yield fail("exchange", f"{where}: {error}", todo)
    except ExchangeRefused as error:
        todo = "请核对 NCRE_EXCHANGE_TOKENS / check NCRE_EXCHANGE_TOKENS"
        yield fail("exchange", f"{where}: {error}", todo)
    else:
        yield ok("exchange", f"{where} 有回答 / {where} answers")


def photos(container: Container) -> Iterator[Finding]:
    """The store is asked for a photo that is nobody's; and whether the newest ones are there."""
    todo = "请检查 NCRE_PHOTO_STORE 或数据目录；照片没有恢复则用 ncre photos verify --from / see NCRE_PHOTO_STORE or the data folder; where photos were not restored: ncre photos verify --from"
    lost, looked = container.photo_inspection.newest_lost()
    try:
        kept_photos(container.settings).check(NOBODYS_PHOTO)
    except PhotoMissing:
        pass
    except PhotoStoreUnavailable as error:
        if looked or container.settings.photo_store:  # the folder is made with the first photo
            yield fail("photos", str(error), todo)
            return
    said = f"最近 {looked} 张缺 {lost} 张 / {lost} of the newest {looked} are missing"
    yield Finding("photos", FindingLevel.FAIL if lost else FindingLevel.OK, said, todo if lost else "")


def patroni(urls: tuple[str, ...]) -> Iterator[Finding]:
    for url in urls:
        try:
            found = requests.get(f"{url.rstrip('/')}/patroni", timeout=SECONDS).json()
            version = str(found["patroni"]["version"])
            state, role = str(found.get("state")), str(found.get("role"))
        except (requests.RequestException, ValueError, KeyError, TypeError):
            yield fail(
                "patroni",
                f"{url} 没有回答 / {url} does not answer",
                "请在那台机器上检查 Patroni / look at Patroni there",
            )
            continue
        said = f"{url}: {version}, {role}, {state}"
        if version_of(version) < LEAST_PATRONI:
            yield fail(
                "patroni",
                said,
                "4.0 以前的版本会丢失确认过的数据，请升级 / before 4.0 it loses acknowledged facts: upgrade it",
            )
        elif state not in ("running", "streaming"):
            yield warn(
                "patroni",
                said,
                "请执行 patronictl list，必要时 patronictl reinit / run patronictl list, and patronictl reinit if it stays so",
            )
        else:
            yield ok("patroni", said)


def pgbackrest(stanza: str, now: datetime) -> Iterator[Finding]:
    """The newest backup of a stanza and whether its archive goes on, where pgBackRest is on this machine."""
    if not stanza:
        return
    todo = "见 docs/operations.md 的备份一节 / see Backups in docs/operations.md"
    if shutil.which("pgbackrest") is None:
        yield warn("pgbackrest", "这台机器没有 pgbackrest / there is no pgbackrest on this machine", todo)
        return
    said = subprocess.run(
        ["pgbackrest", f"--stanza={stanza}", "--output=json", "info"], capture_output=True, text=True
    )
    try:
        (found,) = json.loads(said.stdout)
        newest = max(backup["timestamp"]["stop"] for backup in found["backup"])
        status = str(found["status"]["message"])
    except (ValueError, KeyError, TypeError):
        yield fail("pgbackrest", f"{stanza}: 没有备份 / no backup", todo)
        return
    hours = (now.timestamp() - newest) / 3600
    words = f"{stanza}: {status}, {hours:.0f} 小时前 / {stanza}: {status}, {hours:.0f} hours ago"
    if found["status"]["code"] != 0:
        yield fail("pgbackrest", words, todo)
    else:
        yield graded("pgbackrest", hours, 26, 8 * 24, words, todo)
