"""Rows of a person outside the facts: cleared or deleted in the transaction that destroys the keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, update

from ncre.domain.claims import HolderClaim, PlaceClaim
from ncre.identity import form_drafts
from ncre.identity.letters import choices
from ncre.operational import letters, review_claims, review_runs, second_looks
from ncre.projections.bans import bans
from ncre.projections.duplicates import duplicates
from ncre.projections.registration.registrations import registrations
from ncre.services.erasure.people import PersonToErase
from ncre.store.schema import claims


def clear(connection: Connection, person: PersonToErase) -> None:
    """What the projection says of a registration whose details cannot be opened, the places by keyed hash, letters, and

    what anybody wrote about the registrations.
    """
    ids = [row["id"] for row in person.registrations]
    cleared = update(registrations).where(registrations.c.id.in_(ids))
    connection.execute(cleared.values(person=None, holder=None, name_masked=None, document_masked=None))
    places = [PlaceClaim(row["round"], row["person"]).key for row in person.registrations if row["person"]]
    places += [HolderClaim(row["round"], row["holder"]).key for row in person.registrations if row["holder"]]
    held = (claims.c.key.in_(places), claims.c.holder.in_(ids))
    connection.execute(delete(claims).where(*held))
    letters.forget_people(connection, person.accounts, ids)
    choices.forget(connection, person.accounts)
    form_drafts.forget_about(connection, ids)
    review_claims.forget(connection, ids)
    second_looks.forget_notes(connection, ids)
    review_runs.forget_notes(connection, ids)


def clear_foreign(connection: Connection, person: PersonToErase) -> None:
    """What other provinces told of them; asked before the keys go, and the hashes that find it with them."""
    duplicates.forget_foreign(connection, person.accounts)


def close_bans(
    connection: Connection, now: datetime, destroy: Callable[[Connection, UUID, datetime], None]
) -> int:
    """Destroy the keys of bans that are over, once nothing else of their people is here; how many."""
    over = bans.without_purpose(connection, now)
    for ban in over:
        destroy(connection, ban, now)
        bans.hide_document(connection, ban)
    return len(over)
