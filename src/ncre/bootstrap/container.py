"""Every part of an installation, as the pages, the command line and the worker call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ncre.clients.mail import MailFolder
from ncre.clients.messages import Mailer
from ncre.clients.qq import QQ
from ncre.config import Settings
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Accounts
from ncre.identity.form_drafts import FormDrafts
from ncre.identity.human_check import HumanCheck
from ncre.identity.sending_limits import SendingLimits
from ncre.identity.sign_in_delays import SignInDelays
from ncre.ledger.guard import assert_unbroken
from ncre.ledger.sealer import Sealer
from ncre.observability.tracing import Spans
from ncre.operational.refused_notices import RefusedNotices
from ncre.operational.retry_schedule import RetrySchedule
from ncre.operational.uploads import Uploads
from ncre.services.accounts.account_service import AccountService
from ncre.services.accounts.contacts import Contacts
from ncre.services.accounts.profiles import Profiles
from ncre.services.accounts.second_factor import SecondFactorService
from ncre.services.accounts.single_sign_on import Provider, SingleSignOnService
from ncre.services.accounts.staff_accounts import StaffAccounts
from ncre.services.accounts.staff_provisioning import StaffProvisioning
from ncre.services.admission.offline_desk import OfflineDesk
from ncre.services.admission.offline_list import OfflineAdmissionLists
from ncre.services.admission.verification import TicketVerifier
from ncre.services.audit.bundles import AuditBundles
from ncre.services.bans.bans import Bans
from ncre.services.documents.issuing import DocumentService
from ncre.services.documents.wallets import Wallets
from ncre.services.duplicates.duplicates import Duplicates
from ncre.services.duplicates.exchange_sync import ExchangeSync
from ncre.services.erasure.assembly import ErasureServices
from ncre.services.exam.calling_off import CallingOff
from ncre.services.exam.drafts import RoundDrafts
from ncre.services.exam.revisions import Revisions
from ncre.services.exam.site_administration import SiteAdministration
from ncre.services.exam.versions import RoundVersions
from ncre.services.exports.exports import Exports
from ncre.services.integration.dispatcher import Dispatcher
from ncre.services.integration.event_feed import EventFeed
from ncre.services.integration.integrations import IntegrationService
from ncre.services.integration.represented import RepresentedCandidates
from ncre.services.integration.webhooks import WebhookService
from ncre.services.letters.assembly import LetterServices
from ncre.services.letters.calendars import Calendars
from ncre.services.operations.backlog import Backlog
from ncre.services.operations.beats import Beats
from ncre.services.payment.checkout import CheckoutService
from ncre.services.payment.counter_payments import CounterPayments
from ncre.services.payment.notifications import PaymentService
from ncre.services.payment.payment_links import PaymentLinks
from ncre.services.payment.reconciliation import Reconciliation
from ncre.services.payment.revenue_report import RevenueReport
from ncre.services.payment.unmatched import UnmatchedPayments
from ncre.services.photo.inspection import PhotoInspection
from ncre.services.photo.photos import PhotoService
from ncre.services.queries import Queries
from ncre.services.registration.changes import Changes
from ncre.services.registration.people import People
from ncre.services.registration.registrations import Registrations
from ncre.services.registration.transfer import RegistrationTransfer
from ncre.services.review.bulk import BulkReview
from ncre.services.review.claims import ReviewClaims
from ncre.services.review.second_looks import SecondLooks
from ncre.services.seating.hall_lists import HallLists
from ncre.services.seating.seating import Seating
from ncre.services.statistics.statistics import StatisticsService
from ncre.store.database import Database
from ncre.store.master_keys.checks import KeyChecks
from ncre.store.master_keys.keyring import Keyring
from ncre.worker import Worker


@dataclass(frozen=True)
class Container:
    """Everything that the pages, the command line and the worker call."""

    settings: Settings
    session_key: str
    payment_links: PaymentLinks
    clock: Callable[[], datetime]
    database: Database
    key_checks: KeyChecks
    keyring: Keyring
    command_handler: CommandHandler
    accounts: Accounts
    account_service: AccountService
    contacts: Contacts
    second_factor_service: SecondFactorService
    single_sign_on: SingleSignOnService
    staff_provisioning: StaffProvisioning
    staff_accounts: StaffAccounts
    profiles: Profiles
    form_drafts: FormDrafts
    transfer: RegistrationTransfer
    mailer: Mailer
    outbox: MailFolder | None
    human_check: HumanCheck
    sign_in_delays: SignInDelays
    sending_limits: SendingLimits
    qq: QQ | None
    providers: tuple[Provider, ...]
    people: People
    photos: PhotoService
    photo_inspection: PhotoInspection
    payments: PaymentService
    unmatched_payments: UnmatchedPayments
    checkout: CheckoutService
    changes: Changes
    registrations: Registrations
    queries: Queries
    review_claims: ReviewClaims
    bulk_review: BulkReview
    second_looks: SecondLooks
    counter_payments: CounterPayments
    reconciliation: Reconciliation
    revenue_report: RevenueReport
    retry_schedule: RetrySchedule
    refused_notices: RefusedNotices
    seating: Seating
    revisions: Revisions
    round_versions: RoundVersions
    round_drafts: RoundDrafts
    calling_off: CallingOff
    site_administration: SiteAdministration
    documents: DocumentService
    hall_lists: HallLists
    ticket_verifier: TicketVerifier
    offline_admission_lists: OfflineAdmissionLists
    offline_desk: OfflineDesk
    erasures: ErasureServices
    bans: Bans
    duplicates: Duplicates
    exchange_sync: ExchangeSync
    statistics: StatisticsService
    exports: Exports
    uploads: Uploads
    integrations: IntegrationService
    represented: RepresentedCandidates
    webhooks: WebhookService
    dispatcher: Dispatcher
    event_feed: EventFeed
    letters: LetterServices
    calendars: Calendars
    wallets: Wallets
    sealer: Sealer
    audit_bundles: AuditBundles
    spans: Spans
    beats: Beats
    backlog: Backlog
    worker: Worker

    def migrate(self) -> None:
        """Bring the tables to this release, and leave the check values of the keys. Raises WrongSecret."""
        self.key_checks.migrate()

    def assert_ready(self) -> None:
        """Raises NotMigrated, WrongSecret where the data belong to another secret, LedgerBroken, or ErasuresMissing after a
        restoration."""
        self.assert_readable()
        self.erasures.reapplying.assert_applied()

    def assert_readable(self) -> None:
        """As far as what mends a restored database needs it. Raises NotMigrated, WrongSecret, LedgerBroken."""
        self.database.assert_migrated()
        self.key_checks.assert_right()
        assert_unbroken(self.database, self.sealer.anchor)

    def close(self) -> None:
        self.photos.close()
        self.database.close()
        self.spans.close()
