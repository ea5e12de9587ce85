"""The table of a registration's life as data, so that whoever checks a bundle folds statuses by the same rows."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256

from ncre.domain.registration.lifecycle import LIFE
from ncre.domain.registration.vocabulary import Status
from ncre.events.registration import AgreementAccepted


@cache
def life_table() -> bytes:
    """{begins, start, rows: [[fact, statuses before, status after or null, roles]]} as JSON, the same bytes each time."""
    rows = [
        [row.fact.TOPIC, [one.value for one in row.sources], row.to, sorted(one.value for one in row.by)]
        for row in LIFE
    ]
    table = {"begins": AgreementAccepted.TOPIC, "start": Status.NEW, "rows": rows}
    return json.dumps(table, separators=(",", ":")).encode()


def life_statement(origin: str) -> str:
    """What the ledger signs about it."""
    return f"{origin}/life\n{b64encode(sha256(life_table()).digest()).decode()}\n"
