"""Prepares the fonts of names in `src/ncre/fonts` that Noto Sans SC lacks letters for, from npm packages of Noto.

    npm pack @expo-google-fonts/noto-sans@0.4.2 @expo-google-fonts/noto-sans-jp@0.4.3
    npm pack @expo-google-fonts/noto-sans-hk@0.4.3
    python tools/build_name_fonts.py FOLDER-OF-THE-ARCHIVES

Noto Sans gives every Latin letter of names. Noto Sans JP and HK give the characters of the Japanese and
Hong Kong lists, among them U+20BB7 and some 2 000 of CJK Extension B. All are under the SIL Open Font License 1.1.
"""

from __future__ import annotations

import sys
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from fontTools.ttLib import TTFont

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).parent))

from build_font import cut  # noqa: E402

from ncre import fonts  # noqa: E402
from ncre.domain.typed_text import LATIN_LETTERS  # noqa: E402

FONTS = Path(__file__).parents[1] / "src" / "ncre" / "fonts"
SOURCES = {
    "NotoSans-Latin.subset.ttf": ("noto-sans-0.4.2", "NotoSans_400Regular.ttf"),
    "NotoSansJP-Rare.subset.ttf": ("noto-sans-jp-0.4.3", "NotoSansJP_400Regular.ttf"),
    "NotoSansHK-Rare.subset.ttf": ("noto-sans-hk-0.4.3", "NotoSansHK_400Regular.ttf"),
}
HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x33480))


def source(folder: Path, package: str, name: str) -> bytes:
    with tarfile.open(folder / f"expo-google-fonts-{package}.tgz") as archive:
        member = archive.extractfile(f"package/400Regular/{name}")
        assert member is not None, name
        return member.read()


def wanted(name: str, has: set[int], known: set[int]) -> set[int]:
    """What this font adds to the ones before it."""
    if "Latin" in name:
        return has & {point for first, last in LATIN_LETTERS for point in range(first, last + 1)} - known
    return {point for point in has - known if any(point in block for block in HAN)}


def main(folder: Path) -> None:
    known = set(TTFont(BytesIO(fonts.regular())).getBestCmap())
    lines = [
        "",
        "Made by tools/build_name_fonts.py from the npm packages @expo-google-fonts/noto-sans 0.4.2, noto-sans-jp 0.4.3 and",
        "noto-sans-hk 0.4.3 (SIL Open Font License 1.1): the characters of names that Noto Sans SC lacks.",
        "",
        "| file | bytes | SHA-256 |",
        "|---|---|---|",
    ]
    for name, (package, member) in SOURCES.items():
        data = source(folder, package, member)
        points = wanted(name, set(TTFont(BytesIO(data)).getBestCmap()), known)
        made = cut(data, points)
        known |= points
        (FONTS / name).write_bytes(made)
        lines.append(f"| {name} | {len(made)} | `{sha256(made).hexdigest()}` |")
    before = (
        (FONTS / "PROVENANCE.md").read_text(encoding="utf-8").split("\nMade by tools/build_name_fonts.py")[0]
    )
    (FONTS / "PROVENANCE.md").write_text(
        before.rstrip("\n") + "\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
