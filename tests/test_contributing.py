"""CONTRIBUTING.md is true: the ten tasks and the checklists name files that exist and hold what they say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TASKS = re.findall(r"^\| [^|]+\? \| `([^`]+)` \| `([^`]+)` \|$", GUIDE, re.MULTILINE)
STEPS = re.findall(r"`((?:src|tests)/[\w./-]+\.\w+)`\s*\(`([^`]+)`", GUIDE)
LINKS = re.compile(r"\]\(([^)#:]+)(?:#[\w-]*)?\)")


def test_there_are_ten_tasks_and_three_checklists() -> None:
    assert len(TASKS) == 10
    assert len(re.findall(r"^## Add a ", GUIDE, re.MULTILINE)) == 3
    assert len(STEPS) >= 16


@pytest.mark.parametrize(("file", "word"), [*TASKS, *STEPS])
def test_a_named_file_holds_what_it_is_named_for(file: str, word: str) -> None:
    assert word in without_imports((ROOT / file).read_text(encoding="utf-8"), file)


def without_imports(text: str, file: str) -> str:
    """A file that only imports a name is not where it stands."""
    if not file.endswith(".py"):
        return text
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines[node.lineno - 1 : node.end_lineno] = [""] * ((node.end_lineno or 0) - node.lineno + 1)
    return "\n".join(lines)


@pytest.mark.parametrize(("file", "word"), TASKS)
def test_a_task_names_the_file_in_which_the_word_is_defined(file: str, word: str) -> None:
    """A constant in capitals is named where it is set, not where it is used."""
    if word.isupper():
        assert re.search(rf"^{word}\b.*=", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in LINKS.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert lost == []


GLOSSARY = re.findall(r"`([\w/]+(?:\.py|/))`", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"))


def test_the_glossary_names_files_that_exist() -> None:
    missing = [name for name in GLOSSARY if "/" in name and not (ROOT / "src" / "ncre" / name).exists()]
    assert missing == []
    assert len(GLOSSARY) > 50


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for record in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        title = record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"[{title}]({record.name})" in listed, "run `make diagram`"
