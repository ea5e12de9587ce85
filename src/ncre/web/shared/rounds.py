"""The exam round that pages are about, and a site in it; where there is none, there is no page."""

from __future__ import annotations

from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Round, Site
from ncre.web.shared.auth import container


def current_round() -> Round:
    """Raises NotFound."""
    round_ = container().queries.exams.current()
    if round_ is None:
        raise NotFound
    return round_


def current_site(code: str) -> Site:
    """A site of the current round. Raises NotFound."""
    site = container().queries.exams.site(current_round().code, code)
    if site is None:
        raise NotFound
    return site


def sites_of_round() -> list[Site]:
    """The sites of the current round; none where there is no round."""
    round_ = container().queries.exams.current()
    return container().queries.exams.sites(round_.code) if round_ else []


def names_of_sites() -> dict[str, str]:
    """The name of each site of the current round by its code; nothing where there is no round."""
    return {site.code: site.plan.name for site in sites_of_round()}
