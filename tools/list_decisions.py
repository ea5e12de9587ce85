"""Writes docs/decisions/README.md: every decision record by its title."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1] / "docs" / "decisions"
HEAD: Final = """# Decisions

Why things are as they are. A record is not rewritten when it is overtaken; the newer one says which it replaces.

"""


def main() -> None:
    records = sorted(FOLDER.glob("0*.md"))
    titles = [record.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for record in records]
    lines = [f"- [{title}]({record.name})\n" for record, title in zip(records, titles, strict=True)]
    (FOLDER / "README.md").write_text(HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
