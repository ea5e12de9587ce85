"""Sends the events: looks the log through for each webhook, and delivers, of each registration one after the other.

An event is sent at least once, under the same id each time. Any number of dispatchers may run, and any may be killed: what
one had taken, another takes up again when its time is over.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection

from ncre.clients.webhook_sender import NotSent, WebhookSender, signatures
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.integrations import Integration
from ncre.operational import webhooks
from ncre.operational.webhooks import Delivery, DeliveryState, Webhook
from ncre.services.integration.event_feed import PORTION, EventFeed, about
from ncre.services.integration.integrations import IntegrationService
from ncre.services.integration.webhooks import WebhookService

log = logging.getLogger("ncre.webhooks")

DELAYS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400)
)
"""From one attempt to the next; after the last the event is a dead letter, and the next one of its registration goes."""

TAKEN_FOR: Final = timedelta(seconds=60)
BATCH: Final = 100
THREADS: Final = 4
"""Webhooks that are sent to at the same time: a slow receiver holds up no other."""

GONE: Final = 410


class Dispatcher:
    """Sends events to webhooks, and tries again what failed."""

    def __init__(
        self,
        command_handler: CommandHandler,
        integrations: IntegrationService,
        hooks: WebhookService,
        feed: EventFeed,
        sender: WebhookSender,
    ) -> None:
        self._command_handler = command_handler
        self._integrations = integrations
        self._hooks = hooks
        self._feed = feed
        self._sender = sender

    def once(self) -> int:
        """One round over all webhooks; how many attempts were made."""
        with self._command_handler.database.reading() as connection:
            active = webhooks.active(connection)
        if not active:
            return 0
        with ThreadPoolExecutor(min(THREADS, len(active)), thread_name_prefix="ncre-webhook") as threads:
            return sum(threads.map(self._serve, active))

    def tidy(self, before: datetime) -> None:
        """Forget deliveries that were done before this moment; what a clock that stood later put off goes out."""
        now = self._command_handler.clock()
        with self._command_handler.database.transaction() as connection:
            webhooks.forget_done(connection, before)
            if back := webhooks.bring_back(connection, now, (TAKEN_FOR, *DELAYS)):
                log.warning("%d events were put off by a clock that stood later; they go now", back)

    def _serve(self, webhook: Webhook) -> int:
        with self._command_handler.database.reading() as connection:
            integration = self._integrations.integrations.find(connection, webhook.integration)
        if integration is None or integration.revoked_at is not None:
            return 0
        while self._look_through(webhook, integration):
            with self._command_handler.database.reading() as connection:
                found = webhooks.webhook_of(connection, webhook.integration)
            if found is None or found.paused_at is not None:
                return 0
            webhook = found
        return self._deliver_due(webhook, integration)

    def _look_through(self, webhook: Webhook, integration: Integration) -> bool:
        """Note what a portion of the log has for it; False where there is nothing more."""
        rows = self._command_handler.store.raw_log(webhook.position, PORTION)
        if not rows:
            return False
        now = self._command_handler.clock()

        def noted(connection: Connection) -> bool:
            told = self._feed.told(connection, integration, rows)
            found = [
                {
                    "integration": webhook.integration,
                    "position": row.id,
                    "about": about(fact),
                    "topic": fact.TOPIC,
                    "state": DeliveryState.WAITING.value,
                    "tries": 0,
                    "next_at": now,
                    "answer": "",
                }
                for row, fact in told
            ]
            return webhooks.move_on(connection, webhook, rows[-1].id, found)

        return self._command_handler.run_in_transaction(noted)

    def _deliver_due(self, webhook: Webhook, integration: Integration) -> int:
        attempts = 0
        while due := self._taken(webhook):
            for delivery in due:
                self._deliver(webhook, integration, delivery)
                attempts += 1
        return attempts

    def _taken(self, webhook: Webhook) -> list[Delivery]:
        """What is due, kept from other dispatchers; a few at a time, so that a pause and a kill cost little."""
        now = self._command_handler.clock()
        with self._command_handler.database.transaction() as connection:
            found = webhooks.webhook_of(connection, webhook.integration)
            if found is None or found.paused_at is not None:
                return []
            due = webhooks.due(connection, webhook.integration, now, BATCH)[:THREADS]
            return [one for one in due if webhooks.take(connection, one, now + TAKEN_FOR)]

    def _deliver(self, webhook: Webhook, integration: Integration, delivery: Delivery) -> None:
        answer, done, final = "", True, False
        rows = self._command_handler.store.raw_log(delivery.position - 1, 1)
        with self._command_handler.database.reading() as connection:
            told = self._feed.told(connection, integration, rows)
        if not told:
            answer = "not for it any more"
        else:
            event = self._feed.event(delivery.position, told[0][1])
            done, final, answer = self._sent(webhook, str(event["id"]), msgspec.json.encode(event))
        self._note(delivery, done, final, answer)

    def _sent(self, webhook: Webhook, identity: str, body: bytes) -> tuple[bool, bool, str]:
        """Whether it was taken, whether it is no use to try again, and what was answered."""
        at = int(self._command_handler.clock().timestamp())
        headers = {
            "content-type": "application/cloudevents+json",
            "user-agent": "ncre-webhooks/1",
            "webhook-id": identity,
            "webhook-timestamp": str(at),
            "webhook-signature": signatures(self._hooks.signing_keys(webhook), identity, at, body),
        }
        try:
            sent = self._sender.send(webhook.url, headers, body)
        except NotSent as silent:
            return False, False, str(silent)
        return 200 <= sent.status < 300, sent.status == GONE, f"HTTP {sent.status}"

    def _note(self, delivery: Delivery, done: bool, final: bool, answer: str) -> None:
        now = self._command_handler.clock()
        state, next_at = DeliveryState.DONE, now
        if not done and (final or delivery.tries >= len(DELAYS)):
            state = DeliveryState.DEAD
            log.warning(
                "event %s is a dead letter of %s: %s", delivery.position, delivery.integration, answer
            )
        elif not done:
            state, next_at = DeliveryState.WAITING, now + DELAYS[delivery.tries]
        with self._command_handler.database.transaction() as connection:
            webhooks.note(connection, delivery, state, next_at, answer)
