"""Random edits of an exported log, and by which check and at which line each must be refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from ncre.ledger.signing import checkpoint_text
from ncre.ledger.verifier import Checkpoint
from tests.ledger.ground import ORIGIN, OTHER, Parts, verdict


@dataclass(frozen=True)
class Edit:
    """An edited bundle; the checks that may refuse it, and where ("" for anywhere). `seen`: what a witness kept."""

    parts: Parts
    checks: tuple[str, ...]
    where: str = ""
    key: str = ""
    seen: tuple[str, ...] = ()


def _flip(parts: Parts, random: Random) -> Edit:
    lines, at = [*parts.lines], random.randrange(len(parts.lines))
    altered = bytearray(lines[at])
    place = random.randrange(len(altered))
    altered[place] ^= 1 << random.randrange(8)
    if altered[place] == 10:
        altered[place] = 11
    lines[at] = bytes(altered)
    return Edit(parts.with_lines(lines), ("leaf", "line"), f"line {at + 1}")


def _drop(parts: Parts, random: Random) -> Edit:
    at = random.randrange(len(parts.lines))
    lines = [*parts.lines[:at], *parts.lines[at + 1 :]]
    last = at == len(parts.lines) - 1
    return Edit(parts.with_lines(lines), ("size" if last else "leaf",), f"line {at if last else at + 1}")


def _duplicate(parts: Parts, random: Random) -> Edit:
    at = random.randrange(len(parts.lines))
    lines = [*parts.lines[: at + 1], *parts.lines[at:]]
    last = at == len(parts.lines) - 1
    return Edit(parts.with_lines(lines), ("order" if last else "leaf",), f"line {at + 2}")


def _reorder(parts: Parts, random: Random) -> Edit:
    first, second = sorted(random.sample(range(len(parts.lines)), 2))
    lines = [*parts.lines]
    lines[first], lines[second] = lines[second], lines[first]
    return Edit(parts.with_lines(lines), ("leaf",), f"line {first + 1}")


def _swap_boxes(parts: Parts, random: Random) -> Edit:
    boxed = [at for at, text in enumerate(parts.lines) if b'"sealed":"' in text]
    first, second = sorted(random.sample(boxed, 2))
    rows = [json.loads(parts.lines[at]) for at in (first, second)]
    rows[0][4]["sealed"], rows[1][4]["sealed"] = rows[1][4]["sealed"], rows[0][4]["sealed"]
    lines = [*parts.lines]
    for at, row in zip((first, second), rows, strict=True):
        lines[at] = json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()
    return Edit(parts.with_lines(lines), ("leaf",), f"line {first + 1}")


def _truncate(parts: Parts, random: Random) -> Edit:
    keep = random.randrange(1, len(parts.lines))
    cut = replace(parts, lines=parts.lines[:keep], leaves=(parts.leaves or [])[:keep])
    return Edit(cut, ("size",), f"line {keep}")


def _forge_checkpoint(parts: Parts, random: Random) -> Edit:
    """Another root under the old signature, or under the signature of another key."""
    at = random.randrange(len(parts.checkpoints))
    notes, read = [*parts.checkpoints], Checkpoint.read(parts.checkpoints[at])
    text = checkpoint_text(ORIGIN, read.size, random.randbytes(32))
    forged = random.random() < 0.5
    notes[at] = OTHER.signed(text) if forged else text + notes[at][len(read.note.text) :]
    return Edit(replace(parts, checkpoints=notes), ("signature",), f"checkpoint {at + 1}")


def _replay_checkpoint(parts: Parts, random: Random) -> Edit:
    """An earlier one in the place of a later one."""
    early, late = sorted(random.sample(range(len(parts.checkpoints)), 2))
    notes = [*parts.checkpoints]
    notes[late] = notes[early]
    return Edit(replace(parts, checkpoints=notes), ("checkpoint",), f"checkpoint {max(late, early + 1) + 1}")


def _wrong_key(parts: Parts, random: Random) -> Edit:
    """A bundle that another key signed throughout, which names itself."""
    keys = [{"key": OTHER.verifier.text, "from": 0}]
    notes = [OTHER.signed(Checkpoint.read(note).note.text) for note in parts.checkpoints]
    return Edit(replace(parts, keys=keys, checkpoints=notes), ("key",), "keys.json")


def _shrink(parts: Parts, random: Random) -> Edit:
    """An older state of the log as if it were all, to somebody who saw a later one."""
    keep = random.randrange(len(parts.checkpoints) - 1)
    size = Checkpoint.read(parts.checkpoints[keep]).size
    small = replace(
        parts,
        lines=parts.lines[:size],
        leaves=(parts.leaves or [])[:size],
        checkpoints=parts.checkpoints[: keep + 1],
    )
    return Edit(small, ("size",), f"line {size}", seen=(parts.checkpoints[-1],))


def _renumber(parts: Parts, random: Random) -> Edit:
    """Another position, version or stream."""
    lines, at = [*parts.lines], random.randrange(len(parts.lines))
    row: list[Any] = json.loads(lines[at])
    field = random.randrange(3)
    row[field] = json.loads(random.choice(lines))[1] if field == 1 else row[field] + random.choice((-1, 1))
    altered = json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()
    if altered == lines[at]:
        return _flip(parts, random)
    lines[at] = altered
    return Edit(parts.with_lines(lines), ("leaf",), f"line {at + 1}")


def _repaired(edit: Callable[[Parts, Random], Edit]) -> Callable[[Parts, Random], Edit]:
    """The same by somebody who makes the hashes beside the lines anew: the roots, or what facts add up to, tell it."""

    def edited(parts: Parts, random: Random) -> Edit:
        made = edit(parts, random)
        return replace(
            made,
            parts=made.parts.repaired(),
            checks=("root", "size", "line", "order", "versions", "life", "money"),
            where="",
        )

    return edited


LINES: Final = (_flip, _drop, _duplicate, _reorder, _swap_boxes, _renumber)
EDITS: Final = (
    *LINES,
    *(_repaired(edit) for edit in LINES),
    _truncate,
    _forge_checkpoint,
    _replay_checkpoint,
    _wrong_key,
    _shrink,
)


def outcome(parts: Parts, random: Random) -> str:
    """Make one edit; "" where it was refused as it must be, else what was wrong."""
    edit = random.choice(EDITS)(parts, random)
    check, where = verdict(edit.parts.packed(), seen=edit.seen)
    if check in edit.checks and where in (edit.where or where):
        return ""
    return f"refused by {check or 'nothing'} at {where!r}, not by {edit.checks} at {edit.where!r}"
