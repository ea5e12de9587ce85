"""Puts the style sheets together: src/ncre/web/styles/*.css become the two that pages load.

make styles
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

WEB: Final = Path(__file__).parents[1] / "src" / "ncre" / "web"
SHEETS: Final = {
    "style.css": ("tokens", "base", "shell", "controls", "content", "candidate", "forms", "print"),
    "staff.css": ("staff",),
}
"""Every page loads style.css; pages of staff load staff.css too."""

WRITTEN: Final = "/* Put together by `make styles` from src/ncre/web/styles: change it there. */\n"


def composed(parts: tuple[str, ...]) -> str:
    """The parts in their order, without comments and without blanks that say nothing."""
    text = "\n".join((WEB / "styles" / f"{part}.css").read_text(encoding="utf-8") for part in parts)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for wide, narrow in (
        (": ", ":"),
        ("; ", ";"),
        (", ", ","),
        (" { ", "{"),
        (" {", "{"),
        (" }", "}"),
        (";}", "}"),
    ):
        text = text.replace(wide, narrow)
    lines = (line.strip() for line in text.splitlines())
    return WRITTEN + "\n".join(line for line in lines if line) + "\n"


def main() -> None:
    for name, parts in SHEETS.items():
        (WEB / "static" / name).write_text(composed(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
