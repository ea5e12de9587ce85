"""One rule for the command line: every command of the parser with odd arguments, its example, its author, its words."""

from __future__ import annotations

import argparse
import inspect
import os
import shlex
import subprocess
import sys
from collections.abc import Collection
from functools import cache
from pathlib import Path

import pytest

from ncre.bootstrap import Container
from ncre.cli import main
from ncre.cli.main import COMMANDS, parser_of
from ncre.cli.parsing.chinese import HELP
from ncre.cli.parsing.grammar import Grammar, leaves
from ncre.cli.parsing.language import ARGPARSE, CHINESE, in_language, speak
from ncre.cli.parsing.manual import MANUAL
from tests.cli.conftest import Run
from tests.support.people import somebody

SOURCE = Path(__file__).parents[2] / "src"
ODD = ("", "\x07", "\ud800", "-1", "99999999999999999999", "x" * 5000, "/dev/null/none", "../..")
"""Values that nobody means: empty, unseen, not text, out of range, too long, no place."""


@cache
def parser(language: str = "zh") -> Grammar:
    return parser_of({module for module, _ in COMMANDS.values()}, language)


LEAVES = dict(leaves(parser()))


@cache
def parser_with(modules: frozenset[str], language: str) -> Grammar:
    return parser_of(modules, language)


@pytest.fixture(autouse=True)
def parsers_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of calls are read here by a parser for each command and language, instead of one for each call."""

    def made_once(modules: Collection[str], language: str) -> Grammar:
        speak(language)
        return parser_with(frozenset(modules), language)

    monkeypatch.setattr(main, "parser_of", made_once)


def test_every_command_has_a_row_and_no_row_is_without_a_command() -> None:
    assert set(MANUAL) == set(LEAVES)


@pytest.mark.parametrize("path", sorted(LEAVES), ids=" ".join)
def test_the_example_of_each_command_is_one_that_its_parser_takes(path: tuple[str, ...]) -> None:
    words = shlex.split(MANUAL[path].example)
    assert words[0] == "ncre"
    assert tuple(words[1 : 1 + len(path)]) == path
    assert parser().parse_args(words[1:]).path == path
    assert MANUAL[path].example in LEAVES[path].format_help()


@pytest.mark.parametrize("path", sorted(path for path in LEAVES if MANUAL[path].writes), ids=" ".join)
def test_whatever_writes_takes_its_author_and_reason(path: tuple[str, ...]) -> None:
    options = {word for action in LEAVES[path]._actions for word in action.option_strings}
    assert {"--as", "--why"} <= options


def test_all_of_the_help_is_said_in_both_languages() -> None:
    def texts(one: argparse.ArgumentParser) -> list[str]:
        found = [action.help for action in one._actions if action.help]
        for action in one._actions:
            if isinstance(action, argparse._SubParsersAction):
                found += [choice.help for choice in action._choices_actions if choice.help]
                found += [text for choice in action.choices.values() for text in texts(choice)]
        return found

    said = set(texts(parser("en")))
    assert said <= HELP.keys(), said - HELP.keys()
    assert not [text for text in said if CHINESE.search(text.replace("报名号", ""))]
    assert all(CHINESE.search(text) or text == "alipay 或 wechat" for text in texts(parser("zh")))
    undocumented = [
        (path, action.dest)
        for path, leaf in LEAVES.items()
        for action in leaf._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert undocumented == []


def test_the_message_ids_are_those_of_the_argparse_that_runs() -> None:
    source = inspect.getsource(argparse)
    changed = {
        "invalid choice: %(value)r (choose from %(choices)s)",
        "unknown parser %(parser_name)r (choices: %(choices)s)",
    }
    for message in ARGPARSE.keys() - changed - {"%(prog)s: error: %(message)s\n"}:
        assert message in source, message


def _lines(path: tuple[str, ...], odd: str) -> list[list[str]]:
    """Calls of a command: nothing at all, an option that does not exist, and the odd value in each place in turn."""
    example = shlex.split(MANUAL[path].example)[1:]
    calls = [[*path, "--no-such-option"], [*example, "--no-such-option"]]
    for index in range(len(path), len(example)):
        if not example[index].startswith("--"):
            calls.append([*example[:index], odd, *example[index + 1 :]])
    for action in LEAVES[path]._actions:
        if action.option_strings and action.nargs != 0 and action.option_strings[0] not in example:
            calls.append([*example, action.option_strings[0], odd])
    return calls


SERVES = {("serve",), ("demo",), ("worker",), ("top",)}
"""Commands that go on until they are interrupted: only what ends while arguments are read is tried."""


@pytest.mark.parametrize("path", sorted(set(LEAVES) - SERVES), ids=" ".join)
def test_odd_arguments_end_with_a_sentence_and_never_with_a_traceback(
    path: tuple[str, ...], ncre: Run, container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ncre` lets no exception but SystemExit out: a traceback fails here by itself."""
    somebody(container).until_waiting()
    here = tmp_path / "so" / "deep" / "here"  # that nothing odd leads to the files of other tests
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    for odd in ODD:
        for call in _lines(path, odd):
            said = ncre(*call)
            assert said.code in (0, 1, 2, *({3} if path == ("payments", "reconcile") else ())), call
            if said.code == 2:
                lines = said.err.splitlines()
                assert lines, call
                assert all(line.startswith("ncre: ") for line in lines), (call, said.err)
                if "--no-such-option" in call:
                    assert len(lines) == 1, call


@pytest.mark.parametrize("path", sorted(LEAVES), ids=" ".join)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_option_is_told_in_the_language_asked_for(
    path: tuple[str, ...], language: str, ncre: Run
) -> None:
    said = ncre("--lang", language, *path, "--no-such-option")
    assert (said.code, said.out) == (2, "")
    assert said.err.count("\n") == 1
    assert bool(CHINESE.search(said.err)) == (language == "zh"), said.err


@pytest.mark.parametrize(
    "call",
    [
        *(("worker", "--every", value) for value in ("0", "-1", "nan", "inf", "1e9", "abc", "")),
        *(("serve", "--port", value) for value in ("0", "-1", "65536", "abc")),
        *(("top", "--every", value) for value in ("0", "nan", "inf", "abc")),
        ("serve", "--threads", "0"),
        ("serve", "--processes", "1000"),
        ("demo", "--port", "65535"),
        ("diagram", "--out", "/dev/null/none"),
        ("seat", "420019", "--seed", "abc", "--as", "kaowu"),
        ("ticket", "batch", "--site", "000000", "--out", "x", "--as", "kaowu"),
        ("ticket", "list", "--site", "000000", "--out", "x", "--as", "kaowu"),
        ("seat", "lists", "--site", "000000", "--out", "x", "--as", "kaowu"),
        ("user", "add", "", "--role", "candidate"),
        ("user", "add", "​", "--role", "candidate"),
        ("user", "add", "new", "--role", "reviewer", "--site", "000000", "--why", "a reason"),
        (
            "round",
            "notice",
            "guide",
            "--title",
            "x",
            "--title-en",
            "x",
            "--file",
            "/dev/null",
            "--file-en",
            "/dev/null",
        ),
        (
            "round",
            "notice",
            "guide",
            "--title",
            " ",
            "--title-en",
            "x",
            "--file",
            "/etc/hostname",
            "--file-en",
            "/etc/hostname",
        ),
        ("database", "copy", "--to", "mysql://x/y"),
        ("database", "copy", "--to", "sqlite:////dev/null/none"),
        ("restore", "/nowhere"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    call: tuple[str, ...], ncre: Run, tmp_path: Path
) -> None:
    said = ncre(*[str(tmp_path / "x") if word == "x" else word for word in call])
    assert said.code == 2, said
    assert said.err.count("\n") == 1, said.err
    assert not (tmp_path / "x").exists()


def test_a_sentence_in_both_languages_is_halved() -> None:
    both = "NCRE_PORT: 应为整数，现为 'a/b' / must be a whole number, not 'a/b'"
    assert in_language(both, "zh") == "NCRE_PORT: 应为整数，现为 'a/b'"
    assert in_language(both, "en") == "NCRE_PORT: must be a whole number, not 'a/b'"
    assert in_language("there is no such file /a / b", "zh") == "there is no such file /a / b"


def test_ascii_locales_do_not_end_in_a_traceback(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONPATH": str(SOURCE),
        "PYTHONCOERCECLOCALE": "0",
    }
    command = [sys.executable, "-m", "ncre"]
    helped = subprocess.run([*command, "--help"], env=environment, capture_output=True, check=False)
    assert (helped.returncode, helped.stderr) == (0, b"")
    assert "全国计算机等级考试" in helped.stdout.decode()
    drawn = subprocess.run(
        [*command, "diagram", "--out", str(tmp_path / "图.md")],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (drawn.returncode, drawn.stderr) == (0, b"")
    assert (tmp_path / "图.md").exists()
