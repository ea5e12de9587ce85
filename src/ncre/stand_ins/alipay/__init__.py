"""The stand-in for Alipay: a site of its own, with its own keys and its own book, reached by signed HTTP alone.

keys.py      its keys, made on the first start       book.py      trades, refunds, notices, scripted faults
gateway.py   what it answers to signed questions     notices.py   what it tells on its own, and how often
bill.py      the bill of a day                       site.py      the pages of the payer, and the control

It shares nothing with the service but the arithmetic of signatures, so that the real Alipay is a change of settings.
"""

from ncre.stand_ins.alipay.keys import KeyPair, keys_in
from ncre.stand_ins.alipay.site import AlipayStandIn, AlipayStandInTerms, create_alipay_stand_in

__all__ = [
    "AlipayStandIn",
    "AlipayStandInTerms",
    "KeyPair",
    "create_alipay_stand_in",
    "keys_in",
]
