"""The lock that says who has the store open: a running relay, or one operator's command. Never two at a
time, where the store is a file; on PostgreSQL the database is the lock, and each takes a place of its own.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from relay.service.places import PRIVATE_FILE, Places


class StoreHeld(Exception):
    """Another relay, or an operator's command, has the store open."""


@contextmanager
def place_held(folder: Path, most: int) -> Iterator[Places]:
    """Hold the first of `most` places that is free, while the context lasts. Raises StoreHeld at once if
    others have them all.
    """
    for number in range(1, most + 1):
        places = Places(folder, number)
        with ExitStack() as held:
            try:
                held.enter_context(store_held(places.lock))
            except StoreHeld:
                if number == most:
                    raise
                continue
            yield places
            return


@contextmanager
def store_held(path: Path) -> Iterator[None]:
    """Hold the lock while the context lasts. Raises StoreHeld at once if another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreHeld(f"another relay or command holds {path}") from None
        yield
    finally:
        os.close(descriptor)
