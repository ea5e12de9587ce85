"""What people look at: a table, the step from a fact to its row, and the questions it answers.

registration/  where each registration stands, the queue, the desk's search, counts, sentences
payment/       orders, every payment, refunds, bills compared, revenue, what could not be booked
exam/          rounds, sites, notices, seats left     seating/  seats as assigned, on the tickets
admission/     who came in at the door                 audit/    the history, and the state at any moment
accounts/      details, erasures                       bans/     who may not take the exam
statistics/    what the office counts                  duplicates/ people in several provinces
maintenance/   rows made anew from the log, and checked against it

base.py and summaries.py are how rows and sums of rows are made.
"""

from __future__ import annotations

from ncre.projections.accounts.erasures import ErasureProjection
from ncre.projections.accounts.profiles import ProfileProjection
from ncre.projections.admission.entries import Entries
from ncre.projections.audit.timeline import Timeline
from ncre.projections.bans.bans import BanProjection, KeptRegistrations
from ncre.projections.base import Listeners
from ncre.projections.duplicates.duplicates import DuplicateProjection, ExchangeKeys
from ncre.projections.exam.exams import Notices, Rounds, Sites
from ncre.projections.exam.retentions import RetentionProjection
from ncre.projections.payment.ledger import PaymentLedger
from ncre.projections.payment.orders import OrderProjection
from ncre.projections.payment.reconciliations import ReconciliationProjection
from ncre.projections.payment.refunds import RefundProjection
from ncre.projections.payment.revenue import RevenueProjection
from ncre.projections.payment.unbooked import UnbookedItems
from ncre.projections.registration.photo_files import PhotoFileProjection
from ncre.projections.registration.registration_counts import CountsBySite
from ncre.projections.registration.registrations import RegistrationProjection
from ncre.projections.registration.review_index import ReviewIndex
from ncre.projections.registration.search_keys import SearchKeys
from ncre.projections.seating.tickets import TicketProjection
from ncre.projections.statistics.registration_sums import HoursSummary, SubjectsSummary, UnplacedSummary
from ncre.projections.statistics.review_measures import ReviewCounts, ReviewMeasures


def all_projections(pepper: bytes, exchange: bytes = b"") -> Listeners:
    """Every projection of the service, in the order in which rows are written; `pepper` keys what is searched for, `exchange` what provinces compare."""
    return Listeners(
        [
            Rounds(),
            Sites(),
            Notices(),
            RegistrationProjection(),
            SearchKeys(pepper),
            TicketProjection(),
            Entries(),
            OrderProjection(),
            PaymentLedger(),
            RefundProjection(),
            ReconciliationProjection(),
            UnbookedItems(),
            PhotoFileProjection(),
            ProfileProjection(),
            ErasureProjection(),
            RetentionProjection(),
            BanProjection(),
            KeptRegistrations(),
            ReviewMeasures(),
            ExchangeKeys(exchange),
            DuplicateProjection(),
            Timeline(),
        ],
        [
            CountsBySite(),
            RevenueProjection(),
            HoursSummary(),
            UnplacedSummary(),
            SubjectsSummary(),
            ReviewCounts(),
            ReviewIndex(),
        ],
    )
