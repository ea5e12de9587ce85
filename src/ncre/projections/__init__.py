"""What people look at: a table, the step from a fact to its row, and the questions it answers.

registrations.py  where each registration stands      queue.py, desk.py   questions about it
timeline.py       the history, sentences.py its words  tickets.py          seats as assigned
refunds.py        money owed back                     exam.py             rounds, sites, notices
photo_files.py    files sent for two people           profiles.py         details of accounts
orders.py         orders of payment                   ledger.py           every payment, used or returned
reconciliations.py bills compared                     summaries.py       sums over rows, kept as rows
registration_counts.py, takings.py                    sums: by site and status, by day and site
                                                       unbooked.py         what a person must look at
seats.py          seats left                          base.py, upkeep.py  how rows are made and checked
"""

from __future__ import annotations

from ncre.projections.base import Listeners
from ncre.projections.exam import Notices, Rounds, Sites
from ncre.projections.ledger import PaymentLedger
from ncre.projections.orders import OrdersAsTheyStand
from ncre.projections.photo_files import FilesSent
from ncre.projections.profiles import DetailsOfAccounts
from ncre.projections.reconciliations import BillsCompared
from ncre.projections.refunds import OwedBack
from ncre.projections.registration_counts import CountsBySite
from ncre.projections.registrations import WhereItStands
from ncre.projections.takings import TakingsByDay
from ncre.projections.tickets import SeatsOnTickets
from ncre.projections.timeline import Timeline
from ncre.projections.unbooked import UnbookedItems


def all_projections() -> Listeners:
    """Every projection of the house, in the order in which rows are written."""
    return Listeners(
        [
            Rounds(),
            Sites(),
            Notices(),
            WhereItStands(),
            SeatsOnTickets(),
            OrdersAsTheyStand(),
            PaymentLedger(),
            OwedBack(),
            BillsCompared(),
            UnbookedItems(),
            FilesSent(),
            DetailsOfAccounts(),
            Timeline(),
        ],
        [CountsBySite(), TakingsByDay()],
    )
