"""How a migration runs: on the connection that `relay.store.migrate` gives, one transaction each, compared
with its schema.
"""

from __future__ import annotations

from alembic import context

from relay.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
