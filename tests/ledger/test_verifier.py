"""The verifier: what holds is accepted, and every edit of it is refused, named by line and check."""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest

from ncre.domain.registration import commands as c
from ncre.ledger import verifier
from tests.ledger import ground
from tests.ledger.edits import EDITS, outcome
from tests.ledger.ground import KEY, WITNESS, Parts, verdict
from tests.support.containers import container_on
from tests.support.people import OFFICE, Clock

SEED = 20270105
SOME = 300


def test_a_bundle_of_a_season_holds(bundle: bytes) -> None:
    assert verdict(bundle) == ("", "")
    assert verdict(Parts.of(bundle).packed()) == ("", "")


def test_some_hundreds_of_random_edits_are_refused_and_located(bundle: bytes) -> None:
    parts, random = Parts.of(bundle), Random(SEED)
    wrong = [said for _ in range(SOME) if (said := outcome(parts, random))]
    assert wrong == []


@pytest.mark.parametrize("edit", EDITS)
def test_each_kind_of_edit_is_refused(bundle: bytes, edit: object) -> None:
    parts, random = Parts.of(bundle), Random(SEED)
    for _ in range(5):
        made = edit(parts, random)  # type: ignore[operator]
        assert verdict(made.parts.packed(), seen=made.seen)[0] in made.checks


def test_a_witness_that_cosigned_is_told_and_another_is_missed(bundle: bytes) -> None:
    parts = Parts.of(bundle)
    text = verifier.SignedNote.read(parts.checkpoints[-1]).text
    parts.checkpoints[-1] += WITNESS.cosignature(text, 1_800_000_000)
    assert verdict(parts.packed(), witnesses=[WITNESS.verifier]) == ("", "")
    assert verdict(bundle, witnesses=[WITNESS.verifier]) == ("witness", "checkpoints.json")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The verifier as an auditor runs it: one file, alone, without ncre."""
    return subprocess.run(
        [sys.executable, "-I", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_the_file_in_the_bundle_checks_it_alone(bundle: bytes, tmp_path: Path) -> None:
    file, script = tmp_path / "bundle.zip", tmp_path / "verify.py"
    file.write_bytes(bundle)
    with ZipFile(BytesIO(bundle)) as opened:
        script.write_bytes(opened.read("verify.py"))
    held = run(script, file, "--key", KEY)
    assert (held.returncode, held.stdout[:2]) == (0, "OK")
    file.write_bytes(Parts.of(bundle).with_lines(Parts.of(bundle).lines[:-1]).packed())
    refused = run(script, file, "--key", KEY)
    assert refused.returncode == 1
    assert "size: line" in refused.stderr
    damaged = bytearray(bundle)
    with ZipFile(BytesIO(bundle)) as opened:
        damaged[opened.getinfo("log.jsonl").header_offset + 80] ^= 1
    file.write_bytes(damaged)
    assert run(script, file, "--key", KEY).returncode == 1
    file.write_bytes(b"no bundle")
    assert run(script, file, "--key", KEY).returncode == 2
    assert run(script, tmp_path / "missing", "--key", KEY).returncode == 2
    assert run(script, file, "--key", "no key+1+2").returncode == 2
    assert run(script, file).returncode == 2


def test_it_prints_how_a_registration_stood(bundle: bytes, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle)
    paid = next(text for text in Parts.of(bundle).lines if b"payment_settled" in text)
    stream = paid.split(b'"')[1].decode()
    script = verifier.__file__ or ""
    told = run(script, file, "--key", KEY, "--state", stream, "--at", "v6").stdout
    assert '"status": "approved"' in told
    assert '"status": "paid"' in run(script, file, "--key", KEY, "--state", stream).stdout
    early = run(script, file, "--key", KEY, "--state", stream, "--at", "2020-01-01 09:00").stdout
    assert "nothing is known" in early


def test_it_needs_the_standard_library_and_cryptography_alone() -> None:
    source = Path(verifier.__file__ or "").read_text("utf-8")
    names = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert names - set(sys.stdlib_module_names) == {"cryptography"}
    assert len([text for text in source.split("\n") if text.strip()]) <= 400


def test_a_registration_that_was_suspended_and_resumed_holds(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    container = container_on(sqlite_url, tmp_path / "data", clock)
    sealer = ground.sealer_of(container, tmp_path)
    walker = ground.lived(container, sealer, 1)[0]
    handle = container.command_handler.handle
    handle(c.Suspend(registration=walker.id, actor=OFFICE, reason="考点正在接受调查"))
    handle(c.Resume(registration=walker.id, actor=OFFICE))
    ground.seal(container, sealer)
    bundle = ground.whole(container)
    assert b"registration.resumed" in b"".join(Parts.of(bundle).lines)
    assert verdict(bundle) == ("", "")
    container.close()


def test_a_key_is_base64_and_nothing_beside() -> None:
    name, id_, key = KEY.split("+", 2)
    assert verifier.VerifierKey.read(KEY).text == KEY
    for odd in (f"{name}+{id_}+{key[:5]}*{key[5:]}", f"{name}+{id_}+{key[:5]}\n{key[5:]}", f"{name}+{id_}"):
        with pytest.raises(ValueError):  # noqa: PT011
            verifier.VerifierKey.read(odd)


def test_nobody_verifies_without_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    verifier.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["bundle.zip"])
    assert "--key" in capsys.readouterr().err
