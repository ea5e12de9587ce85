"""What the database does not have of the schema, and how it comes back."""

from __future__ import annotations

from typing import Final

from ncre.projections.maintenance.completeness import Gone, missing
from ncre.store.database import Database

REBUILD: Final = "make it anew: ncre projections rebuild"
RESTORE: Final = "it does not follow from facts: restore it from a backup"


def missing_from(database: Database) -> list[Gone]:
    """Everything that is declared and not there."""
    import ncre.bootstrap  # noqa: F401  heavy; every module that declares a table is one of its parts
    from ncre.projections import all_projections

    with database.reading() as connection:
        return missing(connection, all_projections(b""))


def words_of_missing(gone: Gone) -> str:
    """What is missing, and how it comes back."""
    return f"missing: {gone.what} of {gone.table}; {REBUILD if gone.derived else RESTORE}"
