"""Every setting, read once from the environment, with its default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from ncre.domain.lifecycle import Role
from ncre.events.database import CONNECTIONS
from ncre.gateways.alipay import AlipayTerms
from ncre.gateways.mail import SmtpTerms
from ncre.gateways.messages import RelayTerms
from ncre.gateways.wechat import WeChatTerms
from ncre.passport.qq import QQTerms
from ncre.passport.single_sign_on import Issuer, Post

WECHAT_GATEWAY: Final = "https://api.mch.weixin.qq.com"
ALIPAY_GATEWAY: Final = "https://openapi.alipay.com/gateway.do"


@dataclass(frozen=True)
class ProviderTerms:
    """A provider of the configuration; `provision` lets it bring new staff."""

    name: str
    label: str
    issuer: Issuer
    provision: bool


class Misconfigured(Exception):
    """A setting that cannot be used; the message says which, and what to do."""


@dataclass(frozen=True)
class Settings:
    """What an installation chooses.

    data            folder of the SQLite file, photos and keys        NCRE_DATA
    database_url    where facts and rows live                         NCRE_DATABASE_URL
    secret          32 bytes (64 hex digits) from which keys derive   NCRE_SECRET or data/secret.key
    host, port      where the pages are served                        NCRE_HOST, NCRE_PORT
    secure_cookies  off only where TLS is impossible                  NCRE_SECURE_COOKIES
    proxies         how many proxies of ours stand in front            NCRE_PROXIES
    photo_workers   processes that measure photos; 0: in this one      NCRE_PHOTO_WORKERS
    photo_store     "" for the data folder, or s3://bucket/prefix     NCRE_PHOTO_STORE
    s3_endpoint     of an S3-compatible store that is not AWS's       NCRE_S3_ENDPOINT
    certificate     PKCS #12 file that signs the papers (optional)    NCRE_SIGN_WITH
    passphrase      what opens it                                     NCRE_SIGN_PASSPHRASE
    public_url      how the world reaches the pages                   NCRE_PUBLIC_URL
    alipay          what was agreed with Alipay (optional)            NCRE_ALIPAY_*, see docs/operations.md
    wechat          what was agreed with WeChat Pay (optional)        NCRE_WECHAT_*, the same
    smtp            the server that mails our letters (optional)      NCRE_SMTP_HOST, _PORT, _FROM, _USER, _PASSWORD
    messages        the relay of messages to phones (optional)        NCRE_MESSAGES_URL, _TOKEN (a file)
    qq              what was agreed with QQ Connect (optional)        NCRE_QQ_APPID, NCRE_QQ_KEY (a file)
    providers       where staff sign in besides (optional)            NCRE_SIGN_ON, a TOML file
    passport        here, or elsewhere: candidates register there      NCRE_PASSPORT
    captcha         always, adaptive (after two failures) or never    NCRE_CAPTCHA
    staff_factor    required or optional: codes of staff              NCRE_STAFF_FACTOR
    connections     threads in the database at a time; `ncre serve` makes it as many as it has
    production      refuses every stand-in for a payment channel      NCRE_PRODUCTION
    demo            loosens nothing; shows the demo's sign-ins        NCRE_DEMO
    """

    data: Path
    database_url: str
    secret: bytes
    host: str = "127.0.0.1"
    port: int = 8000
    secure_cookies: bool = True
    proxies: int = 0
    demo: bool = False
    photo_workers: int = 2
    photo_store: str = ""
    s3_endpoint: str = ""
    certificate: Path | None = None
    passphrase: str = field(default="", repr=False)
    public_url: str = ""
    alipay: AlipayTerms | None = None
    wechat: WeChatTerms | None = None
    smtp: SmtpTerms | None = None
    messages: RelayTerms | None = None
    qq: QQTerms | None = None
    providers: tuple[ProviderTerms, ...] = ()
    passport: str = "here"
    captcha: str = "always"
    staff_factor: str = "optional"
    production: bool = False
    connections: int = CONNECTIONS

    @property
    def photos(self) -> Path:
        return self.data / "photos"

    @property
    def drafts(self) -> Path:
        """Mended photos until the candidate has decided about them."""
        return self.data / "drafts"

    @property
    def outbox(self) -> Path:
        """Letters, where no server mails them."""
        return self.data / "outbox"

    @property
    def papers(self) -> Path:
        """Finished papers, sealed; the folder may be emptied at any time."""
        return self.data / "papers"


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises Misconfigured."""
    data = Path(environment.get("NCRE_DATA", ".demo")).resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"the data folder {data} cannot be made ({error.strerror})") from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise Misconfigured(f"the data folder {data} cannot be written; choose another with NCRE_DATA")
    providers = _providers(environment)
    return Settings(
        data=data,
        database_url=environment.get("NCRE_DATABASE_URL", f"sqlite:///{data / 'ncre.sqlite'}"),
        secret=_secret(environment.get("NCRE_SECRET"), data),
        host=environment.get("NCRE_HOST", "127.0.0.1"),
        port=_port(environment.get("NCRE_PORT", "8000")),
        secure_cookies=environment.get("NCRE_SECURE_COOKIES", "1") != "0",
        proxies=int(environment.get("NCRE_PROXIES", "0")),
        demo=environment.get("NCRE_DEMO", "0") == "1",
        photo_workers=int(environment.get("NCRE_PHOTO_WORKERS", "2")),
        photo_store=environment.get("NCRE_PHOTO_STORE", ""),
        s3_endpoint=environment.get("NCRE_S3_ENDPOINT", ""),
        certificate=Path(environment["NCRE_SIGN_WITH"]) if environment.get("NCRE_SIGN_WITH") else None,
        passphrase=environment.get("NCRE_SIGN_PASSPHRASE", ""),
        public_url=environment.get("NCRE_PUBLIC_URL", "").rstrip("/"),
        alipay=_alipay(environment),
        wechat=_wechat(environment),
        smtp=_smtp(environment),
        messages=_messages(environment),
        qq=_qq(environment),
        staff_factor=_staff_factor(environment.get("NCRE_STAFF_FACTOR", "required")),
        providers=providers,
        passport=_passport(environment.get("NCRE_PASSPORT", "here"), providers),
        captcha=_captcha(environment.get("NCRE_CAPTCHA", "always")),
        production=environment.get("NCRE_PRODUCTION", "0") == "1",
    )


def _alipay(environment: Mapping[str, str]) -> AlipayTerms | None:
    """Alipay's terms, where there is an application id; keys and certificates are files. Raises Misconfigured."""
    app_id = environment.get("NCRE_ALIPAY_APP_ID", "")
    if not app_id:
        return None
    missing = [
        name
        for name in ("NCRE_ALIPAY_SELLER_ID", "NCRE_ALIPAY_KEY", "NCRE_PUBLIC_URL")
        if not environment.get(name)
    ]
    if missing:
        raise Misconfigured(f"Alipay also needs {', '.join(missing)}")
    by_certificate = bool(environment.get("NCRE_ALIPAY_CERT"))
    if not by_certificate and not environment.get("NCRE_ALIPAY_PUBLIC_KEY"):
        raise Misconfigured(
            "Alipay also needs NCRE_ALIPAY_PUBLIC_KEY, or the three certificates of certificate mode"
        )
    return AlipayTerms(
        gateway=environment.get("NCRE_ALIPAY_GATEWAY", ALIPAY_GATEWAY),
        app_id=app_id,
        seller_id=environment["NCRE_ALIPAY_SELLER_ID"],
        private_key=_text(environment, "NCRE_ALIPAY_KEY"),
        notify_url=environment["NCRE_PUBLIC_URL"].rstrip("/") + "/notices/alipay",
        alipay_key="" if by_certificate else _text(environment, "NCRE_ALIPAY_PUBLIC_KEY"),
        app_certificate=_text(environment, "NCRE_ALIPAY_APP_CERT") if by_certificate else "",
        alipay_certificate=_text(environment, "NCRE_ALIPAY_CERT") if by_certificate else "",
        root_certificates=_text(environment, "NCRE_ALIPAY_ROOT_CERT") if by_certificate else "",
    )


def _wechat(environment: Mapping[str, str]) -> WeChatTerms | None:
    """WeChat Pay's terms, where there is a merchant id; keys are files. Raises Misconfigured."""
    mchid = environment.get("NCRE_WECHAT_MCHID", "")
    if not mchid:
        return None
    names = ("APPID", "SERIAL", "KEY", "API_KEY", "PUBLIC_KEY", "PUBLIC_KEY_ID")
    missing = [f"NCRE_WECHAT_{name}" for name in names if not environment.get(f"NCRE_WECHAT_{name}")]
    if missing or not environment.get("NCRE_PUBLIC_URL"):
        raise Misconfigured(f"WeChat Pay also needs {', '.join(missing or ['NCRE_PUBLIC_URL'])}")
    return WeChatTerms(
        gateway=environment.get("NCRE_WECHAT_GATEWAY", WECHAT_GATEWAY),
        mchid=mchid,
        appid=environment["NCRE_WECHAT_APPID"],
        serial=environment["NCRE_WECHAT_SERIAL"],
        private_key=_text(environment, "NCRE_WECHAT_KEY"),
        api_key=_text(environment, "NCRE_WECHAT_API_KEY").strip(),
        wechat_key=_text(environment, "NCRE_WECHAT_PUBLIC_KEY"),
        wechat_key_id=environment["NCRE_WECHAT_PUBLIC_KEY_ID"],
        notify_url=environment["NCRE_PUBLIC_URL"].rstrip("/") + "/notices/wechat",
    )


def _smtp(environment: Mapping[str, str]) -> SmtpTerms | None:
    """The mail server's terms, where one is named; its password is a file. Raises Misconfigured."""
    host = environment.get("NCRE_SMTP_HOST", "")
    if not host:
        return None
    if not environment.get("NCRE_SMTP_FROM"):
        raise Misconfigured("NCRE_SMTP_FROM is needed too: the address that letters come from")
    user = environment.get("NCRE_SMTP_USER", "")
    return SmtpTerms(
        host=host,
        port=_port(environment.get("NCRE_SMTP_PORT", "587")),
        sender=environment["NCRE_SMTP_FROM"],
        user=user,
        password=_text(environment, "NCRE_SMTP_PASSWORD").strip() if user else "",
    )


def _messages(environment: Mapping[str, str]) -> RelayTerms | None:
    """The relay's terms, where one is named; its token is a file. Raises Misconfigured."""
    url = environment.get("NCRE_MESSAGES_URL", "")
    if not url:
        return None
    if not url.startswith("https://"):
        raise Misconfigured("NCRE_MESSAGES_URL: codes go over https alone")
    return RelayTerms(url, _text(environment, "NCRE_MESSAGES_TOKEN").strip())


def _text(environment: Mapping[str, str], name: str) -> str:
    """What stands in the file that a setting names."""
    try:
        return Path(environment[name]).read_text(encoding="utf-8")
    except KeyError:
        raise Misconfigured(f"{name} is needed too") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{name}: {environment[name]} cannot be read ({error})") from None


def _qq(environment: Mapping[str, str]) -> QQTerms | None:
    """QQ's terms, where there is an application id. Raises Misconfigured."""
    appid = environment.get("NCRE_QQ_APPID", "")
    if not appid:
        return None
    if not environment.get("NCRE_PUBLIC_URL"):
        raise Misconfigured("QQ also needs NCRE_PUBLIC_URL: where it leads people back to")
    back = environment["NCRE_PUBLIC_URL"].rstrip("/") + "/qq/back"
    return QQTerms(appid, _text(environment, "NCRE_QQ_KEY").strip(), back)


def _providers(environment: Mapping[str, str]) -> tuple[ProviderTerms, ...]:
    """The OpenID Connect providers of the file that NCRE_SIGN_ON names. Raises Misconfigured."""
    if not environment.get("NCRE_SIGN_ON"):
        return ()
    public = environment.get("NCRE_PUBLIC_URL", "").rstrip("/")
    if not public:
        raise Misconfigured("single sign-on also needs NCRE_PUBLIC_URL: where it leads people back to")
    file = environment["NCRE_SIGN_ON"]
    try:
        said = tomllib.loads(_text(environment, "NCRE_SIGN_ON"))
        return tuple(_provider(name, one, public) for name, one in said.items())
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise Misconfigured(
            f"NCRE_SIGN_ON: {file} cannot be used ({error!r}); see docs/operations.md"
        ) from None


def _provider(name: str, said: Mapping[str, Any], public: str) -> ProviderTerms:
    posts = {
        value: Post(Role(one["role"]), frozenset(one.get("sites", ())))
        for value, one in said.get("posts", {}).items()
    }
    issuer = Issuer(
        url=said["issuer"],
        client_id=said["client_id"],
        client_secret=Path(said["client_secret_file"]).read_text(encoding="utf-8").strip(),
        redirect_uri=f"{public}/sso/{name}/back",
        claim=said["claim"] if posts else "",
        posts=posts,
        everybody=bool(said.get("candidates", False)),
        scopes=tuple(said.get("scopes", ("openid", "profile"))),
    )
    if not issuer.url.startswith("https://"):
        raise ValueError("the issuer is reached over https alone")
    if not posts and not issuer.everybody:
        raise ValueError("posts or candidates: somebody must get a role")
    provision = bool(said.get("provision", issuer.everybody))
    return ProviderTerms(name, said.get("label", name), issuer, provision)


def _passport(text: str, providers: Iterable[ProviderTerms]) -> str:
    if text not in ("here", "elsewhere"):
        raise Misconfigured(f"NCRE_PASSPORT must be here or elsewhere, not {text!r}")
    if text == "elsewhere" and not any(one.issuer.everybody for one in providers):
        raise Misconfigured("NCRE_PASSPORT=elsewhere needs a provider with candidates = true in NCRE_SIGN_ON")
    return text


def _captcha(text: str) -> str:
    if text not in ("always", "adaptive", "never"):
        raise Misconfigured(f"NCRE_CAPTCHA must be always, adaptive or never, not {text!r}")
    return text


def _staff_factor(text: str) -> str:
    if text not in ("required", "optional"):
        raise Misconfigured(f"NCRE_STAFF_FACTOR must be required or optional, not {text!r}")
    return text


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Misconfigured(f"the port must be a number from 1 to 65535, not {text!r}")
    return int(text)


def _secret(given: str | None, data: Path) -> bytes:
    """From the environment, else from the data folder, where the first start leaves one."""
    kept = data / "secret.key"
    if given is None and not kept.exists():
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token_hex(32))
    text = given if given is not None else kept.read_text().strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise Misconfigured("the secret (NCRE_SECRET or secret.key) must be 64 hexadecimal digits")
    return secret
