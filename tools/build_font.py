"""Prepares the fonts of `src/ncre/fonts` from the npm package @expo-google-fonts/noto-sans-sc 0.4.3.

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3
    python tools/build_font.py expo-google-fonts-noto-sans-sc-0.4.3.tgz

The regular weight keeps every character; hinting, layout tables and glyph names go. The bold weight is
cut to the fixed labels and digits of the printed pages. Sizes and SHA-256 go to PROVENANCE.md.
"""

from __future__ import annotations

import lzma
import sys
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from ncre.documents.labels import BOLD_CHARACTERS  # noqa: E402

FONTS = Path(__file__).parents[1] / "src" / "ncre" / "fonts"
PACKAGE = "@expo-google-fonts/noto-sans-sc 0.4.3"
WEIGHTS = {
    "Regular": "package/400Regular/NotoSansSC_400Regular.ttf",
    "Bold": "package/700Bold/NotoSansSC_700Bold.ttf",
}
LAYOUT = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "STAT", "DSIG", "HVAR", "MVAR"]


def cut(source: bytes, characters: set[int] | None) -> bytes:
    """The font with these characters (None: all of them), without hinting, layout or glyph names."""
    font = TTFont(BytesIO(source))
    options = Options()
    options.hinting = False
    options.glyph_names = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += LAYOUT
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters if characters is not None else font.getBestCmap().keys())
    subsetter.subset(font)
    font["post"].formatType = 3.0
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def main(archive: Path) -> None:
    with tarfile.open(archive) as package:
        members = {weight: package.extractfile(path) for weight, path in WEIGHTS.items()}
        sources = {weight: member.read() for weight, member in members.items() if member is not None}
        licence = package.extractfile("package/LICENSE_FONT")
        assert licence is not None, "the package carries its font licence"
        (FONTS / "OFL.txt").write_bytes(licence.read())
    made = {
        "NotoSansSC-Regular.ttf.xz": lzma.compress(
            cut(sources["Regular"], None), preset=9 | lzma.PRESET_EXTREME
        ),
        "NotoSansSC-Bold.subset.ttf": cut(sources["Bold"], {ord(one) for one in BOLD_CHARACTERS}),
    }
    lines = [f"Made by tools/build_font.py from the npm package {PACKAGE} (SIL Open Font License 1.1).", ""]
    lines += ["| file | bytes | SHA-256 |", "|---|---|---|"]
    for name, data in made.items():
        (FONTS / name).write_bytes(data)
        lines.append(f"| {name} | {len(data)} | `{sha256(data).hexdigest()}` |")
    note = FONTS / "PROVENANCE.md"
    _, mark, others = note.read_text(encoding="utf-8").partition("\nMade by tools/build_name_fonts.py")
    note.write_text("\n".join(lines) + "\n" + mark + others, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
