"""Measuring in workers: the same answers, and no picture that stops more than its own worker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from pwd import getpwnam

import pytest

from ncre.domain.photo.verdict import judge
from ncre.photo.lab import lab as lab_module
from ncre.photo.lab import measuring, nets, runtime
from ncre.photo.lab.answers import LARGEST_LOOKED_AT
from ncre.photo.lab.lab import KEPT, InProcessPhotoLab, LabBroken, PhotoLabPool
from ncre.photo.lab.measuring import measure
from ncre.photo.lab.nets import SUMS, Nets, NotMeasured
from ncre.photo.lab.vision import VisionError
from tests.photo.portraits import jpeg, portrait, whole

GOOD = jpeg(portrait())


@pytest.fixture(scope="module")
def lab() -> Iterator[PhotoLabPool]:
    lab = PhotoLabPool(2)
    yield lab
    lab.close()


def test_a_worker_answers_what_this_process_would(lab: PhotoLabPool) -> None:
    here = InProcessPhotoLab()
    assert lab.measure(GOOD) == here.measure(GOOD)
    assert lab.frame(jpeg(whole())) == here.frame(jpeg(whole()))
    assert lab.turn(GOOD, 90) == here.turn(GOOD, 90)


def test_a_worker_is_told_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCRE_SECRET", "0f" * 32)
    monkeypatch.setenv("PGPASSWORD", "of the database")
    lab = PhotoLabPool(1)
    try:
        assert lab.measure(GOOD).failed == ""
        (pid,) = lab.processes
        told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert {one.split(b"=")[0].decode() for one in told if one} <= {
            "PYTHONPATH",
            "PYTHONDONTWRITEBYTECODE",
            *KEPT,
        }
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max file size +0 +0 ", limits)
        assert re.search(r"Max core file size +0 +0 ", limits)
    finally:
        lab.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may choose another user")
def test_another_user_measures_where_that_one_can_read_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    lab_module._user.cache_clear()
    monkeypatch.setattr(lab_module, "_environment", lambda: {"PYTHONPATH": ""})
    tried: list[dict[str, object]] = []

    def run(program: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        tried.append(options)
        return subprocess.CompletedProcess(program, len(tried) - 1)

    monkeypatch.setattr(lab_module.subprocess, "run", run)
    other = getpwnam("nobody").pw_uid
    assert lab_module._user() == other
    assert (tried[0]["user"], tried[0]["group"], tried[0]["extra_groups"]) == (other, other, [])
    lab_module._user.cache_clear()
    assert lab_module._user() is None
    lab_module._user.cache_clear()


def test_many_threads_share_the_workers(lab: PhotoLabPool) -> None:
    with ThreadPoolExecutor(6) as threads:
        measured = list(threads.map(lab.measure, [GOOD] * 12))
    assert {one.facts["head"] for one in measured} == {measure(GOOD).facts["head"]}
    assert len(lab.processes) <= 2


def test_a_file_beyond_every_limit_is_not_even_sent_to_a_worker(lab: PhotoLabPool) -> None:
    measured = lab.measure(bytes(LARGEST_LOOKED_AT + 1))
    assert judge(measured).codes == ("BYTES_MANY", "BYTES_HUGE")


def test_a_picture_that_takes_too_long_costs_its_worker_and_nothing_else() -> None:
    slow = PhotoLabPool(1, seconds=0.02)
    try:
        measured = slow.measure(GOOD)
        assert (measured.failed, measured.jpeg) == ("BOMB", None)
        assert judge(measured).verdict == "reject"
        slow._seconds = 30
        assert slow.measure(GOOD).failed == ""
    finally:
        slow.close()


def test_a_worker_that_dies_is_replaced() -> None:
    lab = PhotoLabPool(1)
    try:
        assert lab.measure(GOOD).failed == ""
        (pid,) = lab.processes
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert judge(lab.measure(GOOD)).verdict == "accept"
        assert lab.processes != [pid]
    finally:
        lab.close()
    assert not lab.processes


def test_a_worker_that_somebody_else_kills_while_it_measures_says_nothing_against_the_picture() -> None:
    """As a system that is short of memory does; the next worker is asked about the same picture."""
    lab = PhotoLabPool(1)
    try:
        assert lab.measure(GOOD).failed == ""
        (pid,) = lab.processes
        os.kill(pid, signal.SIGSTOP)
        with ThreadPoolExecutor(1) as visitors:
            asked = visitors.submit(lab.measure, GOOD)
            while lab.processes:
                time.sleep(0.01)
            os.kill(pid, signal.SIGKILL)
            assert judge(asked.result()).verdict == "accept"
        assert lab.lost == 1
    finally:
        lab.close()


def test_a_worker_is_held_to_its_memory() -> None:
    tight = PhotoLabPool(1, memory=900 * 1024**2)
    try:
        assert tight.measure(GOOD).failed == ""
    finally:
        tight.close()
    with pytest.raises(LabBroken):
        PhotoLabPool(1, memory=64 * 1024**2).measure(GOOD)


def test_a_worker_ends_when_its_owner_is_gone(tmp_path: Path) -> None:
    program = (
        "import os, sys; from ncre.photo.lab.lab import PhotoLabPool;"
        "lab = PhotoLabPool(1); lab.measure(open(sys.argv[1], 'rb').read());"
        "print(*lab.processes, flush=True); os._exit(1)"
    )
    picture = tmp_path / "a.jpg"
    picture.write_bytes(GOOD)
    ran = subprocess.run(
        [sys.executable, "-c", program, str(picture)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    pid = int(ran.stdout)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z":
            break
    else:
        assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("name", SUMS)
def test_the_models_are_the_files_whose_origin_is_noted(name: str) -> None:
    model = files("ncre.photo.lab") / "models" / name
    assert sha256(model.read_bytes()).hexdigest() == SUMS[name]
    assert SUMS[name] in (files("ncre.photo.lab") / "models" / "README.md").read_text()


@pytest.fixture
def anew() -> Iterator[None]:
    """The networks are loaded anew in the test, and again after it."""
    nets.nets.cache_clear()
    yield
    nets.nets.cache_clear()


@pytest.mark.usefixtures("anew")
def test_without_opencv_the_file_is_still_judged_and_the_rest_is_left_to_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nets, "cv2", None)
    monkeypatch.setattr(runtime, "cv2", None)
    with pytest.raises(NotMeasured):
        Nets()
    measured = measure(GOOD)
    assert measured.facts["geometry"] == measuring.NOT_MEASURED
    assert measured.models["opencv"] == "none"
    assert judge(measured).verdict == "accept"
    assert "GREY" in judge(measure(jpeg(portrait().convert("L")))).codes
    assert InProcessPhotoLab().frame(GOOD).jpeg is None


@pytest.mark.usefixtures("anew")
def test_a_model_with_another_sum_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(nets.SUMS, nets.MESH, "0" * 64)
    assert measure(GOOD).facts["geometry"] == measuring.NOT_MEASURED


def test_where_opencv_fails_on_a_picture_a_person_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise VisionError("in this test")

    monkeypatch.setattr(measuring, "find_head", fails)
    measured = measure(GOOD)
    assert (measured.failed, measured.facts["geometry"]) == ("", measuring.NOT_MEASURED)
    assert judge(measured).verdict == "accept"
