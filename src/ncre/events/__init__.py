"""Words stored for good, and the place that keeps them.

base.py          the envelope and the register of facts    registration.py, exam.py  the facts
database.py      one SQLite file or PostgreSQL database    schema.py     the tables and their guards
store.py         the fact store that the door uses         recorder.py   rows of facts, in and out
mapper.py        fact to stored JSON and back              sealing.py    private fields, keys, erasure
claimbook.py     unique keys and counters                  columns.py    types for both databases

Importing this package registers every fact, so that stored names can be resolved.
"""

from __future__ import annotations

from ncre.events import base, exam, registration

__all__ = ["base", "exam", "registration"]
