"""What candidates declare when they submit."""

from __future__ import annotations

from typing import Final

DECLARATION: Final = "我保证以上信息是真实和准确的"
"""The manual's words (part 2, section 3), recorded with the submission."""
