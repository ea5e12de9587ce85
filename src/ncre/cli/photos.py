"""photo: check and mend pictures that lie in folders. Neither a database nor a data folder is needed."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from ncre.cli.common import Misuse, path_argument
from ncre.domain.fault_codes import FaultCode
from ncre.domain.fault_wording import FAULT_WORDS
from ncre.domain.photo.rules import TURNED
from ncre.domain.photo.verdict import Verdict, judge
from ncre.domain.photo.wording import photo_particulars
from ncre.operational.private_files import write
from ncre.photo.lab.answers import Measured
from ncre.photo.lab.lab import InProcessPhotoLab

EXIT: Final = {"accept": 0, "warn": 1, "reject": 2}
PICTURES: Final = {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".avif", ".heic", ".heif"}
LAB: Final = InProcessPhotoLab()


def add(commands: Any) -> None:
    photo = commands.add_parser("photo", help="check and mend pictures in files and folders")
    what = photo.add_subparsers(required=True, metavar="WHAT")
    check_ = what.add_parser(
        "check", help="exit code 0: accepted, 1: with warnings, 2: refused (the worst counts)"
    )
    check_.add_argument(
        "file", type=path_argument, nargs="+", metavar="FILE", help="a picture, or a folder of them"
    )
    check_.add_argument("--json", action="store_true", help="one object a line")
    check_.set_defaults(run=check)
    fix_ = what.add_parser("fix", help="turn and crop to 390 x 567 pixels as the rule asks")
    fix_.add_argument("source", type=path_argument, metavar="IN", help="a picture, or a folder of them")
    fix_.add_argument("target", type=path_argument, metavar="OUT", help="a file, or a folder for a folder")
    fix_.set_defaults(run=fix)


def check(args: Namespace) -> int:
    files = [file for named in args.file for file in _pictures(named)]
    verdicts: Counter[str] = Counter()
    several = any(named.is_dir() for named in args.file)
    for file in _with_progress(files, several):
        measured = LAB.measure(_read(file))
        verdict = judge(measured)
        verdicts[verdict.verdict] += 1
        tqdm.write(
            _as_json(file, measured, verdict) if args.json else _said(file, measured, verdict, args.lang)
        )
    if several and not args.json:
        print(_summary(verdicts))
    return max(EXIT[verdict] for verdict in verdicts)


def fix(args: Namespace) -> int:
    """A file to a file, or every picture of a folder into another; 2 where any could not be mended."""
    several = args.source.is_dir()
    outcomes: Counter[str] = Counter()
    for file in _with_progress(_pictures(args.source), several):
        target = args.target / file.relative_to(args.source) if several else args.target
        mended, verdict, why = _mended(_read(file), args.lang)
        outcomes[verdict] += 1
        if mended is None:
            tqdm.write(f"{file}: {why}")
            continue
        _write(target, mended)
        tqdm.write(f"{file} -> {target}{': ' + why if why else ''}")
    if several:
        print(_summary(outcomes))
    return EXIT["reject"] if outcomes["reject"] else 0


def _mended(data: bytes, language: str) -> tuple[bytes | None, str, str]:
    """The mended picture if it is not refused any more, its verdict, and what is still to be said."""
    framed = LAB.frame(data)
    if framed.jpeg is None:
        measured = LAB.measure(data)
        codes = framed.advice or judge(measured).codes
        return None, "reject", _sentences(codes, measured, language)
    measured = LAB.measure(framed.jpeg)
    verdict = judge(measured)
    said = _sentences(verdict.codes, measured, language)
    return None if verdict.verdict == "reject" else framed.jpeg, verdict.verdict, said


def _pictures(named: Path) -> list[Path]:
    """The file itself, or every picture below a folder by name. Raises Misuse."""
    if not named.is_dir():
        return [named]
    found = sorted(file for file in named.rglob("*") if file.suffix.lower() in PICTURES)
    if not found:
        raise Misuse(f"{named} 中没有照片文件 / there is no picture in {named}")
    return found


def _with_progress(files: list[Path], several: bool) -> Iterator[Path]:
    yield from tqdm(files, unit="张", disable=None if several else True)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Misuse(f"{file} 读不出 / {file} cannot be read ({error.strerror})") from None


def _write(file: Path, data: bytes) -> None:
    try:
        write(file, data)
    except OSError as error:
        raise Misuse(f"{file} 不能写入 / {file} cannot be written ({error.strerror})") from None


def _as_json(file: Path, measured: Measured, verdict: Verdict) -> str:
    told = {
        "file": str(file),
        "verdict": verdict.verdict,
        "codes": list(verdict.codes),
        "measurements": measured.facts,
    }
    return json.dumps(told, ensure_ascii=False)


def _said(file: Path, measured: Measured, verdict: Verdict, language: str) -> str:
    return f"{file}: {verdict.verdict} {_sentences(verdict.codes, measured, language)}".rstrip()


def _sentences(codes: tuple[str, ...], measured: Measured, language: str) -> str:
    """Every code with its words; a picture that lies gets its direction."""
    numbers = photo_particulars(measured.facts)
    known = set(FaultCode) | set(TURNED.values())
    return " ".join(
        f"[{code}] {FAULT_WORDS[FaultCode(code)].say(language, **numbers)}" for code in codes if code in known
    )


def _summary(verdicts: Counter[str]) -> str:
    total = sum(verdicts.values())
    parts = ", ".join(f"{name} {verdicts[name]}" for name in EXIT)
    return f"{total} 张 / pictures: {parts}"
