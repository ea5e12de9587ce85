"""Who somebody is: keyed hashes for look-up, and the details of a case, opened from their fact."""

from __future__ import annotations

from uuid import UUID, uuid5

from sqlalchemy import Connection

from ncre.domain.identity_documents import DOCUMENT_TYPES, PERMANENT_RESIDENCE, normalise_document
from ncre.domain.registration.commands import Actor
from ncre.domain.typed_text import name_key
from ncre.events import access
from ncre.events.registration import Details, Rejected
from ncre.handlers.command_handler import Act, CommandHandler
from ncre.projections.audit.snapshots import student_of
from ncre.projections.base import Row
from ncre.projections.registration import search_keys
from ncre.store.keys import Keys, blind_index


class People:
    """Keyed hashes of who somebody is, and private details opened from their fact."""

    def __init__(self, command_handler: CommandHandler, keys: Keys) -> None:
        self._command_handler = command_handler
        self._keys = keys

    def person(self, document_type: str, document_number: str) -> str:
        """The keyed hash of a document: the same for the same person, and tells nothing else."""
        return blind_index(self._keys.pepper, "document", f"{document_type}\0{document_number}")

    def holder(self, details: Details) -> str:
        """The keyed hash of who holds a permanent residence card; "" for other documents, whose number is enough.

        By the letters of the name in any order, date of birth and sex, as they are on both forms of the card.
        """
        if details.document_type != PERMANENT_RESIDENCE:
            return ""
        who = f"{name_key(details.name)}\0{details.birth.isoformat()}\0{details.sex}"
        return blind_index(self._keys.pepper, "holder", who)

    def persons(self, text: str) -> tuple[str, ...]:
        """The keyed hashes of `text` read as a number of each document type, for looking it up."""
        return tuple(self.person(kind, normalise_document(kind, text)) for kind in DOCUMENT_TYPES)

    def search(
        self, text: str, sites: frozenset[str], actor: Actor, account: UUID | None = None
    ) -> list[Row]:
        """Registrations at these sites of whoever has this name, a word of it, this phone or this address, newest first.

        `account` is the one that is signed in to with the text, if any. Each that is found has it in its history, for
        the text and the registration belong together from now on; the text itself stands nowhere.
        """
        act, kind = Act(actor), search_keys.kind_of(text)

        def found(connection: Connection) -> list[Row]:
            rows = search_keys.found(connection, self._keys.pepper, text, sites, account)
            for case in sorted(row["id"] for row in rows):
                fact = access.RegistrationFound(case, kind)
                self._command_handler.record_behind(connection, act, uuid5(case, "searches"), [fact])
            return rows

        with self._command_handler.database.reading() as connection:
            if not search_keys.found(connection, self._keys.pepper, text, sites, account, limit=1):
                return []
        return self._command_handler.run_in_transaction(found)

    def details(self, registration: UUID, version: int | None) -> Details | None:
        """The personal details as the fact of that version holds them; None if none or erased."""
        if version is None:
            return None
        fact = self._fact(registration, version)
        details = getattr(fact, "details", None)
        return details if isinstance(details, Details) else None

    def student(self, registration: UUID) -> str:
        """The school number or declaration that was given to a site for its own students, "" if none or erased."""
        with self._command_handler.database.reading() as connection:
            student = student_of(self._command_handler.store.history(connection, registration))
        return student if isinstance(student, str) else ""

    def rejection_note(self, registration: UUID, version: int | None) -> str:
        """The note of a rejection, or "" if there is none or it was erased."""
        fact = self._fact(registration, version) if version is not None else None
        return fact.note if isinstance(fact, Rejected) and isinstance(fact.note, str) else ""

    def _fact(self, registration: UUID, version: int) -> object:
        with self._command_handler.database.reading() as connection:
            return self._command_handler.store.fact(connection, registration, version)
