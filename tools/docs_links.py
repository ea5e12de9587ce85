"""A hook of MkDocs: links that lead out of docs/ (to the source, the README) become plain words in the site."""

from __future__ import annotations

import re
from typing import Any, Final

OUTSIDE: Final = re.compile(
    r"\[([^\]]+)\]\((?:\.\./)+(?:src|tests|deploy|bench|tools|README|CONTRIBUTING|SECURITY|CHANGELOG)[^)]*\)"
)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The text of a page without links that the site cannot follow."""
    return OUTSIDE.sub(r"\1", markdown)
