"""The sites of the round before sign-in: where they are, whom to ask, what they offer and how many seats are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import EXAM_TIME, Round, Site
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.typed_text import search_text
from ncre.events.exam import Subject
from ncre.projections.exam.seats_left import SeatsLeft
from ncre.web.shared.auth import container

pages = Blueprint("sites", __name__)

AT_ONCE: Final = 8
"""Sites shown on one page; where more are found, a city or a word narrows them down."""

FEW: Final = 5
"""Sites beside which "what happens when" stands too; among many it is nearly the same for each, and heavy."""

LONGEST_QUERY: Final = 60


@dataclass(frozen=True)
class Offered:
    """A subject at a site: its fee in fen, and the seats left there."""

    subject: Subject
    fee: int
    left: int


@dataclass(frozen=True)
class Shown:
    """A site as the page shows it."""

    site: Site
    offered: Sequence[Offered]
    days: Sequence[date]

    @property
    def full(self) -> bool:
        return not any(one.left for one in self.offered)


@pages.get("/sites")
def page() -> str:
    """Sites by city and word; every site where neither is named and they fit."""
    city, words = request.args.get("city", "")[:LONGEST_QUERY], request.args.get("q", "")[:LONGEST_QUERY]
    exams = container().queries.exams
    round_ = exams.current()
    if round_ is None:
        raise NotFound
    every = [site for site in exams.sites(round_.code) if not site.closed]
    if city not in map(city_of, every):  # typed by hand, or from an old link
        city = next((city_of(site) for site in every if city == site.plan.city), "")
    found = [site for site in every if (not city or city_of(site) == city) and matches(site, round_, words)]
    some = found[:AT_ONCE]
    seats = exams.seats_left_at(round_.code, some)
    return render_template(
        "candidate/sites.html",
        round=round_,
        cities=Counter(map(city_of, every)),
        city=city,
        words=words,
        shown=[Shown(site, _offered(round_, site, seats[site.code]), exam_days([site])) for site in some],
        found=len(found),
        most=AT_ONCE,
        few=FEW,
    )


def city_of(site: Site) -> str:
    return f"{site.plan.province} {site.plan.city}"


def matches(site: Site, round_: Round, words: str) -> bool:
    """Whether every word is in what the page says of the site, or of a subject that it offers."""
    subjects = [round_.subjects[code] for code in site.offers if code in round_.subjects]
    text = " ".join(
        (
            site.code,
            site.plan.name,
            city_of(site),
            site.plan.address,
            *(f"{one.code} {' '.join(subject_words(one.name))}" for one in subjects),
        )
    )
    return all(word in search_text(text) for word in search_text(words).split())


def exam_days(sites: Iterable[Site]) -> list[date]:
    """The days on which there are sittings, exam time, each once."""
    batches = [batch for site in sites for batch in site.plan.batches]
    return sorted({batch.starts_at.astimezone(EXAM_TIME).date() for batch in batches})


def _offered(round_: Round, site: Site, seats: Mapping[str, SeatsLeft]) -> list[Offered]:
    known = [round_.subjects[code] for code in site.offers if code in round_.subjects]
    return [
        Offered(
            one, round_.fee(one.code, site.plan.province), seats[one.code].left if one.code in seats else 0
        )
        for one in sorted(known, key=lambda one: (one.level, one.code))
    ]
