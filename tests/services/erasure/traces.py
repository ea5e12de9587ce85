"""Somebody who left traces everywhere, and a search of everything an installation keeps for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import make_url, select, text

from ncre.bootstrap import Container
from ncre.clients.identity_provider import Identity
from ncre.events.registration_values import Details
from ncre.identity.email_templates import join
from ncre.identity.proofs import Purpose
from ncre.store.schema import metadata
from tests.support import people
from tests.support.people import Candidate, portrait

SAID: Final = Details(
    name="慕容雪晴",
    sex="female",
    document_type="resident_id",
    document_number="420115200603150089",
    document_typed="420115-20060315-0089",
    birth=date(2006, 3, 15),
    ethnicity="01",
    education="bachelor",
    occupation="student",
    mobile="+8613987654321",
    email="xueqing.murong@example.org",
    address="湖北省武汉市洪山区雄楚大道八百号",
    postcode="430079",
    remark="外国语学院二班左利手",
)
ACCOUNT_EMAIL: Final = "murong.account@example.net"
SUBJECT: Final = "QQ-OPENID-7F3A9C"
NICKNAME: Final = "雪晴的昵称"
PLACE: Final = "203.0.113.0/24"

PRIVATE: Final = (
    SAID.name,
    SAID.document_number,
    SAID.document_typed,
    SAID.mobile,
    SAID.mobile.removeprefix("+86"),
    SAID.email,
    SAID.address,
    SAID.remark,
    ACCOUNT_EMAIL,
    SUBJECT,
    NICKNAME,
    PLACE,
)


class Traced(Candidate):
    """Brought to payment, with letters, a session, an identity elsewhere, proofs, a draft and a paper on the shelf."""

    def __init__(self, container: Container) -> None:
        with container.database.transaction() as connection:
            account = container.accounts.add_within(
                connection,
                ACCOUNT_EMAIL,
                "a password of Murong",
                people.CANDIDATE.role,
                email=ACCOUNT_EMAIL,
                phone=SAID.mobile,
            )
        super().__init__(container, account, SAID)
        self.photo = b""

    def leaves_traces(self) -> None:
        self.until_waiting()
        people.approved(self.container, self)
        self.signs_in_everywhere()
        container, account = self.container, self.account
        container.profiles.keep(account, SAID)
        assert container.outbox is not None
        container.outbox.send(join(ACCOUNT_EMAIL, "https://ncre.example/join"))
        container.outbox.send(join("somebody.else@example.net", "https://ncre.example/join"))
        proofs = container.account_service.proofs
        proofs.link(Purpose.RECOVER, ACCOUNT_EMAIL, account.id)
        proofs.link(Purpose.UNDO, SAID.email, account.id)
        proofs.kept(Purpose.LINK, json.dumps({"subject": SUBJECT, "name": NICKNAME}, ensure_ascii=False))
        container.sending_limits.take(ACCOUNT_EMAIL, PLACE)
        self.photo = container.photos.show(account.id, self.digest())
        self.drafts()
        self.papers()

    def signs_in_everywhere(self) -> None:
        service, account = self.container.account_service, self.account
        service.start_session(account, "password", PLACE, "Firefox")
        with self.container.database.transaction() as connection:
            service._identities.link(connection, Identity("qq", SUBJECT, NICKNAME), account.id)

    def digest(self) -> str:
        with self.container.database.reading() as connection:
            history = self.container.command_handler.store.history(connection, self.id)
        return next(fact.photo.digest for fact in history if hasattr(fact, "photo"))

    def drafts(self) -> None:
        self.container.photos._drafted(self.account.id, "0" * 64, portrait())

    def papers(self) -> None:
        container = self.container
        with container.database.transaction() as connection:
            box = container.command_handler.store.seal_bytes(
                connection, self.account.id, b"%PDF-1.7", "paper"
            )
        container.documents._cache.put(uuid4().hex * 2, box)


def found(container: Container, photo: bytes = b"") -> list[str]:
    """Where in rows and files anything private of the person is, by place and word."""
    words = [word for said in PRIVATE for word in (said.encode(), said.encode("utf-16-le"))]
    words += [json.dumps(said).strip('"').encode() for said in PRIVATE if not said.isascii()]
    words += [photo[200:400]] if photo else []
    hits = [f"{place}: {word!r}" for place, data in everything(container) for word in words if word in data]
    return sorted(set(hits))


def everything(container: Container) -> Iterator[tuple[str, bytes]]:
    """Every row as text, and every byte of the database and of the data folder."""
    with container.database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield f"table {table.name}", repr(tuple(row)).encode()
    for folder in (container.settings.data, *_database_folders(container)):
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                yield str(file), file.read_bytes()


def _database_folders(container: Container) -> Iterator[Path]:
    """Of PostgreSQL this database's own files, the shared tables and the WAL."""
    url = make_url(container.settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield Path(str(url.database)).parent
        return
    with container.database.reading() as connection:
        root = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        own = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        yield root / "base" / str(own.scalar_one())
    yield root / "global"
    yield root / "pg_wal"
