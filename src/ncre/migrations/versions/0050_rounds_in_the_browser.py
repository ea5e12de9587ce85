"""Drafts of rounds, sites that are called off case by case, and the round in which a registration began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0050"
down_revision = "0055"


def upgrade() -> None:
    op.add_column("registrations", sa.Column("begun_in", sa.String(8), nullable=False, server_default=""))
    op.execute("UPDATE registrations SET begun_in = round")
    op.drop_index("registrations_begun_at", "registrations")
    op.create_index("registrations_begun_at", "registrations", ["sealed_for", "begun_in"])
    op.create_table(
        "round_drafts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("round", sa.String(2), nullable=False),
        sa.Column("made_from", sa.Integer, nullable=False),
        sa.Column("author", sa.String(36), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_drafts")),
    )
    op.create_index("round_drafts_open", "round_drafts", ["state", "made_at"])
    op.create_table(
        "round_draft_parts",
        sa.Column("draft", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(11), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("base", sa.JSON, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("draft", "name", name=op.f("pk_round_draft_parts")),
    )
    op.create_table(
        "site_runs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("round", sa.String(2), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("to_round", sa.String(2), nullable=False),
        sa.Column("money", sa.String(6), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("actor", sa.String(36), nullable=False),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_runs")),
    )
    op.create_index("site_runs_open", "site_runs", ["ended_at", "begun_at"])
    op.create_index("site_runs_of_site", "site_runs", ["round", "site"])
    op.create_table(
        "site_run_cases",
        sa.Column("run", sa.Uuid, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("number", sa.String(14), nullable=False),
        sa.Column("postpones", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("run", "registration", name=op.f("pk_site_run_cases")),
    )
    op.create_index("site_run_cases_waiting", "site_run_cases", ["run", "state", "registration"])
