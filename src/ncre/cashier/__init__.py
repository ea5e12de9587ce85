"""The stand-in for Alipay: a site of its own, with its own keys and its own book, reached by signed HTTP alone.

keys.py      its keys, made on the first start       book.py      trades, refunds, notices, scripted faults
gateway.py   what it answers to signed questions     notices.py   what it tells on its own, and how often
bill.py      the bill of a day                       site.py      the pages of the payer, and the control

It shares nothing with the house but the arithmetic of signatures, so that the real Alipay is a change of settings.
"""

from ncre.cashier.keys import Keys, keys_in
from ncre.cashier.site import Cashier, CashierTerms, NotInProduction, create_cashier

__all__ = ["Cashier", "CashierTerms", "Keys", "NotInProduction", "create_cashier", "keys_in"]
