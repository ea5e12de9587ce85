"""Builds the container from the settings: picks the parts and hands each what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from ncre.bootstrap.accounts import account_parts, sign_in_providers
from ncre.bootstrap.container import Container
from ncre.bootstrap.documents import document_parts
from ncre.bootstrap.exports import export_parts
from ncre.bootstrap.foundation import foundation_of
from ncre.bootstrap.integration import integration_parts
from ncre.bootstrap.payment import payment_parts
from ncre.clients.exchange_service import ExchangeService
from ncre.clients.payment_channel import PaymentChannel
from ncre.clients.qq import QQ
from ncre.config import Misconfigured, Settings, refusals
from ncre.identity.forgetting import Forgetting
from ncre.identity.integrations import Integrations
from ncre.identity.staff_directory import StaffDirectory
from ncre.ledger.anchor import Anchor
from ncre.ledger.sealer import Sealer
from ncre.observability.tracing import Spans
from ncre.operational.tombstones import Tombstones
from ncre.operational.uploads import Uploads
from ncre.services.accounts.actors import Actors
from ncre.services.admission.offline_desk import OfflineDesk
from ncre.services.admission.offline_list import OfflineAdmissionLists
from ncre.services.audit.bundles import AuditBundles
from ncre.services.bans.bans import Bans
from ncre.services.bans.retention import BanRetention
from ncre.services.duplicates.duplicates import Duplicates
from ncre.services.duplicates.exchange_sync import ExchangeSync
from ncre.services.erasure.assembly import Places, erasure_services
from ncre.services.exam.calling_off import CallingOff
from ncre.services.exam.drafts import RoundDrafts
from ncre.services.exam.revisions import Revisions
from ncre.services.exam.site_administration import SiteAdministration
from ncre.services.exam.versions import RoundVersions
from ncre.services.letters.assembly import letter_services
from ncre.services.letters.calendars import Calendars
from ncre.services.operations.backlog import Backlog
from ncre.services.operations.beats import Beats
from ncre.services.payment.payment_links import PaymentLinks
from ncre.services.payment.revenue_report import RevenueReport
from ncre.services.photo.inspection import PhotoInspection
from ncre.services.queries import queries_over
from ncre.services.registration.registrations import Registrations
from ncre.services.registration.transfer import RegistrationTransfer
from ncre.services.review.bulk import BulkReview
from ncre.services.review.claims import ReviewClaims
from ncre.services.review.sampling import Sampling
from ncre.services.review.second_looks import SecondLooks
from ncre.services.seating.seating import Seating
from ncre.services.statistics.statistics import StatisticsService
from ncre.store.master_keys.checks import KeyChecks
from ncre.worker import Worker


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
    base = foundation_of(settings, clock, spans)
    clock, database, keys, handler, people = (
        base.clock,
        base.database,
        base.keys,
        base.command_handler,
        base.people,
    )
    owners = account_parts(base)
    accounts, security = owners.accounts, owners.security_log
    printed = document_parts(base, accounts)
    money = payment_parts(base, channels)
    changes = money.changes
    transfer = RegistrationTransfer(handler, changes, security, accounts, owners.profiles)
    registrations = Registrations(
        handler, changes, people, transfer, money.counter_payments, Sampling(keys.pepper)
    )
    revisions = Revisions(handler)
    calling_off = CallingOff(handler, revisions, changes)
    letters = letter_services(
        handler,
        security,
        accounts,
        owners.mailer,
        keys,
        settings.bounce_address,
        settings.bounce_folder,
        settings.public_url,
    )
    actors = Actors(database, accounts, Integrations(database, clock))
    exporting = export_parts(base, accounts, actors)
    duplicates = Duplicates(handler, registrations, settings.exchange_key)
    handler.upon_details = duplicates.check
    erasures = erasure_services(
        handler,
        changes,
        accounts,
        owners.sessions,
        security,
        Forgetting(owners.proofs, owners.sign_in_delays, owners.sending_limits, clock),
        Tombstones(settings.tombstones, keys.pepper),
        Places(base.kept_photos, base.draft_photos, printed.cache, None if settings.smtp else owners.outbox),
        clock,
        exporting.exports.remove_all,
    )
    other_systems = integration_parts(base, owners)
    uploads = Uploads(database, base.store, clock)
    claims = ReviewClaims(handler, clock)
    bulk = BulkReview(handler, registrations, actors, clock)
    queries = queries_over(handler, base.photos, money.refused_notices, settings.ledger.witnesses)
    beats = Beats(money.retry_schedule, clock, settings.data / "backed-up")
    service = ExchangeService(settings.exchange) if settings.exchange else None
    exchange_sync = ExchangeSync(duplicates, service, beats.exchanged)
    worker = Worker(
        handler,
        money.payments,
        money.checkout,
        money.reconciliation,
        (
            printed.documents.sweep,
            base.photos.sweep,
            money.retry_schedule.tidy,
            owners.sessions.tidy,
            owners.proofs.tidy,
            owners.human_check.tidy,
            owners.sign_in_delays.tidy,
            owners.sending_limits.tidy,
            other_systems.dispatcher.tidy,
            uploads.tidy,
            exporting.exports.tidy,
            claims.tidy,
            BanRetention(handler, clock).tidy,
            bulk.tidy,
            letters.sending.tidy,
            owners.form_drafts.tidy,
        ),
        base.clock_trusted,
        (
            erasures.cleanup.run_due,
            erasures.retention.run_due,
            bulk.run_due,
            calling_off.run_due,
            exporting.maker.run_due,
            beats.worker,
        ),
    )
    return Container(
        settings=settings,
        session_key=keys.session.hex(),
        clock=clock,
        database=database,
        key_checks=KeyChecks(database, keys),
        keyring=base.keyring,
        command_handler=handler,
        accounts=accounts,
        account_service=owners.account_service,
        contacts=owners.contacts,
        second_factor_service=owners.second_factor_service,
        single_sign_on=owners.single_sign_on,
        staff_provisioning=owners.staff_provisioning,
        staff_accounts=owners.staff_accounts,
        profiles=owners.profiles,
        form_drafts=owners.form_drafts,
        transfer=transfer,
        mailer=owners.mailer,
        outbox=None if settings.smtp else owners.outbox,
        human_check=owners.human_check,
        sign_in_delays=owners.sign_in_delays,
        sending_limits=owners.sending_limits,
        qq=QQ(settings.qq) if settings.qq else None,
        providers=sign_in_providers(base),
        people=people,
        photos=base.photos,
        photo_inspection=PhotoInspection(database, base.store, base.kept_photos),
        payments=money.payments,
        unmatched_payments=money.unmatched_payments,
        checkout=money.checkout,
        changes=changes,
        registrations=registrations,
        review_claims=claims,
        bulk_review=bulk,
        second_looks=SecondLooks(handler, clock, StaffDirectory(clock).reviewers),
        queries=queries,
        payment_links=PaymentLinks(queries.cases, clock, keys.session.hex()),
        counter_payments=money.counter_payments,
        reconciliation=money.reconciliation,
        revenue_report=RevenueReport(handler),
        retry_schedule=money.retry_schedule,
        refused_notices=money.refused_notices,
        seating=Seating(handler),
        revisions=revisions,
        round_versions=RoundVersions(handler),
        round_drafts=RoundDrafts(handler, revisions),
        calling_off=calling_off,
        site_administration=SiteAdministration(handler, revisions, owners.staff_accounts, accounts),
        documents=printed.documents,
        hall_lists=printed.hall_lists,
        ticket_verifier=printed.ticket_verifier,
        offline_admission_lists=OfflineAdmissionLists(handler, printed.ticket_verifier, printed.ticket_key),
        offline_desk=OfflineDesk(handler, registrations, printed.ticket_verifier, printed.ticket_key),
        erasures=erasures,
        bans=Bans(handler, people, registrations),
        duplicates=duplicates,
        exchange_sync=exchange_sync,
        uploads=uploads,
        statistics=StatisticsService(handler),
        exports=exporting.exports,
        integrations=other_systems.integrations,
        webhooks=other_systems.webhooks,
        dispatcher=other_systems.dispatcher,
        event_feed=other_systems.event_feed,
        letters=letters,
        calendars=Calendars(handler, settings.public_url),
        wallets=printed.wallets,
        represented=other_systems.represented,
        sealer=Sealer(
            database,
            base.store.settled,
            clock,
            Anchor(settings.ledger_anchor),
            settings.ledger_name,
            settings.ledger.seed,
        ),
        audit_bundles=AuditBundles(handler),
        spans=base.spans,
        beats=beats,
        backlog=Backlog(handler, beats, clock, exchange_sync.is_due),
        worker=worker,
    )
