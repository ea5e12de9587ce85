"""The demo starts, says who can sign in, goes on with its data, and says clearly why it cannot start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import free_port

SOURCE = Path(__file__).parents[3] / "src"


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NCRE_")}
    return {**kept, "NCRE_DATA": str(data), "PYTHONPATH": str(SOURCE)}


@contextmanager
def demo(data: Path, port: int, *more: str) -> Iterator[str]:
    """A running demo; what it said until it was ready."""
    command = [sys.executable, "-m", "ncre", "demo", "--port", str(port), *more]
    process = subprocess.Popen(
        command, env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield _greeting(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
    assert process.returncode in (0, 130)


def _greeting(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(f"the demo ended early: {said}")


def page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return str(answer.read().decode())


def sign_ins(said: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) +([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})", said, re.MULTILINE))


def fails(data: Path, *arguments: str) -> str:
    """The one line with which the demo refuses to start."""
    command = [sys.executable, "-m", "ncre", "demo", *arguments]
    ended = subprocess.run(command, env=environment(data), capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def test_the_demo_goes_on_with_its_data_and_starts_over_when_asked(tmp_path: Path) -> None:
    data, port = tmp_path / "demo", free_port(3)
    with demo(data, port) as said:
        first = sign_ins(said)
        assert set(first) == {"kaosheng", "shenhe", "shenhe2", "guanli", "shenji", "kaowu"}
        assert f"http://127.0.0.1:{port}/" in said
        assert page(port).count("进行中") == 4
    assert (data / "sign-ins.txt").stat().st_mode & 0o077 == 0
    with demo(data, port) as said:
        assert sign_ins(said) == first
    with demo(data, port, "--fresh") as said:
        assert set(sign_ins(said)) == set(first)
        assert sign_ins(said) != first


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "PORT=" in fails(tmp_path / "demo", "--port", str(taken.getsockname()[1]))


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("in the way")
    assert "a file" in fails(file / "demo")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    assert "NCRE_DATA" in fails(folder)
