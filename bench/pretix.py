"""An order in pretix, as near to a registration as it comes: six questions, a photo, 80 yuan, and somebody who says that it is paid.

pretix is another program with an installation of its own, named by the Python it is installed for (`pip install pretix gunicorn`).
It tells tickets from orders where an exam has reviews, photos of a measure and deadlines, so that its figures say what a sale costs, not
what a registration would cost there. Its shop has no password; the photo is kept as it came; nobody signs the news of a payment.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from textwrap import dedent
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from bench.visitors import Ask, Got, Journey, Unexpected
from tests.support.people import portrait
from tests.support.ports import free_port
from tests.support.served import until_listening

EVENT: Final = "/ncre/r78"

CONFIGURATION: Final = """\
[pretix]
instance_name=bench
url=http://127.0.0.1:{port}
datadir={folder}
currency=CNY
registration=off
[database]
{database}
[mail]
from=bench@example.org
[django]
debug=off
secret={secret}
"""

EXAM: Final = """
from datetime import timedelta
from decimal import Decimal
from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Event, Organizer, Team, TeamAPIToken

with scopes_disabled():
    office = Organizer.objects.create(slug="ncre", name="NCRE", plugins="pretix.plugins.banktransfer")
    exam = Event.objects.create(
        organizer=office, slug="r78", name="March 2027", currency="CNY", date_from=now() + timedelta(days=60), live=True
    )
    exam.set_defaults()
    exam.enable_plugin("pretix.plugins.banktransfer")
    exam.save()
    subject = exam.items.create(name="Python", default_price=Decimal("80.00"), personalized=True)
    exam.quotas.create(name="all", size=1_000_000).items.add(subject)
    for number, (asked, kind) in enumerate(
        [("Document number", "S"), ("Born", "D"), ("Telephone", "TEL"), ("Photo", "F")]
    ):
        exam.questions.create(question=asked, type=kind, required=True, position=number).items.add(subject)
    given = {
        "locales": ["en"], "locale": "en", "attendee_names_asked": True, "attendee_names_required": True,
        "invoice_address_asked": False, "invoice_generate": "False", "payment_banktransfer__enabled": True,
        "payment_banktransfer_bank_details_type": "other", "payment_banktransfer_bank_details": "bench",
    }
    for name, value in given.items():
        exam.settings.set(name, value)
    team = Team.objects.create(
        organizer=office, name="bench", all_events=True, all_event_permissions=True, all_organizer_permissions=True
    )
    print("TOKEN", TeamAPIToken.objects.create(team=team, name="bench").token)
"""


@dataclass(frozen=True)
class Shop:
    """pretix that is served: its port, the process that serves it, and what lets somebody say that an order is paid."""

    port: int
    pid: int
    token: str


def journey(number: int, token: str) -> Journey:
    """The requests of one order, each made of the page before."""
    shop = yield Ask(f"{EVENT}/")
    item = _name(shop, r"item_\d+")
    yield from _sent(f"{EVENT}/cart/add?next={EVENT}/&next_error={EVENT}/", {**_token(shop), item: "1"})
    questions = yield from _followed((yield Ask(f"{EVENT}/checkout/start")))
    said = _answers(questions, number)
    file = next(name for name in said if name.endswith("question_4"))
    del said[file]
    payment = yield from _sent(f"{EVENT}/checkout/questions/", said, portrait(), file)
    check = yield from _sent(f"{EVENT}/checkout/payment/", {**_token(payment), "payment": "banktransfer"})
    done = yield Ask(f"{EVENT}/checkout/confirm/", _token(check))
    code = re.search(r"/order/(\w+)/", done.location)
    if code is None:
        raise Unexpected(f"no order came of it: {done.status} {done.location}")
    yield from _followed(done)
    paid = yield Ask(
        f"/api/v1/organizers/ncre/events/r78/orders/{code[1]}/mark_paid/",
        {"send_email": "false"},
        headers=(("Authorization", f"Token {token}"),),
    )
    if paid.status != 200 or '"status":"p"' not in paid.text:
        raise Unexpected(f"the order was not paid: {paid.status} {paid.text[:200]}")
    yield Ask(done.location.partition("pay/")[0])


def _answers(page: Got, number: int) -> dict[str, str]:
    said = dict.fromkeys(re.findall(r'\sname="(\d+-question_[^"]+)"', page.text), "")
    if not said:
        raise Unexpected(f"nothing is asked: {page.status} {re.sub('<[^>]+>', ' ', page.text)[-900:]}")
    prefix = next(iter(said)).partition("-")[0]
    return {
        **said,
        **_token(page),
        "email": f"bench{number}@example.org",
        f"{prefix}-attendee_name_parts_0": "Wenjing",
        f"{prefix}-attendee_name_parts_1": "Zhang",
        f"{prefix}-question_1": f"42010620000101{number % 10000:04}",
        f"{prefix}-question_2": "2000-01-01",
        f"{prefix}-question_3_0": "+86",
        f"{prefix}-question_3_1": "13800138000",
    }


def _sent(
    path: str, form: dict[str, str], photo: bytes = b"", field: str = "photo"
) -> Generator[Ask, Got, Got]:
    got = yield Ask(path, form, photo, field)
    if got.status not in (302, 303):
        raise Unexpected(f"{path} was answered {got.status}: {re.sub('<[^>]+>', ' ', got.text)[-900:]}")
    return (yield from _followed(got))


def _followed(got: Got) -> Generator[Ask, Got, Got]:
    while got.status in (302, 303):
        parts = urlsplit(got.location)
        got = yield Ask(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return got


def _name(page: Got, pattern: str) -> str:
    found = re.search(rf'name="({pattern})"', page.text)
    if found is None:
        raise Unexpected(f"no field is named {pattern}")
    return found[1]


def _token(page: Got) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    return {"csrfmiddlewaretoken": unescape(found[1])} if found else {}


@contextmanager
def shop(python: str, url: str, folder: Path) -> Iterator[Shop]:
    """pretix in one process of eight threads over an empty database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    (folder / "pretix.cfg").write_text(
        CONFIGURATION.format(port=port, folder=folder, database=_database(url), secret=os.urandom(24).hex())
    )
    environment = {**os.environ, "PRETIX_CONFIG_FILE": str(folder / "pretix.cfg"), "PYTHONPATH": ""}
    environment["NCRE_BENCH_EXAM"] = dedent(EXAM)

    def run(*arguments: str) -> str:
        made = subprocess.run(  # noqa: S603
            [python, "-m", "pretix", *arguments], env=environment, cwd=folder, capture_output=True, text=True
        )
        if made.returncode:
            raise SystemExit(f"pretix {arguments[0]}: {made.stderr[-2000:]}")
        return made.stdout

    run("migrate")
    run("collectstatic", "--noinput")
    run("compress")
    token = (
        run("shell", "-c", "import os; exec(os.environ['NCRE_BENCH_EXAM'], {})")
        .split("TOKEN", 1)[1]
        .split()[0]
    )
    command = [
        python,
        "-m",
        "gunicorn",
        "pretix.wsgi",
        "--workers",
        "1",
        "--threads",
        "8",
        "-b",
        f"127.0.0.1:{port}",
    ]
    with (folder / "served.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)  # noqa: S603
    try:
        until_listening(process, port)
        yield Shop(port, process.pid, token)
    finally:
        process.terminate()
        process.wait(30)


def _database(url: str) -> str:
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return "backend=sqlite3"
    host = parts.query.get("host", parts.host)
    return f"backend=postgresql\nname={parts.database}\nuser={parts.username}\npassword={parts.password or ''}\nhost={host}\nport={parts.port or ''}"
