"""The printed pages of a registration: whether they may be printed now, and where they come from.

The same registration at the same version prints the same bytes: the only moment on a page is that
of the record itself. So a paper is drawn once and then taken from the cache.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID

from ncre.documents.masking import masked_form, masked_ticket
from ncre.documents.pdf.signature import Certificate
from ncre.documents.view_models import FormSheet, Printed, Sheet, TicketSheet, with_photo
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import Round, require_open
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.lifecycle import PRINTABLE
from ncre.domain.registration.vocabulary import Opening, Status
from ncre.handlers.command_handler import CommandHandler
from ncre.projections.audit.snapshots import AsOfVersion, At
from ncre.projections.rows import RegistrationRow
from ncre.projections.seating import tickets
from ncre.services.documents.assembly import DocumentAssembler
from ncre.services.documents.bilingual_values import bilingual_form, bilingual_receipt, bilingual_ticket
from ncre.services.documents.cache import DocumentCache
from ncre.services.documents.printed_case import PrintedCase
from ncre.store.sealing import CiphertextForged, PersonKeyDestroyed

if TYPE_CHECKING:
    from ncre.documents.codes.barcodes import Outline

log = logging.getLogger("ncre.papers")

SHELVED: Final = "paper"
"""What the sealed files of the cache are bound to."""


@dataclass(frozen=True)
class PrintBundle:
    """One file of a site's tickets, and how many of its registrations are done by now."""

    name: str
    printed: Printed
    done: int


@dataclass(frozen=True)
class FormPage:
    """The registration form as a page: what stands on it, the promise that is signed, and its codes."""

    sheet: FormSheet
    promise: Bilingual
    square: Outline
    bars: Outline


@dataclass(frozen=True)
class TicketPage:
    """The admission ticket as a page: what stands on it, the notices, and its codes."""

    sheet: TicketSheet
    notices: tuple[Bilingual, ...]
    square: Outline
    bars: Outline


class DocumentService:
    """Forms, tickets and receipts: drawn, kept while current, and refused where they may not be had."""

    def __init__(
        self,
        command_handler: CommandHandler,
        cases: DocumentAssembler,
        cache: DocumentCache,
        certificate: Certificate | None = None,
    ) -> None:
        self._command_handler = command_handler
        self._cases = cases
        self._cache = cache
        self._certificate = certificate

    def form(self, registration: UUID, bilingual: bool = False) -> Printed:
        """The registration form, from payment on; with English beneath the Chinese if so. Raises Refusal."""
        from ncre.documents import drawing

        case = self._cases.now(registration)
        require_paid(case.row)
        sheet = self._cases.form_sheet(case)
        sheet = bilingual_form(case, sheet) if bilingual else sheet
        return self._certified(self._from_cache(case, sheet, drawing.registration_form))

    def ticket(self, registration: UUID, bilingual: bool = False) -> Printed:
        """The admission ticket, once seated and while printing is open; bilingual as `form`. Raises Refusal."""
        from ncre.documents import drawing

        case = self._ready(registration)
        sheet = self._cases.ticket_sheet(case)
        sheet = bilingual_ticket(case, sheet) if bilingual else sheet
        return self._certified(self._from_cache(case, sheet, drawing.admission_ticket))

    def receipt(self, registration: UUID, bilingual: bool = False) -> Printed:
        """The receipt of the fee, from payment on; bilingual as `form`. Raises Refusal."""
        from ncre.documents import drawing

        case = self._cases.now(registration)
        require_paid(case.row)
        sheet = self._cases.receipt_sheet(case)
        return self._certified(drawing.receipt(bilingual_receipt(case, sheet) if bilingual else sheet))

    def for_staff(self, row: RegistrationRow, kind: str) -> bytes:
        """A paper of a case as it stands, `form`, `ticket` or `receipt`, as PDF. Raises Refusal where there is none."""
        if kind == "receipt":
            return self.receipt(row["id"]).pdf
        draw = self.form_then if kind == "form" else self.ticket_then
        return draw(row["id"], AsOfVersion(row["version"]), False).pdf

    def form_page(self, registration: UUID) -> FormPage:
        """The form to be shown as a page in either language, the photo aside. Raises Refusal as `form` does."""
        from ncre.documents import drawing

        case = self._cases.now(registration)
        require_paid(case.row)
        sheet = bilingual_form(case, self._cases.form_sheet(case))
        return FormPage(sheet, drawing.promise(sheet), *_codes(sheet))

    def ticket_page(self, registration: UUID) -> TicketPage:
        """The ticket to be shown as a page in either language, the photo aside. Raises Refusal as `ticket` does."""
        from ncre.documents import drawing

        case = self._ready(registration)
        sheet = bilingual_ticket(case, self._cases.ticket_sheet(case))
        return TicketPage(sheet, drawing.notices(sheet), *_codes(sheet))

    def form_then(self, registration: UUID, at: At, masked: bool = False) -> Printed:
        """The form as it would have been printed then. Raises Refusal where there was none to print."""
        from ncre.documents import drawing

        case = self._cases.then(registration, at)
        require_paid(case.row)
        sheet = self._cases.form_sheet(case)
        return drawing.registration_form(masked_form(sheet) if masked else self._complete(case, sheet))

    def ticket_then(self, registration: UUID, at: At, masked: bool = False) -> Printed:
        """The ticket as it would have been printed then, whatever the hour. Raises Refusal."""
        from ncre.documents import drawing

        case = self._cases.then(registration, at)
        require_seated(case)
        sheet = self._cases.ticket_sheet(case)
        return drawing.admission_ticket(masked_ticket(sheet) if masked else self._complete(case, sheet))

    def seated_at(self, round_code: str, site: str) -> list[UUID]:
        """Registrations of the site that have seats, in the order in which they will be sat."""
        with self._command_handler.database.reading() as connection:
            return tickets.registrations_at(connection, round_code, site)

    def bundles(
        self, round_code: str, site: str, actor: Actor, pages: int, wanted: list[UUID]
    ) -> Iterator[PrintBundle]:
        """The tickets of these registrations in files of so many pages; each look at one is recorded.

        Never more than one file is held in memory. Who has no seat that stands is left out.
        """
        from ncre.documents import drawing

        for start in range(0, len(wanted), pages):
            some = wanted[start : start + pages]
            sheets = [sheet for sheet in (self._looked_at(one, actor) for one in some) if sheet]
            number = start // pages + 1
            if sheets:
                printed = drawing.admission_tickets(f"准考证 {round_code} {site} ({number})", sheets)
                printed = self._certified(printed)
                yield PrintBundle(f"tickets-{round_code}-{site}-{number:04}.pdf", printed, start + len(some))

    def sweep(self, before: datetime) -> int:
        """Take out of the cache what was put there before; returns how many papers."""
        return self._cache.sweep(before)

    def _looked_at(self, registration: UUID, actor: Actor) -> TicketSheet | None:
        try:
            case = self._cases.now(registration)
            require_seated(case)
        except Refusal:
            return None
        self._command_handler.record_access(registration, actor, "ticket-batch")
        return self._complete(case, self._cases.ticket_sheet(case))

    def _certified(self, printed: Printed) -> Printed:
        """Signed where the office has a certificate: after the cache, since each signature is another."""
        if self._certificate is None:
            return printed
        return replace(printed, pdf=self._certificate.signed(printed.pdf))

    def _ready(self, registration: UUID) -> PrintedCase:
        case = self._cases.now(registration)
        require_ticket(case.row, case.round, self._command_handler.clock())
        return case

    def _complete(self, case: PrintedCase, sheet: Sheet) -> Sheet:
        return with_photo(sheet, self._cases.photo(case))

    def _from_cache(self, case: PrintedCase, sheet: Sheet, draw: Callable[[Sheet], Printed]) -> Printed:
        from ncre.documents import drawing

        key = sha256(f"{drawing.edition()} {case.photo} {sheet!r}".encode()).hexdigest()
        kept = self._kept(case, key)
        if kept is not None:
            return Printed(kept)
        complete = self._complete(case, sheet)
        printed = draw(complete)
        if printed.missing:
            _note(case, printed)
        # A font may be installed tomorrow, a photo found again: what lacks something is drawn anew.
        if not printed.missing and complete.person.photo is not None:
            self._keep(case, key, printed.pdf)
        return printed

    def _kept(self, case: PrintedCase, key: str) -> bytes | None:
        box = self._cache.get(key)
        if box is None:
            return None
        try:
            with self._command_handler.database.reading() as connection:
                return self._command_handler.store.open_bytes(
                    connection, case.row["sealed_for"], box, SHELVED
                )
        except (CiphertextForged, PersonKeyDestroyed):
            return None

    def _keep(self, case: PrintedCase, key: str, pdf: bytes) -> None:
        with self._command_handler.database.transaction() as connection:
            box = self._command_handler.store.seal_bytes(connection, case.row["sealed_for"], pdf, SHELVED)
        self._cache.put(key, box)


def _codes(sheet: FormSheet | TicketSheet) -> tuple[Outline, Outline]:
    """The QR code and the bar code of a sheet."""
    from ncre.documents import drawing

    square, bars = drawing.qr(sheet.record.code), drawing.code128(sheet.record.number)
    return drawing.barcode_outline(square), drawing.barcode_outline(bars)


def missing_glyphs(text: str) -> tuple[str, ...]:
    """Characters that no font of this machine draws: papers show their code points instead.

    Opens no font for a text of GB 2312, which the packaged font has whole.
    """
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        from ncre.documents.pdf.glyphs import drawable

        return drawable(text)[1]
    return ()


def _note(case: PrintedCase, printed: Printed) -> None:
    """Substituted characters are logged by code point, so that a font can be installed."""
    points = " ".join(f"U+{ord(one):04X}" for one in printed.missing)
    log.warning("no font draws %s on the papers of %s", points, case.row["id"])


def require_paid(row: RegistrationRow) -> None:
    """支付完成后可打印报名登记表 (manual, part 6)."""
    if Status(row["status"]) not in PRINTABLE:
        raise Refusal(RefusalCode.PRINT_NOT_PAID)


def require_seated(case: PrintedCase) -> None:
    """Every subject has its seat. Raises Refusal."""
    require_paid(case.row)
    if not case.seated:
        raise Refusal(RefusalCode.PRINT_NOT_SEATED)


def require_ticket(row: RegistrationRow, round_: Round, now: datetime) -> None:
    """The ticket needs every subject seated, and the print window open (manual, parts 6 and 10)."""
    require_paid(row)
    if row["seated"] < len(row["lines"]):
        raise Refusal(RefusalCode.PRINT_NOT_SEATED)
    try:
        require_open(round_.plan.windows.printing, now, Opening.PRINTING)
    except Refusal as refusal:
        if refusal.code is RefusalCode.WINDOW_NOT_YET:
            raise Refusal(RefusalCode.PRINT_NOT_YET, **refusal.particulars) from None
        raise Refusal(RefusalCode.PRINT_OVER, **refusal.particulars) from None
