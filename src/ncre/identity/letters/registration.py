"""A letter about a registration: in its owner's language, as text and as HTML, and in few words for a phone."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from ncre.clients.mail import MailEnvelope
from ncre.domain.bilingual import Bilingual
from ncre.domain.letters.kinds import LetterLanguage
from ncre.identity.email_templates import SENDER


@dataclass(frozen=True)
class RegistrationLetter:
    """`body` has paragraphs parted by empty lines; `link` is the page of the registration, `choices` that of the choices, or "".

    Everything in it is text: nothing of it is read as HTML.
    """

    to: str
    language: LetterLanguage
    subject: Bilingual
    body: Bilingual
    words: Bilingual
    link: str
    note: Bilingual
    choices: str
    envelope: MailEnvelope

    @property
    def languages(self) -> tuple[str, ...]:
        return ("zh", "en") if self.language is LetterLanguage.BOTH else (self.language.value,)

    @property
    def title(self) -> str:
        return " / ".join(" ".join(self.subject.say(one).split()) for one in self.languages)

    @property
    def text(self) -> str:
        return "\n\n--\n\n".join(self._text(one) for one in self.languages)

    @property
    def html(self) -> str:
        first = "en" if self.languages[0] == "en" else "zh-CN"
        parts = [
            f'<div lang="{"en" if one == "en" else "zh-CN"}">{self._html(one)}</div>'
            for one in self.languages
        ]
        return (
            f'<!doctype html><html lang="{first}"><head><meta charset="utf-8">'
            f"<title>{escape(self.title)}</title></head><body>{'<hr>'.join(parts)}</body></html>"
        )

    @property
    def short(self) -> str:
        said = [self.words.say(one) for one in self.languages]
        return "\n".join((f"【NCRE】{said[0]}", *said[1:], *([self.link] if self.link else [])))

    def _text(self, language: str) -> str:
        parts = [self.body.say(language), self.link, SENDER.say(language), self._foot(language)]
        return "\n\n".join(filter(None, parts))

    def _html(self, language: str) -> str:
        paragraphs = [
            "<br>".join(escape(line) for line in part.split("\n")) for part in self._paragraphs(language)
        ]
        if self.link:
            paragraphs.append(f'<a href="{escape(self.link)}">{escape(self.link)}</a>')
        paragraphs += [escape(SENDER.say(language)), f"<small>{escape(self._foot(language))}</small>"]
        return "".join(f"<p>{part}</p>" for part in paragraphs)

    def _paragraphs(self, language: str) -> list[str]:
        text = self.body.say(language).replace("\r\n", "\n")
        return [part.strip() for part in text.split("\n\n") if part.strip()]

    def _foot(self, language: str) -> str:
        return f"{self.note.say(language)}{self.choices}" if self.choices else self.note.say(language)
