"""Line numbers in a TOML file, texts of several lines included."""

from __future__ import annotations

from ncre.rounds.toml_positions import Lines

TEXT = '''title = "top"
[one]
a = 1
text = """
[two]
a = 9
"""
b = 2
[[many]]
a = 1

[[many]]
quoted = """one line"""
a = 2
'''


def test_tables_and_keys_are_found_where_they_stand() -> None:
    lines = Lines(TEXT)
    assert (lines.table("one"), lines.key("one", "a"), lines.key("one", "b")) == (2, 3, 8)
    assert [lines.table("many", n) for n in (0, 1)] == [9, 12]
    assert [lines.key("many", "a", n) for n in (0, 1)] == [10, 14]


def test_what_lies_inside_a_text_is_no_table() -> None:
    assert Lines(TEXT).table("two") == 0


def test_a_key_that_is_missing_is_looked_for_at_its_table() -> None:
    assert Lines(TEXT).key("many", "missing", 1) == 12
    assert Lines(TEXT).key("nowhere", "a") == 0
