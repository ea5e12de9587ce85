"""Measures five pages as a slow phone loads them, by Lighthouse and by Chromium itself, and fails below the marks.

make lighthouse

Lighthouse: its own slow-phone profile (simulated 1.6 Mbit/s, 150 ms, a processor four times slower). Chromium: 3G slow, as a
real limit (400 kbit/s down, 400 ms to each first byte), an empty cache, gzip as the proxy of production packs it. The marks
hold for every page, signed in or not. What is fetched ahead for the next page is sent, but weighs nothing on this one.
"""

from __future__ import annotations

import gzip
import json
import logging
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import launch
from tests.browser.walks.views import CANDIDATE, View, World
from tests.stand_ins.market import serving
from tools.gallery import world_in

FOLDER: Final = Path(__file__).parents[1] / "tests" / "lighthouse"
PAGES: Final = ("front", "sites-searched", "tasks-pictured", "details", "photo")
LEAST_SCORE: Final = 95
MOST_BYTES: Final = 60_000
MOST_LCP: Final = 1_000
"""Milliseconds."""

SLOW: Final = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""3G slow: 400 ms, 400 kbit/s (in bytes a second)."""

PAINTED: Final = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
  .observe({type: "largest-contentful-paint", buffered: true}))"""
Site = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def packed(site: Site) -> Site:
    """The site with text packed by gzip, as a proxy does."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        kept: list[Any] = []
        body = b"".join(site(environ, lambda status, headers, *_: kept.extend((status, headers))))
        status, headers = kept
        kind = dict(headers).get("Content-Type", "")
        if kind.startswith("text/") or "svg" in kind:
            body = gzip.compress(body)
            headers = [(name, value) for name, value in headers if name != "Content-Length"]
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
        start(status, headers)
        return [body]

    return answer


def first_visit(browser: Browser, world: World, view: View, address: str) -> tuple[int, int, int]:
    """(bytes on the line, bytes unpacked, LCP in milliseconds) of a first visit, without photo and font."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    if view.who:
        world.sign_in(context, view.who)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    kinds, sizes = {}, {}
    line.on("Network.responseReceived", lambda got: kinds.update({got["requestId"]: got["type"]}))
    line.on("Network.loadingFinished", lambda got: sizes.update({got["requestId"]: got["encodedDataLength"]}))
    page.goto(address + world.path(view), wait_until="networkidle")
    painted = page.evaluate(PAINTED)
    unpacked = page.evaluate(
        "(ahead => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".filter(one => !/photo|woff2/.test(one.name) && !ahead.includes(one.name))"
        ".reduce((sum, one) => sum + one.decodedBodySize, 0))"
        "([...document.querySelectorAll('link[rel=prefetch]')].map(one => one.href))"
    )
    photos = {key for key, kind in kinds.items() if kind == "Font"}
    sent = sum(size for key, size in sizes.items() if key not in photos)
    context.close()
    return round(sent), round(unpacked), round(painted)


def by_lighthouse(world: World, views: list[View], address: str, chromium: str) -> list[dict[str, Any]]:
    pages = []
    for view in views:
        name, value = world.cookie(view.who) if view.who else ("", "")
        cookie = f"{name}={value}" if name else ""
        pages.append({"name": view.name, "url": address + world.path(view), "cookie": cookie})
    asked = json.dumps({"chromium": chromium, "pages": pages})
    done = subprocess.run(
        ["node", "measure.mjs"], cwd=FOLDER, input=asked, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None or not (FOLDER / "node_modules").exists():
        raise SystemExit("needs chromium and Lighthouse: run make lighthouse")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    views = [view for name in PAGES for view in CANDIDATE if view.name == name]
    weak = []
    with (
        TemporaryDirectory() as folder,
        world_in(Path(folder)) as world,
        sync_playwright() as playwright,
        serving(packed(world.site)) as address,
    ):
        browser = launch(playwright, chromium)
        print("3G slow, first visit      sent bytes   unpacked   LCP ms")
        for view in views:
            sent, unpacked, lcp = first_visit(browser, world, view, address)
            print(f"{view.name:24} {sent:11} {unpacked:10} {lcp:8}")
            if max(sent, unpacked) > MOST_BYTES or lcp > MOST_LCP:
                weak.append(view.name)
        browser.close()
        print("Lighthouse, slow phone    performance   accessibility   sent bytes   LCP ms")
        for one in by_lighthouse(world, views, address, chromium):
            print(
                f"{one['name']:24} {one['performance']:12} {one['accessibility']:15} {one['bytes']:12} {one['lcp']:8}"
                f"  {'; '.join(one['failed'])}{one['error']}"
            )
            if min(one["performance"], one["accessibility"]) < LEAST_SCORE:
                weak.append(one["name"])
    if weak:
        raise SystemExit(f"below the marks: {', '.join(weak)}")


if __name__ == "__main__":
    main()
