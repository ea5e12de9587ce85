"""settings: what is in force, and what is refused."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from ncre.config import Misconfigured, in_force, inspect_settings


def add(commands: Any) -> None:
    settings_ = commands.add_parser(
        "settings", help="every setting in force, secrets hidden; 2 where one is refused"
    )
    settings_.set_defaults(run=show)


def show(_: Namespace) -> None:
    """Every variable with its value and whether it was set; then the refusals, if any. Raises Misconfigured."""
    found = inspect_settings(os.environ)
    for name, value, origin in in_force(os.environ, found.settings):
        print(f"{name}={value}  ({origin})")
    place = found.secret.file or "NCRE_SECRET"
    print(f"密钥 / secret: {place}{' 没有 / missing' if found.secret.missing else ''}")
    if problems := found.all_problems:
        raise Misconfigured(*problems)
