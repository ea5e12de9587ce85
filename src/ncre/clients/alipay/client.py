"""The line to Alipay: requests signed, replies trusted only with Alipay's own signature (payment facts §1.2-1.4)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import requests

from ncre.clients.alipay.terms import AlipayTerms
from ncre.clients.failure_words import failed_of
from ncre.clients.payment_channel import ChannelUnavailable
from ncre.clients.response_body import whole_body
from ncre.clients.rsa_signing import (
    KeyUnusable,
    certificate_number,
    genuine,
    line_of,
    private_key,
    public_key,
    root_number,
    same_key,
    signed,
)

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
TIMES: Final = "%Y-%m-%d %H:%M:%S"
SECONDS: Final = (3.05, 10.0)
"""To connect, and to answer."""


@dataclass(frozen=True)
class AlipayReply:
    """What Alipay answered: 10000 is done, 40004 a no with its `sub_code`."""

    body: Mapping[str, Any]

    @property
    def done(self) -> bool:
        return self.body.get("code") == "10000"

    @property
    def sub_code(self) -> str:
        return str(self.body.get("sub_code") or self.body.get("code") or "")

    @property
    def message(self) -> str:
        return str(self.body.get("sub_msg") or self.body.get("msg") or "")


class AlipayClient:
    """Thread-safe. Raises KeyUnusable for keys that cannot be meant."""

    def __init__(self, terms: AlipayTerms, clock: Callable[[], datetime]) -> None:
        self.terms = terms
        self._clock = clock
        self._own = private_key(terms.private_key)
        self._theirs = public_key(terms.alipay_certificate or terms.alipay_key)
        if same_key(self._theirs, self._own.public_key()):
            raise KeyUnusable(
                "the public key configured as Alipay's is the application's own; take Alipay's from its console"
            )
        self._certificates: dict[str, str] = {}
        if terms.alipay_certificate:
            self._certificates = {
                "app_cert_sn": certificate_number(terms.app_certificate),
                "alipay_root_cert_sn": root_number(terms.root_certificates),
            }

    def address(self, method: str, content: Mapping[str, Any], return_url: str) -> str:
        """Where the payer's browser goes with GET: everything is in the query, signed."""
        extra = {"notify_url": self.terms.notify_url, "return_url": return_url}
        return f"{self.terms.gateway}?{urlencode(self._signed(method, content, extra))}"

    def ask(self, method: str, content: Mapping[str, Any]) -> AlipayReply:
        """Ask Alipay. Raises ChannelUnavailable for whatever is not a signed answer; then nothing is known."""
        try:
            answer = requests.post(
                self.terms.gateway,
                data=self._signed(method, content, {}),
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ChannelUnavailable(f"{method}: {failed_of(error)}") from error
        if answer.status_code != requests.codes.ok:
            raise ChannelUnavailable(f"{method}: HTTP {answer.status_code}")
        return self._reply(method, answer.content)

    def fetch(self, address: str) -> bytes:
        """A file that Alipay offers for download. Raises ChannelUnavailable."""
        try:
            answer = requests.get(address, timeout=SECONDS, allow_redirects=False, stream=True)
        except requests.RequestException as error:
            raise ChannelUnavailable(f"bill: {failed_of(error)}") from error
        if answer.status_code != requests.codes.ok:
            raise ChannelUnavailable(f"bill: HTTP {answer.status_code}")
        return whole_body(answer)

    def now(self) -> datetime:
        return self._clock()

    def vouches_for(self, said: bytes, signature: str) -> bool:
        return genuine(self._theirs, said, signature)

    def _signed(self, method: str, content: Mapping[str, Any], extra: Mapping[str, str]) -> dict[str, str]:
        parameters = {
            "app_id": self.terms.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._clock().astimezone(SHANGHAI).strftime(TIMES),
            "version": "1.0",
            **self._certificates,
            **{name: value for name, value in extra.items() if value},
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }
        return {**parameters, "sign": signed(self._own, line_of(parameters))}

    def _reply(self, method: str, raw: bytes) -> AlipayReply:
        """The signature covers the exact text of the response object, so it is cut out of the raw reply."""
        name = method.replace(".", "_") + "_response"
        try:
            text = raw.decode("utf-8")
            whole = json.loads(text)
            body = whole[name]
            cut = _object_after(text, f'"{name}"')
        except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError):
            raise ChannelUnavailable(f"{method}: not a reply of Alipay") from None
        signature = whole.get("sign")
        if not isinstance(body, dict) or not isinstance(signature, str):
            raise ChannelUnavailable(f"{method}: a reply without a signature")
        if not self.vouches_for(cut.encode(), signature):
            raise ChannelUnavailable(f"{method}: a reply with a wrong signature")
        return AlipayReply(body)


def _object_after(text: str, name: str) -> str:
    """The text of the JSON object that follows a name, found by the JSON decoder and not by counting braces."""
    begin = text.index("{", text.index(name) + len(name))
    _, end = json.JSONDecoder().raw_decode(text, begin)
    return text[begin:end]
