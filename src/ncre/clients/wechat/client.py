"""The line to WeChat Pay: requests signed, answers and notices trusted only with its signature (payment facts §4)."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ncre.clients.failure_words import failed_of
from ncre.clients.payment_channel import ChannelUnavailable, NoticeRefused
from ncre.clients.rsa_signing import KeyUnusable, genuine, private_key, public_key, same_key, signed
from ncre.clients.wechat.keys import WeChatKeys
from ncre.clients.wechat.terms import WeChatTerms

SECONDS: Final = (3.05, 10.0)
FRESH: Final = timedelta(minutes=5)
"""How old the time stamp of an answer or notice may be; a library that lets any pass is open to replays."""

CERTIFICATES: Final = "/v3/certificates"
_TIME_STAMP: Final = re.compile(r"[0-9]{1,12}")
"""Seconds since 1970."""

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"


@dataclass(frozen=True)
class WeChatReply:
    """An answer of WeChat Pay: HTTP status, and its JSON."""

    status: int
    body: Mapping[str, Any]

    @property
    def done(self) -> bool:
        return self.status in (200, 204)

    @property
    def code(self) -> str:
        return str(self.body.get("code", self.status))

    @property
    def message(self) -> str:
        return str(self.body.get("message", ""))


class WeChatClient:
    """Thread-safe. Raises KeyUnusable for keys that cannot be meant."""

    def __init__(self, terms: WeChatTerms, clock: Callable[[], datetime]) -> None:
        self.terms = terms
        self.clock = clock
        self._own = private_key(terms.private_key)
        configured = {**terms.other_keys, terms.wechat_key_id: terms.wechat_key}
        theirs = {name: public_key(text) for name, text in configured.items()}
        if any(same_key(key, self._own.public_key()) for key in theirs.values()):
            raise KeyUnusable("the public key configured as WeChat Pay's is the merchant's own")
        self._theirs = WeChatKeys(theirs, self._certificates, clock)
        if len(terms.api_key.encode()) != 32:
            raise KeyUnusable("the APIv3 key of WeChat Pay has 32 characters")

    def ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> WeChatReply:
        """Ask WeChat Pay. Raises ChannelUnavailable for whatever is not its signed answer or its plain refusal."""
        body = "" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        answer = self._sent(method, self.terms.gateway + path, body)
        if answer.status_code >= 500 or answer.status_code == requests.codes.too_many_requests:
            raise ChannelUnavailable(f"{path}: HTTP {answer.status_code}")
        if answer.status_code in (200, 204):
            self._assert_genuine(answer.headers, answer.content)
        try:
            said = json.loads(answer.content or b"{}")
        except (ValueError, RecursionError):
            raise ChannelUnavailable(f"{path}: not an answer of WeChat Pay") from None
        if not isinstance(said, dict) or said.get("code") == "SYSTEM_ERROR":
            raise ChannelUnavailable(f"{path}: {said}")
        return WeChatReply(answer.status_code, said)

    def fetch(self, address: str) -> bytes:
        """A bill, from the gateway and nowhere else: the request carries our authorization. Raises ChannelUnavailable."""
        if not address.startswith(f"{self.terms.gateway}/"):
            raise ChannelUnavailable(f"bill: offered by {urlsplit(address).netloc}, which is not the gateway")
        answer = self._sent("GET", address, "")
        if answer.status_code != requests.codes.ok:
            raise ChannelUnavailable(f"bill: HTTP {answer.status_code}")
        return answer.content

    def opened(self, headers: Mapping[str, str], body: bytes) -> tuple[str, dict[str, Any]]:
        """The event of a notice and what its box holds. Raises NoticeRefused."""
        try:
            self._assert_genuine(headers, body)
        except ChannelUnavailable as silent:
            raise NoticeRefused(str(silent)) from None
        try:
            said = json.loads(body)
            inside = json.loads(self._unboxed(said["resource"]))
            return str(said["event_type"]), dict(inside)
        except InvalidTag:
            raise NoticeRefused("box") from None
        except (ValueError, KeyError, TypeError, AttributeError, NotBase64, RecursionError):
            raise NoticeRefused("unreadable") from None

    def _sent(self, method: str, address: str, body: str) -> requests.Response:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Authorization": self.authorization(method, path, body),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "ncre",
            "Wechatpay-Serial": self.terms.wechat_key_id,
        }
        try:
            return requests.request(
                method,
                address,
                data=body.encode() or None,
                headers=headers,
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ChannelUnavailable(f"{path}: {failed_of(error)}") from error

    def call(self, appid: str, prepay: str) -> dict[str, str]:
        """What WeChat's own browser is called with, signed: app, time, nonce and package, a line each."""
        at, nonce, package = f"{self.clock().timestamp():.0f}", token_hex(16), f"prepay_id={prepay}"
        signature = signed(self._own, f"{appid}\n{at}\n{nonce}\n{package}\n".encode())
        return {
            "appId": appid,
            "timeStamp": at,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signature,
        }

    def authorization(self, method: str, path: str, body: str) -> str:
        """The header that signs a request: method, path with query, time, nonce and body, a line each."""
        at, nonce = f"{self.clock().timestamp():.0f}", token_hex(16)
        signature = signed(self._own, f"{method}\n{path}\n{at}\n{nonce}\n{body}\n".encode())
        terms = self.terms
        return (
            f'{SCHEME} mchid="{terms.mchid}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{at}",serial_no="{terms.serial}"'
        )

    def _certificates(self) -> dict[str, RSAPublicKey]:
        """The platform certificates that WeChat Pay has now, by serial number. Raises ChannelUnavailable.

        They come encrypted under the APIv3 key, which nobody else has; the answer is signed with one of them.
        """
        answer = self._sent("GET", self.terms.gateway + CERTIFICATES, "")
        try:
            found = {
                str(one["serial_no"]): public_key(self._unboxed(one["encrypt_certificate"]).decode())
                for one in json.loads(answer.content)["data"]
            }
        except (ValueError, KeyError, TypeError, AttributeError, InvalidTag) as error:
            raise ChannelUnavailable(f"certificates: {failed_of(error)}") from error
        self._assert_signed(answer.headers, answer.content, found.get)
        return found

    def _unboxed(self, box: Mapping[str, Any]) -> bytes:
        """What is inside a box under the APIv3 key. Raises InvalidTag, ValueError, KeyError, TypeError."""
        aad = (box.get("associated_data") or "").encode()
        key = AESGCM(self.terms.api_key.encode())
        return key.decrypt(box["nonce"].encode(), b64decode(box["ciphertext"]), aad)

    def _assert_genuine(self, given: Mapping[str, str], body: bytes) -> None:
        """Raises ChannelUnavailable. A key that is unknown, or with which it does not fit, is asked for anew once."""
        try:
            self._assert_signed(given, body, self._theirs.find)
        except ChannelUnavailable as silent:
            if str(silent) not in ("serial", "signature") or not self._theirs.renew():
                raise
            self._assert_signed(given, body, self._theirs.find)

    def _assert_signed(
        self, given: Mapping[str, str], body: bytes, key_of: Callable[[str], RSAPublicKey | None]
    ) -> None:
        headers = {name.lower(): value for name, value in given.items()}
        at, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        key = key_of(headers.get("wechatpay-serial", ""))
        if key is None:
            raise ChannelUnavailable("serial")
        said = f"{at}\n{nonce}\n".encode() + body + b"\n"
        if not genuine(key, said, headers.get("wechatpay-signature", "")):
            raise ChannelUnavailable("signature")
        if not _TIME_STAMP.fullmatch(at) or abs(self.clock().timestamp() - int(at)) > FRESH.total_seconds():
            raise ChannelUnavailable("stale")
