"""The admission ticket for the wallet of a phone, where the installation has the keys; with what the printed one says."""

from __future__ import annotations

from uuid import UUID

from ncre.clients.wallets.apple import AppleWallet
from ncre.clients.wallets.card import CardSitting, WalletCard
from ncre.clients.wallets.google import GoogleWallet
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import EXAM_TIME, Round
from ncre.domain.exam.subject_names import subject_words
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.rows import SeatRow
from ncre.projections.seating import tickets
from ncre.services.documents.issuing import DocumentService
from ncre.services.registration.case import Case


class Wallets:
    """Passes of Apple and Google; either may be missing."""

    def __init__(
        self,
        command_handler: CommandHandler,
        documents: DocumentService,
        apple: AppleWallet | None,
        google: GoogleWallet | None,
    ) -> None:
        self._command_handler = command_handler
        self._documents = documents
        self.apple = apple
        self.google = google

    def card(self, case: Case) -> WalletCard:
        """What the ticket of a registration says, without its holder. Raises Refusal where none is printed."""
        sheet = self._documents.ticket_page(case.id).sheet
        with self._command_handler.database.reading() as connection:
            seats = tickets.seats_of(connection, case.id)
        sittings = tuple(_sitting(case.round, seat) for seat in seats)
        return WalletCard(
            _serial(case.id),
            case.version,
            sheet.record.number,
            Bilingual(sheet.round, case.round.plan.title_en or sheet.round),
            sheet.site,
            sheet.address,
            sheet.record.code,
            sittings,
        )


def _sitting(round_: Round, seat: SeatRow) -> CardSitting:
    code, hall, room, number = seat["subject"], seat["hall"], seat["room"], seat["seat"]
    name = subject_words(round_.subject(code).name)
    return CardSitting(
        Bilingual(f"{code} {name.zh}", f"{code} {name.en}"),
        seat["starts_at"].astimezone(EXAM_TIME),
        seat["ends_at"].astimezone(EXAM_TIME),
        Bilingual(f"第 {hall} 考场（{room}）{number} 号", f"hall {hall} ({room}), seat {number}"),
    )


def _serial(registration: UUID) -> str:
    return registration.hex
