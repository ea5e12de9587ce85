"""Whose signature a line is: that of one of the witnesses that are known, wherever it stands among them, or nobody's."""

from __future__ import annotations

import pytest

from ncre.ledger.signing import NoteSigner, checkpoint_text, cosigned_by
from ncre.ledger.verifier import WITNESS_KEY

TEXT = checkpoint_text("ncre.example/ledger", 5, bytes(32))
WITNESSES = [NoteSigner.of(f"w{number}.example", bytes([number]) * 32, WITNESS_KEY) for number in (1, 2, 3)]
KNOWN = [one.verifier for one in WITNESSES]


@pytest.mark.parametrize("place", range(3))
def test_each_of_the_witnesses_is_known_by_its_line(place: int) -> None:
    assert cosigned_by(WITNESSES[place].cosignature(TEXT, 1_800_000_000), TEXT, KNOWN) == KNOWN[place]


def test_a_line_over_another_text_or_by_somebody_else_is_nobodys() -> None:
    line = WITNESSES[1].cosignature(TEXT, 1_800_000_000)
    assert cosigned_by(line, checkpoint_text("ncre.example/ledger", 6, bytes(32)), KNOWN) is None
    assert cosigned_by(line, TEXT, [KNOWN[0], KNOWN[2]]) is None
    assert cosigned_by("no line at all\n", TEXT, KNOWN) is None


def test_only_a_witness_cosigns() -> None:
    with pytest.raises(ValueError, match="only a witness"):
        NoteSigner.of("ncre.example/ledger", bytes(32)).cosignature(TEXT, 1)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "n" * 201])
def test_a_name_that_cannot_stand_in_a_note_names_no_key(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a key"):
        NoteSigner.of(name, bytes(32))


@pytest.mark.parametrize("name", ["n", "n" * 200])
def test_a_name_is_of_one_to_two_hundred_characters(name: str) -> None:
    assert NoteSigner.of(name, bytes(32)).verifier.name == name
