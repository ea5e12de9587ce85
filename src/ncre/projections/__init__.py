"""What people look at: a table, the step from a fact to its row, and the questions it answers.

registrations.py  where each registration stands      queue.py, desk.py   questions about it
timeline.py       the history, sentences.py its words  tickets.py          seats as assigned
refunds.py        money owed back                     exam.py             rounds, sites, notices
photo_files.py    files sent for two people           profiles.py         details of accounts
orders.py         orders of payment                   ledger.py           every payment, used or returned
reconciliations.py bills compared                     summaries.py       sums over rows, kept as rows
registration_counts.py, takings.py                    sums: by site and status, by day and site
                                                       unbooked.py         what a person must look at
entries.py        who was let in at the door
seats.py          seats left                          base.py, upkeep.py  how rows are made and checked
"""

from __future__ import annotations

from ncre.projections.accounts.profiles import ProfileProjection
from ncre.projections.admission.entries import Entries
from ncre.projections.audit.timeline import Timeline
from ncre.projections.base import Listeners
from ncre.projections.exam.exams import Notices, Rounds, Sites
from ncre.projections.payment.ledger import PaymentLedger
from ncre.projections.payment.orders import OrderProjection
from ncre.projections.payment.reconciliations import ReconciliationProjection
from ncre.projections.payment.refunds import RefundProjection
from ncre.projections.payment.revenue import RevenueProjection
from ncre.projections.payment.unbooked import UnbookedItems
from ncre.projections.registration.photo_files import PhotoFileProjection
from ncre.projections.registration.registration_counts import CountsBySite
from ncre.projections.registration.registrations import RegistrationProjection
from ncre.projections.seating.tickets import TicketProjection


def all_projections() -> Listeners:
    """Every projection of the service, in the order in which rows are written."""
    return Listeners(
        [
            Rounds(),
            Sites(),
            Notices(),
            RegistrationProjection(),
            TicketProjection(),
            Entries(),
            OrderProjection(),
            PaymentLedger(),
            RefundProjection(),
            ReconciliationProjection(),
            UnbookedItems(),
            PhotoFileProjection(),
            ProfileProjection(),
            Timeline(),
        ],
        [CountsBySite(), RevenueProjection()],
    )
