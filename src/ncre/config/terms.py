"""What was agreed with others (Alipay, WeChat Pay, QQ, mail, messages), from variables and the files they name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ncre.clients.alipay import AlipayTerms
from ncre.clients.exchange_service import ExchangeServiceTerms, is_usable
from ncre.clients.mail import SmtpTerms
from ncre.clients.messages import RelayTerms
from ncre.clients.qq import QQTerms
from ncre.clients.wallets.apple import ApplePassTerms
from ncre.clients.wallets.google import GoogleWalletTerms
from ncre.clients.wechat import WeChatTerms
from ncre.config.environment import PREFIX, Environment, problem_of_variable
from ncre.domain.accounts.addresses import COUNTRIES
from ncre.domain.duplicates.province_tokens import TokensUnreadable, province_tokens
from ncre.identity.sending_limits import SendingTerms

_PUBLIC_FILES: Final = (
    "alipay_public_key",
    "alipay_app_cert",
    "alipay_cert",
    "alipay_root_cert",
    "apple_wwdr",
)
_PUBLIC_FILES_OF_WECHAT: Final = ("wechat_public_key",)
_PUBLIC_FILES_OF_APPLE: Final = ("apple_wwdr",)

MOST_LOCAL: Final = 6
"""Characters: what names the letter needs 58 of the 64 that a mailbox may have."""


class TermsReader:
    """Reads them one by one. `problems` says what is wrong; terms with a problem are not to be used.

    `secret_files` are the files read that only this user should be able to read.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.public = environment.public_url.rstrip("/")
        self.problems: list[str] = []
        self.secret_files: list[tuple[str, Path]] = []

    def alipay(self) -> AlipayTerms | None:
        """Where there is an application id; keys and certificates are files."""
        given = self._environment
        if not given.alipay_app_id:
            return None
        by_certificate = given.alipay_cert is not None
        key = () if by_certificate else ("alipay_public_key",)
        self._need("支付宝", "Alipay", "alipay_seller_id", "public_url", *key)
        certificates = ("alipay_app_cert", "alipay_cert", "alipay_root_cert")
        app, alipay, root = (self._text(one) if by_certificate else "" for one in certificates)
        return AlipayTerms(
            gateway=given.alipay_gateway,
            app_id=given.alipay_app_id,
            seller_id=given.alipay_seller_id,
            private_key=self._text("alipay_key"),
            notify_url=f"{self.public}/notices/alipay",
            alipay_key=""
            if by_certificate or not given.alipay_public_key
            else self._text("alipay_public_key"),
            app_certificate=app,
            alipay_certificate=alipay,
            root_certificates=root,
        )

    def wechat(self) -> WeChatTerms | None:
        """Where there is a merchant id; keys are files."""
        given = self._environment
        if not given.wechat_mchid:
            return None
        self._need(
            "微信支付", "WeChat Pay", "wechat_appid", "wechat_serial", "wechat_public_key_id", "public_url"
        )
        return WeChatTerms(
            gateway=given.wechat_gateway,
            mchid=given.wechat_mchid,
            appid=given.wechat_appid,
            serial=given.wechat_serial,
            private_key=self._text("wechat_key"),
            api_key=self._text("wechat_api_key").strip(),
            wechat_key=self._text("wechat_public_key"),
            wechat_key_id=given.wechat_public_key_id,
            notify_url=f"{self.public}/notices/wechat",
            other_keys=self._other_wechat_keys(),
            app_secret=self._text("wechat_app_secret").strip() if given.wechat_app_secret else "",
        )

    def _other_wechat_keys(self) -> dict[str, str]:
        """Further public keys of WeChat Pay by their ids, from "ID=FILE ID=FILE"."""
        field, keys = "wechat_other_public_keys", dict[str, str]()
        for pair in self._environment.wechat_other_public_keys.split():
            key_id, _, file = pair.partition("=")
            if not key_id or not file:
                self._say(
                    field,
                    f"应写作 ID=文件，各项以空格分开，不是 {pair}",
                    f"write ID=FILE, a blank between two, not {pair}",
                )
                continue
            keys[key_id] = self._read(field, Path(file))
        return keys

    def smtp(self) -> SmtpTerms | None:
        """Where a server is named; its password is a file."""
        given = self._environment
        if not given.smtp_host:
            return None
        self._need("邮件服务器", "the mail server", "smtp_from")
        return SmtpTerms(
            host=given.smtp_host,
            port=given.smtp_port,
            sender=given.smtp_from,
            user=given.smtp_user,
            password=self._text("smtp_password").strip() if given.smtp_user else "",
        )

    def bounce_address(self) -> str:
        """The mailbox letters come back to; what names the letter is put behind its name with a plus."""
        given = self._environment.mail_bounces.strip()
        local, at, domain = given.rpartition("@")
        if given and not (
            at and local.isascii() and domain and len(local) <= MOST_LOCAL and "+" not in local
        ):
            zh = f"应为邮箱地址，@ 前不超过 {MOST_LOCAL} 个字符，不含加号"
            en = f"must be an address with at most {MOST_LOCAL} characters before the @ and no plus"
            self._say("mail_bounces", zh, en)
            return ""
        return given

    def apple_pass(self) -> ApplePassTerms | None:
        """Where there is a pass type; key and certificates are files."""
        given = self._environment
        if not given.apple_pass_type:
            return None
        self._need("Apple 钱包", "Apple Wallet", "apple_team")
        return ApplePassTerms(
            given.apple_pass_type, given.apple_team, self._text("apple_pass_key"), self._text("apple_wwdr")
        )

    def google_wallet(self) -> GoogleWalletTerms | None:
        """Where there is an issuer; its service account is a file."""
        issuer = self._environment.google_wallet_issuer
        return GoogleWalletTerms(issuer, self._text("google_wallet_account"), self.public) if issuer else None

    def messages(self) -> RelayTerms | None:
        """Where a relay is named; its token is a file."""
        url = self._environment.messages_url
        if not url:
            return None
        if not url.startswith("https://"):
            self._say("messages_url", "验证码只经 https 发送", "codes go over https alone")
        return RelayTerms(url, self._text("messages_token").strip())

    def exchange(self) -> ExchangeServiceTerms | None:
        """Where an exchange service is named; the tokens of our provinces are a file."""
        url = self._environment.exchange_url.rstrip("/")
        if not url:
            return None
        self._need("跨省比对服务", "the exchange service", "exchange_key")
        if not is_usable(url):
            zh, en = "应为 https://主机，仅本机可用 http", "must be https://host; http on this machine alone"
            self._say("exchange_url", zh, en)
        text, tokens = self._text("exchange_tokens"), tuple[tuple[str, str], ...]()
        try:
            tokens = province_tokens(text) if text else ()
        except TokensUnreadable as unreadable:
            self._say("exchange_tokens", unreadable.words.zh, unreadable.words.en)
        return ExchangeServiceTerms(url, dict(reversed(tokens)))

    def sending(self) -> SendingTerms:
        """To whose phones messages go: countries by their ISO 3166 codes."""
        given = self._environment
        countries = [one.strip().upper() for one in given.phone_countries.split(",") if one.strip()]
        unknown = [one for one in countries if one not in COUNTRIES]
        if unknown or not countries:
            self._say(
                "phone_countries",
                f"应为国家或地区代码，例如 CN,HK,MO,TW，现为 {given.phone_countries!r}",
                f"must be codes of countries like CN,HK,MO,TW, not {given.phone_countries!r}",
            )
        return SendingTerms(tuple(dict.fromkeys(countries)), given.messages_abroad)

    def qq(self) -> QQTerms | None:
        """Where there is an application id."""
        given = self._environment
        if not given.qq_appid:
            return None
        self._need("QQ", "QQ", "public_url")
        return QQTerms(given.qq_appid, self._text("qq_key").strip(), f"{self.public}/qq/back")

    def _text(self, field: str) -> str:
        """What stands in the file that a variable names; "" with a problem where it cannot be read."""
        file: Path | None = getattr(self._environment, field)
        if file is None:
            self._say(field, "还须设置", "is needed too")
            return ""
        if field not in _PUBLIC_FILES + _PUBLIC_FILES_OF_WECHAT + _PUBLIC_FILES_OF_APPLE:
            self.secret_files.append((f"{PREFIX}{field.upper()}", file))
        return self._read(field, file)

    def _read(self, field: str, file: Path) -> str:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            self._say(field, f"{file} 读不出（{why}）", f"{file} cannot be read ({why})")
            return ""

    def _need(self, zh: str, en: str, *fields: str) -> None:
        for field in fields:
            if not getattr(self._environment, field):
                self._say(field, f"{zh}还需要它", f"{en} also needs it")

    def _say(self, field: str, zh: str, en: str) -> None:
        self.problems.append(problem_of_variable(f"{PREFIX}{field.upper()}", zh, en))
