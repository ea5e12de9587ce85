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
    "store": {"events"},
    "operational": {"store"},
    "domain": {"events"},
    "projections": {"domain", "events", "store"},
    "handlers": {"domain", "events", "projections", "store"},
    "ledger": {"domain", "events", "operational", "store"},
    "backups": {"domain", "events", "operational", "photo", "projections", "store"},
    "clients": {"domain", "events", "operational"},
    "photo": {"operational"},
    "identity": {"clients", "domain", "events", "store"},
    "documents": {"domain", "fonts"},
    "fonts": set(),
    "rounds": {"domain", "events"},
    "migrations": {"store"},
    "config": {"clients", "domain", "identity", "ledger", "operational", "store"},
    "server": set(),
    "observability": {"domain", "handlers", "store"},
    "client": set(),
    "exchange": {"domain"},
    "stand_ins": {"clients", "operational"},
    "services": {
        "clients",
        "documents",
        "domain",
        "events",
        "handlers",
        "identity",
        "ledger",
        "operational",
        "photo",
        "projections",
        "rounds",
        "store",
    },
    "bootstrap": {
        "clients",
        "config",
        "documents",
        "handlers",
        "identity",
        "ledger",
        "observability",
        "operational",
        "photo",
        "projections",
        "services",
        "store",
    },
    "web": {
        "bootstrap",
        "clients",
        "config",
        "domain",
        "events",
        "handlers",
        "identity",
        "ledger",
        "observability",
        "photo",
        "projections",
        "services",
        "store",
    },
    "cli": {
        "backups",
        "bootstrap",
        "clients",
        "config",
        "documents",
        "domain",
        "events",
        "exchange",
        "handlers",
        "identity",
        "ledger",
        "observability",
        "operational",
        "photo",
        "projections",
        "rounds",
        "server",
        "services",
        "stand_ins",
        "store",
        "web",
    },
}
"""Which rooms a room may import: web, cli -> bootstrap -> services -> handlers -> projections -> domain -> events."""

LIBRARIES: dict[str, set[str]] = {
    "events": set(),
    "store": {"sqlalchemy", "psycopg", "eventsourcing", "cryptography", "msgspec", "alembic"},
    "operational": {"sqlalchemy", "cryptography"},
    "ledger": {"cryptography", "requests", "sqlalchemy"},
    "domain": {"transitions", "stdnum", "email_validator", "phonenumbers"},
    "projections": {"sqlalchemy", "msgspec"},
    "handlers": {"sqlalchemy", "eventsourcing"},
    "backups": {"msgspec", "sqlalchemy"},
    "clients": {"requests", "cryptography", "authlib", "joserfc", "httpcore"},
    "photo": {"PIL", "pillow_heif", "ai_edge_litert", "cv2", "numpy", "msgspec", "boto3", "botocore"},
    "identity": {"argon2", "sqlalchemy", "altcha", "captcha", "pyotp", "segno", "msgspec", "itsdangerous"},
    "documents": {"fpdf", "PIL", "segno", "uharfbuzz", "cryptography", "pyhanko"},
    "fonts": set(),
    "rounds": {"pydantic", "pydantic_core", "tomli_w"},
    "migrations": {"alembic", "sqlalchemy"},
    "config": {"pydantic", "pydantic_settings", "sqlalchemy", "tomlkit"},
    "server": {"uvicorn"},
    "observability": {"prometheus_client", "opentelemetry", "sentry_sdk"},
    "client": {"httpx"},
    "exchange": {"flask", "werkzeug"},
    "bootstrap": set(),
    "stand_ins": {"flask", "werkzeug", "sqlalchemy", "requests", "cryptography"},
    "services": {"sqlalchemy", "msgspec", "icalendar", "xlsxwriter", "pyarrow", "eventsourcing"},
    "web": {
        "brotli",
        "msgspec",
        "itsdangerous",
        "segno",
        "flask",
        "flask_babel",
        "flask_wtf",
        "pydantic",
        "spectree",
        "jinja2",
        "werkzeug",
        "markupsafe",
    },
    "cli": {"flask", "tqdm", "sqlalchemy", "pythonjsonlogger", "rich", "requests", "prometheus_client"},
}
"""Which libraries a room may import, besides the standard library."""

ABOVE_THE_ROOMS = {"bootstrap": {"outside", "worker"}}
"""What stands at the root, and who may import it; the command line may import all of it, other rooms nothing."""


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


@pytest.mark.parametrize("room", sorted(ROOMS - {"cli"}))
def test_a_room_knows_little_of_what_stands_above_the_rooms(room: str) -> None:
    for path in files_of(room):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "ncre" and len(parts) > 1 and parts[1] not in ROOMS:
                assert parts[1] in ABOVE_THE_ROOMS.get(room, set()), f"{path.name} imports {name}"


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
        assert not asks or path == SOURCE / "bootstrap" / "foundation.py", path


def test_the_stand_ins_are_no_part_of_production() -> None:
    """Only the demo, a process of the command line, imports them, and only when it runs."""
    for path in SOURCE.rglob("*.py"):
        if "stand_ins" not in path.parts and any(name.startswith("ncre.stand_ins") for name in imports(path)):
            assert path.parent == SOURCE / "cli" / "processes", path


def test_no_room_is_too_full_to_look_through() -> None:
    folders = {path.parent for base in (SOURCE, SOURCE.parents[1] / "tests") for path in base.rglob("*.py")}
    for folder in folders:
        if "node_modules" not in folder.parts and folder.name != "versions":  # migrations are a history
            files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
            assert len(files) <= 20, f"{folder.name} holds {len(files)} files: cut it by subject"


def test_no_folder_of_pages_is_too_full_and_no_template_too_long() -> None:
    templates = sorted((SOURCE / "web").rglob("*.html"))
    assert templates
    static = {
        path.parent for kind in ("*.js", "*.css", "*.svg") for path in (SOURCE / "web" / "static").rglob(kind)
    }
    assert static
    for folder in {path.parent for path in templates} | static:
        held = sum(path.is_file() for path in folder.iterdir())
        assert held <= 20, f"{folder} holds {held} files: cut it by subject"
    for path in templates:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path


LONG: dict[str, str] = {
    "domain/registration/lifecycle.py": "one table: LIFE, with the columns of its statuses",
    "ledger/verifier.py": "one file by itself, which auditors read and run without ncre",
}
"""Files that are longer than others may be, each with its reason."""


def test_no_file_is_too_long_to_read() -> None:
    long = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if len(path.read_text(encoding="utf-8").splitlines()) > 300
    }
    assert long == LONG.keys()


CARRIES_OUT = frozenset({"handle", "carry_out", "plan", "plan_all", "record_access"})
"""What of a command handler changes something."""


def test_pages_and_command_line_ask_services_and_open_no_database() -> None:
    """A view parses, hands over, redirects: no reading of its own, no command of its own."""
    for room in ("web", "cli"):
        for path in sorted((SOURCE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in CARRIES_OUT:
                    holder = ast.unparse(node.value)
                    assert not holder.endswith(("command_handler", ".changes")), (
                        f"{path}: {holder}.{node.attr}"
                    )
                if room == "web" and isinstance(node, ast.Attribute):
                    assert node.attr not in ("reading", "transaction", "snapshot"), f"{path}: {node.attr}"
