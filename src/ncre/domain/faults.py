"""What can be wrong with what somebody sent: a code a fault, and the words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default

from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field; `particulars` fill the words of the code."""

    field: str
    code: FaultCode
    particulars: Mapping[str, str | int] = default(default_factory=dict)

    def say(self, language: str) -> str:
        """What is wrong and what to do, in a language, `zh` or `en`."""
        return FAULT_WORDS[self.code].say(language, **self.particulars)
