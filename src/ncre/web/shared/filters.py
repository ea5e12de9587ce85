"""How codes, amounts and moments are written on pages: the tables of words, as template filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask

from ncre.domain.accounts.addresses import masked, readable_address
from ncre.domain.bilingual import Bilingual
from ncre.domain.exam.plan import bilingual_title, exam_time_in_words
from ncre.domain.exam.subject_names import subject_words
from ncre.domain.payment.settlement import DifferenceKind, yuan_grouped
from ncre.domain.registration.rejection_reasons import REVIEW_REASONS
from ncre.domain.registration.vocabulary import Role, Status, Step
from ncre.domain.wording import DIFFERENCES, ROLES, SOURCES, STATUSES, STEPS, channel_words, level_words
from ncre.projections.payment.sentences import why_unusable
from ncre.web.shared.history_view import name_of
from ncre.web.shared.language import language


def install(site: Flask) -> None:
    site.jinja_env.filters.update(
        status=lambda code: _of(STATUSES, Status(code)),
        step=lambda code: _of(STEPS, Step(code)),
        role=lambda code: _of(ROLES, Role(code)),
        unusable=lambda code: why_unusable(code).say(language()),
        difference=lambda code: _of(DIFFERENCES, DifferenceKind(code)),
        channel=lambda code: channel_words(code).say(language()),
        clerk=name_of,
        source=lambda code: _of(SOURCES, code),
        reason=_reason,
        level=lambda number: level_words(number).say(language()),
        subject=lambda name: subject_words(name).say(language()),
        round_title=lambda plan: bilingual_title(plan).say(language()),
        yuan=yuan_grouped,
        grouped=lambda number: f"{number:,}",
        moment=lambda moment: exam_time_in_words(moment) if moment else "",
        address=readable_address,
        masked_address=masked,
        iso=lambda moment: moment.isoformat() if isinstance(moment, datetime) else "",
        said=lambda words: Bilingual(*words).say(language()),
    )
    site.context_processor(lambda: {"Status": Status, "Step": Step, "Role": Role, "roles_said": _roles_said})


def _of(table: Mapping[Any, Bilingual], code: Any) -> str:
    return table[code].say(language())


def _roles_said(roles: Iterable[Role]) -> list[tuple[str, str]]:
    """(code, words) of roles, for a list to choose from."""
    return [(role.value, _of(ROLES, role)) for role in roles]


def _reason(code: str) -> str:
    reason = REVIEW_REASONS.get(code)
    if reason is None:
        return code
    return reason.text_en if language() == "en" else reason.text
