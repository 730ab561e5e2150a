"""Wordlist: the 7,776 English words from which passwords are offered.

The list is EFF's Long Wordlist (Electronic Frontier Foundation, Joseph Bonneau, 2016), licensed CC BY 3.0
US; it rests unchanged, one word a line, in `words.txt`. Reading it once from the package, through
importlib.resources, is the only reading of a file in `keys`. Must never draw words itself: randomness is an
argument. (docs/protocol.md, Keys, Offered password.)
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from keys.encoding import exact

COUNT: Final = 7776
OFFERED_WORDS: Final = 5
RANDOM_BYTES_A_WORD: Final = 4


@cache
def words() -> tuple[str, ...]:
    """Return all 7,776 words in the order of the list."""
    return tuple(files("keys").joinpath("words.txt").read_text("ascii").split())


def offered_password(random_bytes: bytes) -> str:
    """Turn 20 random bytes into five words joined by spaces (64.6 bits)."""
    exact(random_bytes, OFFERED_WORDS * RANDOM_BYTES_A_WORD, "random bytes")
    draws = (random_bytes[at : at + 4] for at in range(0, len(random_bytes), RANDOM_BYTES_A_WORD))
    return " ".join(words()[int.from_bytes(draw, "big") % COUNT] for draw in draws)
