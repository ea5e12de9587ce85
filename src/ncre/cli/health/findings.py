"""What the doctor finds: a subject, how bad it is, what it is and what to do, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class FindingLevel(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """`said` and `todo` are "Chinese / English"; nothing secret is in either."""

    subject: str
    level: FindingLevel
    said: str
    todo: str = ""


def ok(subject: str, said: str) -> Finding:
    return Finding(subject, FindingLevel.OK, said)


def warn(subject: str, said: str, todo: str) -> Finding:
    return Finding(subject, FindingLevel.WARN, said, todo)


def fail(subject: str, said: str, todo: str) -> Finding:
    return Finding(subject, FindingLevel.FAIL, said, todo)


def graded(subject: str, value: float, warn_at: float, fail_at: float, said: str, todo: str) -> Finding:
    """By how large a value is."""
    if value < warn_at:
        return ok(subject, said)
    return Finding(subject, FindingLevel.FAIL if value >= fail_at else FindingLevel.WARN, said, todo)


def version_of(text: str) -> tuple[int, ...]:
    """The numbers that a version begins with: "4.0.7" is (4, 0, 7); () for what is none."""
    found = re.match(r"\d+(\.\d+)*", text.strip())
    return tuple(int(part) for part in found[0].split(".")) if found else ()
