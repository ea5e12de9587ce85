"""Mutants are those of mutmut, drawn by their names, and tried by the tests that stand nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutants import generation
from tools.mutants.generation import Mutated, function_of
from tools.mutants.reach import Reaching, files_of_tests
from tools.mutants.settings import modules
from tools.mutants.trying import chosen_tests, sample

RULE = """
def may_pay(due: int, paid: int) -> bool:
    return paid < due
"""


@pytest.fixture
def rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mutated:
    monkeypatch.setattr(generation, "KEPT", tmp_path)
    source = tmp_path / "rule.py"
    source.write_text(RULE, encoding="utf-8")
    return generation.mutated("rule", source)


def test_a_mutant_says_what_it_changes(rule: Mutated) -> None:
    (mutant,) = rule.mutants()
    assert function_of(mutant) == "rule.x_may_pay"
    assert rule.difference(mutant).splitlines() == ["-    return paid < due", "+    return paid <= due"]


def test_a_mutant_of_a_default_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "KEPT", tmp_path)
    source = tmp_path / "rule.py"
    source.write_text("def due(fee: int = 80) -> int:\n    return fee\n", encoding="utf-8")
    module = generation.mutated("rule", source)
    assert [module.difference(mutant).splitlines() for mutant in module.mutants()] == [
        ["-def (fee: int = 80) -> int:", "+def (fee: int = 81) -> int:"]
    ]


def test_the_mutant_is_called_where_it_is_asked_for(rule: Mutated, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"__name__": "rule"}
    exec(rule.file.read_text(encoding="utf-8"), names)
    assert not names["may_pay"](5, 5)  # type: ignore[operator]
    monkeypatch.setenv("MUTANT_UNDER_TEST", rule.mutants()[0])
    assert names["may_pay"](5, 5)  # type: ignore[operator]


def test_a_changed_source_is_mutated_anew(rule: Mutated, tmp_path: Path) -> None:
    source = tmp_path / "rule.py"
    source.write_text(RULE.replace("<", ">"), encoding="utf-8")
    anew = generation.mutated("rule", source)
    assert anew.file != rule.file
    assert not rule.file.exists()


def test_a_sample_is_the_same_each_time_and_part_of_a_larger_one() -> None:
    names = [f"ncre.domain.claims.x_claimed__mutmut_{number}" for number in range(50)]
    drawn = sample(names, 10)
    assert sample(reversed(names), 10) == drawn
    assert set(drawn) < set(sample(names, 20))
    assert sample(names, 0) == sorted(names)


def test_the_nearest_tests_come_first_and_end_with_the_seconds() -> None:
    far = Reaching("tests/web/staff/test_desk.py::test_b", 0.1)
    near = Reaching("tests/services/payment/test_checkout.py::test_a", 0.3)
    slow = Reaching("tests/web/staff/test_desk.py::test_c", 9.0)
    assert chosen_tests("ncre.services.payment.checkout", [far, near, slow], 1.0) == [near, far]


def test_one_test_is_tried_however_long_it_takes() -> None:
    slow = Reaching("tests/web/staff/test_desk.py::test_c", 9.0)
    assert chosen_tests("ncre.services.payment.checkout", [slow], 1.0) == [slow]


def test_every_room_of_rules_is_changed_and_every_named_folder_of_tests_is_there() -> None:
    rooms = {name.split(".")[1] for name, _ in modules()}
    assert rooms == {"domain", "events", "services", "ledger", "store"}
    assert {name for name, _ in modules("ncre.domain.payment.*")} >= {"ncre.domain.payment.orders"}
    assert all(file.exists() for file in files_of_tests())
