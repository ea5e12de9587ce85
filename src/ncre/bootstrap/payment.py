"""The parts of payment: channels, orders, money that comes and goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ncre.bootstrap.foundation import Foundation
from ncre.clients.payment_channel import PaymentChannel
from ncre.operational.inbox import Inbox
from ncre.operational.refused_notices import RefusedNotices
from ncre.operational.retry_schedule import RetrySchedule
from ncre.outside import (
    payment_channels,
)
from ncre.services.payment.checkout import CheckoutService
from ncre.services.payment.counter_payments import CounterPayments
from ncre.services.payment.notifications import PaymentService
from ncre.services.payment.reconciliation import Reconciliation
from ncre.services.payment.unmatched import UnmatchedPayments
from ncre.services.registration.changes import Changes


@dataclass(frozen=True)
class PaymentParts:
    """Everything about payment."""

    retry_schedule: RetrySchedule
    refused_notices: RefusedNotices
    unmatched_payments: UnmatchedPayments
    payments: PaymentService
    checkout: CheckoutService
    changes: Changes
    counter_payments: CounterPayments
    reconciliation: Reconciliation


def payment_parts(base: Foundation, channels: Mapping[str, PaymentChannel] | None) -> PaymentParts:
    """`channels` stand in for those of the settings. Raises Misconfigured."""
    handler, database = base.command_handler, base.database
    lines = payment_channels(base.settings, base.clock) if channels is None else channels
    schedule, refused = RetrySchedule(database), RefusedNotices(database)
    unmatched = UnmatchedPayments(handler)
    payments = PaymentService(handler, lines, Inbox(database), schedule, refused, unmatched)
    checkout = CheckoutService(handler, payments, schedule)
    return PaymentParts(
        retry_schedule=schedule,
        refused_notices=refused,
        unmatched_payments=unmatched,
        payments=payments,
        checkout=checkout,
        changes=Changes(handler, payments, checkout),
        counter_payments=CounterPayments(handler, payments, checkout),
        reconciliation=Reconciliation(handler, payments, schedule),
    )
