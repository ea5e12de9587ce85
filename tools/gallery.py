"""Takes a picture of every page on a phone and on a desk, and puts them side by side into one page.

make screenshots
python tools/gallery.py --out build/gallery [--before OTHER] [--only candidate] [--scheme dark] [--language en]
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from ncre.bootstrap import build_container
from ncre.rounds import bundled
from ncre.rounds.loader import load_round
from ncre.services.exam.revision_commands import Revise
from tests.browser.visit import PHONE, launch
from tests.browser.walks.office_work import fill_office
from tests.browser.walks.views import EVERY_VIEW, View, World, settle
from tests.stand_ins.market import opened
from tests.support.containers import settings_on
from tests.support.people import OFFICE, TODAY, Clock

WIDTHS = {390: 844, 1280: 900}
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body{font:15px system-ui;margin:1rem}section{border-top:1px solid #999;padding:.5rem 0}
.row{display:flex;gap:1rem;align-items:flex-start;overflow-x:auto}figure{margin:0;flex:none}
img{border:1px solid #999;display:block}img.w390{width:260px}img.w1280{width:640px}</style><h1>Every page</h1>"""


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    """A service with the bundled round and people at every stage."""
    file = folder / "house.sqlite"
    clock = Clock()
    container = build_container(settings_on(f"sqlite:///{file}", folder / "made"), clock, {})
    container.database.migrate()
    container.key_checks.record()
    container.revisions.revise(Revise(actor=OFFICE, wanted=load_round(bundled(), TODAY), why="开考"))
    container.close()
    with opened(folder, file, clock) as market:
        world = settle(market.container, clock, market.home, folder)
        fill_office(world)
        yield world


def context_of(browser: Browser, width: int, scheme: str, language: str) -> BrowserContext:
    narrow = width < 768
    return browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        is_mobile=narrow,
        has_touch=narrow,
        user_agent=PHONE if narrow else None,
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB" if language == "en" else "zh-CN",
    )


def take(browser: Browser, world: World, view: View, width: int, out: Path, args: argparse.Namespace) -> None:
    context = context_of(browser, width, args.scheme, args.language)
    if view.who:
        world.sign_in(context, view.who)
    page = context.new_page()
    answer = page.goto(world.address + world.path(view))
    if answer is None or answer.status != view.status:
        raise SystemExit(f"{view.name}: {answer and answer.status} instead of {view.status}")
    if view.then is not None and args.language == "zh":
        view.then(page, world)
    page.screenshot(path=out / f"{view.room}-{view.name}-{width}.png", full_page=True, scale="css")
    context.close()


def write_page(out: Path, views: list[View], before: Path | None) -> None:
    """One page with all pictures; beside each the one of `before`, where it has it."""
    parts = [HEAD]
    for view in views:
        figures = []
        for width in WIDTHS:
            name = f"{view.room}-{view.name}-{width}.png"
            for folder, word in ((before, "before"), (out, "now")):
                if folder is not None and (folder / name).exists():
                    source = name if folder == out else os.path.relpath(folder / name, out)
                    figures.append(
                        f'<figure><figcaption>{word} {width}</figcaption><a href="{escape(source)}">'
                        f'<img class="w{width}" loading="lazy" alt="" src="{escape(source)}"></a></figure>'
                    )
        title = f"{view.room} · {view.name} · {escape(view.path)} · {view.who or 'nobody'}"
        parts.append(f'<section><h2>{title}</h2><div class="row">{"".join(figures)}</div></section>')
    (out / "index.html").write_text("\n".join(parts), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/gallery"))
    parser.add_argument("--before", type=Path)
    parser.add_argument("--only", default="", help="rooms or names that begin so, with commas")
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    args = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("the gallery needs chromium (Debian: apt-get install chromium fonts-wqy-microhei)")
    wanted = tuple(one for one in args.only.split(",") if one)
    views = [
        view
        for view in EVERY_VIEW
        if not wanted or view.room.startswith(wanted) or view.name.startswith(wanted)
    ]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    args.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, world_in(Path(folder)) as world, sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        for view in views:
            for width in WIDTHS:
                take(browser, world, view, width, args.out, args)
        browser.close()
    write_page(args.out, views, args.before)
    print(f"{len(views)} pages: {args.out / 'index.html'}")


if __name__ == "__main__":
    main()
