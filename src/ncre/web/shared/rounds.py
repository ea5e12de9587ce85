"""The exam round that pages are about, and a site in it; where there is none, there is no page."""

from __future__ import annotations

from werkzeug.exceptions import NotFound

from ncre.domain.exam.plan import Round, Site
from ncre.web.shared.auth import container


def current_round() -> Round:
    """Raises NotFound."""
    with container().database.reading() as connection:
        round_ = container().command_handler.exams.current(connection)
    if round_ is None:
        raise NotFound
    return round_


def current_site(code: str) -> Site:
    """A site of the current round. Raises NotFound."""
    round_ = current_round()
    with container().database.reading() as connection:
        site = container().command_handler.exams.site(connection, round_.code, code)
    if site is None:
        raise NotFound
    return site


def names_of_sites() -> dict[str, str]:
    """The name of each site of the current round by its code; nothing where there is no round."""
    with container().database.reading() as connection:
        round_ = container().command_handler.exams.current(connection)
        sites = container().command_handler.exams.sites(connection, round_.code) if round_ else []
    return {site.code: site.plan.name for site in sites}
