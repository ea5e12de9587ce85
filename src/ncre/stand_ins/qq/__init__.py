"""Stands in for QQ Connect where there is no QQ: the same addresses, the same peculiar replies, its own faults."""

from ncre.stand_ins.qq.book import Fault
from ncre.stand_ins.qq.site import NotInProduction, Style, create_qq_stand_in

__all__ = ["Fault", "NotInProduction", "Style", "create_qq_stand_in"]
