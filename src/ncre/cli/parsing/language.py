"""The language of the command line: of its help, of what argparse says, and of sentences that are written in both."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, Final

CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_PREFIX: Final = re.compile(r"^((?:argument |参数 )[^:：]+[:：] ?|[A-Z0-9_]+: )")

ARGPARSE: Final = {
    "the following arguments are required: %s": "缺少参数：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "expected one argument": "后面要有一个值",
    "expected at least one argument": "后面至少要有一个值",
    "expected at most one argument": "后面最多一个值",
    "expected %s argument": "后面要有 %s 个值",
    "expected %s arguments": "后面要有 %s 个值",
    "not allowed with argument %s": "不能和 %s 一起用",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 不明确，可能是 %(matches)s",
    "ignored explicit argument %r": "不带值，却给了 %r",
    "invalid %(type)s value: %(value)r": "%(value)r 不能用（应为 %(type)s）",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r，可选：%(choices)s",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "没有 %(parser_name)r，可选：%(choices)s",
    "usage: ": "用法：",
    "positional arguments": "参数",
    "options": "选项",
    "subcommands": "命令",
    "show this help message and exit": "显示这份说明",
    "%(prog)s: error: %(message)s\n": "ncre: %(message)s\n",
}
"""What argparse says, by its own message ids, in Chinese. A test compares it with the argparse that runs."""

_spoken = "en"


def speak(language: str) -> None:
    """From now on argparse speaks this language: it looks its messages up with `gettext`, as its authors mean it."""
    global _spoken
    _spoken = language
    names: dict[str, Any] = vars(argparse)
    names["_"] = of_argparse
    names["ngettext"] = lambda one, many, count: of_argparse(one if count == 1 else many)


def of_argparse(message: str) -> str:
    return ARGPARSE.get(message, message) if _spoken == "zh" else message


def language_asked_for(given: Sequence[str], usual: str) -> str:
    """The language that the command line asks for with --lang, before there is a parser that could read it."""
    for index, word in enumerate(given):
        value = word[7:] if word.startswith("--lang=") else "".join(given[index + 1 : index + 2])
        if word.startswith("--lang") and word[6:7] in ("", "=") and value in ("zh", "en"):
            return value
    return usual


def in_language(text: str, language: str) -> str:
    """The half of a sentence that is written as "Chinese / English"; any other text stays as it is.

    What stands before both, the name of a variable or of an argument, stays.
    """
    for found in re.finditer(r" ?/ ", text):
        chinese, english = text[: found.start()], text[found.end() :]
        if not CHINESE.search(_PREFIX.sub("", chinese)):
            continue
        if language != "en":
            return chinese.rstrip()
        prefix = _PREFIX.match(chinese)
        return english if prefix is None or english.startswith(prefix[0]) else prefix[0] + english
    return text
