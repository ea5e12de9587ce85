"""Who pays inside WeChat's own browser: their openid for our application, asked for without a question to them."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

import requests

from ncre.clients.failure_words import failed_of
from ncre.clients.payment_channel import ChannelUnavailable
from ncre.clients.wechat.client import SECONDS
from ncre.clients.wechat.terms import WeChatTerms


class Payers:
    def __init__(self, terms: WeChatTerms) -> None:
        self._terms = terms

    def address(self, back: str, state: str) -> str:
        """Where WeChat's browser goes first; it wants its parameters in this order, and the fragment."""
        asked = {
            "appid": self._terms.appid,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
        return f"{self._terms.open_platform}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"

    def openid(self, code: str) -> str:
        """The openid behind a code, which counts once. Raises ChannelUnavailable; the secret is in no message."""
        asked = {
            "appid": self._terms.appid,
            "secret": self._terms.app_secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        address = f"{self._terms.api_platform}/sns/oauth2/access_token"
        try:
            answer = requests.get(address, params=asked, timeout=SECONDS, allow_redirects=False)
            said = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ChannelUnavailable(f"openid: {failed_of(error)}") from None
        openid = said.get("openid") if isinstance(said, dict) else None
        if answer.status_code != HTTPStatus.OK or not isinstance(openid, str) or not 0 < len(openid) <= 128:
            code_said = said.get("errcode") if isinstance(said, dict) else ""
            raise ChannelUnavailable(f"openid: {answer.status_code} {code_said}")
        return openid
