"""Why a registration was rejected, on every page where that is mended: reasons by group, each with its way, and the note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, url_for

from ncre.web.candidate import task_list as journey
from ncre.web.shared.auth import container
from ncre.web.shared.registration_view import Case

ELSEWHERE: Final = "registration.check"
"""Where somebody looks for what no single page mends."""


@dataclass(frozen=True)
class Reasons:
    """The reasons of one group; `address` is where they are mended, "" on that page itself and after its time."""

    task: journey.Task
    heading: str
    codes: tuple[str, ...]
    address: str


@dataclass(frozen=True)
class Rejection:
    groups: tuple[Reasons, ...]
    note: str


def install(site: Flask) -> None:
    """For templates, imported ones too."""
    site.jinja_env.globals["rejection_of"] = rejection_of


def rejection_of(case: Case, here: str = "") -> Rejection | None:
    """What stands of the last rejection, seen from the page of the task `here`; None where none stands."""
    found = journey.reasons_by_group(case)
    if not found:
        return None
    groups = tuple(
        Reasons(_task(group), str(journey.GROUPS[group]), tuple(codes), _address(case, _task(group), here))
        for group, codes in found.items()
    )
    return Rejection(groups, container().people.rejection_note(case.id, case.row["rejected_version"]))


def _task(group: str) -> journey.Task:
    """Where the reasons of a group are mended; what no single page mends stands with the check."""
    return journey.MENDS[group][0] if group in journey.MENDS else journey.Task.CHECK


def _address(case: Case, task: journey.Task, here: str) -> str:
    open_ = {entry.task: entry.page for entry in journey.task_list(case, container().clock())}
    page = ELSEWHERE if task is journey.Task.CHECK else open_.get(task, "")
    return url_for(page, registration=case.id) if page and task != here else ""
