"""How many people of a site have seats, and for how many sittings, stands in the sums: once all are seated, the page of halls counted everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    for name in ("seated", "sittings"):
        op.add_column("registration_counts", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE registration_counts SET seated = found.people, sittings = found.sittings FROM ("
        "SELECT round, site, status, count(*) AS people, sum(seated) AS sittings "
        "FROM registrations WHERE seated > 0 GROUP BY round, site, status) AS found "
        "WHERE registration_counts.round = found.round AND registration_counts.site = found.site "
        "AND registration_counts.status = found.status"
    )
