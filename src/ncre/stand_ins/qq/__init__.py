"""Stands in for QQ Connect where there is no QQ: the same addresses, the same peculiar replies, its own faults."""

from ncre.stand_ins.qq.book import SignInFault
from ncre.stand_ins.qq.site import Style, create_qq_stand_in

__all__ = ["SignInFault", "Style", "create_qq_stand_in"]
