"""What the relay and the template of its door's workers say to each other. Owns the words alone.

A word is five bytes, a letter and a number. Told: F 0 with a descriptor (fork a worker that has it); K pid
(kill that worker). Telling: P pid (forked); E pid, with one byte more, the exit code (it has ended); N 0, its
only word (there is no name server to ask).
"""

from __future__ import annotations

from typing import Final

WORD_BYTES: Final = 5
FORK, KILL = b"F", b"K"
FORKED, ENDED, NAMELESS = b"P", b"E", b"N"


def word(said: bytes, number: int = 0) -> bytes:
    """One word between relay and template."""
    return said + number.to_bytes(4, "big")
