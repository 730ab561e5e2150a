"""What the door's template does before it forks."""

from __future__ import annotations

import os

from keys.envelope import parse_envelope
from relay.smtp_door.warm import warm


def _fixed(size_bytes: int) -> bytes:
    return b"r" * size_bytes


def _in_a_fork() -> bytes:
    """What a fork of this process seals, given the same bytes for all that it may choose."""
    reading, writing = os.pipe()
    if not os.fork():
        try:
            os.write(writing, warm(_fixed))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as found:
        sealed = found.read()
    os.wait()
    return sealed


def test_forks_of_a_warm_template_share_no_chance() -> None:
    """After the template has sealed, two of its forks seal the same with the same keys and bytes, and no lock
    is alike: the libraries' own randomness goes apart with the processes.
    """
    warm(_fixed)
    raws = [_in_a_fork(), _in_a_fork(), warm(_fixed)]
    locks = [lock.record for raw in raws for lock in parse_envelope(raw).locks]
    assert len(locks) == len(set(locks)) == 6
