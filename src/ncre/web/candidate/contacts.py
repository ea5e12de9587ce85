"""Whom to ask: the contacts of the candidate's site and of the exam office, at the foot of every page.

Wherever a sentence says "ask the site" or "ask the exam office", they stand on the same page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app, g

from ncre.domain.exam.plan import Round, Site
from ncre.domain.registration.vocabulary import Role
from ncre.events.exam import Contact
from ncre.store.outages import DatabaseFailure
from ncre.web.shared import ways
from ncre.web.shared.auth import container
from ncre.web.shared.language import gettext as _
from ncre.web.shared.language import language
from ncre.web.shared.registration_view import Case

LAST_READ: Final = "ncre.office_contact"
"""The office as it was read last: what is shown while the database cannot be read."""


@dataclass(frozen=True)
class Listed:
    """A contact as a page shows it."""

    name: str
    phone: str
    hours: str
    address: str

    @property
    def says_something(self) -> bool:
        return bool(self.phone or self.hours or self.address)


def install(site: Flask) -> None:
    """For templates, imported ones too."""
    site.jinja_env.globals["contacts"] = contacts
    site.jinja_env.globals["contact_of"] = of_site
    site.jinja_env.globals["papers_of"] = papers_of


def contacts(case: Case | None = None, fails: bool = False, current: Round | None = None) -> list[Listed]:
    """The candidate's site, where there is one, and the exam office; on a page that `fails` nothing is read.

    `current` is the round opened last, where the page has read it.
    """
    if fails:
        return _office(current_app.extensions.get(LAST_READ, Contact()))
    try:
        return [*_site(case), *_office(_read_office(case, current))]
    except DatabaseFailure:
        return contacts(fails=True)


def papers_of(round_: Round) -> str:
    """What people bring to a confirmation on site, in the language of the page."""
    plan = round_.plan
    return (plan.papers_en or plan.papers) if language() == "en" else plan.papers


def of_site(site: Site) -> Listed:
    return _listed(f"{site.code} {site.plan.name}", site.plan.contact)


def _site(case: Case | None) -> list[Listed]:
    account = g.get("account")
    if account is None or account.role is not Role.CANDIDATE:
        return []
    site = case.site if isinstance(case, Case) else _site_of_address()
    return [one for one in (of_site(site),) if one.says_something] if site else []


def _site_of_address() -> Site | None:
    """The site of the registration that an address names, where a page was refused before it had a case."""
    row = ways.standing()
    if row is None:
        return None
    return container().queries.exams.site_of(row)


def _read_office(case: Case | None, current: Round | None) -> Contact:
    """Of the round opened last; read with the case already, where the page has one."""
    read = case.current if isinstance(case, Case) else current
    round_ = read or container().queries.exams.current()
    office = round_.plan.office if round_ else Contact()
    current_app.extensions[LAST_READ] = office
    return office


def _office(contact: Contact) -> list[Listed]:
    return [one for one in (_listed(_("考务办公室"), contact),) if one.says_something]


def _listed(name: str, contact: Contact) -> Listed:
    hours = (contact.hours_en or contact.hours) if language() == "en" else contact.hours
    return Listed(name, contact.phone, hours, contact.address)
