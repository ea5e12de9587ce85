"""What no file of the project may hold, and what the locks must be."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]
REGISTRIES = (
    "py" + "pi.org",
    "pythonhosted" + ".org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb.debian" + ".org",
)
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root)" + "/")


def tracked() -> list[Path]:
    """Every file that git tracks or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_file_names_a_package_registry() -> None:
    for path, text in texts():
        assert not [host for host in REGISTRIES if host in text], path


def test_no_file_holds_a_path_of_one_machine() -> None:
    for path, text in texts():
        assert not MACHINE_PATH.search(text), path


def test_no_lock_of_another_tool_is_kept() -> None:
    assert not [path for path in tracked() if path.name in {"uv.lock", "pylock.toml"}]


IMAGE: Final = "deploy/container/requirements.lock"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", IMAGE])
def test_a_lock_holds_pinned_versions_and_hashes_only(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    for line in text.splitlines():
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+|    --hash=sha256:[0-9a-f]{64}", line), line


PIN: Final = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str]]:
    return set(PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def test_the_locks_agree_with_each_other() -> None:
    assert pins("requirements.lock") <= pins(IMAGE) <= pins("requirements-dev.lock")


def test_the_image_has_what_every_extra_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {
        re.split(r"[<>=\[]", one)[0] for extra in project["optional-dependencies"].values() for one in extra
    }
    assert needed <= dict(pins(IMAGE)).keys()


def test_a_package_lock_resolves_nothing() -> None:
    for path in tracked():
        if path.name == "package-lock.json":
            assert "resolved" not in json.dumps(json.loads(path.read_text(encoding="utf-8")))
