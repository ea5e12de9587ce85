"""The facts (domain events), stored for good: their classes, their permanent names, their envelope.

base.py          the envelope and the register of facts    bounds.py   what may come in from outside
registration.py  exam.py  payment.py  account.py  erasure.py  audit.py  access.py  admission.py   what can happen, by stream
operating.py     commands that were run                              integration.py   other systems of the office
ban.py           who may not take the exam
export.py        what was taken out as a file
exchange.py      people who registered in several provinces
letters.py       the texts of letters

Importing this package registers every fact, so that stored names can be resolved.
"""

from __future__ import annotations

from ncre.events import (
    access,
    account,
    admission,
    audit,
    ban,
    base,
    erasure,
    exam,
    exchange,
    export,
    integration,
    letters,
    operating,
    payment,
    registration,
)

__all__ = [
    "access",
    "account",
    "admission",
    "audit",
    "ban",
    "base",
    "erasure",
    "exam",
    "exchange",
    "export",
    "integration",
    "letters",
    "operating",
    "payment",
    "registration",
]
