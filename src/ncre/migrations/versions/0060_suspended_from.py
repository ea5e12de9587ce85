"""A row says where a registration on hold goes back to; those on hold are filled from their facts.

The status before is a public field of the fact. Money that came since makes it "paid".
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

_REGISTRATIONS = sa.table(
    "registrations", sa.column("id", sa.Uuid), sa.column("status"), sa.column("suspended_from")
)
_FACTS = sa.table(
    "facts", sa.column("stream", sa.Uuid), sa.column("version"), sa.column("topic"), sa.column("state")
)
_TOPICS = ("registration.suspended", "registration.payment_settled")


def upgrade() -> None:
    op.add_column("registrations", sa.Column("suspended_from", sa.String(20)))
    connection = op.get_bind()
    on_hold = sa.select(_REGISTRATIONS.c.id).where(_REGISTRATIONS.c.status == "suspended")
    for registration in connection.execute(on_hold).scalars().all():
        told = sa.select(_FACTS.c.topic, _FACTS.c.state).where(
            _FACTS.c.stream == registration, _FACTS.c.topic.in_(_TOPICS)
        )
        topic, state = connection.execute(told.order_by(_FACTS.c.version.desc())).first() or ("", b"")
        if topic:
            was = json.loads(bytes(state))["fact"]["was"] if topic == _TOPICS[0] else "paid"
            changed = sa.update(_REGISTRATIONS).where(_REGISTRATIONS.c.id == registration)
            connection.execute(changed.values(suspended_from=was))
