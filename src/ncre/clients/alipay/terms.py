"""What was agreed with Alipay."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class AlipayTerms:
    """What a merchant agreed with Alipay. Key mode: `alipay_key`; certificate mode: the three certificates (PEM).

    gateway      where requests go, https://openapi.alipay.com/gateway.do in production
    app_id       of the application, seller_id of the merchant (2088...)
    private_key  the application's own, PEM or base64
    notify_url   where Alipay sends its notices
    """

    gateway: str
    app_id: str
    seller_id: str
    private_key: str = field(repr=False)
    notify_url: str
    alipay_key: str = ""
    app_certificate: str = ""
    alipay_certificate: str = ""
    root_certificates: str = ""
