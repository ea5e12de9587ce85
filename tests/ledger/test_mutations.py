"""Each check of the verifier is needed: without it some tampering of the catalogue passes, or is named otherwise."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from ncre.ledger import verifier
from ncre.ledger.signing import checkpoint_text
from ncre.ledger.verifier import Checkpoint, Frontier, VerifierKey, leaf_hash
from tests.ledger.ground import (
    KEY,
    ORIGIN,
    OTHER,
    SIGNER,
    WITNESS,
    Parts,
    digest_statement,
    line,
    verdict,
)

REG: Final = "00000000-0000-4000-8000-000000000001"
ORDER: Final = "00000000-0000-4000-8000-000000000002"
AGREED: Final = line(1, REG, 1, "registration.agreement_accepted")
FILLED: Final = line(2, REG, 2, "registration.info_filled")
SUBMITTED: Final = line(3, REG, 3, "registration.submitted", lines=[{"subject": "66", "fee": 8000}])
PICTURED: Final = line(4, REG, 4, "registration.photo_uploaded")
BEGUN: Final = [AGREED, FILLED, SUBMITTED, PICTURED]
TRADE: Final[dict[str, Any]] = {"channel": "till", "trade": "T1", "amount": 8000}


def came(position: int = 5, version: int = 1, **changed: Any) -> bytes:
    return line(position, ORDER, version, "payment.received", "payment", **(TRADE | changed))


def settles(position: int = 6, version: int = 5, **changed: Any) -> bytes:
    return line(position, REG, version, "registration.payment_settled", "payment", **(TRADE | changed))


def owed(position: int, version: int, **changed: Any) -> bytes:
    return line(position, REG, version, "registration.payment_unusable", "payment", **(TRADE | changed))


def went_back(position: int, version: int, amount: int) -> bytes:
    return line(
        position, ORDER, version, "payment.refund_confirmed", "payment", **(TRADE | {"amount": amount})
    )


GOOD: Final = [*BEGUN, came(), settles()]


@dataclass(frozen=True)
class Case:
    """A bundle that must be refused by one check at one place. `asked` is what the auditor asks beside."""

    bundle: bytes
    refusal: tuple[str, str]
    asked: dict[str, Any]


CASES: Final[dict[str, Callable[[], Case]]] = {}


def case(check: str, where: str, **asked: Any) -> Callable[[Callable[[], Parts]], Callable[[], Parts]]:
    """Enters a tampering under its name, with the refusal that it must meet."""

    def entered(make: Callable[[], Parts]) -> Callable[[], Parts]:
        CASES[make.__name__] = lambda: Case(make().packed(), (check, where), asked)
        return make

    return entered


def good(lines: list[bytes] = GOOD, *sizes: int) -> Parts:
    return Parts.sealed(lines, sizes)


@case("key", "keys.json", key=OTHER.verifier.text)
def a_key_that_never_signed() -> Parts:
    return good()


def handed_over(signed_by_old: bool = True, signed_by_new: bool = True, start: int = 4) -> Parts:
    """From the fourth fact on another key signs."""
    parts = good(GOOD, 4, 6)
    text = f"{ORIGIN}/handover\n{start}\n{SIGNER.verifier.text}\n{OTHER.verifier.text}\n"
    lines = [SIGNER.signature(text)] * signed_by_old + [OTHER.signature(text)] * signed_by_new
    keys = [*parts.keys, {"key": OTHER.verifier.text, "from": start, "handover": f"{text}\n{''.join(lines)}"}]
    newest = OTHER.signed(Checkpoint.read(parts.checkpoints[1]).note.text)
    return replace(parts, keys=keys, checkpoints=[parts.checkpoints[0], newest])


@case("key", "keys.json")
def a_handover_that_the_old_key_never_signed() -> Parts:
    return handed_over(signed_by_old=False)


@case("key", "keys.json", key=OTHER.verifier.text)
def a_handover_that_the_new_key_never_signed() -> Parts:
    return handed_over(signed_by_new=False)


@case("key", "keys.json")
def keys_that_do_not_follow_each_other() -> Parts:
    return handed_over(start=0)


@case("signature", "checkpoint 2")
def a_checkpoint_of_the_old_key_after_its_handover() -> Parts:
    parts = handed_over()
    return replace(parts, checkpoints=good(GOOD, 4, 6).checkpoints)


@case("signature", "checkpoint 1")
def a_false_signature() -> Parts:
    parts = good()
    text = Checkpoint.read(parts.checkpoints[0]).note.text
    other = SIGNER.signature(text + "more\n")
    return replace(parts, checkpoints=[f"{text}\n{other}"])


@case("signature", "checkpoint 1")
def no_signature_of_the_ledger() -> Parts:
    parts = good()
    return replace(parts, checkpoints=[OTHER.signed(Checkpoint.read(parts.checkpoints[0]).note.text)])


@case("checkpoint", "checkpoint 1")
def a_checkpoint_that_is_none() -> Parts:
    return replace(good(), checkpoints=[SIGNER.signed(f"{ORIGIN}\nsix\n\n")])


@case("checkpoint", "checkpoint 1")
def a_checkpoint_of_another_log() -> Parts:
    parts = good()
    text = Checkpoint.read(parts.checkpoints[0]).note.text.replace(ORIGIN, "other.example/ledger")
    return replace(parts, checkpoints=[SIGNER.signed(text)])


@case("checkpoint", "checkpoint 2")
def a_checkpoint_twice() -> Parts:
    parts = good(GOOD, 4, 6)
    return replace(parts, checkpoints=[parts.checkpoints[0], *parts.checkpoints])


@case("checkpoint", "checkpoints.json")
def no_checkpoint_at_all() -> Parts:
    return replace(good(), lines=[], checkpoints=[], leaves=[])


@case("life", "life.json")
def a_table_of_the_life_that_allows_more() -> Parts:
    return replace(good(), life=good().life.replace(b'["new"]', b'["new","agreed"]'))


@case("signature", "statement.json")
def a_table_of_the_life_that_another_key_signed() -> Parts:
    parts = good()
    return replace(parts, statement=digest_statement(parts.life, OTHER))


@case("signature", "statement.json")
def a_false_signature_under_the_table_of_the_life() -> Parts:
    parts = good()
    text = digest_statement(parts.life).rpartition("\n\n")[0] + "\n"
    return replace(parts, statement=f"{text}\n{SIGNER.signature(text + 'more')}")


@case("signature", "keys.json")
def a_false_signature_under_a_handover() -> Parts:
    parts = handed_over()
    text = parts.keys[1]["handover"].rpartition("\n\n")[0] + "\n"
    forged = f"{text}\n{SIGNER.signature(text + 'more')}{OTHER.signature(text)}"
    return replace(parts, keys=[parts.keys[0], {**parts.keys[1], "handover": forged}])


@case("witness", "checkpoints.json", witnesses=[WITNESS.verifier])
def no_witness() -> Parts:
    return good()


@case("witness", "checkpoint 1", witnesses=[WITNESS.verifier])
def a_false_cosignature() -> Parts:
    parts = good()
    text = Checkpoint.read(parts.checkpoints[0]).note.text
    return replace(parts, checkpoints=[parts.checkpoints[0] + WITNESS.cosignature(text + "more\n", 1)])


@case("leaf", "line 4")
def a_line_altered() -> Parts:
    parts = good()
    return parts.with_lines([*GOOD[:3], GOOD[3].replace(b"{}", b'{"x":1}'), *GOOD[4:]])


@case("root", "checkpoint 1")
def a_line_and_its_hash_altered() -> Parts:
    return a_line_altered().repaired()


@case("seen", "line 2", leaves=b"".join(leaf_hash(text) for text in [AGREED, AGREED]))
def a_fact_that_the_witness_saw_otherwise() -> Parts:
    return good()


@case("root", "seen checkpoint over 4 facts", seen=[good([*BEGUN[:3], AGREED]).checkpoints[0]])
def another_history_than_the_witness_saw() -> Parts:
    return good()


@case("size", "line 6", seen=[good([*GOOD, came(7, 2, trade="T2"), owed(8, 6, trade="T2")]).checkpoints[0]])
def fewer_facts_than_the_witness_saw() -> Parts:
    return good()


@case("size", "line 5")
def the_end_cut_off() -> Parts:
    parts = good()
    return replace(parts, lines=parts.lines[:-1], leaves=(parts.leaves or [])[:-1])


@case("size", "line 7")
def a_fact_that_no_checkpoint_is_over() -> Parts:
    return good().with_lines([*GOOD, came(7, 2, trade="T2")]).repaired()


def _hidden(*skips: tuple[int, bytes]) -> list[bytes]:
    from base64 import b64encode

    return [json.dumps({"skip": count, "hash": b64encode(hash_).decode()}).encode() for count, hash_ in skips]


@case("size", "checkpoint 1")
def a_checkpoint_amid_what_is_left_out() -> Parts:
    parts = good(GOOD, 3, 6)
    tree = Frontier()
    for text in GOOD[:4]:
        tree.append(leaf_hash(text))
    lines = [*_hidden((4, tree.root())), *GOOD[4:]]
    return replace(parts, lines=lines, leaves=None)


@case("line", "line 1")
def something_left_out_that_is_no_subtree() -> Parts:
    return replace(good(), lines=[*_hidden((3, bytes(32))), *GOOD[3:]], leaves=None)


@case("leaf", "line 6")
def hashes_after_the_end() -> Parts:
    parts = good()
    return replace(parts, leaves=[*(parts.leaves or []), bytes(32)])


@case("line", "line 6")
def a_line_without_end() -> Parts:
    return replace(good(), end=b"")


@case("line", "line 2")
def a_line_that_is_no_fact() -> Parts:
    return good([AGREED, b"[2]", *BEGUN[1:]])


@case("line", "line 1")
def a_version_that_is_no_number() -> Parts:
    return good([AGREED.replace(b",1,", b",true,")])


@case("line", "line 2")
def a_fact_of_another_kind() -> Parts:
    return good([AGREED, b'["2","%s",2,"registration.info_filled",{"fact":{}}]' % REG.encode()])


@case("order", "line 2")
def a_position_that_does_not_grow() -> Parts:
    return good([AGREED, line(1, REG, 2, "registration.info_filled"), *BEGUN[2:]])


@case("versions", "line 2")
def a_hole_in_a_stream() -> Parts:
    return good([AGREED, line(2, REG, 3, "registration.info_filled")])


@case("life", "line 3")
def a_status_that_does_not_follow() -> Parts:
    return good([*BEGUN[:2], line(3, REG, 3, "registration.photo_uploaded")])


@case("life", "line 2")
def a_step_by_somebody_who_may_not() -> Parts:
    return good([AGREED, line(2, REG, 2, "registration.info_filled", "clock")])


PAUSED: Final = line(5, REG, 5, "registration.suspended", "office", was="photo-uploaded")


@case("life", "line 6")
def a_pause_that_ends_elsewhere() -> Parts:
    return good([*BEGUN, PAUSED, line(6, REG, 6, "registration.resumed", "office", to="paid")])


@case("money", "line 7")
def money_that_came_twice() -> Parts:
    return good([*GOOD, came(7, 2)])


@case("money", "line 6")
def a_price_that_was_not_paid() -> Parts:
    return good([*BEGUN, came(amount=7000), settles(amount=7000)])


@case("money", "line 5")
def money_that_never_came_and_settles() -> Parts:
    return good([*BEGUN, settles(5)])


@case("money", "line 7")
def money_that_never_came_and_is_owed_back() -> Parts:
    return good([*GOOD, owed(7, 6, trade="T9")])


@case("money", "line 7")
def money_that_is_nobodys() -> Parts:
    return good([*GOOD, came(7, 2, trade="T2")])


@case("money", "line 5")
def more_back_than_came() -> Parts:
    return good([*GOOD, went_back(7, 2, 5000), line(8, ORDER, 3, "payment.refund_confirmed", **TRADE)])


SOURCE: Final = Path(verifier.__file__ or "").read_text("utf-8")


def refuses(node: ast.AST) -> bool:
    """Whether a statement is a check: it raises VerificationFailed itself, or by `require` or a `holds` made of it."""
    calls = {ast.Raise: lambda raised: raised.exc, ast.Expr: lambda told: told.value}
    called = calls[type(node)](node) if type(node) in calls else None
    if not isinstance(called, ast.Call) or not isinstance(called.func, ast.Name):
        return False
    return (
        called.func.id == "VerificationFailed"
        if isinstance(node, ast.Raise)
        else called.func.id in ("require", "holds")
    )


CHECKS: Final = [node.lineno for node in ast.walk(ast.parse(SOURCE)) if refuses(node)]


class _Without(ast.NodeTransformer):
    """Takes one refusal out of the source."""

    def __init__(self, lineno: int) -> None:
        self._lineno = lineno

    def visit(self, node: ast.AST) -> ast.AST:
        if refuses(node) and getattr(node, "lineno", 0) == self._lineno:
            return ast.copy_location(ast.Pass(), node)
        return super().visit(node)  # type: ignore[no-any-return]


def module_of(tree: ast.AST, name: str) -> ModuleType:
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(ast.fix_missing_locations(tree), name, "exec"), module.__dict__)  # type: ignore[arg-type]
    return module


def outcome(case_: Case, module: ModuleType = verifier) -> tuple[str, str]:
    try:
        return verdict(case_.bundle, module, **case_.asked)
    except Exception as error:
        return type(error).__name__, ""


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Case]:
    return {name: make() for name, make in CASES.items()}


def test_every_check_of_the_source_is_known_here() -> None:
    """Every check that docs/proof.md names refuses somewhere, so that none is left out of what is mutated."""
    told = {case.refusal[0] for case in (make() for make in CASES.values())}
    assert len(CHECKS) >= 30
    assert told == {
        *("key", "signature", "checkpoint", "witness", "leaf", "root", "seen", "size"),
        *("line", "order", "versions", "life", "money"),
    }


def test_what_holds_is_accepted() -> None:
    resumed = [*BEGUN, PAUSED, line(6, REG, 6, "registration.resumed", "office", to="photo-uploaded")]
    for parts in (good(), good(GOOD, 2, 4, 6), handed_over(), good(resumed)):
        assert verdict(parts.packed()) == ("", "")
    assert verdict(handed_over().packed(), key=OTHER.verifier.text) == ("", "")


@pytest.mark.parametrize("name", CASES)
def test_a_tampering_is_refused_by_its_check(name: str, catalogue: dict[str, Case]) -> None:
    assert outcome(catalogue[name]) == catalogue[name].refusal


@pytest.mark.parametrize("lineno", CHECKS)
def test_without_a_check_some_tampering_passes_or_is_named_otherwise(
    lineno: int, catalogue: dict[str, Case]
) -> None:
    mutant = module_of(_Without(lineno).visit(ast.parse(SOURCE)), f"verifier_without_{lineno}")
    told = {name: outcome(one, mutant) for name, one in catalogue.items()}
    assert told != {name: one.refusal for name, one in catalogue.items()}


CONDITIONS: Final = {
    "size == tree.size": "True",
    "tree.root() == root": "True",
    "trade.settled is None and amount == price": "trade.settled is None",
    "fits = trade.settled is None and amount == price": "fits = amount == price",
    "trade.settled in (None, came)": "True",
    "version == stream.version + 1": "version > stream.version",
    "position > self.position": "position >= self.position",
    "before in sources and role in roles": "before in sources",
    "(not isinstance(to, list) or after == stream.paused)": "True",
    'said = note.text == f"{key.name}/handover': 'said = note.text != f"{key.name}/handed',
    'note.signed_by(before, "keys.json") and': 'note.signed_by(before, "keys.json") or',
    "if start < checkpoint.size <= end": "if True",
    "checkpoint.size > found[-1].size": "checkpoint.size >= found[-1].size",
    "leaves & (leaves - 1) or": "",
    "not wanted and tree.size == checkpoints[-1].size": "not wanted",
    "whole = not wanted and tree.size": "whole = tree.size",
    '(type(position), type(version), type(stored["fact"])) != (int, int, dict)': "False",
    'kept in (b"", hash_)': "True",
}
"""Conditions of checks, and weaker ones."""


@case("money", "line 11")
def the_same_trade_settles_two_registrations() -> Parts:
    other = "00000000-0000-4000-8000-000000000003"
    begun = [text.replace(REG.encode(), other.encode()) for text in BEGUN]
    rows = [json.loads(text) for text in [*GOOD, *begun, settles().replace(REG.encode(), other.encode())]]
    lines = [
        json.dumps([at, *row[1:]], separators=(",", ":")).encode() for at, row in enumerate(rows, start=1)
    ]
    return good(lines)


@case("key", "keys.json")
def a_handover_about_something_else() -> Parts:
    parts = handed_over()
    text = f"{ORIGIN}/handover\n5\n{SIGNER.verifier.text}\n{OTHER.verifier.text}\n"
    keys = [parts.keys[0], {**parts.keys[1], "handover": SIGNER.signed(text) + OTHER.signature(text)}]
    return replace(parts, keys=keys)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_weaker_check_lets_some_tampering_pass(condition: str, catalogue: dict[str, Case]) -> None:
    assert condition in SOURCE, "the source says it otherwise now"
    weaker = SOURCE.replace(condition, CONDITIONS[condition])
    mutant = module_of(ast.parse(weaker), f"weaker_{list(CONDITIONS).index(condition)}")
    told = {name: outcome(one, mutant) for name, one in catalogue.items()}
    assert told != {name: one.refusal for name, one in catalogue.items()}


def test_a_verifier_key_whose_id_is_another_is_refused() -> None:
    name, id_, public = KEY.split("+", 2)
    with pytest.raises(ValueError, match="id"):
        VerifierKey.read(f"{name}+{int(id_, 16) ^ 1:08x}+{public}")
    assert checkpoint_text("a", 1, bytes(32)).endswith("=\n")
