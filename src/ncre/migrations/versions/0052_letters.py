"""Letters about registrations: the outbox, failed addresses, and who wants which.

Reading begins behind the newest fact, so that nobody gets letters about what happened before this release.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ncre.store.columns import Moment

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    _outbox()
    op.create_table(
        "letter_addresses",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("address_key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("stopped_at", Moment),
        sa.Column("noted_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("account", "channel", name=op.f("pk_letter_addresses")),
    )
    op.create_table(
        "letter_choices",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("wanted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "channel", name=op.f("pk_letter_choices")),
    )
    op.create_table(
        "letter_languages",
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_letter_languages")),
    )


def _outbox() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("account", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("cause", sa.String(80), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("next_at", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("address", sa.LargeBinary),
        sa.Column("address_key", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("letters_due", "letters", ["state", "channel", "next_at"])
    op.create_index("letters_of_registration", "letters", ["registration", "due"])
    op.create_index("letters_of_account", "letters", ["account"])
    op.create_index("letters_ended", "letters", ["ended_at"])
    progress = op.create_table(
        "letter_progress",
        sa.Column("reader", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("after", sa.Uuid),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_letter_progress")),
    )
    newest = op.get_bind().execute(sa.text("SELECT max(id) FROM facts")).scalar() or 0
    op.bulk_insert(progress, [{"reader": 1, "position": newest, "after": None}])
