"""What each bounded column can be given, beside what it holds: SQLite takes any length, PostgreSQL does not.

`BOUNDED_BY` says for every column whose length is bounded what bounds it, and the longest that can come. A new column has to
be entered here, with a reason.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Final

import pytest
from sqlalchemy import String, Text

import ncre
from ncre.clients.identity_provider import LONGEST_NAME, LONGEST_SUBJECT
from ncre.clients.payment_channel import NewsKind, NewsSource, State
from ncre.domain.accounts.staff import LONGEST_WHY, StaffChange
from ncre.domain.admission import TicketVerdict
from ncre.domain.bans.ban import LONGEST_DECISION
from ncre.domain.candidate import masked_name, masked_number
from ncre.domain.candidate_fields import FORM_FIELDS
from ncre.domain.identity_documents import DOCUMENT_TYPES
from ncre.domain.integration.scopes import LONGEST_NAME as LONGEST_INTEGRATION_NAME
from ncre.domain.letters.kinds import Channel, LetterKind, LetterLanguage
from ncre.domain.payment.orders import OrderState
from ncre.domain.payment.settlement import Unusable, order_number, refund_number
from ncre.domain.refusals import RefusalCode
from ncre.domain.registration.commands import PaidFee
from ncre.domain.registration.disclosure import LONGEST as LONGEST_DISCLOSURE
from ncre.domain.registration.rejection_reasons import LONGEST_NOTE
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.events.base import Fact
from ncre.events.bounds import LARGEST_INTEGER, LONGEST_IDENTIFIER
from ncre.identity.accounts import LONGEST_ACCOUNT_NAME
from ncre.identity.integrations import PREFIX
from ncre.identity.proofs import LONGEST_ONWARD, Purpose
from ncre.ledger.signing import LONGEST_NAME as LONGEST_NAME_OF_KEY
from ncre.operational.export_jobs import JobState
from ncre.operational.letter_failures import LONGEST_STATUS
from ncre.operational.letters import LetterReason, LetterState
from ncre.operational.review_runs import LONGEST_WORDS, ItemState, RunState
from ncre.operational.round_drafts import DraftState
from ncre.operational.second_looks import LookState
from ncre.operational.site_runs import CaseState
from ncre.operational.webhooks import LONGEST_ANSWER, LONGEST_URL, DeliveryState
from ncre.projections.accounts.erasures import ErasureState
from ncre.projections.duplicates.sentences import OUTCOMES as DUPLICATE_OUTCOMES
from ncre.projections.registration.registrations import registrations
from ncre.projections.statistics.review_measures import LONGEST_ITEM, PHOTO, REASON, REVIEW
from ncre.services.exports.columns import COLUMNS as EXPORTED
from ncre.services.exports.columns import FORMS
from ncre.services.review.second_looks import OUTCOMES, VERDICTS
from ncre.store.schema import metadata
from ncre.web.office.bans import KIND as BANS
from tests.support.people import REGISTRATION

HASH: Final = 64
"""Hex digits of a SHA-256, or characters of 32 random bytes in base64."""


def longest(values: object) -> int:
    return max(len(str(one)) for one in values)  # type: ignore[attr-defined]


def topics() -> int:
    known, left = set[str](), [Fact]
    while left:
        one = left.pop()
        left += one.__subclasses__()
        known.add(getattr(one, "TOPIC", ""))
    return longest(known)


DOCUMENT: Final = next(field.longest for field in FORM_FIELDS if field.name == "document_number")
CHANNELS: Final = ("alipay", "wechat", "counter", "free", "till")
SITE, ROUND, SUBJECT = 6, 2, 8
"""Six and two digits, and what `rounds.catalogue` lets a subject's code have."""

BOUNDED_BY: Final[dict[str, int]] = {
    "arrivals.process": 16,
    "used_tickets.nonce": 32,
    "accounts.email": 254,
    "accounts.key": LONGEST_ACCOUNT_NAME,
    "accounts.name": LONGEST_ACCOUNT_NAME,
    "accounts.password": 200,
    "accounts.phone": 16,
    "accounts.role": longest(Role),
    "attempts.key": HASH + 6,
    "bans.decision": LONGEST_DECISION,
    "bans.document_masked": longest([masked_number("x" * DOCUMENT)]),
    "bans.document_type": longest(DOCUMENT_TYPES),
    "bans.person": HASH,
    "duplicates.outcome": longest(DUPLICATE_OUTCOMES),
    "duplicates.province": 2,
    "exchange_keys.key": HASH,
    "foreign_registrations.key": HASH,
    "foreign_registrations.province": 2,
    "foreign_registrations.round": ROUND,
    "foreign_registrations.subjects": 3 * (SUBJECT + 1),
    "export_choices.what": longest(EXPORTED),
    "export_schedules.at": 5,
    "export_schedules.form": longest(FORMS),
    "export_schedules.site": SITE,
    "export_schedules.what": longest(EXPORTED),
    "exports.digest": HASH,
    "exports.form": longest(FORMS),
    "exports.round": ROUND,
    "exports.site": SITE,
    "exports.state": longest(JobState),
    "exports.what": longest(EXPORTED),
    "exports.why": LONGEST_DISCLOSURE,
    "office_uploads.kind": longest((BANS,)),
    "erasures.state": longest(ErasureState),
    "form_drafts.form": 20,
    "retentions.round": ROUND,
    "integrations.name": LONGEST_INTEGRATION_NAME,
    "integration_secrets.key": HASH,
    "integration_secrets.prefix": PREFIX,
    "webhooks.url": LONGEST_URL,
    "webhook_deliveries.answer": LONGEST_ANSWER,
    "webhook_deliveries.state": longest(DeliveryState),
    "webhook_deliveries.topic": topics(),
    "entries.entered_by": 36,
    "round_drafts.author": 36,
    "round_drafts.round": ROUND,
    "round_drafts.state": longest(DraftState),
    "round_draft_parts.changed_by": 36,
    "round_draft_parts.name": len("site:") + SITE,
    "site_runs.actor": 36,
    "site_runs.money": longest(PaidFee),
    "site_runs.round": ROUND,
    "site_runs.site": SITE,
    "site_runs.to_round": ROUND,
    "site_run_cases.number": 14,
    "site_run_cases.state": longest(CaseState),
    "registrations.begun_in": ROUND,
    "entries.manner": longest(("scanned", "typed")),
    "entries.ticket": 16,
    "entries.verdict": longest(TicketVerdict),
    "errands.answer": longest(State),
    "errands.key": len("refund:") + LONGEST_IDENTIFIER,
    "identities.issuer": 200,
    "identities.name": LONGEST_NAME,
    "identities.subject": LONGEST_SUBJECT,
    "inbox.channel": longest(CHANNELS),
    "inbox.kind": longest(NewsKind),
    "inbox.order": LONGEST_IDENTIFIER,
    "inbox.reference": LONGEST_IDENTIFIER,
    "inbox.source": longest(NewsSource),
    "inbox.trade": LONGEST_IDENTIFIER,
    "ledger_cosignatures.witness": LONGEST_NAME_OF_KEY,
    "ledger_keys.key": LONGEST_NAME_OF_KEY + len("+01234567+") + 44,
    "ledger_statements.digest": HASH,
    "letter_addresses.address_key": HASH,
    "letter_addresses.channel": longest(Channel),
    "letter_addresses.status": LONGEST_STATUS,
    "letter_choices.channel": longest(Channel),
    "letter_choices.kind": longest(LetterKind),
    "letter_languages.language": longest(LetterLanguage),
    "letters.address_key": HASH,
    "letters.cause": 36 + len("/") + len(str(LARGEST_INTEGER)),
    "letters.channel": longest(Channel),
    "letters.kind": longest(LetterKind),
    "letters.state": longest(LetterState),
    "letters.why": longest(LetterReason),
    "notices.kind": longest(("announcement", "guide")),
    "notices.round": ROUND,
    "notices.title": 200,
    "notices.title_en": 200,
    "payment_orders.channel": longest(CHANNELS),
    "payment_orders.number": len(order_number(REGISTRATION, 999_999, "wechat", 9)),
    "payment_orders.round": ROUND,
    "payment_orders.site": SITE,
    "payment_orders.terms": len("native-") + 24,
    "payment_orders.state": longest(OrderState),
    "payments.clerk": 36,
    "payments.handed_back_by": 36,
    "payments.note": LONGEST_NOTE,
    "payments.channel": longest(CHANNELS),
    "payments.order": LONGEST_IDENTIFIER,
    "payments.reason": longest((*Unusable, "orphan")),
    "payments.request": len(refund_number("alipay", "T")),
    "payments.round": ROUND,
    "payments.site": SITE,
    "payments.source": longest(NewsSource),
    "payments.trade": LONGEST_IDENTIFIER,
    "payments.trouble": LONGEST_IDENTIFIER,
    "photo_files.uploaded": HASH,
    "redeemed_tokens.id": HASH,
    "registration_counts.round": ROUND,
    "registration_counts.site": SITE,
    "registration_counts.status": longest(Status),
    "registration_hours.part": SITE,
    "registration_hours.round": ROUND,
    "review_counts.item": LONGEST_ITEM,
    "review_counts.kind": longest((REVIEW, REASON, PHOTO)),
    "review_counts.round": ROUND,
    "review_counts.site": SITE,
    "review_measures.round": ROUND,
    "review_measures.site": SITE,
    "subject_counts.round": ROUND,
    "subject_counts.site": SITE,
    "subject_counts.subject": SUBJECT,
    "unplaced_counts.part": SITE,
    "unplaced_counts.round": ROUND,
    "unplaced_counts.status": longest(Status),
    "search_keys.first": HASH,
    "search_keys.last": HASH,
    "search_keys.letters": HASH,
    "search_keys.mail": HASH,
    "search_keys.mobile": HASH,
    "search_keys.words": HASH,
    "staff_requests.asked_by": 36,
    "staff_requests.change": longest(StaffChange),
    "staff_requests.role": longest(Role),
    "staff_requests.why": LONGEST_WHY,
    "takings.site": SITE,
    "sent_letters.key": HASH,
    "unbooked_items.channel": longest(CHANNELS),
    "unbooked_items.kind": LONGEST_IDENTIFIER,
    "unbooked_items.note": LONGEST_NOTE,
    "unbooked_items.order": LONGEST_IDENTIFIER,
    "unbooked_items.reference": LONGEST_IDENTIFIER,
    "unbooked_items.resolved_by": 36,
    "unbooked_items.source": longest(NewsSource),
    "unbooked_items.trade": LONGEST_IDENTIFIER,
    "proofs.about": HASH,
    "proofs.code": HASH,
    "proofs.onward": LONGEST_ONWARD,
    "proofs.purpose": longest(Purpose),
    "proofs.token": HASH,
    "reconciliations.channel": longest(CHANNELS),
    "reconciliations.day": 10,
    "refunds.channel": longest(CHANNELS),
    "refunds.order": len(order_number(REGISTRATION, 999_999, "wechat", 9)),
    "refunds.reason": longest(Unusable),
    "refunds.reference": LONGEST_IDENTIFIER,
    "refunds.trade": LONGEST_IDENTIFIER,
    "refused_notices.channel": longest(CHANNELS),
    "refused_notices.last_digest": HASH,
    "refused_notices.why": longest(
        ("unreadable", "signature", "sign-type", "merchant", "stale", "serial", "seller")
    ),
    "registrations.agreement": 40,
    "registrations.document_masked": longest([masked_number("x" * DOCUMENT)]),
    "registrations.holder": HASH,
    "registrations.name_masked": longest([masked_name("x" * 60)]),
    "registrations.number": ROUND + SITE + 6,
    "registrations.person": HASH,
    "registrations.round": ROUND,
    "registrations.site": SITE,
    "registrations.status": longest(Status),
    "registrations.suspended_from": longest(Status),
    "review_index.number": ROUND + SITE + 6,
    "review_index.round": ROUND,
    "review_index.site": SITE,
    "review_index.subject": SUBJECT,
    "review_run_items.code": longest(RefusalCode),
    "review_run_items.en": LONGEST_WORDS,
    "review_run_items.number": ROUND + SITE + 6,
    "review_run_items.state": longest(ItemState),
    "review_run_items.zh": LONGEST_WORDS,
    "review_runs.state": longest(RunState),
    "review_runs.step": longest((Step.APPROVE, Step.REJECT)),
    "second_look_rates.site": SITE,
    "second_looks.first_verdict": longest(VERDICTS),
    "second_looks.outcome": longest(OUTCOMES),
    "second_looks.round": ROUND,
    "second_looks.second_verdict": longest(VERDICTS),
    "second_looks.site": SITE,
    "second_looks.state": longest(LookState),
    "rounds.code": ROUND,
    "sessions.browser": 120,
    "sessions.place": 64,
    "sessions.token": HASH,
    "sites.city": 40,
    "sites.code": SITE,
    "sites.name": 120,
    "sites.province": 40,
    "sites.round": ROUND,
    "tickets.room": 80,
    "tickets.subject": SUBJECT,
    "tickets.ticket": 16,
    "timeline.actor": 36,
    "timeline.role": longest(Role),
    "timeline.topic": topics(),
}


def bounded() -> dict[str, int]:
    """Every column of the project whose length is bounded."""
    for room in ("projections", "identity", "operational", "clients", "store"):
        package = import_module(f"{ncre.__name__}.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("photo_bucket", "photo_lab")):
                import_module(module.name)
    assert registrations.metadata is metadata
    return {
        f"{table.name}.{column.name}": column.type.length
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String) and not isinstance(column.type, Text) and column.type.length
    }


def test_every_bounded_column_says_what_bounds_it() -> None:
    assert sorted(bounded()) == sorted(BOUNDED_BY)


@pytest.mark.parametrize("column", sorted(BOUNDED_BY))
def test_what_can_come_fits(column: str) -> None:
    assert BOUNDED_BY[column] <= bounded()[column]
