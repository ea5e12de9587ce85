"""The settings of the ledger: the key that signs, what this machine remembers, whose cosignatures are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ncre.config.environment import Environment, problem_of_variable
from ncre.config.secret import read_secret
from ncre.config.settings import LedgerTerms
from ncre.ledger.signing import LONGEST_NAME
from ncre.ledger.verifier import WITNESS_KEY, VerifierKey

NAME: Final = "ledger.key"


def read_ledger(variables: Environment, folder: Path | None) -> tuple[LedgerTerms, list[str]]:
    """The terms, and what is wrong with them. A missing key is no problem: not every machine seals."""
    given = variables.ledger_key.get_secret_value() if variables.ledger_key else None
    file = variables.ledger_key_file or (folder / NAME if folder else None)
    problems, witnesses = [], []
    key = read_secret(given, file) if given is not None or file is not None else None
    usual = given is None and variables.ledger_key_file is None
    if key is not None and key.problem and not (usual and folder and not folder.is_dir()):
        problems.append(key.problem.replace("NCRE_SECRET", "NCRE_LEDGER_KEY"))
    if given is not None and variables.ledger_key_file is not None:
        zh, en = "与 NCRE_LEDGER_KEY_FILE 只能设置一个", "and NCRE_LEDGER_KEY_FILE: set one of them"
        problems.append(problem_of_variable("NCRE_LEDGER_KEY", zh, en))
    for text in variables.ledger_witnesses.split():
        witness = _witness(text)
        if witness is None:
            zh, en = f"{text} 不是见证人的公钥", f"{text} is no public key of a witness (name+id+base64)"
            problems.append(problem_of_variable("NCRE_LEDGER_WITNESSES", zh, en))
        else:
            witnesses.append(witness)
    seed, name = (key.value or None) if key is not None else None, variables.ledger_name
    if name and (
        len(name) > LONGEST_NAME or not name.isascii() or not name.isprintable() or set(name) & set(" +")
    ):
        zh, en = "应为不含空格和加号的英文名称", "must be a plain name without spaces and plus signs"
        problems.append(problem_of_variable("NCRE_LEDGER_NAME", zh, en))
    file = key.file if key else None
    return LedgerTerms(seed, file, variables.ledger_anchor, tuple(witnesses), name), problems


def _witness(text: str) -> VerifierKey | None:
    try:
        key = VerifierKey.read(text)
    except ValueError:
        return None
    return key if key.algorithm == WITNESS_KEY and len(key.name) <= LONGEST_NAME else None
