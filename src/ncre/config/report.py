"""What is in force, for `ncre settings`: every variable, where its value comes from, secrets hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ncre.config.environment import HIDDEN, NAMES, read_environment
from ncre.config.settings import Settings

HIDDEN_VALUE = "***"


def in_force(environment: Mapping[str, str], settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin (`set` or `default`) of every variable. Values that are secret read ***."""
    variables, _ = read_environment(environment)
    derived = {
        "production": settings.production,
        "data": settings.data,
        "database_url": settings.database_url,
        "public_url": settings.public_url,
    }
    for name, field in NAMES.items():
        value = derived.get(field, getattr(variables, field))
        origin = "set" if field in variables.model_fields_set else "default"
        yield name, _shown(field, value), origin


def _shown(field: str, value: object) -> str:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if plain is None or plain == "":
        return "-"
    if field in HIDDEN:
        return HIDDEN_VALUE
    if isinstance(plain, bool):
        return str(plain).lower()
    return _without_password(str(plain))


def _without_password(text: str) -> str:
    """Addresses may carry a password before the host, or as an argument."""
    if "://" not in text:
        return text
    try:
        text = make_url(text).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return HIDDEN_VALUE if "@" in urlsplit(text).netloc else text
    return re.sub(r"(?i)((?:password|passfile|secret|token)[^=&]*=)[^&]*", rf"\1{HIDDEN_VALUE}", text)
