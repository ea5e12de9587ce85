"""The index of the review queue, claims on cases, bulk runs, and second looks.

The index of the queue is made of the registrations that wait for review.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0051"
down_revision = "0045"

BATCH = 1000


def upgrade() -> None:
    _queue()
    _claims()
    _runs()
    _second_looks()


def _queue() -> None:
    op.create_table(
        "review_index",
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("subject", sa.String(8), nullable=False),
        sa.Column("traits", sa.Integer, nullable=False),
        sa.Column("requested_at", Moment, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("number", sa.String(14), nullable=False),
        sa.Column("cases", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint(
            "round",
            "site",
            "subject",
            "traits",
            "requested_at",
            "registration",
            "number",
            name=op.f("pk_review_index"),
        ),
    )
    _fill_queue()
    for name, *columns in (
        ("review_index_numbers", "round", "site", "subject", "traits", "number"),
        ("review_index_of_round", "round", "subject", "traits", "requested_at", "registration"),
        ("review_index_round_numbers", "round", "subject", "traits", "number"),
    ):
        op.create_index(name, "review_index", columns)


def _fill_queue() -> None:
    connection = op.get_bind()
    registrations = sa.table(
        "registrations",
        *(
            sa.column(name, kind)
            for name, kind in (
                ("id", sa.Uuid),
                ("round", sa.String),
                ("site", sa.String),
                ("status", sa.String),
                ("number", sa.String),
                ("rejections", sa.Integer),
                ("requested_at", Moment),
                ("lines", sa.JSON),
                ("photo", sa.JSON),
            )
        ),
    )
    index = sa.table(
        "review_index",
        *(
            sa.column(name, kind)
            for name, kind in (
                ("round", sa.String),
                ("site", sa.String),
                ("subject", sa.String),
                ("traits", sa.Integer),
                ("requested_at", Moment),
                ("registration", sa.Uuid),
                ("number", sa.String),
                ("cases", sa.Integer),
            )
        ),
    )
    waiting = sa.select(registrations).where(
        registrations.c.status == "pending-review",
        registrations.c.site.is_not(None),
        registrations.c.requested_at.is_not(None),
    )
    found = connection.execute(waiting).mappings()
    while some := found.fetchmany(BATCH):
        connection.execute(sa.insert(index), [row for case in some for row in _rows(case)])


def _rows(case: Any) -> list[dict[str, object]]:
    """As `projections.registration.review_index` had it when this was written."""
    photo = json.loads(case["photo"]) if isinstance(case["photo"], str) else case["photo"] or {}
    lines = json.loads(case["lines"]) if isinstance(case["lines"], str) else case["lines"]
    verdicts = ("accept", "warn", "reject")
    verdict = photo.get("verdict", "accept")
    traits = 4 * (verdicts.index(verdict) if verdict in verdicts else 0)
    traits += 2 * bool(photo.get("appealed")) + (case["rejections"] > 0)
    return [
        {
            "round": case["round"],
            "site": case["site"],
            "subject": subject,
            "traits": traits,
            "requested_at": case["requested_at"],
            "registration": case["id"],
            "number": case["number"] or "",
            "cases": 1,
        }
        for subject in ("", *sorted({line["subject"] for line in lines}))
    ]


def _claims() -> None:
    op.create_table(
        "review_claims",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("taken_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("registration", name=op.f("pk_review_claims")),
    )
    op.create_index("review_claims_of", "review_claims", ["account", "expires_at"])
    op.create_index("review_claims_until", "review_claims", ["expires_at"])
    op.create_table(
        "review_handovers",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("giver", sa.Uuid, nullable=False),
        sa.Column("receiver", sa.Uuid, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("handed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_handovers")),
    )
    op.create_index("review_handovers_of", "review_handovers", ["registration", "handed_at"])
    op.create_index("review_handovers_at", "review_handovers", ["handed_at"])


def _runs() -> None:
    op.create_table(
        "review_runs",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("started_at", Moment),
        sa.Column("ended_at", Moment),
        sa.Column("leased_until", Moment),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_runs")),
    )
    op.create_index("review_runs_of", "review_runs", ["account", "made_at"])
    op.create_index("review_runs_state", "review_runs", ["state", "made_at"])
    op.create_table(
        "review_run_items",
        sa.Column("run", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("number", sa.String(14), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("zh", sa.String(600), nullable=False),
        sa.Column("en", sa.String(600), nullable=False),
        sa.PrimaryKeyConstraint("run", "place", name=op.f("pk_review_run_items")),
    )
    op.create_index("review_run_items_state", "review_run_items", ["run", "state", "place"])


def _second_looks() -> None:
    op.create_table(
        "second_look_rates",
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("per_mille", sa.Integer, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("site", "since", name=op.f("pk_second_look_rates")),
    )
    op.create_table(
        "second_looks",
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("round", sa.String(8), nullable=False),
        sa.Column("site", sa.String(6), nullable=False),
        sa.Column("candidate", sa.Uuid, nullable=False),
        sa.Column("first_by", sa.Uuid, nullable=False),
        sa.Column("first_verdict", sa.String(10), nullable=False),
        sa.Column("decided_at", Moment, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("taken_by", sa.Uuid),
        sa.Column("taken_at", Moment),
        sa.Column("second_verdict", sa.String(10)),
        sa.Column("second_reasons", sa.JSON, nullable=False),
        sa.Column("looked_at", Moment),
        sa.Column("outcome", sa.String(10)),
        sa.Column("outcome_by", sa.Uuid),
        sa.Column("outcome_note", sa.String(200)),
        sa.PrimaryKeyConstraint("registration", "version", name=op.f("pk_second_looks")),
    )
    op.create_index("second_looks_waiting", "second_looks", ["state", "site", "decided_at"])
    op.create_index("second_looks_taken", "second_looks", ["taken_by", "state"])
    op.create_index("second_looks_of_round", "second_looks", ["round", "first_by", "state"])
