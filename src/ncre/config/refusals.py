"""What an installation must not be run with: production first, and the demo and development beyond this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ncre.clients.mail import is_loopback
from ncre.config.environment import problem_of_variable
from ncre.config.secret import is_weak
from ncre.config.settings import Settings

OTHERS = 0o007
GROUP = 0o070


def refusals(settings: Settings) -> list[str]:
    """Why these settings are refused, all reasons at once; whoever builds the service asks again."""
    problems = list(_malformed(settings))
    return problems + list(
        _in_production(settings) if settings.production else _beyond_this_machine(settings)
    )


def refused_files(
    settings: Settings, secret_file: Path | None, secret_files: Iterable[tuple[str, Path]]
) -> list[str]:
    """Why production refuses where secrets lie, or who may read them."""
    if not settings.production:
        return []
    problems = [problem_of_open_file(name, file) for name, file in secret_files]
    if secret_file is not None:
        problems.append(problem_of_open_file("NCRE_SECRET_FILE", secret_file))
        problems.append(_beside_the_data(settings, "NCRE_SECRET_FILE", secret_file))
    ledger_key = settings.ledger.key_file
    if ledger_key is not None and ledger_key.exists():
        problems.append(_beside_the_data(settings, "NCRE_LEDGER_KEY_FILE", ledger_key))
    return [problem for problem in problems if problem]


def _malformed(settings: Settings) -> Iterator[str]:
    if settings.public_url and not _is_address(settings.public_url):
        yield problem_of_variable(
            "NCRE_PUBLIC_URL",
            f"应为 https://主机[:端口]，不带路径，现为 {settings.public_url!r}",
            f"must be https://host[:port] without a path, not {settings.public_url!r}",
        )
    if settings.production and settings.demo:
        yield problem_of_variable(
            "NCRE_DEMO",
            "生产环境不能开演示：请设为 0，或删去 NCRE_PRODUCTION",
            "the demo does not run in production: set it to 0, or remove NCRE_PRODUCTION",
        )


def _in_production(settings: Settings) -> Iterator[str]:
    yield from _public_address(settings)
    if not settings.secure_cookies:
        yield problem_of_variable(
            "NCRE_SECURE_COOKIES", "生产环境须为 1", "production needs 1: cookies go over TLS alone"
        )
    if settings.staff_factor != "required":
        yield problem_of_variable(
            "NCRE_STAFF_FACTOR",
            "生产环境须为 required",
            "production needs required: staff have a second factor",
        )
    if settings.captcha == "never":
        yield problem_of_variable(
            "NCRE_CAPTCHA", "生产环境须为 always 或 adaptive", "production needs always or adaptive"
        )
    if settings.secret and is_weak(settings.secret):
        yield problem_of_variable(
            "NCRE_SECRET / NCRE_SECRET_FILE",
            "密钥不是随机生成的：请用 openssl rand -hex 32 生成",
            "the secret is not random: make one with openssl rand -hex 32",
        )
    if settings.smtp is None:
        yield problem_of_variable(
            "NCRE_SMTP_HOST",
            "生产环境须设置，并设置 NCRE_SMTP_FROM",
            "production mails its letters: set NCRE_SMTP_HOST and NCRE_SMTP_FROM",
        )
    yield from _stand_ins(settings)


def _public_address(settings: Settings) -> Iterator[str]:
    if not settings.public_url:
        yield problem_of_variable(
            "NCRE_PUBLIC_URL",
            "生产环境须设置：https://考生使用的地址",
            "production needs it: https:// and the address that candidates use",
        )
        return
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or is_loopback(parts.hostname or ""):
        yield problem_of_variable(
            "NCRE_PUBLIC_URL",
            f"生产环境须为外部可达的 https 地址，现为 {settings.public_url}",
            f"production needs an https address that others reach, not {settings.public_url}",
        )


def _stand_ins(settings: Settings) -> Iterator[str]:
    """Addresses that money, photos or identities would go to in the clear, or to a stand-in."""
    addresses = {
        "NCRE_ALIPAY_GATEWAY": settings.alipay.gateway if settings.alipay else "",
        "NCRE_WECHAT_GATEWAY": settings.wechat.gateway if settings.wechat else "",
        "NCRE_QQ_APPID": settings.qq.base if settings.qq else "",
        "NCRE_S3_ENDPOINT": settings.s3_endpoint,
        "NCRE_MESSAGES_URL": settings.messages.url if settings.messages else "",
    }
    addresses |= {f"NCRE_SIGN_ON [{one.name}] issuer": one.issuer.url for one in settings.providers}
    for name, address in addresses.items():
        parts = urlsplit(address)
        if address and (parts.scheme != "https" or is_loopback(parts.hostname or "")):
            yield problem_of_variable(
                name,
                f"生产环境只用 https 的真实服务，不用替身，现为 {address}",
                f"production uses the real service over https and no stand-in, not {address}",
            )


def _beyond_this_machine(settings: Settings) -> Iterator[str]:
    if not is_loopback(settings.host):
        yield problem_of_variable(
            "NCRE_HOST",
            f"演示和开发只在本机（127.0.0.1）提供服务，现为 {settings.host}",
            f"the demo and development are served on this machine alone (127.0.0.1), not on {settings.host}",
        )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 -- raises for a port that is none
    except ValueError:
        return False
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return parts.scheme in ("https", "http") and bool(parts.hostname) and plain and text.isprintable()


def problem_of_open_file(name: str, file: Path) -> str:
    """A file of root's may be read by the group it was given to; one of our own is ours alone."""
    try:
        found = file.stat()
    except OSError:
        return ""
    ours = found.st_uid == os.geteuid()
    if not found.st_mode & (OTHERS | (GROUP if ours else 0o020)):
        return ""
    mode = f"{found.st_mode & 0o777:04o}"
    return problem_of_variable(
        name,
        f"{file} 别人可以读写（{mode}）：请执行 chmod 600 {file}",
        f"others can read or write {file} ({mode}): run chmod 600 {file}",
    )


def _beside_the_data(settings: Settings, name: str, secret_file: Path) -> str:
    """Whoever copies the database must not copy what opens it."""
    secret = secret_file.resolve()
    folders = [settings.data.resolve()]
    with_file = _sqlite_file(settings.database_url)
    beside = secret.is_relative_to(folders[0]) or (with_file and secret.parent == with_file.resolve().parent)
    if not beside:
        return ""
    return problem_of_variable(
        name,
        f"密钥不能与数据库放在一起（{secret_file}）：请移到别处",
        f"the secret must not lie beside the database ({secret_file}): move it elsewhere",
    )


def _sqlite_file(url: str) -> Path | None:
    try:
        understood = make_url(url)
    except ArgumentError:
        return None
    named = understood.get_backend_name() == "sqlite" and understood.database
    return Path(str(understood.database)) if named else None
