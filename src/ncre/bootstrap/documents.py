"""The parts of what is printed, carried and looked at on the day of the exam."""

from __future__ import annotations

from dataclasses import dataclass

from ncre.bootstrap.foundation import Foundation
from ncre.documents.codes.ticket_token import TicketKey
from ncre.identity.accounts import Accounts
from ncre.outside import (
    apple_wallet,
    certificate,
    google_wallet,
)
from ncre.services.admission.verification import TicketVerifier
from ncre.services.documents.assembly import DocumentAssembler
from ncre.services.documents.cache import DocumentCache
from ncre.services.documents.issuing import DocumentService
from ncre.services.documents.wallets import Wallets
from ncre.services.seating.hall_lists import HallLists


@dataclass(frozen=True)
class DocumentParts:
    """Everything about documents and tickets."""

    cache: DocumentCache
    documents: DocumentService
    hall_lists: HallLists
    ticket_verifier: TicketVerifier
    ticket_key: TicketKey
    wallets: Wallets


def document_parts(base: Foundation, accounts: Accounts) -> DocumentParts:
    """Everything about documents and tickets of the installation. Raises Misconfigured."""
    settings, handler = base.settings, base.command_handler
    stamps, cache = TicketKey(base.keys.stamp), DocumentCache(settings.papers)
    proofs_at = f"{settings.public_url}/ledger/check" if settings.public_url else ""
    assembler = DocumentAssembler(
        handler, base.people, base.photos, stamps, accounts.name_in_office, proofs_at
    )
    documents = DocumentService(handler, assembler, cache, certificate(settings))
    return DocumentParts(
        cache=cache,
        documents=documents,
        hall_lists=HallLists(handler, base.people, base.photos),
        ticket_verifier=TicketVerifier(handler, assembler, stamps),
        ticket_key=stamps,
        wallets=Wallets(handler, documents, apple_wallet(settings), google_wallet(settings, base.clock)),
    )
