"""The rows that people look at, and the accounts that sign in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _make_exam()
    _make_registrations()
    _make_seats_and_money()
    _make_timeline()
    _make_accounts()


def _make_exam() -> None:
    op.create_table(
        "rounds",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rounds")),
    )
    op.create_table(
        "sites",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("province", sa.String(40), nullable=False),
        sa.Column("city", sa.String(40), nullable=False),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("round", "code", name=op.f("pk_sites")),
    )
    op.create_table(
        "notices",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("posted_at", Moment, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("body_en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("round", "kind", name=op.f("pk_notices")),
    )


def _make_registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("agreement", sa.String(40), nullable=False),
        sa.Column("agreed_at", Moment, nullable=False),
        sa.Column("details_version", sa.Integer),
        sa.Column("person", sa.String(64)),
        sa.Column("name_masked", sa.String(80)),
        sa.Column("document_masked", sa.String(40)),
        sa.Column("number", sa.String(14)),
        sa.Column("site", sa.String(6)),
        sa.Column("lines", sa.JSON, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("submitted_at", Moment),
        sa.Column("photo", sa.JSON),
        sa.Column("requested_at", Moment),
        sa.Column("rejections", sa.Integer, nullable=False),
        sa.Column("rejected_version", sa.Integer),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("approved_at", Moment),
        sa.Column("pay_by", Moment),
        sa.Column("order_version", sa.Integer),
        sa.Column("payment", sa.JSON),
        sa.Column("paid_at", Moment),
        sa.Column("confirmed_at", Moment),
        sa.Column("seated", sa.Integer, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    op.create_index("registrations_at_site", "registrations", ["site", "status", "requested_at"])
    op.create_index("registrations_by_number", "registrations", ["number"])
    op.create_index("registrations_by_person", "registrations", ["person"])
    op.create_index("registrations_due", "registrations", ["pay_by"])
    op.create_index("registrations_of_account", "registrations", ["account", "round"])


def _make_seats_and_money() -> None:
    op.create_table(
        "tickets",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("subject", sa.String(8), nullable=False),
        sa.Column("ticket", sa.String(16), nullable=False),
        sa.Column("hall", sa.Integer, nullable=False),
        sa.Column("room", sa.String(80), nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("starts_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("registration", "subject", name=op.f("pk_tickets")),
        sa.UniqueConstraint("ticket", name=op.f("uq_tickets_ticket")),
    )
    op.create_table(
        "refunds",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("trade", sa.String(64), nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("order", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("returned_at", Moment),
        sa.Column("reference", sa.String(64)),
        sa.PrimaryKeyConstraint("channel", "trade", name=op.f("pk_refunds")),
    )
    op.create_index("refunds_of_registration", "refunds", ["registration"])
    op.create_index("refunds_open", "refunds", ["returned_at", "since"])


def _make_timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("stream", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("stream", "version", name=op.f("pk_timeline")),
    )
    op.create_index("timeline_about", "timeline", ["about", "at"])


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("sites", sa.JSON, nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )


def downgrade() -> None:
    for table in (
        "accounts",
        "timeline",
        "refunds",
        "tickets",
        "registrations",
        "notices",
        "sites",
        "rounds",
    ):
        op.drop_table(table)
