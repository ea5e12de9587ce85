"""doctor: looks an installation over, says of each part whether it is well, and what to do where it is not."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from ncre.bootstrap import build_container
from ncre.cli.health import inside, outside
from ncre.cli.health.findings import Finding, FindingLevel, fail
from ncre.cli.parsing.language import in_language
from ncre.config import Misconfigured, inspect_settings

MARKS = {FindingLevel.OK: "正常 / ok", FindingLevel.WARN: "注意 / warn", FindingLevel.FAIL: "故障 / fail"}


def add(commands: Any) -> None:
    doctor_ = commands.add_parser("doctor", help="look the installation over, and say what to do")
    doctor_.add_argument("--json", action="store_true", help="for machines: one object")
    doctor_.set_defaults(run=doctor)


def doctor(args: Namespace) -> int:
    """Nothing is changed. Ends with 1 where anything fails; warnings alone end with 0."""
    found = []
    for one in _looked_over():
        found.append(one)
        if not args.json:
            _say(one, args.lang)
    if args.json:
        print(json.dumps(_as_object(found, args.lang), ensure_ascii=False, indent=2))
    return int(any(one.level is FindingLevel.FAIL for one in found))


def _looked_over() -> Iterator[Finding]:
    yield from inside.versions()
    reading = inspect_settings(os.environ)
    for problem in reading.all_problems:
        yield fail("settings", problem, "见 docs/operations.md / see docs/operations.md")
    if reading.all_problems:
        return
    settings = reading.settings
    yield from inside.disk(settings)
    yield from inside.files(settings)
    yield from outside.patroni(settings.observability.patroni)
    try:
        container = build_container(settings)
    except Misconfigured as error:
        yield fail("settings", str(error), "见 docs/operations.md / see docs/operations.md")
        return
    try:
        yield from outside.certificate(settings.public_url, container.clock())
        yield from outside.mail(container)
        yield from outside.channels(container)
        yield from outside.channel_clocks(container)
        yield from outside.exchange(container)
        yield from outside.pgbackrest(settings.observability.pgbackrest, container.clock())
        healthy = True
        for one in inside.database(container):
            healthy = healthy and one.level is not FindingLevel.FAIL
            yield one
        if healthy:
            yield from outside.photos(container)
    finally:
        container.close()


def _say(one: Finding, language: str) -> None:
    print(f"{in_language(MARKS[one.level], language):<6}{one.subject}: {in_language(one.said, language)}")
    if one.todo:
        print(f"      -> {in_language(one.todo, language)}")


def _as_object(found: list[Finding], language: str) -> dict[str, Any]:
    return {
        "ok": not any(one.level is FindingLevel.FAIL for one in found),
        "findings": [
            {
                "subject": one.subject,
                "level": one.level.value,
                "said": in_language(one.said, language),
                "todo": in_language(one.todo, language),
            }
            for one in found
        ],
    }
