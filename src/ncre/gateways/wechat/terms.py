"""What was agreed with WeChat Pay."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class WeChatTerms:
    """What a merchant agreed with WeChat Pay; public-key mode.

    gateway     https://api.mch.weixin.qq.com in production
    mchid       of the merchant, appid of its application, serial of the certificate of `private_key`
    api_key     the APIv3 key, 32 characters, which opens notices
    wechat_key  WeChat Pay's public key (PEM), wechat_key_id its id (PUB_KEY_ID_...)
    notify_url  where its notices go
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
