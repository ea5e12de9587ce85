"""Alipay (OpenAPI v1): line.py signs and carries, reading.py understands, bill.py reads the day's bill,

channel.py is what the house calls.
"""

from ncre.gateways.alipay.channel import Alipay
from ncre.gateways.alipay.line import AlipayTerms

__all__ = ["Alipay", "AlipayTerms"]
