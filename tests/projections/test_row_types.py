"""The types of rows say what the tables hold: every column, and whether it may be empty."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import Table

from ncre.projections.audit.timeline import timeline
from ncre.projections.payment.ledger import payments
from ncre.projections.payment.orders import payment_orders
from ncre.projections.registration.registrations import registrations
from ncre.projections.rows import HistoryRow, OrderRow, PaymentRow, RegistrationRow, SeatRow, known
from ncre.projections.seating.tickets import tickets

ROWS = (
    (RegistrationRow, registrations),
    (SeatRow, tickets),
    (OrderRow, payment_orders),
    (PaymentRow, payments),
    (HistoryRow, timeline),
)


@pytest.mark.parametrize(("row", "table"), ROWS, ids=lambda one: getattr(one, "__name__", str(one)))
def test_a_row_type_has_the_columns_of_its_table(row: Any, table: Table) -> None:
    said = {name: NoneType in get_args(kind) for name, kind in get_type_hints(row).items()}
    assert said == {column.name: bool(column.nullable) for column in table.columns}


def test_what_a_status_promises_is_there_or_reported() -> None:
    assert known(0) == 0
    with pytest.raises(LookupError, match="lacks"):
        known(None)
