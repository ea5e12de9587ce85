"""Alembic's entry: runs the versions on the connection and inside the transaction it was given."""

from __future__ import annotations

from alembic import context

from ncre.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
