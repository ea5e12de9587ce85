"""What an installation chose, ready to use."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ncre.clients.alipay import AlipayTerms
from ncre.clients.exchange_service import ExchangeServiceTerms
from ncre.clients.mail import SmtpTerms
from ncre.clients.messages import RelayTerms
from ncre.clients.openid import Issuer
from ncre.clients.qq import QQTerms
from ncre.clients.wallets.apple import ApplePassTerms
from ncre.clients.wallets.google import GoogleWalletTerms
from ncre.clients.wechat import WeChatTerms
from ncre.identity.sending_limits import SendingTerms
from ncre.ledger.verifier import VerifierKey


class Misconfigured(Exception):
    """Settings that cannot be used: every problem, each with its variable and what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class ProviderTerms:
    """A provider of the configuration; `provision` lets it bring new staff."""

    name: str
    label: str
    issuer: Issuer
    provision: bool


@dataclass(frozen=True)
class LedgerTerms:
    """What signs the log (32 bytes, None where this machine does not seal), and who may cosign it.

    `key_file` is where the key stands, or would; `anchor` remembers the newest checkpoint that this machine saw.
    """

    seed: bytes | None = field(default=None, repr=False)
    key_file: Path | None = None
    anchor: Path | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class ObservabilityTerms:
    """What is shown and sent of how the service does; ports are 0, and addresses "", where nothing is."""

    host: str = "127.0.0.1"
    port: int = 0
    worker_port: int = 0
    log_format: str = "text"
    traces: str = ""
    sentry: str = field(default="", repr=False)
    patroni: tuple[str, ...] = ()
    pgbackrest: str = ""


@dataclass(frozen=True)
class Settings:
    """The settings in force. Which variable sets what stands in `environment.py`.

    `production` is the default; the demo and the tests leave it. `secret` has 32 bytes. `connections`: threads in the
    database at a time, None for the usual; no variable sets it, `ncre serve` makes it as many as it has. Nor does
    one set `tenant`, the name by which metrics tell several apart.
    """

    data: Path
    database_url: str
    secret: bytes = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    secure_cookies: bool = True
    proxies: int = 0
    demo: bool = False
    admissions: int = 0
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
    sending: SendingTerms = SendingTerms()
    qq: QQTerms | None = None
    providers: tuple[ProviderTerms, ...] = ()
    passport: str = "here"
    captcha: str = "always"
    staff_factor: str = "required"
    production: bool = True
    connections: int | None = None
    tenant: str = ""
    erased_list: Path | None = None
    exchange_key: bytes = field(default=b"", repr=False)
    exchange: ExchangeServiceTerms | None = None
    master_keys: Path | None = None
    ledger: LedgerTerms = LedgerTerms()
    observability: ObservabilityTerms = ObservabilityTerms()
    bounce_address: str = ""
    apple_pass: ApplePassTerms | None = None
    google_wallet: GoogleWalletTerms | None = None
    bounce_folder: Path | None = None

    @property
    def ledger_name(self) -> str:
        """What the log is called when it begins: a name without a scheme, by which the world knows it (C2SP)."""
        if self.ledger.name:
            return self.ledger.name
        host = urlsplit(self.public_url).netloc if self.public_url else "localhost"
        return f"{host}/ledger"

    @property
    def ledger_anchor(self) -> Path:
        return self.ledger.anchor or self.data / "ledger.checkpoint"

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
    def tombstones(self) -> Path:
        """The list of who was erased; not in any backup, so that no older one brings somebody back."""
        return self.erased_list or self.data / "tombstones"

    @property
    def papers(self) -> Path:
        """Finished papers, sealed; the folder may be emptied at any time."""
        return self.data / "papers"
