"""Verified addresses of accounts, their sessions, and the proofs sent to them. Names may be e-mail addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column(
            "name", type_=sa.String(254), existing_type=sa.String(80), existing_nullable=False
        )
        accounts.add_column(sa.Column("email", sa.String(254)))
        accounts.add_column(sa.Column("phone", sa.String(20)))
        accounts.add_column(sa.Column("closed_at", Moment))
    op.create_index("accounts_email", "accounts", ["email"], unique=True)
    op.create_index("accounts_phone", "accounts", ["phone"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("fresh_at", Moment, nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(120), nullable=False),
        sa.Column("pending", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sessions")),
    )
    op.create_index("sessions_account", "sessions", ["account"])
    op.create_table(
        "proofs",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("account", sa.Uuid),
        sa.Column("target", sa.String(600), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_proofs")),
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("linked_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index("identities_account", "identities", ["account"])
    op.create_table(
        "second_factors",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("box", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(70), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("free_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_table(
        "challenges",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
    )
