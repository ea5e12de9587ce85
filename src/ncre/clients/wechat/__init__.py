"""WeChat Pay (APIv3): line.py signs, carries and opens, bill.py reads the day's bill, channel.py is what the service calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ncre.clients.wechat.terms import WeChatTerms

if TYPE_CHECKING:
    from ncre.clients.wechat.channel import WeChat

__all__ = ["WeChat", "WeChatTerms"]


def __getattr__(name: str) -> Any:
    """The channel itself is loaded where one is made; every command reads the terms."""
    if name != "WeChat":
        raise AttributeError(name)
    from ncre.clients.wechat.channel import WeChat

    return WeChat
