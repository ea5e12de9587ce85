"""What no file of the project may hold, and what the locks must be."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

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


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_pinned_versions_and_hashes_only(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    for line in text.splitlines():
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==\S+|    --hash=sha256:[0-9a-f]{64}", line), line


def test_the_lock_of_the_tools_agrees_with_the_lock_of_the_libraries() -> None:
    pins = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;]+)", re.MULTILINE)
    libraries = set(pins.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    tools = set(pins.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    assert libraries <= tools


def test_a_package_lock_resolves_nothing() -> None:
    for path in tracked():
        if path.name == "package-lock.json":
            assert "resolved" not in json.dumps(json.loads(path.read_text(encoding="utf-8")))
