"""All that draws a registration's papers, in one import: the service loads it with the first paper, for it costs as much as all pages."""

from __future__ import annotations

from ncre.printing.codes import code128, outline, qr
from ncre.printing.edition import edition
from ncre.printing.form import promise, registration_form
from ncre.printing.glyphs import drawable
from ncre.printing.receipt import receipt
from ncre.printing.ticket import admission_ticket, admission_tickets

__all__ = [
    "admission_ticket",
    "admission_tickets",
    "code128",
    "drawable",
    "edition",
    "outline",
    "promise",
    "qr",
    "receipt",
    "registration_form",
]
