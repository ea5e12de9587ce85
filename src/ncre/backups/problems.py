"""Why a backup, a restoration or a copy cannot be made, in both languages."""

from __future__ import annotations

from ncre.domain.bilingual import Bilingual


class BackupUnusable(Exception):
    """Nothing was overwritten; the words name what is missing or wrong, and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.words = Bilingual(zh, en)

    def say(self, language: str) -> str:
        return self.words.say(language)
