"""Other systems of the office: what each may do, its secrets, and the events that are sent to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0040"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "integrations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("sites", sa.JSON, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("used_at", Moment),
        sa.Column("revoked_at", Moment),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrations")),
    )
    op.create_table(
        "integration_secrets",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("integration", sa.Uuid, nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("issued_at", Moment, nullable=False),
        sa.Column("used_at", Moment),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_integration_secrets")),
    )
    op.create_index("integration_secrets_of", "integration_secrets", ["integration"])
    op.create_table(
        "webhooks",
        sa.Column("integration", sa.Uuid, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("signing_key", sa.Integer, nullable=False),
        sa.Column("key_since", Moment, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("paused_at", Moment),
        sa.PrimaryKeyConstraint("integration", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("integration", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("answer", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("integration", "position", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("registrations_in_order", "registrations", ["site", "id"])
    op.create_index("webhook_deliveries_due", "webhook_deliveries", ["state", "next_at"])
    op.create_index("webhook_deliveries_about", "webhook_deliveries", ["integration", "about", "position"])
