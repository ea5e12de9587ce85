"""The sentences of facts about integrations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ncre.domain.bilingual import Bilingual
from ncre.events import integration as facts
from ncre.events.base import Fact


def _may(scopes: Sequence[str], sites: Sequence[str]) -> tuple[str, str]:
    at = "、".join(sites) if tuple(sites) != ("*",) else "所有考点"
    at_en = ", ".join(sites) if tuple(sites) != ("*",) else "every site"
    return f"{'、'.join(scopes)}，考点 {at}", f"{', '.join(scopes)} at {at_en}"


def _made(made: facts.IntegrationMade) -> Bilingual:
    zh, en = _may(made.scopes, made.sites)
    return Bilingual(
        f"建立了接入“{made.name}”：{zh}（{made.why}）。",
        f"The integration “{made.name}” was made: {en} ({made.why}).",
    )


def _scoped(scoped: facts.IntegrationScoped) -> Bilingual:
    zh, en = _may(scoped.scopes, scoped.sites)
    return Bilingual(f"权限改为：{zh}（{scoped.why}）。", f"It may do from now on: {en} ({scoped.why}).")


def _issued(issued: facts.SecretIssued) -> Bilingual:
    return Bilingual(f"发放了密钥 {issued.prefix}…。", f"The secret {issued.prefix}… was issued.")


def _secret_revoked(revoked: facts.SecretRevoked) -> Bilingual:
    return Bilingual(
        f"停用了密钥 {revoked.prefix}…（{revoked.why}）。",
        f"The secret {revoked.prefix}… was revoked ({revoked.why}).",
    )


def _revoked(revoked: facts.IntegrationRevoked) -> Bilingual:
    return Bilingual(f"停用了接入（{revoked.why}）。", f"The integration was revoked ({revoked.why}).")


def _webhook(webhook: facts.WebhookSet) -> Bilingual:
    if not webhook.url:
        return Bilingual(f"停止推送（{webhook.why}）。", f"Events are no longer sent ({webhook.why}).")
    return Bilingual(
        f"事件推送到 {webhook.url}（{webhook.why}）。", f"Events are sent to {webhook.url} ({webhook.why})."
    )


def _paused(paused: facts.WebhookPaused) -> Bilingual:
    if paused.paused:
        return Bilingual("暂停了推送。", "Deliveries were paused.")
    return Bilingual("继续推送。", "Deliveries go on.")


def _rotated(rotated: facts.SigningKeyRotated) -> Bilingual:
    return Bilingual(
        f"更换了签名密钥（第 {rotated.key} 个）。", f"The signing key was changed (number {rotated.key})."
    )


def _resent(resent: facts.DeliveryResent) -> Bilingual:
    return Bilingual(f"重新推送了事件 {resent.position}。", f"Event {resent.position} was sent again.")


INTEGRATION_SENTENCES: Final[dict[type[Fact], Callable[[Any], Bilingual]]] = {
    facts.IntegrationMade: _made,
    facts.IntegrationScoped: _scoped,
    facts.SecretIssued: _issued,
    facts.SecretRevoked: _secret_revoked,
    facts.IntegrationRevoked: _revoked,
    facts.WebhookSet: _webhook,
    facts.WebhookPaused: _paused,
    facts.SigningKeyRotated: _rotated,
    facts.DeliveryResent: _resent,
}
