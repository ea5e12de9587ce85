"""Use cases of payment: checkout, notifications, counter, refunds, reconciliation."""
