"""WeChat Pay (APIv3): line.py signs, carries and opens, bill.py reads the day's bill, channel.py is what the house calls."""

from ncre.gateways.wechat.channel import WeChat
from ncre.gateways.wechat.line import WeChatTerms

__all__ = ["WeChat", "WeChatTerms"]
