"""The pages and the command line, for what is seen of them from outside."""

from __future__ import annotations

from tests.cli.conftest import ncre, umask
from tests.web.conftest import site

__all__ = ["ncre", "site", "umask"]
