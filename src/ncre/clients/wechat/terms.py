"""What was agreed with WeChat Pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WeChatTerms:
    """What a merchant agreed with WeChat Pay; public-key mode.

    gateway     https://api.mch.weixin.qq.com in production
    mchid       of the merchant, appid of its application, serial of the certificate of `private_key`
    api_key     the APIv3 key, 32 characters, which opens notices
    wechat_key  WeChat Pay's public key (PEM), wechat_key_id its id (PUB_KEY_ID_...), under which we ask
    other_keys  further public keys by id, as while WeChat changes its own
    notify_url  where its notices go
    app_secret  of `appid`; with it a payer inside WeChat's own browser is known by their openid (JSAPI)
    """

    gateway: str
    mchid: str
    appid: str
    serial: str
    private_key: str = field(repr=False)
    api_key: str = field(repr=False)
    wechat_key: str
    wechat_key_id: str
    notify_url: str
    other_keys: Mapping[str, str] = field(default_factory=dict)
    app_secret: str = field(default="", repr=False)
    open_platform: str = "https://open.weixin.qq.com"
    api_platform: str = "https://api.weixin.qq.com"
