"""What the lab answers. Light: the service that asks needs none of the libraries that look at pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

LARGEST_LOOKED_AT: Final = 10_000_000
"""Bytes of a phone's own photo, which the crop makes small (photo facts §2)."""


@dataclass(frozen=True)
class Measured:
    """What was measured, by name (see BANDS of `domain/photo/verdict.py`); `jpeg` is the clean picture.

    width and height are those of the file as it stands upright by EXIF, 0 where there is no picture;
    then `failed` names what stopped the measuring (NOT_JPEG, BOMB, PIXELS_MANY, TRUNCATED). Where geometry could
    not be measured at all, `facts["geometry"]` says so. `models` names what measured.
    """

    size: int
    width: int = 0
    height: int = 0
    facts: dict[str, float | str | None] = field(default_factory=dict)
    jpeg: bytes | None = None
    failed: str = ""
    models: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Framed:
    """The cropped JPEG, or None and why: codes of what to do (FaultCode)."""

    jpeg: bytes | None
    advice: tuple[str, ...] = ()
