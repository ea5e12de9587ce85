"""The parts of other systems of the office: who they are, what they pull, what is pushed to them."""

from __future__ import annotations

from dataclasses import dataclass

from ncre.bootstrap.accounts import AccountParts
from ncre.bootstrap.foundation import Foundation
from ncre.clients.webhook_sender import WebhookSender
from ncre.identity.integrations import Integrations
from ncre.services.integration.dispatcher import Dispatcher
from ncre.services.integration.event_feed import EventFeed
from ncre.services.integration.integrations import IntegrationService
from ncre.services.integration.represented import RepresentedCandidates
from ncre.services.integration.webhooks import WebhookService


@dataclass(frozen=True)
class IntegrationParts:
    """Everything about other systems."""

    integrations: IntegrationService
    represented: RepresentedCandidates
    webhooks: WebhookService
    dispatcher: Dispatcher
    event_feed: EventFeed


def integration_parts(base: Foundation, people: AccountParts) -> IntegrationParts:
    """Everything about other systems of the installation."""
    handler = base.command_handler
    integrations = IntegrationService(handler, Integrations(base.database, base.clock))
    hooks = WebhookService(handler, integrations, base.keys.webhook)
    feed = EventFeed(handler, people.identities, base.settings.public_url)
    return IntegrationParts(
        integrations=integrations,
        represented=RepresentedCandidates(handler, people.security_log, people.accounts, people.identities),
        webhooks=hooks,
        dispatcher=Dispatcher(handler, integrations, hooks, feed, WebhookSender()),
        event_feed=feed,
    )
