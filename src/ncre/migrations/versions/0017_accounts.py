"""One spelling of names and phone numbers, accounts that are disabled, proofs by what they are about, letters counted.

Proofs that are open live for minutes: whoever waits for one asks again.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0017"
down_revision = "0015"

_OF_CHINA = re.compile(r"1[3-9]\d{9}", re.ASCII)


def upgrade() -> None:
    _change_accounts()
    op.execute("DELETE FROM proofs")
    with op.batch_alter_table("proofs") as proofs:
        proofs.add_column(sa.Column("about", sa.String(64), nullable=False))
        proofs.add_column(sa.Column("onward", sa.String(300), nullable=False))
    op.create_index("proofs_about", "proofs", ["about"])
    op.create_table(
        "sent_letters",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", "day", name=op.f("pk_sent_letters")),
    )
    op.create_index("sent_letters_day", "sent_letters", ["day"])
    op.create_table(
        "staff_requests",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("change", sa.String(20), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("sites", sa.JSON, nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_staff_requests")),
    )


def _change_accounts() -> None:
    with op.batch_alter_table("accounts") as altered:
        altered.add_column(sa.Column("key", sa.String(254)))
        altered.add_column(sa.Column("disabled_at", Moment))
    connection = op.get_bind()
    texts = [sa.column(name, sa.String) for name in ("name", "key", "email", "phone")]
    accounts = sa.table("accounts", sa.column("id", sa.Uuid), *texts)
    rows = [dict(row) for row in connection.execute(sa.select(accounts)).mappings()]
    for row in _in_one_spelling(rows):
        changed = {column: row[column] for column in ("name", "key", "email", "phone")}
        connection.execute(sa.update(accounts).where(accounts.c.id == row["id"]).values(changed))
    with op.batch_alter_table("accounts") as altered:
        altered.alter_column("key", existing_type=sa.String(254), nullable=False)
    op.create_index("accounts_key", "accounts", ["key"], unique=True)
    op.create_index("accounts_role", "accounts", ["role"])


def _in_one_spelling(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Names that differ in case alone stay two: the one that is written so keeps the folded spelling."""
    taken: set[str] = set()
    for row in sorted(rows, key=lambda row: row["name"] != _folded(row["name"])):
        row["email"], row["phone"] = _email(row["email"]), _phone(row["phone"])
        folded = _phone(row["name"]) if _OF_CHINA.fullmatch(row["name"]) else _folded(row["name"])
        row["key"] = row["name"] if folded in taken else folded
        taken.add(row["key"])
        if _OF_CHINA.fullmatch(row["name"]):
            row["name"] = f"{row['name'][:3]} {row['name'][3:7]} {row['name'][7:]}"
    return rows


def _folded(name: str) -> str:
    if name.startswith("closed:"):
        return name
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def _phone(number: str | None) -> str | None:
    return f"+86{number}" if number and _OF_CHINA.fullmatch(number) else number


def _email(address: str | None) -> str | None:
    """The domain as it is asked for in the DNS."""
    if not address or address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address
