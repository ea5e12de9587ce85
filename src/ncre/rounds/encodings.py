"""The text of a file as office software saves it: UTF-8, GB 18030 (which holds GBK) or UTF-16."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from ncre.domain.bilingual import Bilingual
from ncre.rounds.faults import FaultList, meant
from ncre.rounds.schema import TABLES

LARGEST_FILE: Final = 20_000_000
"""Bytes. The largest round there can be (every site with every subject and room) has fewer."""

_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of a spreadsheet itself begin."""

MOST: Final = 0.9
"""Of the characters of a Chinese text, those that are among the 7 445 of GB 2312."""

_REPLACED: Final = "\ufffd"


def read_text(path: Path, faults: FaultList) -> str | None:
    """The text of the file without a byte order mark, or None with the fault noted."""
    raw = _bytes_of(path, faults)
    return text_of(path.name, raw, faults) if raw is not None else None


def text_of(name: str, raw: bytes, faults: FaultList) -> str | None:
    """The text that these bytes of a file hold, without a byte order mark, or None with the fault noted."""
    if raw.startswith(_WORKBOOKS):
        faults.add(name, 0, "是 Excel 工作簿；请另存为 CSV UTF-8", "is a workbook; save it as CSV UTF-8")
        return None
    encoding = encoding_of(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].decode(encoding, "replace").count("\n") + 1
        faults.add(
            name,
            line,
            f"有不能识别的字节 {raw[error.start : error.start + 2].hex()}；请另存为 UTF-8 编码",
            f"holds bytes that are no text: {raw[error.start : error.start + 2].hex()}; save it as UTF-8",
        )
        return None
    text = text.removeprefix("\ufeff")
    if not text.strip():
        faults.add(name, 0, "是空文件", "is empty")
        return None
    return text


def encoding_of(raw: bytes) -> str:
    """The encoding that a file is in, by its mark or by what it holds."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding
    if len(raw) > 1 and not raw[0] and raw[1]:
        return "utf-16-be"
    if len(raw) > 1 and raw[0] and not raw[1]:
        return "utf-16-le"
    return "gb18030" if _is_gb18030(raw) else "utf-8"


def _is_gb18030(raw: bytes) -> bool:
    """Whether this is GB 18030, and not UTF-8 with a damaged byte.

    Read as the other, UTF-8 makes rare characters (武汉 becomes 姝︽眽), and GB 18030 loses most of its own.
    """
    if _decodes(raw, "utf-8") or not _decodes(raw, "gb18030"):
        return False
    as_gb = [one for one in raw.decode("gb18030") if not one.isascii()]
    as_utf8 = [one for one in raw.decode("utf-8", "replace") if not one.isascii()]
    common = sum(_is_common(one) for one in as_gb)
    return common >= len(as_gb) * MOST or as_utf8.count(_REPLACED) * 2 > len(as_utf8)


def _is_common(letter: str) -> bool:
    """Whether GB 2312 has it."""
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _bytes_of(path: Path, faults: FaultList) -> bytes | None:
    try:
        if path.exists() and not path.is_file():
            faults.add(path.name, 0, "不是文件", "is no file")
        elif path.stat().st_size > LARGEST_FILE:
            most = LARGEST_FILE // 1_000_000
            faults.add(path.name, 0, f"大于 {most} MB", f"is larger than {most} MB")
        else:
            return path.read_bytes()
    except FileNotFoundError:
        near = _beside(path)
        faults.add(path.name, 0, f"找不到这个文件{near.zh}", f"cannot be found{near.en}")
    except OSError as error:
        faults.add(path.name, 0, f"文件打不开（{error.strerror}）", f"cannot be opened ({error.strerror})")
    return None


def _beside(path: Path) -> Bilingual:
    """What may be meant in the same folder: a workbook of this name, or a name that was mistyped."""
    beside = {one.name for one in path.parent.iterdir()} if path.parent.is_dir() else set()
    for suffix in (".xlsx", ".xls"):
        name = path.with_suffix(suffix).name
        if name in beside:
            return Bilingual(f"；请把“{name}”另存为 CSV UTF-8", f"; save '{name}' as CSV UTF-8")
    alike = [name for name in beside - TABLES.keys() if name.endswith(path.suffix)]
    return meant(path.name, alike)
