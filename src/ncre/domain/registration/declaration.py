"""What candidates declare when they submit, where their round has no words of its own."""

from __future__ import annotations

from typing import Final

from ncre.domain.bilingual import Bilingual

DECLARATION: Final = Bilingual(
    "我保证以上信息是真实和准确的", "I declare that the above is true and accurate"
)
"""The manual's words (part 2, section 3); the Chinese ones are recorded with the submission."""
