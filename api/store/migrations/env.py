"""Alembic's entry: runs on the connection it is given, never on one of its own."""

from __future__ import annotations

from alembic import context

from api.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    user_module_prefix="types.",
)
context.run_migrations()
