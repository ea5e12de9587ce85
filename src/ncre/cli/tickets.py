"""ticket: print a site's tickets, export its door list, and tell whether a ticket is genuine."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from ncre.bootstrap import Container
from ncre.cli.common import (
    Misuse,
    actor,
    add_actor,
    json_text,
    open_container,
    path_argument,
    require_site_of_round,
    round_or_current,
    tell_faceless,
)
from ncre.domain.admission import ADMITS, VERDICT_WORDS
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.operational import private_files
from ncre.services.admission.offline_list import AdmissionListUnusable, faceless, read_door_list
from ncre.services.admission.verification import Verification, verify_ticket

PAGES: Final = 200
"""Tickets in one file: a print job that a printer takes, and what the memory holds at most."""


def add(commands: Any) -> None:
    ticket = commands.add_parser("ticket", help="admission tickets: print a site's, check one")
    what = ticket.add_subparsers(required=True, metavar="WHAT")
    batch_ = what.add_parser("batch", help="a site's tickets as PDF files; each look is recorded")
    _add_site(batch_)
    batch_.add_argument(
        "--out", type=path_argument, required=True, metavar="FOLDER", help="where the files go"
    )
    batch_.add_argument("--pages", type=int, default=PAGES, help=f"tickets in one file ({PAGES})")
    batch_.set_defaults(run=batch)
    list_ = what.add_parser("list", help="a site's list for a door without a network; looks are recorded")
    _add_site(list_)
    list_.add_argument(
        "--out",
        type=path_argument,
        required=True,
        metavar="FILE",
        help=".html: a page for phones; else for `verify`",
    )
    list_.set_defaults(run=door_list)
    key = what.add_parser("key", help="the public key with which tickets can be checked anywhere")
    key.set_defaults(run=public_key)
    verify_ = what.add_parser("verify", help="0: genuine and current; 1: not so, in words")
    verify_.add_argument("code", nargs="+", help="what the QR code says, a 报名号 or a ticket number")
    verify_.add_argument(
        "--list", type=path_argument, metavar="FILE", help="check against an exported list, offline"
    )
    verify_.add_argument("--key", metavar="HEX", help="the public key that the list must be signed with")
    verify_.add_argument("--as", dest="actor", metavar="NAME", help="the account that looks (online)")
    verify_.add_argument("--json", action="store_true", help="one object a line")
    verify_.set_defaults(run=verify)


def _add_site(parser: Any) -> None:
    parser.add_argument("--site", required=True, metavar="CODE", help="code of the site")
    parser.add_argument("--round", metavar="CODE", help="code of the round; the current one without it")
    add_actor(parser)


def batch(args: Namespace) -> int:
    """1 where somebody stands on a ticket without a face."""
    if args.pages < 1:
        raise Misuse("--pages 至少为 1 / --pages must be at least 1")
    with open_container() as container:
        by = _staff_of(container, args)
        code = round_or_current(container, args.round)
        require_site_of_round(container, code, args.site)
        wanted = container.documents.seated_at(code, args.site)
        if not wanted:
            raise Refusal(RefusalCode.NOBODY_SEATED, site=args.site)
        written, lacking = 0, list[str]()
        _make(args.out)
        with tqdm(total=len(wanted), unit="张", disable=None) as bar:
            for bundle in container.documents.bundles(code, args.site, by, args.pages, wanted):
                _write(args.out / bundle.name, bundle.printed.pdf)
                written += 1
                lacking += bundle.printed.faceless
                bar.update(bundle.done - bar.n)
                if bundle.printed.missing:
                    points = " ".join(f"U+{ord(one):04X}" for one in bundle.printed.missing)
                    bar.write(f"{bundle.name}: 缺字以码位代替 / substituted by code point: {points}")
    print(f"{len(wanted)} 张准考证，{written} 个文件 / {len(wanted)} tickets in {written} files: {args.out}")
    return tell_faceless(lacking)


def door_list(args: Namespace) -> int:
    """1 where somebody is on the list without a face."""
    with open_container() as container:
        by = _staff_of(container, args)
        code = round_or_current(container, args.round)
        lists = container.offline_admission_lists
        require_site_of_round(container, code, args.site)
        people = lists.people(code, args.site)
        if not people:
            raise Refusal(RefusalCode.NOBODY_SEATED, site=args.site)
        bar = tqdm(lists.entries(people, by), total=len(people), unit="人", disable=None)
        entries = [entry for entry in bar if entry is not None]
        write = lists.page if args.out.suffix in (".html", ".htm") else lists.signed
        data = write(code, args.site, entries)
    _write(args.out, data)
    print(f"{len(entries)} 人 / {len(entries)} people: {args.out}")
    return tell_faceless(faceless(entries))


def public_key(_: Namespace) -> None:
    with open_container() as container:
        print(container.offline_admission_lists.public)


def verify(args: Namespace) -> int:
    """Each code on a line of its own; 1 unless all of them admit."""
    if bool(args.list) == bool(args.actor):
        raise Misuse("请给出 --list 文件（离线）或 --as 账号（在线） / give --list FILE, or --as NAME")
    if args.list:
        try:
            book = read_door_list(args.list, args.key)
        except AdmissionListUnusable as unusable:
            raise Misuse(str(unusable)) from None
        findings = [verify_ticket(code, book) for code in args.code]
    else:
        with open_container() as container:
            by = actor(container, args)
            if by.role not in (Role.REVIEWER, Role.OFFICE):
                raise Refusal(RefusalCode.NOT_YOUR_ROLE)
            findings = [verify_ticket(code, container.ticket_verifier.at(by)) for code in args.code]
    for code, finding in zip(args.code, findings, strict=True):
        print(json_text(_told(code, finding)) if args.json else _said(finding, args.lang))
    return 0 if all(finding.verdict in ADMITS for finding in findings) else 1


def _said(finding: Verification, language: str) -> str:
    lines = [VERDICT_WORDS[finding.verdict].say(language)]
    if finding.expected is not None:
        person = finding.expected
        lines.append(f"  {person.number}  v{person.version}  {person.name}  {person.document}")
        lines += [
            f"  {seat.subject}  {exam_time_in_words(seat.starts_at)}  {seat.hall:04} {seat.room}  {seat.seat:02}"
            for seat in person.seats
        ]
    return "\n".join(lines)


def _told(code: str, finding: Verification) -> dict[str, Any]:
    person = finding.expected
    return {
        "code": code,
        "verdict": finding.verdict,
        "admits": finding.verdict in ADMITS,
        "number": person.number if person else None,
        "version": person.version if person else None,
        "name": person.name if person else None,
        "seats": [seat.ticket for seat in person.seats] if person else [],
    }


def _staff_of(container: Container, args: Namespace) -> Actor:
    """The account, if it is staff of the site. Raises Refusal."""
    by = actor(container, args)
    if by.role not in (Role.REVIEWER, Role.OFFICE):
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)
    if not by.covers(args.site):
        raise Refusal(RefusalCode.NOT_YOUR_SITE)
    return by


def _make(folder: Path) -> None:
    try:
        private_files.make_folder(folder)
    except OSError as error:
        raise Misuse(f"{folder} 不能写入 / {folder} cannot be written ({error.strerror})") from None


def _write(path: Path, data: bytes) -> None:
    try:
        private_files.write(path, data)
    except OSError as error:
        raise Misuse(f"{path} 不能写入 / {path} cannot be written ({error.strerror})") from None
