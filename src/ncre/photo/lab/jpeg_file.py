"""The JPEG inside a file, read by its markers alone: what belongs to the picture, and what decoding it would cost.

Phones put films, second pictures and gain maps behind the picture; chat programs lose the end marker, and editors
leave stray bytes between segments. None of that is the picture, so it is left out before a decoder sees it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import Final

SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive with Huffman codes: what cameras and programs write."""

PROGRESSIVE: Final = 0xC2
SEGMENTS: Final = FRAMES | {0xC4, SOS, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)}
"""Markers that a length follows, and that belong into a picture."""

_HEADER: Final = re.compile(rb"\xff+([\xc0-\xfe])")
_AFTER_SCAN: Final = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""The next marker; in a scan, where stuffed zeros and restarts belong to the data."""

LEAST_BITS: Final = 2
"""A block of a baseline picture takes at least one bit for its mean and one for its end; of a progressive one, one."""


class NotJpeg(Exception):
    """There is no picture of this kind in the file."""


class CutShort(Exception):
    """The file ends before the first row of the picture."""


@dataclass(frozen=True)
class JpegFile:
    """A picture without what stood around it. Sizes in pixels as stored.

    `body` ends before the end marker. `scans` are those of the picture itself, `blocks` its blocks of 8 x 8 values,
    `visited` how many of them all scans together go over. `dense_enough` is False where the file is too short to
    hold so many.
    """

    body: bytes
    width: int
    height: int
    scans: int
    blocks: int
    visited: int
    dense_enough: bool

    @property
    def data(self) -> bytes:
        return self.body + bytes((0xFF, EOI))


def read_jpeg(data: bytes) -> JpegFile:
    """Raises NotJpeg or CutShort."""
    if not data.startswith(b"\xff\xd8\xff"):
        raise NotJpeg
    reader = _Reader(data)
    reader.read()
    return reader.picture()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._kept = [b"\xff\xd8"]
        self._frame: _Frame | None = None
        self._scans = 0
        self._visited = 0

    def read(self) -> None:
        """Go from marker to marker until the picture ends, or what follows is none of it."""
        place, pattern = 2, _HEADER
        while found := pattern.search(self._data, place):
            marker = found[1][0]
            if marker == SOI and not self._scans:
                place = found.end()  # written twice
                continue
            if marker not in SEGMENTS:
                break
            try:
                place = self._segment(marker, found.end())
            except (NotJpeg, CutShort):
                if self._scans:
                    break  # what follows the picture only looks like a part of it
                raise
            pattern = _AFTER_SCAN if self._scans else _HEADER

    def picture(self) -> JpegFile:
        if self._frame is None:
            raise NotJpeg
        if not self._scans:
            raise CutShort
        frame, body = self._frame, b"".join(self._kept)
        bits = 1 if frame.progressive else LEAST_BITS
        return JpegFile(
            body,
            frame.width,
            frame.height,
            self._scans,
            frame.all_blocks,
            self._visited,
            8 * len(body) >= bits * frame.all_blocks,
        )

    def _segment(self, marker: int, place: int) -> int:
        """Keep a segment, a scan with its data; returns where the next marker is looked for."""
        end = place + int.from_bytes(self._data[place : place + 2], "big")
        content = self._data[place + 2 : end]
        if end < place + 2 or end > len(self._data):
            raise CutShort if self._frame is not None else NotJpeg
        if marker in FRAMES and self._frame is None:
            self._frame = _Frame.read(content, marker == PROGRESSIVE)
        if marker == SOS:
            end = self._scan(content, end)
        self._kept.append(bytes((0xFF, marker)) + self._data[place:end])
        return end

    def _scan(self, content: bytes, begins: int) -> int:
        if self._frame is None or not content:
            raise NotJpeg
        self._scans += 1
        self._visited += sum(self._frame.blocks.get(one, 0) for one in content[1 : 1 + 2 * content[0] : 2])
        found = _AFTER_SCAN.search(self._data, begins)
        return found.start() if found else len(self._data)


@dataclass(frozen=True)
class _Frame:
    """What the frame header says; `blocks` by component."""

    width: int
    height: int
    progressive: bool
    blocks: dict[int, int]

    @property
    def all_blocks(self) -> int:
        return sum(self.blocks.values())

    @classmethod
    def read(cls, content: bytes, progressive: bool) -> _Frame:
        if len(content) < 6 or len(content) < 6 + 3 * content[5]:
            raise NotJpeg
        height, width = (int.from_bytes(content[at : at + 2], "big") for at in (1, 3))
        parts = [content[at : at + 3] for at in range(6, 6 + 3 * content[5], 3)]
        shares = {part[0]: (part[1] >> 4, part[1] & 15) for part in parts}
        if (
            not parts
            or not width
            or not height
            or not all(across and down for across, down in shares.values())
        ):
            raise NotJpeg
        widest, tallest = (max(share[axis] for share in shares.values()) for axis in (0, 1))
        blocks = {
            one: ceil(width * across / widest / 8) * ceil(height * down / tallest / 8)
            for one, (across, down) in shares.items()
        }
        return cls(width, height, progressive, blocks)
