"""The public ledger: a checkpoint and tiles that anybody may cache, nothing private, and witnesses of the real thing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ncre.bootstrap import Container
from ncre.ledger import tile_paths, witness
from ncre.ledger.signing import NoteSigner, checkpoint_text
from ncre.ledger.verifier import WITNESS_KEY, Checkpoint, Frontier, VerificationFailed, VerifierKey
from ncre.ledger.witness import Unreachable, Witness
from ncre.web.site import create_site
from tests.handlers.ground import Walker, open_exam
from tests.ledger import ground
from tests.support.containers import WITNESS, container_on
from tests.support.oracles import ORACLES
from tests.support.people import Clock

ORIGIN = "https://localhost"


@pytest.fixture
def container(database_url: str, tmp_path: Path, clock: Clock):  # type: ignore[no-untyped-def]
    container = container_on(database_url, tmp_path / "data", clock)
    open_exam(container)
    yield container
    container.close()


@pytest.fixture
def site(container: Container) -> Flask:
    return create_site(container)


class Client:
    """What `requests` answers to a witness, out of the site itself."""

    class RequestException(Exception):
        pass

    def __init__(self, site: Flask) -> None:
        self.client = site.test_client()
        self.altered: dict[str, bytes] = {}

    def get(self, address: str, **how: object) -> _Answer:
        """No longer than a while, from nowhere else, and no more at once than a tile has."""
        assert how == {"timeout": witness.TIMEOUT, "allow_redirects": False, "stream": True}
        path = address.removeprefix(ORIGIN)
        answer = self.client.get(path, base_url=ORIGIN)
        return _Answer(answer.status_code, self.altered.get(path, answer.data))

    def post(self, address: str, data: bytes, headers: dict[str, str], **how: object) -> _Answer:
        assert how == {"timeout": witness.TIMEOUT, "allow_redirects": False}
        answer = self.client.post(address.removeprefix(ORIGIN), base_url=ORIGIN, data=data, headers=headers)
        return _Answer(answer.status_code, answer.data)


class _Answer:
    def __init__(self, status: int, data: bytes) -> None:
        self.status_code = status
        self.raw = self
        self._data = data

    def __enter__(self) -> _Answer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, most: int, decode_content: bool) -> bytes:
        assert (most, decode_content) == (witness.LARGEST, True)
        return self._data[:most]


@pytest.fixture
def net(site: Flask, monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client(site)
    monkeypatch.setattr(witness, "requests", client)
    return client


def grown(container: Container, clock: Clock, people: int = 1) -> None:
    for _ in range(people):
        Walker(container).filled()
    clock.advance(minutes=2)
    assert container.sealer.catch_up() is not None


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://ncre.example", True),
        ("http://ncre.example", False),
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://127.0.0.1.example", False),
        ("http://localhost@example.com", False),
        ("", False),
    ],
)
def test_what_a_witness_follows_comes_over_tls_or_from_this_machine(url: str, safe: bool) -> None:
    assert witness.is_safe(url) is safe


def test_nothing_is_there_before_the_first_checkpoint(site: Flask) -> None:
    assert site.test_client().get("/ledger/checkpoint", base_url=ORIGIN).status_code == 404
    assert site.test_client().get("/ledger/tile/0/000", base_url=ORIGIN).status_code == 404


def test_checkpoint_and_tiles_lead_to_one_root_and_may_be_cached(
    container: Container, site: Flask, clock: Clock
) -> None:
    grown(container, clock, 150)
    client = site.test_client()
    answer = client.get("/ledger/checkpoint", base_url=ORIGIN)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    checkpoint = Checkpoint.read(answer.text)
    keys = json.loads(client.get("/ledger/keys.json", base_url=ORIGIN).text)
    assert checkpoint.note.signed_by(VerifierKey.read(keys[0]["key"]))
    tree = Frontier()
    for index in range(-(-checkpoint.size // 256)):
        width = min(256, checkpoint.size - index * 256)
        tile = client.get(f"/ledger/tile/0/{tile_paths.written(index, width)}", base_url=ORIGIN)
        assert tile.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert tile.headers["Content-Type"] == "application/octet-stream"
        for at in range(0, len(tile.data), 32):
            tree.append(tile.data[at : at + 32])
    assert tree.root() == checkpoint.root
    above = client.get("/ledger/tile/1/000.p/1", base_url=ORIGIN)
    assert len(above.data) == 32


def test_no_page_of_the_ledger_says_anything_of_a_person(
    container: Container, site: Flask, clock: Clock
) -> None:
    walker = Walker(container)
    walker.filled()
    grown(container, clock)
    client = site.test_client()
    paths = ("/ledger/checkpoint", "/ledger/keys.json", "/ledger/tile/0/000.p/4", "/ledger/check")
    told = b"".join(client.get(path, base_url=ORIGIN).data for path in paths)
    for private in (
        walker.details.name,
        walker.details.document_number,
        walker.details.mobile,
        str(walker.id),
    ):
        assert private.encode() not in told
    for row in ("/ledger/tile/entries/000", "/ledger/log.jsonl"):
        assert client.get(row, base_url=ORIGIN).status_code == 404


@pytest.mark.parametrize("index", [0, 1, 255, 999, 1000, 1234067, 10**9 + 7])
@pytest.mark.parametrize("width", [1, 255, 256])
def test_names_of_tiles_are_those_of_the_specification(index: int, width: int) -> None:
    name = tile_paths.written(index, width)
    assert tile_paths.read(name) == (index, width)
    assert re.fullmatch(r"(x\d{3}/)*\d{3}(\.p/\d+)?", name)


def test_a_name_that_is_written_otherwise_is_none() -> None:
    assert tile_paths.written(1234067) == "x001/x234/067"
    for name in (
        "0",
        "x000/001",
        "001.p/0",
        "001.p/256",
        "001.p/257",
        "001.p/01",
        "x1/001",
        "001/002",
        "٠٠١",
        "x001/" * 9,
    ):
        assert tile_paths.read(name) is None


def watching(container: Container, folder: Path, signer: NoteSigner = WITNESS) -> Witness:
    with container.database.reading() as connection:
        from ncre.ledger.checkpoints import keys

        log = keys(connection)[-1][1]
    return Witness(f"{ORIGIN}/ledger", folder / "seen", signer, log, lambda: 1_800_000_000)


def test_a_witness_follows_the_log_cosigns_it_and_keeps_what_it_saw(
    container: Container, net: Client, clock: Clock, tmp_path: Path
) -> None:
    grown(container, clock)
    one = watching(container, tmp_path)
    first = one.look()
    assert first.kept
    again = one.look()
    assert (again.grown_by, again.checkpoint.size) == (0, first.checkpoint.size)
    grown(container, clock, 140)
    second = one.look()
    assert second.kept
    assert second.grown_by == 280
    note = net.client.get("/ledger/checkpoint", base_url=ORIGIN).text
    assert Checkpoint.read(note).note.signed_by(WITNESS.verifier)
    bundle = ground.whole(container)
    seen = [file.read_text() for file in sorted((one.folder / "checkpoints").iterdir())]
    leaves = (one.folder / "leaves.bin").read_bytes()
    key = one.log.text
    assert ground.verdict(bundle, key=key, witnesses=[WITNESS.verifier], seen=seen, leaves=leaves) == ("", "")
    (one.folder / "edge.json").unlink()
    grown(container, clock)
    assert one.look().kept


def test_a_witness_refuses_what_does_not_extend_what_it_saw(
    container: Container, net: Client, clock: Clock, tmp_path: Path
) -> None:
    grown(container, clock)
    one = watching(container, tmp_path)
    size = one.look().checkpoint.size
    kept = (one.folder / "leaves.bin").read_bytes()
    log = NoteSigner.of(one.log.name, bytes(range(32)))
    for wanted, said, text in (
        ("shrunk", "seen before", checkpoint_text(log.verifier.name, size - 1, bytes(32))),
        ("fork", "does not extend", checkpoint_text(log.verifier.name, size, bytes(32))),
        ("checkpoint", "another log", checkpoint_text("other.example/ledger", size, bytes(32))),
    ):
        net.altered["/ledger/checkpoint"] = log.signed(text).encode()
        with pytest.raises(VerificationFailed, match=said) as refused:
            one.look()
        assert refused.value.check == wanted
    other = NoteSigner.of(one.log.name, bytes(32))
    net.altered["/ledger/checkpoint"] = other.signed(
        checkpoint_text(log.verifier.name, size, bytes(32))
    ).encode()
    with pytest.raises(VerificationFailed, match="signature"):
        one.look()
    net.altered["/ledger/checkpoint"] = b"<html>"
    with pytest.raises(Unreachable):
        one.look()
    assert (one.folder / "leaves.bin").read_bytes() == kept
    assert len(list((one.folder / "checkpoints").iterdir())) == 1


def test_a_witness_notices_what_was_altered_of_what_it_kept(
    container: Container, net: Client, clock: Clock, tmp_path: Path
) -> None:
    grown(container, clock)
    one = watching(container, tmp_path)
    one.look()
    edge, leaves = one.folder / "edge.json", one.folder / "leaves.bin"
    edge.write_text("{}")
    assert one.look().grown_by == 0, "it is made anew from the leaves"
    edge.write_text(json.dumps({"size": 1, "subtrees": [[1, "00" * 32]]}))
    leaves.write_bytes(bytes(len(leaves.read_bytes())))
    with pytest.raises(VerificationFailed, match="what this witness kept was altered") as told:
        one.look()
    assert (told.value.check, told.value.where) == ("kept", str(leaves))


def test_a_ledger_names_its_newest_key_or_cannot_be_followed(
    container: Container, net: Client, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(Unreachable, match="404"):
        watching_nothing(tmp_path).look()
    grown(container, clock)
    assert witness.first_key(f"{ORIGIN}/ledger") == watching(container, tmp_path).log
    for odd in (b"[]", b"{}", b"<html>", b'[{"key": 1}]', b"[{}]"):
        net.altered["/ledger/keys.json"] = odd
        with pytest.raises(Unreachable, match="names no key"):
            witness.first_key(f"{ORIGIN}/ledger")
        with pytest.raises((Unreachable, VerificationFailed)):
            watching(container, tmp_path).look()
    net.altered["/ledger/checkpoint"] = b"\xff"
    with pytest.raises(Unreachable, match="no checkpoint"):
        watching(container, tmp_path).look()


def watching_nothing(folder: Path) -> Witness:
    log = NoteSigner.of("localhost/ledger", bytes(32)).verifier
    return Witness(f"{ORIGIN}/ledger", folder / "seen", WITNESS, log, lambda: 1_800_000_000)


def test_only_witnesses_that_are_known_leave_their_line(
    container: Container, net: Client, clock: Clock, tmp_path: Path
) -> None:
    grown(container, clock)
    stranger = NoteSigner.of("stranger.example", bytes(32), WITNESS_KEY)
    assert not watching(container, tmp_path, stranger).look().kept
    note = net.client.get("/ledger/checkpoint", base_url=ORIGIN).text
    post = net.client.post
    assert post("/ledger/cosignatures", base_url=ORIGIN, data=note.encode()).status_code == 403
    assert post("/ledger/cosignatures", base_url=ORIGIN, data=b"\xff").status_code == 400
    assert post("/ledger/cosignatures", base_url=ORIGIN, data=b"x" * 30_000).status_code == 400
    text = checkpoint_text("localhost/ledger", 3, bytes(32))
    forged = f"{text}\n{WITNESS.cosignature(text, 1)}"
    assert post("/ledger/cosignatures", base_url=ORIGIN, data=forged.encode()).status_code == 404
    assert net.client.get("/ledger/checkpoint", base_url=ORIGIN).text == note


@pytest.fixture(scope="module")
def go_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program upon the library that signed notes and tiled logs come from, which shares no line with ours."""
    packages = Path("/usr/share/gocode")
    if not shutil.which("go") or not (packages / "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev: run tools/oracles.sh as root")
    folder = tmp_path_factory.mktemp("go")
    source = ORACLES / "transparency_log.go"
    setting = {"GO111MODULE": "off", "GOPATH": str(packages), "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    program = folder / "transparency_log"
    subprocess.run(["go", "build", "-o", program, source], env={**os.environ, **setting}, check=True)
    return program


def kept(client: FlaskClient, folder: Path, older: str) -> Checkpoint:
    """Everything that the ledger serves of its newest tree, as files."""
    checkpoint = client.get("/ledger/checkpoint", base_url=ORIGIN).text
    (folder / "checkpoint").write_text(checkpoint)
    (folder / "older").write_text(older)
    newest = Checkpoint.read(checkpoint)
    level, count, leaves = 0, newest.size, b""
    while count:
        for index in range(-(-count // 256)):
            name = tile_paths.written(index, min(256, count - index * 256))
            tile = client.get(f"/ledger/tile/{level}/{name}", base_url=ORIGIN).data
            file = folder / "tile" / str(level) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(tile)
            leaves += tile if level == 0 else b""
        level, count = level + 1, count // 256
    (folder / "leaves").write_text("\n".join(leaves[at : at + 32].hex() for at in range(0, len(leaves), 32)))
    return newest


def test_the_go_library_reads_our_notes_tiles_and_proofs(
    container: Container, site: Flask, clock: Clock, tmp_path: Path, go_library: Path
) -> None:
    client = site.test_client()
    grown(container, clock, 20)
    older = client.get("/ledger/checkpoint", base_url=ORIGIN).text
    grown(container, clock, 150)
    key = json.loads(client.get("/ledger/keys.json", base_url=ORIGIN).text)[0]["key"]
    newest = kept(client, tmp_path, older)

    def check() -> subprocess.CompletedProcess[str]:
        return subprocess.run([go_library, key, tmp_path], capture_output=True, text=True, check=False)

    assert check().stdout == f"{Checkpoint.read(older).size} {newest.size}\n"
    leaves = (tmp_path / "leaves").read_text()
    (tmp_path / "leaves").write_text(leaves.replace(leaves[:64], "00" * 32, 1))
    assert check().returncode == 1
    (tmp_path / "leaves").write_text(leaves)
    note = (tmp_path / "checkpoint").read_text()
    (tmp_path / "checkpoint").write_text(note.replace(f"\n{newest.size}\n", f"\n{newest.size + 1}\n", 1))
    assert "invalid signature" in check().stderr
