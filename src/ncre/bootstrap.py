"""Builds the service from its settings. The only place that knows every part, and picks the parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ncre.clients.mail import MailFolder
from ncre.clients.messages import Mailer
from ncre.clients.openid import OpenIDClient
from ncre.clients.payment_channel import PaymentChannel
from ncre.clients.qq import QQ
from ncre.clients.webhook_sender import WebhookSender
from ncre.config import Misconfigured, Settings, refusals
from ncre.documents.codes.ticket_token import TicketKey
from ncre.handlers.command_handler import CommandHandler
from ncre.identity.accounts import Accounts
from ncre.identity.external_identities import Identities
from ncre.identity.forgetting import Forgetting
from ncre.identity.form_drafts import FormDrafts
from ncre.identity.human_check import HumanCheck
from ncre.identity.integrations import Integrations
from ncre.identity.one_time_tokens import OneTimeTokens
from ncre.identity.proofs import CODE_LIVES, Proofs
from ncre.identity.second_factor_store import SecondFactorStore
from ncre.identity.sending_limits import SendingLimits
from ncre.identity.sessions import Sessions
from ncre.identity.sign_in_delays import SignInDelays
from ncre.identity.staff_directory import StaffDirectory
from ncre.identity.staff_requests import StaffRequests
from ncre.ledger.anchor import Anchor
from ncre.ledger.guard import assert_unbroken
from ncre.ledger.sealer import Sealer
from ncre.observability import metrics
from ncre.observability.tracing import Spans, TracingUnusable, spans_to
from ncre.observability.watching import PoolMetrics, ProcessWatch
from ncre.operational.export_jobs import ExportJobs
from ncre.operational.inbox import Inbox
from ncre.operational.refused_notices import RefusedNotices
from ncre.operational.retry_schedule import RetrySchedule
from ncre.operational.tombstones import Tombstones
from ncre.operational.uploads import Uploads
from ncre.operational.watched_clock import WatchedClock
from ncre.outside import (
    apple_wallet,
    certificate,
    google_wallet,
    kept_photos,
    payment_channels,
    photos_on,
    post_office,
)
from ncre.photo.lab.lab import InProcessPhotoLab, Lab, PhotoLabPool
from ncre.projections import all_projections
from ncre.services.accounts.account_service import AccountService
from ncre.services.accounts.contacts import Contacts
from ncre.services.accounts.profiles import Profiles
from ncre.services.accounts.second_factor import SecondFactorService
from ncre.services.accounts.security_log import SecurityLog
from ncre.services.accounts.single_sign_on import Provider, SingleSignOnService
from ncre.services.accounts.staff_accounts import StaffAccounts
from ncre.services.accounts.staff_provisioning import StaffProvisioning
from ncre.services.admission.offline_desk import OfflineDesk
from ncre.services.admission.offline_list import OfflineAdmissionLists
from ncre.services.admission.verification import TicketVerifier
from ncre.services.audit.bundles import AuditBundles
from ncre.services.bans.bans import Bans
from ncre.services.bans.retention import BanRetention
from ncre.services.documents.assembly import DocumentAssembler
from ncre.services.documents.cache import DocumentCache
from ncre.services.documents.issuing import DocumentService
from ncre.services.documents.wallets import Wallets
from ncre.services.duplicates.duplicates import Duplicates
from ncre.services.erasure.assembly import ErasureServices, Places, erasure_services
from ncre.services.exam.calling_off import CallingOff
from ncre.services.exam.drafts import RoundDrafts
from ncre.services.exam.office import Office
from ncre.services.exam.revisions import Revisions
from ncre.services.exam.site_administration import SiteAdministration
from ncre.services.exam.versions import RoundVersions
from ncre.services.exports.exports import Exports
from ncre.services.exports.making import ExportMaker
from ncre.services.exports.rows import ExportRows
from ncre.services.integration.dispatcher import Dispatcher
from ncre.services.integration.event_feed import EventFeed
from ncre.services.integration.integrations import IntegrationService
from ncre.services.integration.represented import RepresentedCandidates
from ncre.services.integration.webhooks import WebhookService
from ncre.services.letters.assembly import LetterServices, letter_services
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
from ncre.services.photo.turns import PhotoTurns
from ncre.services.queries import Queries, queries_over
from ncre.services.registration.changes import Changes
from ncre.services.registration.people import People
from ncre.services.registration.registrations import Registrations
from ncre.services.registration.transfer import RegistrationTransfer
from ncre.services.review.bulk import BulkReview
from ncre.services.review.claims import ReviewClaims
from ncre.services.review.sampling import Sampling
from ncre.services.review.second_looks import SecondLooks
from ncre.services.seating.hall_lists import HallLists
from ncre.services.statistics.statistics import StatisticsService
from ncre.store.claims import ClaimStore
from ncre.store.database import CONNECTIONS, Database
from ncre.store.fact_store import FactStore
from ncre.store.master_keys.checks import KeyChecks
from ncre.store.master_keys.keyring import Keyring
from ncre.worker import Worker


def utc_now() -> datetime:
    return datetime.now(UTC)


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
    office: Office
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


def build_container(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    channels: Mapping[str, PaymentChannel] | None = None,
    spans: Spans | None = None,
) -> Container:
    """A container ready to use; the schema must be there already (`ncre migrate`, or `container.migrate()`).

    `channels` stand in for the payment channels of the settings, `clock` for the machine's, `spans`
    for the receiver of traces. Raises Misconfigured.
    """
    if problems := refusals(settings):
        raise Misconfigured(*problems)
    watched = WatchedClock(utc_now) if clock is None else None
    clock = clock or watched or utc_now
    spans = _spans(settings) if spans is None else spans
    database = Database(settings.database_url, settings.connections or CONNECTIONS)
    database.watch_pool(PoolMetrics().taken, PoolMetrics().given_back)
    metrics.POOL_SIZE.set(settings.connections or CONNECTIONS)
    keyring = Keyring(settings.secret, settings.master_keys)
    keys = keyring.keys()
    store = FactStore(database, keys, newer=keyring.keys)
    lab = _lab(settings)
    turns = PhotoTurns(max(1, settings.photo_workers), told=metrics.PHOTOS_IN_HAND.set)
    kept, drafts = kept_photos(settings), photos_on(settings, "drafts")
    photos = PhotoService(database, store, kept, drafts, lab, turns)
    listeners = all_projections(keys.pepper, settings.exchange_key)
    command_handler = CommandHandler(
        database, store, ClaimStore(database), listeners, clock, photos, ProcessWatch(spans)
    )
    people = People(command_handler, keys)
    stamps = TicketKey(keys.stamp)
    accounts = Accounts(database, clock)
    proofs_at = f"{settings.public_url}/ledger/check" if settings.public_url else ""
    cases = DocumentAssembler(command_handler, people, photos, stamps, accounts.name_in_office, proofs_at)
    door = TicketVerifier(command_handler, cases, stamps)
    shelf = DocumentCache(settings.papers)
    papers = DocumentService(command_handler, cases, shelf, certificate(settings))
    sessions, proofs = Sessions(database, clock), Proofs(database, clock)
    outbox = MailFolder(settings.outbox, clock)
    post = post_office(settings, outbox, clock)
    identities = Identities(database, clock)
    security, factors = SecurityLog(command_handler, post), SecondFactorStore(store)
    throttle = SignInDelays(database, clock)
    sending = SendingLimits(database, clock, settings.sending)
    account_service = AccountService(
        command_handler, security, accounts, sessions, proofs, identities, factors, throttle, post
    )
    profiles = Profiles(command_handler, security, people)
    form_drafts = FormDrafts(database, store, clock)
    second_factor_service = SecondFactorService(command_handler, security, accounts, proofs, factors)
    staff_provisioning = StaffProvisioning(command_handler, security, accounts, sessions, identities)
    human = HumanCheck(database, clock, keys.work.hex())
    begun = OneTimeTokens(database, clock, keys.sign_on.hex(), "sign-on", CODE_LIVES)
    retry_schedule = RetrySchedule(database)
    beats = Beats(retry_schedule, clock, settings.data / "backed-up")
    lines = payment_channels(settings, clock) if channels is None else channels
    refused = RefusedNotices(database)
    unmatched = UnmatchedPayments(command_handler)
    payments = PaymentService(command_handler, lines, Inbox(database), retry_schedule, refused, unmatched)
    checkout = CheckoutService(command_handler, payments, retry_schedule)
    changes = Changes(command_handler, payments, checkout)
    revisions = Revisions(command_handler)
    calling_off = CallingOff(command_handler, revisions, changes)
    reconciliation = Reconciliation(command_handler, payments, retry_schedule)
    staff_accounts = StaffAccounts(
        command_handler,
        security,
        accounts,
        sessions,
        second_factor_service,
        StaffRequests(clock),
        StaffDirectory(clock),
    )
    transfer = RegistrationTransfer(command_handler, changes, security, accounts, profiles)
    letters = letter_services(
        command_handler,
        security,
        accounts,
        post,
        keys,
        settings.bounce_address,
        settings.bounce_folder,
        settings.public_url,
    )
    counter_payments = CounterPayments(command_handler, payments, checkout)
    export_jobs, export_rows = (
        ExportJobs(database, clock),
        ExportRows(command_handler, people, accounts.name_in_office),
    )
    export_files = photos_on(settings, "exports")
    exports = Exports(command_handler, export_jobs, export_rows, export_files, accounts)
    export_maker = ExportMaker(command_handler, export_jobs, exports, export_rows, export_files, accounts)
    erasing = erasure_services(
        command_handler,
        changes,
        accounts,
        sessions,
        security,
        Forgetting(proofs, throttle, sending, clock),
        Tombstones(settings.tombstones, keys.pepper),
        Places(kept, drafts, shelf, None if settings.smtp else outbox),
        clock,
        exports.remove_all,
    )
    integrations = IntegrationService(command_handler, Integrations(database, clock))
    hooks = WebhookService(command_handler, integrations, keys.webhook)
    feed = EventFeed(command_handler, identities, settings.public_url)
    dispatcher = Dispatcher(command_handler, integrations, hooks, feed, WebhookSender())
    registrations = Registrations(
        command_handler, changes, people, transfer, counter_payments, Sampling(keys.pepper)
    )
    duplicates = Duplicates(command_handler, registrations, settings.exchange_key)
    command_handler.upon_details = duplicates.check
    uploads = Uploads(database, store, clock)
    claims = ReviewClaims(command_handler, clock)
    bulk = BulkReview(command_handler, registrations, accounts, clock)
    queries = queries_over(command_handler, photos, refused, settings.ledger.witnesses)
    return Container(
        settings=settings,
        session_key=keys.session.hex(),
        clock=clock,
        database=database,
        key_checks=KeyChecks(database, keys),
        keyring=keyring,
        command_handler=command_handler,
        accounts=accounts,
        account_service=account_service,
        contacts=Contacts(command_handler, security, accounts, sessions, proofs, post),
        second_factor_service=second_factor_service,
        single_sign_on=SingleSignOnService(
            command_handler, security, staff_provisioning, accounts, proofs, identities, begun
        ),
        staff_provisioning=staff_provisioning,
        staff_accounts=staff_accounts,
        profiles=profiles,
        form_drafts=form_drafts,
        transfer=transfer,
        mailer=post,
        outbox=None if settings.smtp else outbox,
        human_check=human,
        sign_in_delays=throttle,
        sending_limits=sending,
        qq=QQ(settings.qq) if settings.qq else None,
        providers=tuple(
            Provider(
                terms.name,
                terms.label,
                OpenIDClient(terms.issuer, clock),
                terms.provision,
                terms.issuer.everybody,
            )
            for terms in settings.providers
        ),
        people=people,
        photos=photos,
        photo_inspection=PhotoInspection(database, store, kept),
        payments=payments,
        unmatched_payments=unmatched,
        checkout=checkout,
        changes=changes,
        registrations=registrations,
        review_claims=claims,
        bulk_review=bulk,
        second_looks=SecondLooks(command_handler, clock),
        queries=queries,
        payment_links=PaymentLinks(queries.cases, clock, keys.session.hex()),
        counter_payments=counter_payments,
        reconciliation=reconciliation,
        revenue_report=RevenueReport(command_handler),
        retry_schedule=retry_schedule,
        refused_notices=refused,
        office=Office(command_handler),
        revisions=revisions,
        round_versions=RoundVersions(command_handler),
        round_drafts=RoundDrafts(command_handler, revisions),
        calling_off=calling_off,
        site_administration=SiteAdministration(command_handler, revisions, staff_accounts, accounts),
        documents=papers,
        hall_lists=HallLists(command_handler, people, photos),
        ticket_verifier=door,
        offline_admission_lists=OfflineAdmissionLists(command_handler, door, stamps),
        offline_desk=OfflineDesk(command_handler, registrations, door, stamps),
        erasures=erasing,
        bans=Bans(command_handler, people, registrations),
        duplicates=duplicates,
        uploads=uploads,
        statistics=StatisticsService(command_handler),
        exports=exports,
        integrations=integrations,
        webhooks=hooks,
        dispatcher=dispatcher,
        event_feed=feed,
        letters=letters,
        calendars=Calendars(command_handler, settings.public_url),
        wallets=Wallets(command_handler, papers, apple_wallet(settings), google_wallet(settings, clock)),
        represented=RepresentedCandidates(command_handler, security, accounts, identities),
        sealer=Sealer(
            database,
            store.settled,
            clock,
            Anchor(settings.ledger_anchor),
            settings.ledger_name,
            settings.ledger.seed,
        ),
        audit_bundles=AuditBundles(command_handler),
        spans=spans,
        beats=beats,
        backlog=Backlog(command_handler, beats, clock),
        worker=Worker(
            command_handler,
            payments,
            checkout,
            reconciliation,
            (
                papers.sweep,
                photos.sweep,
                retry_schedule.tidy,
                sessions.tidy,
                proofs.tidy,
                human.tidy,
                throttle.tidy,
                sending.tidy,
                dispatcher.tidy,
                uploads.tidy,
                exports.tidy,
                claims.tidy,
                BanRetention(command_handler, clock).tidy,
                bulk.tidy,
                letters.sending.tidy,
                form_drafts.tidy,
            ),
            watched.trusted if watched else lambda: True,
            (
                erasing.cleanup.errand,
                erasing.retention.errand,
                bulk.errand,
                calling_off.errand,
                export_maker.errand,
                beats.worker,
            ),
        ),
    )


def _lab(settings: Settings) -> Lab:
    if not settings.photo_workers:
        return InProcessPhotoLab()
    return PhotoLabPool(settings.photo_workers, told_lost=metrics.PHOTO_WORKERS_LOST.inc)


def _spans(settings: Settings) -> Spans:
    """Raises Misconfigured."""
    try:
        return spans_to(settings.observability.traces, "ncre")
    except TracingUnusable as unusable:
        raise Misconfigured(str(unusable)) from None
