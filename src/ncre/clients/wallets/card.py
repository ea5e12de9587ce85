"""What a pass in a wallet shows, whoever's wallet it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ncre.domain.bilingual import Bilingual

TITLE: Final = Bilingual("全国计算机等级考试准考证", "NCRE admission ticket")
ADDRESS: Final = Bilingual("地址", "Address")


class WalletUnusable(Exception):
    """The key or certificate of a wallet cannot be used; the message says why."""


@dataclass(frozen=True)
class CardSitting:
    """One sitting; its moments are aware, in the time of the exam."""

    subject: Bilingual
    starts: datetime
    ends: datetime
    place: Bilingual

    @property
    def said(self) -> Bilingual:
        """When and where, in one line."""
        when = f"{self.starts:%Y-%m-%d %H:%M}–{self.ends:%H:%M}"
        return Bilingual(f"{when}，{self.place.zh}", f"{when}, {self.place.en}")


@dataclass(frozen=True)
class WalletCard:
    """`serial` names the ticket for good, `version` its state; `code` is what the square code says."""

    serial: str
    version: int
    number: str
    title: Bilingual
    site: str
    address: str
    code: str
    sittings: tuple[CardSitting, ...]
