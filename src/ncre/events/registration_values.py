"""What facts of a registration hold: personal details, lines and photos."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Details:
    """What a candidate says about themselves; every field is private and stored sealed.

    document_type and document_number are as normalised by `ncre.domain.candidate`;
    document_typed keeps what was typed. sex is "male" or "female". ethnicity is a GB/T 3304 code;
    education and occupation are codes of the tables in `ncre.domain.candidate`.
    """

    name: str
    sex: str
    document_type: str
    document_number: str
    document_typed: str
    birth: date
    ethnicity: str
    education: str
    occupation: str
    mobile: str
    email: str
    address: str
    postcode: str
    remark: str


@dataclass(frozen=True, slots=True)
class SubjectFee:
    """One subject applied for, with the fee that applied when it was chosen (fen)."""

    subject: str
    fee: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo: `digest` names it in the photo store, `uploaded` is the SHA-256 of what was sent.

    size in bytes, width and height in pixels as it stands upright. `measured`, `codes` and
    `versions` say what was measured, which faults were named, and by which models and thresholds.
    `handling` is what was done to it at the candidate's wish: "as-uploaded", "turned" or "cropped".
    `appealed`: the candidate holds its refusal for wrong and asks for a person's decision.
    """

    digest: str
    uploaded: str
    size: int
    width: int
    height: int
    verdict: str = "accept"
    codes: tuple[str, ...] = ()
    measured: dict[str, float | str | None] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    handling: str = "as-uploaded"
    appealed: bool = False
