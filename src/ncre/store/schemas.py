"""Schemas of PostgreSQL: several databases' worth of tables in one, told apart by the search path of each connection."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import URL, make_url

_NAME: Final = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_OPTION: Final = re.compile(r"-c\s*search_path=([a-z_][a-z0-9_]{0,62})")


def is_schema(name: str) -> bool:
    """Whether it can be one without quotes, and is none of PostgreSQL's own."""
    return _NAME.fullmatch(name) is not None and name != "information_schema"


def in_schema(url: str, schema: str) -> str:
    """The URL of the same database whose connections see this schema alone."""
    changed = make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
    return changed.render_as_string(hide_password=False)


def schema_named_by(url: URL) -> str | None:
    """The schema that the URL names; None for the usual one."""
    options = url.query.get("options", "")
    found = _OPTION.search(options if isinstance(options, str) else " ".join(options))
    return found[1] if found else None
