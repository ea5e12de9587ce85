"""All that draws a registration's papers, in one import: the service loads it with the first paper, for it costs as much as all pages."""

from __future__ import annotations

from ncre.documents.admission_ticket import admission_ticket, admission_tickets, notices
from ncre.documents.codes.barcodes import barcode_outline, code128, qr
from ncre.documents.pdf.glyphs import drawable
from ncre.documents.pdf.renderer_version import edition
from ncre.documents.receipt import receipt
from ncre.documents.registration_form import promise, registration_form

__all__ = [
    "admission_ticket",
    "admission_tickets",
    "code128",
    "drawable",
    "edition",
    "notices",
    "barcode_outline",
    "promise",
    "qr",
    "receipt",
    "registration_form",
]
