"""Words in both languages of the service. Chinese comes first: it is what most people read."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable


@runtime_checkable
class Sayable(Protocol):
    """Whatever can be said in either language."""

    def say(self, language: str) -> str:
        """The words in a language, `zh` or `en`."""


class Bilingual(NamedTuple):
    """The same thing said in Chinese and in English; both may hold `{particulars}`."""

    zh: str
    en: str

    def say(self, language: str, **particulars: object) -> str:
        """In `language` ("zh" or "en"), with the particulars filled in."""
        words = self.en if language == "en" else self.zh
        return words.format(**particulars) if particulars else words
