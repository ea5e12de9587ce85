"""What the papers say, in the language of the page: the PDF is Chinese, the page beside it is whole in both."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from ncre.services.documents.in_english import CHOICES, NOTICES, PROMISE
from ncre.web.shared.language import language


def install(site: Flask) -> None:
    """For templates, imported ones too."""
    site.jinja_env.filters["chosen"] = chosen
    site.jinja_env.globals.update(notices_said=notices_said, promise_said=promise_said)


def chosen(value: str) -> str:
    """A value of a list of choices in the language of the page; anything else as it is."""
    return CHOICES.get(value, value) if language() == "en" else value


def notices_said(notices: Iterable[str]) -> Iterable[str]:
    return [NOTICES.get(one, one) for one in notices] if language() == "en" else notices


def promise_said(promise: str, agreement: str, agreed: str) -> str:
    """The promise with edition and moment filled in."""
    return PROMISE.format(agreement=agreement, agreed=agreed) if language() == "en" else promise
