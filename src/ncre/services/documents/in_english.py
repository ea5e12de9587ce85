"""The words of the papers in English, for the pages beside the PDF, which is Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ncre.documents import labels
from ncre.domain.candidate_fields import EDUCATION, ETHNICITY_CHOICES, OCCUPATIONS, SEXES
from ncre.domain.identity_documents import DOCUMENT_TYPES

CHOICES: Final[Mapping[str, str]] = {
    words.zh: words.en
    for table in (SEXES, EDUCATION, OCCUPATIONS, ETHNICITY_CHOICES)
    for words in table.values()
} | {kind.words.zh: kind.words.en for kind in DOCUMENT_TYPES.values()}
"""Every value that a paper takes from a list of choices."""

_NOTICES: Final = (
    "Bring this ticket and the original of the valid identity document that you registered with; without both nobody enters.",
    "Be at the hall 15 minutes before, and check name, document number and photo on your machine.",
    "Nobody enters once the exam has begun; nobody leaves in its first 15 minutes, nor later without the invigilator's leave.",
    "Phones, smart watches, Bluetooth earphones and anything else that stores or transmits stay outside; breaches are dealt with.",
    "Raise your hand if the machine fails; do not switch it off or sign in again yourself.",
    "Keep this ticket. It can be printed again while printing is open; what the system holds counts.",
)
"""The notices of the ticket (`ncre.documents.labels.NOTICES`) in English, in their order."""

UNCONFIRMED: Final = (
    "This site asks for a confirmation in person, which was not made when this ticket was drawn: confirm there in the time that its "
    "notice names, with your document."
)

PROMISE: Final = (
    "I have read and accepted the agreement on online registration (edition {agreement}, accepted {agreed}) and declare that all "
    "of the above is true and correct; the photo is a recent frontal bare-headed one of myself; I do not register for the same "
    "subject at another site. I answer for whatever comes of anything untrue."
)

NOTICES: Final[Mapping[str, str]] = dict(zip(labels.NOTICES, _NOTICES, strict=True)) | {
    labels.UNCONFIRMED: UNCONFIRMED
}
"""Every notice of the ticket."""
