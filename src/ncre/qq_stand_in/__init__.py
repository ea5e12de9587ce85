"""Stands in for QQ Connect where there is no QQ: the same addresses, the same peculiar replies, its own faults."""

from ncre.qq_stand_in.book import Fault
from ncre.qq_stand_in.site import NotInProduction, Style, create_qq_stand_in

__all__ = ["Fault", "NotInProduction", "Style", "create_qq_stand_in"]
