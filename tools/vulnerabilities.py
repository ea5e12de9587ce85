"""Known vulnerabilities of the pinned libraries: by pip-audit, or offline by a checkout of pypa/advisory-database.

Exit code 0: none known; 1: some; 2: it could not be checked. A check that cannot fail is worse than none, so each way is
first asked about flask 2.0.0, which is known to be vulnerable (PYSEC-2023-62): where that stays green, nothing is said.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

PROBE: Final = ("flask", "2.0.0")
PROBED: Final = "PYSEC-2023-62"
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)

NONE_KNOWN, SOME, UNCHECKED = 0, 1, 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path, nargs="+", help="files with pins, as requirements.lock")
    parser.add_argument("--advisories", type=Path, help="a checkout of pypa/advisory-database")
    asked = parser.parse_args()
    pins = sorted({pin for lock in asked.lock for pin in PIN.findall(lock.read_text(encoding="utf-8"))})
    if asked.advisories is not None:
        return offline(asked.advisories, pins)
    return by_service(pins)


def offline(folder: Path, pins: list[tuple[str, str]]) -> int:
    """Against the files of a checkout; its newest date is told, for an old one knows nothing new."""
    advisories = list(read(folder))
    if PROBED not in found(advisories, [PROBE]):
        print(
            f"{folder} does not know {PROBED}: it is no checkout of pypa/advisory-database", file=sys.stderr
        )
        return UNCHECKED
    newest = max(str(one.get("modified", ""))[:10] for one in advisories)
    print(f"{len(advisories)} advisories, the newest of {newest}; {len(pins)} pinned libraries")
    known = found(advisories, pins)
    for identity, (name, version) in sorted(known.items()):
        print(f"{identity} {name} {version}")
    return SOME if known else NONE_KNOWN


def read(folder: Path) -> Iterator[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in sorted(folder.rglob("*.yaml")):
        advisory = yaml.load(file.read_text(encoding="utf-8"), loader)
        if isinstance(advisory, dict) and "affected" in advisory and "withdrawn" not in advisory:
            yield advisory


def found(advisories: list[dict[str, Any]], pins: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The advisories that speak of these versions, by their id."""
    pinned = {canonicalize_name(name): (name, version) for name, version in pins}
    hits = {}
    for advisory in advisories:
        for affected in advisory["affected"]:
            name = canonicalize_name(affected.get("package", {}).get("name", ""))
            if name in pinned and speaks_of(affected, pinned[name][1]):
                hits[str(advisory["id"])] = pinned[name]
    return hits


def speaks_of(affected: dict[str, Any], version: str) -> bool:
    """By the list of versions, or by a range of the ecosystem (OSV schema)."""
    if version in {str(one) for one in affected.get("versions", [])}:
        return True
    ranges = [one for one in affected.get("ranges", []) if one.get("type") == "ECOSYSTEM"]
    return any(within(one.get("events", []), version) for one in ranges)


def within(events: list[dict[str, Any]], text: str) -> bool:
    try:
        version, inside = Version(text), False
        for event in events:
            if "introduced" in event:
                inside = inside or version >= Version(str(event["introduced"]))
            elif (
                "fixed" in event
                and version >= Version(str(event["fixed"]))
                or "last_affected" in event
                and version > Version(str(event["last_affected"]))
            ):
                inside = False
        return inside
    except InvalidVersion:
        return True  # what cannot be compared is told, and a person looks


def by_service(pins: list[tuple[str, str]]) -> int:
    """By pip-audit and the service behind it; where that does not know the probe, this says so."""
    code, said = audited([PROBE])
    if code != 1 or PROBED not in said:
        print(
            f"pip-audit cannot be believed here: it does not find {PROBED} in {PROBE[0]} {PROBE[1]}.\n"
            "Its service does not answer; use a checkout of pypa/advisory-database with ADVISORIES=FOLDER.",
            file=sys.stderr,
        )
        return UNCHECKED
    code, said = audited(pins)
    print(said)
    return SOME if code else NONE_KNOWN


def audited(pins: list[tuple[str, str]]) -> tuple[int, str]:
    """pip-audit's exit code and what it says of these pins."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{name}=={version}\n" for name, version in pins))
        file.flush()
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "--strict",
            "--disable-pip",
            "--no-deps",
            "-r",
            file.name,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
