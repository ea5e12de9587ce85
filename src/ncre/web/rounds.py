"""The exam round that pages are about, and a site in it; where there is none, there is no page."""

from __future__ import annotations

from werkzeug.exceptions import NotFound

from ncre.domain.exam import Round, Site
from ncre.web.who import house


def current_round() -> Round:
    """Raises NotFound."""
    with house().database.reading() as connection:
        round_ = house().application.exams.current(connection)
    if round_ is None:
        raise NotFound
    return round_


def current_site(code: str) -> Site:
    """A site of the current round. Raises NotFound."""
    round_ = current_round()
    with house().database.reading() as connection:
        site = house().application.exams.site(connection, round_.code, code)
    if site is None:
        raise NotFound
    return site
