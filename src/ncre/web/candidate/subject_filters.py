"""What narrows the sites and subjects of the form down: it stands in the address, so that back and refresh keep it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Final, Self

from werkzeug.datastructures import MultiDict

from ncre.domain.exam.plan import Round, Site
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.typed_text import search_text
from ncre.events.exam import Subject
from ncre.web.candidate.sites import city_of, exam_days, matches

LONGEST: Final = 60
"""Characters of one of them."""


@dataclass(frozen=True)
class Filters:
    """Of sites: a city, words, a day (ISO). Of subjects: a level, words, and whether seats must be left ("yes")."""

    city: str = ""
    q: str = ""
    day: str = ""
    level: str = ""
    find: str = ""
    free: str = ""

    @classmethod
    def of(cls, sent: MultiDict[str, str]) -> Self:
        return cls(**{one.name: sent.get(one.name, "").strip()[:LONGEST] for one in fields(cls)})

    @property
    def arguments(self) -> dict[str, str]:
        """For an address: only what was set."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def of_sites(self) -> bool:
        return bool(self.city or self.q or self.day)

    @property
    def of_subjects(self) -> bool:
        return bool(self.level or self.find or self.free)

    def takes_site(self, site: Site, round_: Round) -> bool:
        """Whether a site is listed."""
        if self.city and city_of(site) != self.city:
            return False
        if self.day and self.day not in {day.isoformat() for day in exam_days([site])}:
            return False
        return not self.q or matches(site, round_, self.q)

    def takes_subject(self, subject: Subject, left: int) -> bool:
        """Whether a subject is listed; what is chosen always is."""
        if self.level and str(subject.level) != self.level:
            return False
        if self.free and not left:
            return False
        text = search_text(f"{subject.code} {' '.join(subject_words(subject.name))}")
        return all(word in text for word in search_text(self.find).split())
