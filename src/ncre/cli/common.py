"""What the commands share: a container to work with, the account in whose name, and which registration is meant."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from ncre.bootstrap import Container, build_container
from ncre.cli.parsing.misuse import Misuse as Misuse
from ncre.config import read_settings
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import EVERY_SITE, Actor
from ncre.events import bounds
from ncre.operational import private_files
from ncre.projections.registration import desk_search
from ncre.projections.rows import RegistrationRow

ALL_SITES: Final = EVERY_SITE


@contextmanager
def open_container() -> Iterator[Container]:
    """A container over tables of this release, under the secret of its data."""
    opened = build_container(read_settings())
    try:
        opened.assert_ready()
        yield opened
    finally:
        opened.close()


def add_actor(parser: ArgumentParser) -> None:
    parser.add_argument("--as", dest="actor", required=True, metavar="NAME", help="the account that does it")


def actor(container: Container, args: Namespace) -> Actor:
    """The account named with --as, with its role and sites."""
    known = container.accounts.named(args.actor)
    if known is None:
        raise Misuse(f"没有账号 {args.actor} / there is no account {args.actor}")
    if known.is_disabled:
        raise Misuse(f"账号 {args.actor} 已停用 / the account {args.actor} is disabled")
    return known.actor


def find(container: Container, text: str, sites: frozenset[str] = ALL_SITES) -> RegistrationRow:
    """The registration that an id, a registration number or a ticket number names. Raises Refusal."""
    with container.database.reading() as connection:
        found = desk_search.found(connection, text, (), sites)
    if not found:
        raise Refusal(RefusalCode.NOT_FOUND)
    return found[0]


def round_or_current(container: Container, code: str | None) -> str:
    with container.database.reading() as connection:
        exams = container.command_handler.exams
        found = exams.round(connection, code) if code else exams.current(connection)
    if found is None:
        raise Misuse("没有这个考次 / there is no such round")
    return found.code


def require_site_of_round(container: Container, round_code: str, site: str) -> None:
    """Raises Misuse where the round has no such site."""
    with container.database.reading() as connection:
        if container.command_handler.exams.site(connection, round_code, site) is None:
            raise Misuse(f"考次 {round_code} 没有考点 {site}", f"round {round_code} has no site {site}")


def day_argument(text: str) -> date:
    """A day of a command line, as argparse wants its types."""
    try:
        return bounds.day(text)
    except bounds.OutOfBounds:
        raise ArgumentTypeError(
            f"{text} 不是日期，请写成 2027-01-05 / {text} is not a date; write 2027-01-05"
        ) from None


def path_argument(text: str) -> Path:
    """A file or folder of a command line; an empty variable of a script is none, rather than the folder one is in."""
    if not text.strip() or bounds.control_characters(text, ""):
        raise ArgumentTypeError("路径是空的或不能用 / the path is empty or cannot be one")
    return Path(text)


def plain_text(text: str, longest: int, what: str) -> str:
    """A text of a file or a command line, without control characters and not too long. Raises Misuse."""
    if len(text) > longest or bounds.control_characters(text, "\t\n\r"):
        raise Misuse(
            f"{what}：最多 {longest} 个字符，不能有控制字符 / {what}: at most {longest} characters, no control characters"
        )
    return text


def json_text(value: object) -> str:
    """One JSON document, readable, with ids and moments as text."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, UUID) else value.isoformat()


def tell_faceless(people: Sequence[str]) -> int:
    """Name those who stand on a paper or a list without a photo, on the error output; the exit code: 1 where there are."""
    if not people:
        return 0
    print(
        f"{len(people)} 人没有照片，请让考生重新上传，或在考试时核对证件 / {len(people)} people without a photo: "
        "ask them to upload it again, or compare their documents at the exam",
        file=sys.stderr,
    )
    for person in people:
        print(f"  {person}", file=sys.stderr)
    return 1


def write_out(file: Path, data: bytes) -> None:
    """A file that a command was told to write. Raises Misuse."""
    try:
        private_files.write(file, data)
    except OSError as error:
        why = error.strerror
        raise Misuse(f"{file} 不能写入（{why}）", f"{file} cannot be written ({why})") from None
