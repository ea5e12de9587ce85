"""seat: draw the seats of a site or of all sites, after a look at what would come of it; print its lists."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ncre.bootstrap import Container
from ncre.cli.common import (
    Misuse,
    actor,
    add_actor,
    open_container,
    path_argument,
    round_or_current,
    tell_faceless,
)
from ncre.documents.view_models import Printed
from ncre.domain.exam.plan import exam_time_in_words
from ncre.domain.refusal_wording import in_both_languages, refusal_words
from ncre.domain.refusals import Refusal, RefusalCode
from ncre.domain.registration.commands import Actor
from ncre.domain.registration.vocabulary import Role
from ncre.domain.seating.hall_choice import HallChoice, Manner
from ncre.domain.seating.plan import seed_in
from ncre.domain.seating.wording import caution_words
from ncre.operational.private_files import write
from ncre.services.seating.preview import Preview

ALL: Final = "all"
LISTS: Final = "lists"


def add(commands: Any) -> None:
    seat_ = commands.add_parser(
        "seat",
        help="give everybody who has paid at a site hall, seat and number; print the lists of its halls",
        usage="%(prog)s SITE|all [--preview] [--seed N [--digest D]] [--yes] [--manner few|spread] [--batch N ...] "
        "[--room NAME ...] [--round CODE] --as NAME\n"
        "       %(prog)s lists --site SITE --out FOLDER [--round CODE] --as NAME",
    )
    seat_.add_argument(
        "what", metavar="SITE|all|lists", help="a site code, all sites, or the lists of a site"
    )
    seat_.add_argument("--preview", action="store_true", help="say what would be done, and do nothing")
    seat_.add_argument("--seed", type=_seed, help="draw as it was drawn with this seed; else a fresh one")
    seat_.add_argument(
        "--digest", help="do exactly what the preview of this digest and seed showed, or nothing"
    )
    seat_.add_argument(
        "--yes",
        action="store_true",
        help="seat as it is shown without a question; a script has nobody to ask",
    )
    seat_.add_argument(
        "--manner",
        choices=[one.value for one in Manner],
        default=Manner.FEW.value,
        help="few halls, each as full as it goes, or spread over all of them",
    )
    seat_.add_argument("--batch", type=int, nargs="+", default=(), help="only these batches")
    seat_.add_argument("--room", nargs="+", default=(), help="only these rooms")
    seat_.add_argument("--site", help="whose lists")
    seat_.add_argument(
        "--out", type=path_argument, metavar="FOLDER", help="where the lists go, two files a sitting"
    )
    seat_.add_argument("--round", metavar="CODE", help="code of the round; the current one without it")
    add_actor(seat_)
    seat_.set_defaults(run=run)


def run(args: Namespace) -> int:
    with open_container() as container:
        by = actor(container, args)
        if args.digest and args.seed is None:
            raise Misuse("--digest 要和 --seed 一起给出 / give --digest together with --seed")
        code = round_or_current(container, args.round)
        if args.what == LISTS:
            return _lists(container, args, code, by)
        if args.what != ALL:
            return 0 if _one(container, args, code, args.what, by) else 1
        return _all(container, args, code, by)


def _one(container: Container, args: Namespace, code: str, site: str, by: Actor) -> int:
    """How many people were seated, or would be.

    Without the digest of a preview it is shown first and asked for, and exactly that is done.
    """
    choice = HallChoice(Manner(args.manner), frozenset(args.batch), frozenset(args.room))
    for caution in container.seating.cautions(code, site):
        print(f"{site}  {caution_words(caution, args.lang)}")
    seed, digest = args.seed, args.digest
    if args.preview or not digest:
        shown = container.seating.preview(code, site, seed, choice)
        seed, digest = shown.seed, shown.digest
        _require_asker(args, by)
        _show(site, shown)
        if shown.refusal:
            raise shown.refusal
        if args.preview:
            return shown.people
        if not shown.people:
            raise Refusal(RefusalCode.NOBODY_TO_SEAT, site=site)
        if not args.yes and not _agreed(site, shown):
            return 0
    seated = container.seating.seat(code, site, by, seed, choice, digest)
    print(
        f"{site}  已编排 {seated.people} 人 {seated.sittings} 科次 / {seated.people} people, "
        f"{seated.sittings} sittings"
    )
    if seated.left:
        print(
            f"{site}  {seated.left} 人状态有变，未编排 / {seated.left} people changed meanwhile and were left out"
        )
    return seated.people


def _require_asker(args: Namespace, by: Actor) -> None:
    """Anybody may look; whoever may not seat is told before anything is shown to be confirmed. Raises Refusal."""
    if not args.preview and by.role is not Role.OFFICE:
        raise Refusal(RefusalCode.NOT_YOUR_ROLE)


def _agreed(site: str, shown: Preview) -> bool:
    """Whether whoever sits at the terminal wants what was shown. Raises Misuse where nobody does."""
    if not sys.stdin.isatty():
        again = f"--seed {shown.seed} --digest {shown.digest}"
        raise Misuse(
            f"没有编排。确认上面的预览请加 {again}，不看预览请加 --yes",
            f"nobody was seated. To confirm what is shown add {again}; to seat without a look add --yes",
        )
    answer = input(f"{site}  按以上预览编排？输入 y 确认 / Seat as shown? y to confirm: ")
    return answer.strip().casefold() in {"y", "yes", "是"}


def _all(container: Container, args: Namespace, code: str, by: Actor) -> int:
    """Site after site; one that cannot be seated is told and does not keep the others waiting.

    1 where one was refused, or where nobody was to be seated anywhere.
    """
    with container.database.reading() as connection:
        sites = [site.code for site in container.command_handler.exams.sites(connection, code)]
    refused = people = 0
    for site in sites:
        try:
            people += _one(container, args, code, site, by)
        except Refusal as refusal:
            refused += refusal.code is not RefusalCode.NOBODY_TO_SEAT
            print(f"{site}  {refusal_words(refusal.code, refusal.particulars, args.lang)}")
    return 1 if refused or not people else 0


def _show(site: str, preview: Preview) -> None:
    print(
        f"{site}  待编排 {preview.people} 人 {preview.sittings} 科次，空余 {preview.free}，种子 {preview.seed} / "
        f"{preview.people} people, {preview.sittings} sittings, {preview.free} seats free, seed {preview.seed}"
    )
    print(f"  预览摘要 digest  {preview.digest}")
    for day in preview.days:
        print(
            f"  {day.day}  {day.batches} 批次 batches, {day.halls} 考场 halls  {day.taken} +{day.new}, "
            f"空余 free {day.free}"
        )
    for batch, loads in groupby(preview.in_use, key=lambda load: load.hall.batch):
        print(
            f"  第 {batch.number} 批次 batch  {exam_time_in_words(batch.starts_at)} – {exam_time_in_words(batch.ends_at)[-5:]}"
        )
        for load in loads:
            print(
                f"    {load.hall.number:04}  {load.taken:3} +{load.new:3} / {load.hall.seats:3}  {load.hall.room}"
            )


def _lists(container: Container, args: Namespace, code: str, by: Actor) -> int:
    if not args.site or not args.out:
        raise Misuse("请给出 --site 和 --out / give --site and --out")
    lists = container.hall_lists
    sittings = lists.sittings(code, args.site, by)
    if not sittings:
        raise Refusal(RefusalCode.NOBODY_SEATED, site=args.site)
    lacking: list[str] = []
    for sitting in sittings:
        name = f"{code}-{args.site}-{sitting.name}"
        seats = lists.seat_lists(code, args.site, sitting.name, by)
        lacking += seats.faceless
        _write(args.out, f"{name}-seats.pdf", seats)
        _write(args.out, f"{name}-doors.pdf", lists.door_sheets(code, args.site, sitting.name, by))
    people = sum(sitting.people for sitting in sittings)
    print(
        f"{len(sittings)} 个场次 {people} 人次，每场次两个文件 / {len(sittings)} sittings of {people} people, "
        f"two files each: {args.out}"
    )
    return tell_faceless(lacking)


def _write(folder: Path, name: str, printed: Printed) -> None:
    try:
        write(folder / name, printed.pdf)
    except OSError as error:
        raise Misuse(
            f"{folder / name} 不能写入 / {folder / name} cannot be written ({error.strerror})"
        ) from None
    if printed.missing:
        points = " ".join(f"U+{ord(one):04X}" for one in printed.missing)
        print(f"{name}: 缺字以码位代替 / substituted by code point: {points}")


def _seed(text: str) -> int:
    try:
        return seed_in(text)
    except Refusal as refusal:
        raise ArgumentTypeError(" / ".join(in_both_languages(refusal))) from None
