"""Runs every measurement and prints it beside its floor and its aim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from platform import python_version
from tempfile import TemporaryDirectory

from bench import (
    beside,
    crowd,
    front,
    growth,
    interface,
    killed_run,
    ledger,
    office_pages,
    passport,
    payments,
    photos,
    printing,
    review,
    statistics,
    visit,
)
from bench.commands import measure
from bench.folding import check_rate, rebuild_rate, replay_cost
from bench.ground import command_handler, databases, interleaved, plan_exam, waiting
from bench.seating import planning, recording
from ncre.bootstrap import build_container
from ncre.config import Settings
from ncre.store.database import Database

COMMANDS = 150
GROWN = 10_000
"""Registrations of eight facts whose rows are made anew and checked."""


OFFICE_PEOPLE = 200_000
"""A million take minutes to fill: `python -m bench.office_pages`."""


def main() -> None:
    print(f"ncre bench, Python {python_version()}; ratios count, absolute rates are this machine's")
    _imports()
    _front()
    _photos()
    _passport()
    _visit()
    _commands()
    _interface()
    _ledger()
    _growth()
    _statistics()
    _review()
    _office()
    _papers()


def _statistics() -> None:
    with TemporaryDirectory(prefix="ncre-bench-") as folder:
        pages = statistics.measure(Path(folder))
    print(
        f"Statistics of {pages.people} registrations at {statistics.SITES} sites: numbers {pages.numbers:.1f} ms of CPU, "
        f"the whole page {pages.page:.1f} ms, of one site {pages.of_site:.1f} ms (aim 50)",
        flush=True,
    )


def _imports() -> None:
    ratios = ", ".join(f"{name} {ratio:.2f}" for name, ratio in front.imports().items())
    print(f"Imports    CPU against that of Flask and SQLAlchemy: {ratios} (aims 0.2, 1.5, 3, 3)", flush=True)


def _front() -> None:
    seen = front.measure()
    print(
        f"Front      a newcomer beside {front.IDLE} idle connections {seen.beside_idle:.1f} ms (aim 1000), alone "
        f"{seen.alone:.1f} ms, ratio {seen.beside_idle / seen.alone:.1f}"
    )
    print(
        f"Front      {front.BUSY} busy connections: longest wait {seen.longest:.1f} s (aim 5), of a payment notice "
        f"{seen.longest_notice:.2f} s; {seen.served / front.SECONDS:.0f} pages/s, {seen.turned_away} turned away with 503, "
        f"{seen.unanswered} unanswered",
        flush=True,
    )


def _photos() -> None:
    looks = photos.measure()
    print(
        f"Photo      whole check {looks.whole:.1f} ms of CPU (aim 40), its networks alone {looks.networks:.1f} ms; "
        f"file part {looks.file:.1f} ms (aim 5), decoding and encoding alone {looks.codec:.1f} ms; "
        f"48 megapixels of a phone checked and cropped {looks.phone:.0f} ms (aim 1000)"
    )
    print(
        f"Photo      two workers: {looks.rate:.0f} photos/s; a worker takes {looks.memory:.0f} MB (aim 200)",
        flush=True,
    )


def _passport() -> None:
    with TemporaryDirectory(prefix="ncre-bench-") as folder:
        data = Path(folder)
        settings = Settings(
            data, f"sqlite:///{data / 'ncre.sqlite'}", bytes(range(32)), photo_workers=0, production=False
        )
        container = build_container(settings)
        container.database.migrate()
        cost = passport.measure(container)
        container.close()
        outcomes = {
            "an hour of 20 a second": _crowd(data / "country.sqlite", crowd.country),
            "3 000 people behind one address": _crowd(data / "campus.sqlite", crowd.campus),
        }
    print(
        f"Passport   {cost.sign_ins:.1f} sign-ins/s, the hash is {100 * cost.share:.0f} % of each (aim 80); "
        f"a session costs a page {cost.session:.2f} ms of CPU (aim 0.3), {cost.pages:.0f} pages/s with it",
        flush=True,
    )
    for name, outcome in outcomes.items():
        print(
            f"Passport   sign-ins, {name}, 5 % slips: {outcome.waited} of {outcome.right} right ones wait (aim 1 in 1000), "
            f"{outcome.harder} get a harder captcha; a guesser of one account gets {outcome.guesses} of "
            f"{outcome.guessed} tries, its owner waits {outcome.owner_waited} times",
            flush=True,
        )


def _visit() -> None:
    """What a visitor pays: a registration over HTTP, from signing in to paid."""
    with TemporaryDirectory(prefix="ncre-bench-") as name:
        for database, cost in visit.both(Path(name)):
            print(f"{database:10} {cost}", flush=True)


def _crowd(file: Path, simulated: Callable[[Database], crowd.Outcome]) -> crowd.Outcome:
    database = Database(f"sqlite:///{file}")
    database.migrate()
    outcome = simulated(database)
    database.close()
    return outcome


def _interface() -> None:
    seen = interface.measure()
    print(
        f"Interface  {seen.calls:.0f} commands/s by /api/v1, {seen.commands:.0f}/s through the application alone, ratio "
        f"{seen.calls / seen.commands:.2f}; {seen.reads:.0f} reads/s; {seen.events:.0f} events/s of CPU of the feed, {seen.events_wall:.0f} of wall (aim 10000); "
        f"{seen.limit:.0f} µs a call for the limit over all processes",
        flush=True,
    )


def _ledger() -> None:
    with databases() as urls, TemporaryDirectory(prefix="ncre-bench-") as folder:
        for name, url in urls.items():
            costs = ledger.measure(url, Path(folder))
            print(
                f"{name:10} sealing {costs.rate:.0f} facts/s on one core (aim 50 000); a command costs "
                f"{100 * costs.share:.1f} % more with it (aim 2); a candidate's proof in a log of "
                f"{8 * ledger.GROWN} facts {costs.proof / 1000:.1f} KB (aim 10)",
                flush=True,
            )
        checking = ledger.check(urls["SQLite"], Path(folder))
        for name, url in urls.items():
            paired, keys = beside.measure(url, Path(folder) / name), beside.rotation(url, Path(folder))
            print(
                f"{name:10} a command beside a running sealer, median of {beside.PAIRS} pairs: {100 * paired.cpu:+.1f} % CPU, "
                f"{100 * paired.wall:+.1f} % wall (aim 2), {paired.sealed} checkpoints meanwhile; "
                f"{keys:.0f} persons' keys/s of CPU wrapped anew",
                flush=True,
            )
    print(
        f"Proof      {ledger.CHECKED} facts verified in {checking.seconds:.0f} s, {checking.memory:.0f} MB (aim 200)",
        flush=True,
    )


def _growth() -> None:
    with databases() as urls:
        for name, url in urls.items():
            few = growth.measure(url, growth.FEW)
            _tell_waits(name, few)
    with databases() as urls:
        for name, url in urls.items():
            _tell_waits(name, growth.measure(url, growth.PEOPLE))


def _tell_waits(name: str, waits: growth.Waits) -> None:
    print(
        f"{name:10} a site of {waits.people}: search {waits.search:.1f} ms (aim 15), overview "
        f"{waits.overview:.1f} ms (aim 50), money page {waits.money:.1f} ms (aim 30), ledger.csv "
        f"{waits.csv:.0f} ms streamed, preview of a seating {waits.preview:.1f} s (aim 5)",
        flush=True,
    )


def _review() -> None:
    with TemporaryDirectory(prefix="ncre-bench-") as folder:
        url = f"sqlite:///{folder}/queue.sqlite"
        database = Database(url)
        database.migrate()
        database.close()
        seen = review.pages(url)
    name, slowest = seen.slowest
    print(
        f"Review     a page of the queue, {seen.waiting:,} waiting of {seen.registrations:,}: first page "
        f"{seen.cpu['all']:.1f} ms of CPU, slowest of {len(seen.cpu)} filters {slowest:.1f} ms ({name}; aim 50)",
        flush=True,
    )
    with databases() as urls, TemporaryDirectory(prefix="ncre-bench-") as folder:
        for name, url in urls.items():
            print(killed_run.told(name, killed_run.measure(url, Path(folder) / name)), flush=True)


def _office() -> None:
    with TemporaryDirectory(prefix="ncre-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'ncre.sqlite'}"
        database = Database(url)
        database.migrate()
        database.close()
        pages = list(office_pages.measure(url, folder / "data", OFFICE_PEOPLE))
    slowest = max(pages, key=lambda page: page.cpu)
    print(
        f"Office     {len(pages)} pages and searches of staff among {OFFICE_PEOPLE:,} registrations at {office_pages.SITES} sites: "
        f"slowest {slowest.cpu:.1f} ms of CPU ({slowest.name}; aim {office_pages.AIM})",
        flush=True,
    )


def _papers() -> None:
    costs = printing.measure()
    print(
        f"Printing   one ticket {costs.ticket:.1f} ms (aim 25), form of two pages {costs.form:.1f} ms, "
        f"a page of a batch {costs.batch:.1f} ms (aim 7), {1000 / costs.batch:.0f} pages/s"
    )
    print(
        f"Printing   the same ticket: reportlab {costs.reportlab:.1f} ms, fpdf2 with the whole font "
        f"{costs.whole_font:.0f} ms; ours is {costs.whole_font / costs.ticket:.1f} times as quick (aim 10)",
        flush=True,
    )


def _commands() -> None:
    with databases() as urls:
        for name, url in urls.items():
            app = command_handler(url)
            plan_exam(app)
            app.database.close()
            for clients in (1, 8):
                rates = measure(url, clients, COMMANDS)
                print(
                    f"{name:10} {clients} client{'s' * (clients > 1):1}: {rates.ours:7.0f} commands/s, "
                    f"bare SQL {rates.floor:7.0f}/s, ratio {rates.ratio:.2f} (aim 0.40)",
                    flush=True,
                )
        for name, url in urls.items():
            app = command_handler(url)
            whole, folded = replay_cost(app, waiting(app, 50))
            print(
                f"{name:10} replay: {whole:.1f} µs a fact read, opened and folded; {folded:.1f} µs folded alone"
            )
            interleaved(app, GROWN)
            facts, rate, held = rebuild_rate(app)
            print(
                f"{name:10} rebuild: {facts} facts at {rate:.0f} facts/s of CPU (aim 20000); writers waited {held:.2f} s at "
                "the most (aim 1)",
                flush=True,
            )
            rate, memory = check_rate(app)
            print(
                f"{name:10} check: {rate:.0f} facts/s of CPU, {memory:.0f} MB of objects at the most (aim 300 in all)",
                flush=True,
            )
            app.database.close()
        for name, url in urls.items():
            taken = measure(url, 1, COMMANDS, payments.take, payments.news_to_come)
            print(
                f"{name:10} payments: {taken.ours:.0f} notices/s taken in, bare SQL {taken.floor:.0f}/s, "
                f"ratio {taken.ratio:.2f}",
                flush=True,
            )
        cost = payments.signatures()
        print(f"Payments   sign {cost.sign:.2f} ms, verify {cost.verify:.2f} ms of CPU", flush=True)
        planned = planning()
        print(
            f"seating: {planned.sittings} sittings at {planned.sites} sites planned in {planned.seconds:.1f} s "
            f"(aim 60), late payers in {planned.again:.1f} s",
            flush=True,
        )
        for name, url in urls.items():
            rate = recording(url)
            print(
                f"{name:10} seats planned and recorded: {rate:.0f} registrations/s, so {planned.sittings} sittings "
                f"of {planned.people} people in {planned.people / rate:.0f} s (aim 60)",
                flush=True,
            )


if __name__ == "__main__":
    main()
