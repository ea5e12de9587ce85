"""A page as a printer would see it: drawn by PDFium, read by ZXing; neither is used by the product."""

from __future__ import annotations

import pypdfium2
import zxingcpp
from PIL import Image

SCAN: int = 150
"""Dots per inch of a cheap scan, at which every code must read (pages and printing facts §2.5)."""


def rendered(pdf: bytes, dpi: int = SCAN, page: int = 0) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    picture: Image.Image = document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    return picture


def codes_on(picture: Image.Image) -> dict[str, str]:
    """What the codes on a picture say, by the kind of code."""
    return {found.format.name: found.text for found in zxingcpp.read_barcodes(picture)}
