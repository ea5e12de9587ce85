"""The map of the service, checked: imports run one way, and each room knows only its libraries."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "ncre"
ROOMS = frozenset(path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__")

MAY_KNOW: dict[str, set[str]] = {
    "events": set(),
    "domain": {"events"},
    "projections": {"domain", "events"},
    "gateways": {"events"},
    "cashier": {"gateways"},
    "passport": {"domain", "events"},
    "printing": {"domain", "fonts"},
    "qq_stand_in": set(),
    "server": set(),
    "rounds": {"domain", "events"},
    "fonts": set(),
    "migrations": {"events"},
    "config": {"domain", "gateways", "passport"},
    "services": {"domain", "events", "projections", "passport", "gateways", "printing", "rounds"},
    "web": {"domain", "events", "projections", "passport", "gateways", "services", "config"},
    "shell": {
        "domain",
        "events",
        "projections",
        "passport",
        "gateways",
        "services",
        "rounds",
        "web",
        "printing",
        "cashier",
        "qq_stand_in",
        "server",
        "config",
    },
}
"""Which rooms a room may import. web -> services -> projections -> domain -> events; side rooms know no web."""

LIBRARIES: dict[str, set[str]] = {
    "events": {"sqlalchemy", "eventsourcing", "cryptography", "msgspec", "alembic"},
    "config": {"pydantic", "pydantic_settings", "sqlalchemy"},
    "domain": {"transitions", "stdnum", "email_validator", "phonenumbers"},
    "projections": {"sqlalchemy", "msgspec"},
    "cashier": {"flask", "werkzeug", "sqlalchemy", "requests", "cryptography"},
    "gateways": {
        "PIL",
        "pillow_heif",
        "sqlalchemy",
        "cv2",
        "numpy",
        "msgspec",
        "boto3",
        "botocore",
        "requests",
        "cryptography",
    },
    "passport": {
        "argon2",
        "sqlalchemy",
        "altcha",
        "captcha",
        "authlib",
        "requests",
        "pyotp",
        "segno",
        "joserfc",
        "msgspec",
        "itsdangerous",
    },
    "printing": {"fpdf", "PIL", "segno", "uharfbuzz", "cryptography", "pyhanko"},
    "qq_stand_in": {"flask"},
    "rounds": set(),
    "fonts": set(),
    "migrations": {"alembic", "sqlalchemy"},
    "services": {"sqlalchemy", "msgspec", "xlsxwriter"},
    "web": {
        "msgspec",
        "itsdangerous",
        "segno",
        "flask",
        "flask_babel",
        "flask_wtf",
        "werkzeug",
        "markupsafe",
    },
    "server": {"uvicorn"},
    "shell": {"flask", "tqdm", "sqlalchemy"},
}
"""Which libraries a room may import, besides the standard library."""

ABOVE_THE_ROOMS = {"services": {"application"}, "web": {"bootstrap", "application"}}
"""What stands at the root, and who may import it; the command line may import all of it, other rooms nothing."""

SERVICES_OF_THE_PAGES = {
    "papers",
    "photos",
    "door",
    "takings",
    "passports",
    "sign_ons",
    "contacts",
    "staff_accounts",
    "counter",
    "standings",
    "revisions",
}
"""Services that pages name; the others they reach through the service."""


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(room: str) -> list[Path]:
    return sorted((SOURCE / room).rglob("*.py"))


def test_every_room_is_on_the_map() -> None:
    assert MAY_KNOW.keys() == ROOMS
    assert LIBRARIES.keys() == ROOMS


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_the_rooms_it_may_know(room: str) -> None:
    for path in files_of(room):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "ncre" and len(parts) > 1 and parts[1] in ROOMS:
                assert parts[1] in MAY_KNOW[room] | {room}, f"{path.name} imports {name}"


@pytest.mark.parametrize("room", sorted(ROOMS - {"shell"}))
def test_a_room_knows_little_of_what_stands_above_the_rooms(room: str) -> None:
    for path in files_of(room):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "ncre" and len(parts) > 1 and parts[1] not in ROOMS:
                assert parts[1] in ABOVE_THE_ROOMS.get(room, set()), f"{path.name} imports {name}"


def test_the_pages_know_few_services() -> None:
    for path in files_of("web"):
        for name in imports(path):
            parts = name.split(".")
            if parts[:2] == ["ncre", "services"]:
                assert parts[2] in SERVICES_OF_THE_PAGES, f"{path.name} imports {name}"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_uses_only_its_libraries(room: str) -> None:
    for path in files_of(room):
        for name in imports(path):
            library = name.split(".")[0]
            if library not in sys.stdlib_module_names and library not in {"ncre", "__future__"}:
                assert library in LIBRARIES[room], f"{path.name} imports {library}"


def test_the_clock_is_read_in_one_place() -> None:
    """`bootstrap` hands the clock to the door and the worker; nobody else asks what time it is."""
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        asks = any(call in text for call in ("datetime.now(", "utcnow(", "date.today(", "time.time("))
        assert not asks or path.name == "bootstrap.py", path
