"""Where events are sent: set, paused and given keys by the exam office; and those that could not be delivered."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ncre.clients.webhook_sender import is_fit
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.events import integration as facts
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.operational import webhooks
from ncre.operational.webhooks import LONGEST_URL as LONGEST_URL
from ncre.operational.webhooks import Delivery, DeliveryState, Webhook
from ncre.services.integration.integrations import IntegrationService, require_office_and_reason

BOTH_KEYS: Final = timedelta(days=1)
"""After a change of keys deliveries are signed with both for so long."""

SHOWN: Final = 50


class WebhookService:
    """Webhooks of integrations: where events go, and the secret that signs them."""

    def __init__(
        self,
        command_handler: CommandHandler,
        integrations: IntegrationService,
        key: bytes,
        fit: Callable[[str], bool] = is_fit,
    ) -> None:
        self._command_handler = command_handler
        self._integrations = integrations
        self._key = key
        self._fit = fit

    def of(self, identity: UUID) -> tuple[Webhook | None, list[Delivery], dict[str, int]]:
        """Where its events go, the newest that waited or failed, and how many stand where."""
        with self._command_handler.database.reading() as connection:
            dead = webhooks.recent(connection, identity, DeliveryState.DEAD, SHOWN)
            waiting = webhooks.recent(connection, identity, DeliveryState.WAITING, SHOWN)
            return (
                webhooks.webhook_of(connection, identity),
                dead + waiting,
                webhooks.counts(connection, identity),
            )

    def set(self, act: Act, identity: UUID, url: str, why: str) -> None:
        """Events from now on go to `url`; "" ends it, with what waited. Raises Refusal."""
        url = url.strip()
        if url and (len(url) > LONGEST_URL or not self._fit(url)):
            raise Refusal(RefusalCode.WEBHOOK_ADDRESS)
        settled = self._command_handler.store.settled()

        def set_(connection: Connection) -> None:
            require_office_and_reason(act.actor, why)
            self._integrations.valid(connection, identity)
            known = webhooks.webhook_of(connection, identity)
            if (known.url if known else "") == url:
                return
            if not url:
                webhooks.remove(connection, identity)
            elif known:
                webhooks.change(connection, identity, url=url)
            else:
                now = self._command_handler.clock()
                webhooks.add(connection, Webhook(identity, url, 1, now - BOTH_KEYS, settled, None))
            self._integrations.record(connection, act, identity, facts.WebhookSet(url, why))

        self._command_handler.run_in_transaction(set_)

    def pause(self, act: Act, identity: UUID, paused: bool) -> None:
        """Nothing is sent, or it goes on; what happens meanwhile waits. Raises Refusal."""

        def changed(connection: Connection) -> None:
            known = self._known(connection, act, identity)
            if paused != (known.paused_at is not None):
                now = self._command_handler.clock() if paused else None
                webhooks.change(connection, identity, paused_at=now)
                self._integrations.record(connection, act, identity, facts.WebhookPaused(paused))

        self._command_handler.run_in_transaction(changed)

    def rotate(self, act: Act, identity: UUID) -> None:
        """Another signing key; for a day deliveries are signed with the one before too. Raises Refusal."""

        def rotated(connection: Connection) -> None:
            known = self._known(connection, act, identity)
            number, now = known.signing_key + 1, self._command_handler.clock()
            webhooks.change(connection, identity, signing_key=number, key_since=now)
            self._integrations.record(connection, act, identity, facts.SigningKeyRotated(number))

        self._command_handler.run_in_transaction(rotated)

    def resend(self, act: Act, identity: UUID, position: int) -> None:
        """A dead letter goes out again; one that is none any more stays as it is. Raises Refusal."""

        def resent(connection: Connection) -> None:
            self._known(connection, act, identity)
            if webhooks.again(connection, identity, position, self._command_handler.clock()):
                self._integrations.record(connection, act, identity, facts.DeliveryResent(position))

        self._command_handler.run_in_transaction(resent)

    def signing_secret(self, webhook: Webhook) -> str:
        """The present key, as Standard Webhooks write it; it is made anew from the key of the installation."""
        return f"whsec_{b64encode(self._signing_key(webhook.integration, webhook.signing_key)).decode()}"

    def signing_keys(self, webhook: Webhook) -> list[bytes]:
        """Those with which a delivery is signed now, the present one first."""
        numbers = [webhook.signing_key]
        fresh = self._command_handler.clock() - webhook.key_since < BOTH_KEYS
        if fresh and webhook.signing_key > 1:
            numbers.append(webhook.signing_key - 1)
        return [self._signing_key(webhook.integration, number) for number in numbers]

    def _signing_key(self, integration: UUID, number: int) -> bytes:
        return hmac.new(self._key, f"{integration}:{number}".encode(), sha256).digest()

    def _known(self, connection: Connection, act: Act, identity: UUID) -> Webhook:
        require_office_and_reason(act.actor, "-")
        self._integrations.valid(connection, identity)
        known = webhooks.webhook_of(connection, identity)
        if known is None:
            raise Refusal(RefusalCode.INTEGRATION_UNKNOWN)
        return known
