"""News of payments taken in, beside the same SQL alone; what a signature and its check cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from time import process_time
from uuid import UUID, uuid4, uuid5

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bench.ground import NOW, REVIEWER, ROUND, SITE, waiting
from ncre.clients.payment_channel import NewsKind, NewsSource, PaymentNotification
from ncre.clients.rsa_signing import genuine, signed
from ncre.domain.payment.settlement import order_number, order_stream
from ncre.domain.registration.commands import PAYMENT_ACTOR, Approve
from ncre.events.payment import OrderOpened
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.operational.inbox import Inbox
from ncre.operational.refused_notices import RefusedNotices
from ncre.operational.retry_schedule import RetrySchedule
from ncre.services.payment.notifications import PaymentService
from ncre.services.payment.unmatched import UnmatchedPayments

SIGNATURES = 300
SAID = b"app_id=2021000000000001&biz_content={}&charset=utf-8&method=alipay.trade.query" * 4


@dataclass(frozen=True)
class SignatureCost:
    """Milliseconds of CPU, RSA of 2048 bits with SHA-256."""

    sign: float
    verify: float


def signatures() -> SignatureCost:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    begun = process_time()
    made = [signed(key, SAID) for _ in range(SIGNATURES)]
    between = process_time()
    assert all(genuine(key.public_key(), SAID, one) for one in made)
    ended = process_time()
    return SignatureCost(1000 * (between - begun) / SIGNATURES, 1000 * (ended - between) / SIGNATURES)


def take(app: CommandHandler, news: PaymentNotification) -> None:
    """The notice of a payment: inbox, order, registration and their rows, one transaction."""
    stores = (Inbox(app.database), RetrySchedule(app.database), RefusedNotices(app.database))
    assert PaymentService(app, {}, *stores, UnmatchedPayments(app)).receive(news) is not None


def news_to_come(app: CommandHandler, count: int) -> list[PaymentNotification]:
    """Payments of approved registrations, each with an open order."""
    found = []
    for registration in waiting(app, count):
        approved = app.handle(Approve(registration=registration, actor=REVIEWER, seen=8))
        number = order_number(registration, approved.order_version, "alipay", 1)
        expires = NOW + timedelta(hours=24)
        opened = OrderOpened(
            number, registration, ROUND, SITE, "alipay", approved.order_version, approved.amount, expires
        )
        with app.database.transaction() as connection:
            app.record(connection, Act(PAYMENT_ACTOR, uuid4()), order_stream(number), 0, [opened])
        trade = uuid5(UUID(int=0), number).hex
        found.append(
            PaymentNotification(
                NewsKind.PAID, "alipay", number, trade, "", approved.amount, NOW, NewsSource.NOTICE
            )
        )
    return found
