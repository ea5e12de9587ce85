"""Damaged JPEGs, the same ones for the same seed: for a short test, and for a long run by hand.

    python -m tests.photo.damage 20000

measures so many in two workers, and says how it ended. It stops with what was sent in a file when a worker
dies, takes too long, or lets something through that cannot be decoded again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import gettempdir
from time import monotonic

from ncre.domain.photo.verdict import judge
from ncre.photo.lab.lab import PhotoLabPool
from ncre.photo.lab.measuring import Measured
from ncre.photo.lab.picture import LONGEST_SIDE, opened_picture
from tests.photo.portraits import jpeg, oriented, portrait, whole

SEED = 20_270_105


def seeds() -> list[bytes]:
    """Small sound pictures of every kind that is let in."""
    face = portrait(320, 220)
    return [
        jpeg(face),
        jpeg(face, progressive=True),
        jpeg(face.convert("CMYK")),
        jpeg(face.convert("L")),
        jpeg(face, exif=oriented(6), icc_profile=b"profile" * 30, comment=b"comment" * 9),
        jpeg(face, subsampling=2, optimize=True, restart_marker_rows=2),
        jpeg(whole().resize((256, 256)), quality=75),
    ]


def damaged(count: int, seed: int = SEED) -> Iterator[bytes]:
    chance, whole_ones = Random(seed), seeds()
    for _ in range(count):
        data = bytearray(chance.choice(whole_ones))
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            if len(data) > 4:
                chance.choice(WAYS)(data, chance, whole_ones)
        yield bytes(data)


def _flip(data: bytearray, chance: Random, _: list[bytes]) -> None:
    data[_place(data, chance)] = chance.randrange(256)


def _extreme(data: bytearray, chance: Random, _: list[bytes]) -> None:
    place = _place(data, chance)
    data[place : place + 2] = chance.choice((b"\0\0", b"\xff\xff", b"\x7f\xff", b"\x80\0"))


def _cut(data: bytearray, chance: Random, _: list[bytes]) -> None:
    del data[_place(data, chance) :]


def _drop(data: bytearray, chance: Random, _: list[bytes]) -> None:
    place = _place(data, chance)
    del data[place : place + chance.randrange(1, 64)]


def _repeat(data: bytearray, chance: Random, _: list[bytes]) -> None:
    place = _place(data, chance)
    data[place:place] = data[place : place + chance.randrange(1, 400)] * chance.choice((1, 2, 8))


def _mark(data: bytearray, chance: Random, _: list[bytes]) -> None:
    place = _place(data, chance)
    data[place:place] = bytes((0xFF, chance.randrange(0xC0, 0xFF)))


def _splice(data: bytearray, chance: Random, others: list[bytes]) -> None:
    other = chance.choice(others)
    data[_place(data, chance) :] = other[_place(other, chance) :]


WAYS = (_flip, _flip, _extreme, _cut, _drop, _repeat, _mark, _splice)


def _place(data: bytes | bytearray, chance: Random) -> int:
    """Anywhere behind the signature; mostly in the headers, where a decoder believes what it reads."""
    reach = len(data) if chance.random() < 0.3 else min(len(data), 800)
    return chance.randrange(3, reach)


def fault_of(measured: Measured) -> str:
    """What is wrong with what was measured of a damaged file; "" where all is well."""
    if measured.jpeg is None:
        return "" if measured.failed else "there is no picture, and no reason"
    kept = opened_picture(measured.jpeg).picture
    if max(kept.size) > LONGEST_SIDE or kept.mode != "RGB":
        return "a picture was kept that is not as it should be"
    return "" if judge(measured).verdict in ("accept", "warn", "reject") else "there is no verdict"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    lab, begun, outcomes, slowest = PhotoLabPool(2), monotonic(), Counter[str](), 0.0

    def tried(data: bytes) -> tuple[bytes, Measured, float]:
        began = monotonic()
        return data, lab.measure(data), monotonic() - began

    with ThreadPoolExecutor(2) as threads:
        for portion in batched(damaged(count), 500):
            for data, measured, seconds in threads.map(tried, portion):
                slowest = max(slowest, seconds)
                outcomes[measured.failed or judge(measured).verdict] += 1
                if fault := fault_of(measured) or lab.lost:
                    found = Path(gettempdir()) / "damage.jpg"
                    found.write_bytes(data)
                    sys.exit(f"{fault}: see {found}")
    print(
        f"{count} files, seed {SEED}: {dict(outcomes)}; slowest {slowest:.2f} s; {monotonic() - begun:.0f} s"
    )
    lab.close()


def batched(files: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while portion := list(islice(files, size)):
        yield portion


if __name__ == "__main__":
    main()
