"""The store in PostgreSQL: the same tables and statements as the file, for any number of relays.

Owns what differs: the engine, the words of the dialect, how writes share a commit, how wakes reach the other
relays. The statements themselves are those of `relay.store`, each written once.
"""

from __future__ import annotations

from relay.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
