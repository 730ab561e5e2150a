"""Where sealed things wait: one port, two bodies (`sqlite.SqliteStore`, `memory.MemoryStore`), one contract
suite (`tests/contract`).

Owns rows and their end. Takes envelopes, opaque boxes, keyed hashes and signed frames; never text,
never a key, never the clock.
"""
