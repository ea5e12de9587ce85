"""The sentences of facts about bans. Who is banned and why is said in none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.events import ban as facts
from ncre.events.base import Fact


def _imposed(imposed: facts.BanImposed) -> Bilingual:
    return Bilingual(
        f"按决定 {imposed.decision} 录入停考：{imposed.starts} 至 {imposed.ends}。",
        f"A ban was entered by decision {imposed.decision}: {imposed.starts} to {imposed.ends}.",
    )


def _lifted(lifted: facts.BanLifted) -> Bilingual:
    return Bilingual(
        f"解除了决定 {lifted.decision} 的停考。", f"The ban by decision {lifted.decision} was lifted."
    )


def _kept(kept: facts.BannedRegistrationKept) -> Bilingual:
    return Bilingual(
        f"停考（决定 {kept.decision}）录入之前已支付，考务办公室保留了这份报名。",
        f"Paid before the ban by decision {kept.decision} was entered; the exam office kept the registration.",
    )


def _viewed(viewed: facts.BanReasonViewed) -> Bilingual:
    return Bilingual(
        f"查看了决定 {viewed.decision} 的停考理由。",
        f"The reason of the ban by decision {viewed.decision} was opened.",
    )


def _forgotten(forgotten: facts.BanForgotten) -> Bilingual:
    return Bilingual(
        f"决定 {forgotten.decision} 的停考已届满，停考记录按规定删除。",
        f"The ban by decision {forgotten.decision} has long been over and was deleted.",
    )


BAN_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    facts.BanImposed: _imposed,
    facts.BanLifted: _lifted,
    facts.BannedRegistrationKept: _kept,
    facts.BanReasonViewed: _viewed,
    facts.BanForgotten: _forgotten,
}
