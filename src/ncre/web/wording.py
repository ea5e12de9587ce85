"""How codes, amounts and moments are written on pages: the tables of words, as template filters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask

from ncre.domain.addresses import masked, shown
from ncre.domain.exam import in_words
from ncre.domain.language import Words
from ncre.domain.lifecycle import Role, Status, Step
from ncre.domain.payment import DifferenceKind, yuan
from ncre.domain.review import REVIEW_REASONS
from ncre.domain.words import DIFFERENCES, ROLES, SOURCES, STATUSES, STEPS, channel_words
from ncre.projections.payment_sentences import why_unusable
from ncre.web.language import language
from ncre.web.story import name_of


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
        yuan=yuan,
        moment=lambda moment: in_words(moment) if moment else "",
        address=shown,
        masked_address=masked,
        iso=lambda moment: moment.isoformat() if isinstance(moment, datetime) else "",
        said=lambda words: Words(*words).say(language()),
    )
    site.context_processor(lambda: {"Status": Status, "Step": Step, "Role": Role})


def _of(table: Mapping[Any, Words], code: Any) -> str:
    return table[code].say(language())


def _reason(code: str) -> str:
    reason = REVIEW_REASONS.get(code)
    if reason is None:
        return code
    return reason.text_en if language() == "en" else reason.text
