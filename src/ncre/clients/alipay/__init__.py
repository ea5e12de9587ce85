"""Alipay (OpenAPI v1): line.py signs and carries, reading.py understands, bill.py reads the day's bill,

channel.py is what the service calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ncre.clients.alipay.terms import AlipayTerms

if TYPE_CHECKING:
    from ncre.clients.alipay.channel import Alipay

__all__ = ["Alipay", "AlipayTerms"]


def __getattr__(name: str) -> Any:
    """The channel itself is loaded where one is made; every command reads the terms."""
    if name != "Alipay":
        raise AttributeError(name)
    from ncre.clients.alipay.channel import Alipay

    return Alipay
