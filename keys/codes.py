"""Codes: a nameplate and words that a person types where no link can be carried over.

Owns the drawing and forgiving reading of words, what is derived of them, and the box that holds the secret
which they stand for. The relay gives the nameplate and never learns a word. Must never stretch words by
anything weaker than `kdf 1`. (docs/protocol.md, Typed codes, and adding a browser.)
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Final

from keys.box import OVERHEAD_BYTES, open_box, seal_box
from keys.encoding import exact, label, u8
from keys.errors import Malformed, Mistyped, NotOpened
from keys.names import origin_hash
from keys.suite import H
from keys.unlock import SALT_BYTES, stretch
from keys.wordlist import RANDOM_BYTES_A_WORD, words

SECRET_BYTES: Final = 32
PROOF_BYTES: Final = 32
MOST_TYPED: Final = 256
LEAST_LETTERS: Final = 3
"""Of a word that is not typed to its end."""
CODE_BOX_BYTES: Final = 4 + SECRET_BYTES + OVERHEAD_BYTES
_NAMEPLATE: Final = re.compile(r"[0-9]{4}\Z")
_RUNS: Final = re.compile(r"[0-9]+|[a-z]+")


class Purpose(IntEnum):
    """What a code leads to."""

    INVITATION = 1
    BROWSER = 2


WORDS_OF: Final = {Purpose.INVITATION: 4, Purpose.BROWSER: 6}
_PURPOSE_OF: Final = {count: purpose for purpose, count in WORDS_OF.items()}


@cache
def code_words() -> tuple[str, ...]:
    """Return the 7,772 words of the list that have no hyphen, in its order."""
    return tuple(word for word in words() if "-" not in word)


@dataclass(frozen=True, slots=True)
class Code:
    """A nameplate of four digits and the words after it; `text` is how it is written down."""

    nameplate: str
    words: tuple[str, ...] = field(repr=False)

    @property
    def purpose(self) -> Purpose:
        """What it leads to, by the number of its words."""
        return _PURPOSE_OF[len(self.words)]

    @property
    def text(self) -> str:
        """The code as a person is told it. It is a secret: never log it."""
        return f"{self.nameplate} {'-'.join(self.words)}"


def draw_words(purpose: Purpose, random_bytes: bytes) -> tuple[str, ...]:
    """Turn 4 random bytes a word into the words of a purpose."""
    exact(random_bytes, WORDS_OF[purpose] * RANDOM_BYTES_A_WORD, "random bytes")
    listed = code_words()
    draws = (random_bytes[at : at + 4] for at in range(0, len(random_bytes), RANDOM_BYTES_A_WORD))
    return tuple(listed[int.from_bytes(draw, "big") % len(listed)] for draw in draws)


def read_code(typed: str) -> Code:
    """Read what a person typed; `Mistyped` names the place: 0 the nameplate or the number of words, else the
    word, from 1. Capitals, hyphens, spaces and words cut after three letters or more do no harm.
    """
    if len(typed) > MOST_TYPED:
        raise Mistyped(0)
    nameplate, *rest = _RUNS.findall(unicodedata.normalize("NFKC", typed).lower()) or [""]
    found = tuple(_word(place, run) for place, run in enumerate(rest, 1))
    if not _NAMEPLATE.match(nameplate) or len(found) not in _PURPOSE_OF:
        raise Mistyped(0)
    return Code(nameplate, found)


def check_nameplate(nameplate: str) -> str:
    """Return a nameplate unchanged; `Malformed` unless it is four digits."""
    if not _NAMEPLATE.match(nameplate):
        raise Malformed("a nameplate has four digits")
    return nameplate


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """What the words give: what the relay is shown, and the key of the box."""

    proof: bytes = field(repr=False)
    box_key: bytes = field(repr=False)


def code_salt(purpose: Purpose, origin: str, nameplate: str) -> bytes:
    """Return the 16 bytes that make one code's words another's at another place, nameplate or purpose."""
    place = u8(purpose) + origin_hash(origin) + check_nameplate(nameplate).encode("ascii")
    return H(label("code-salt"), place)[:SALT_BYTES]


def code_keys(code: Code, origin: str) -> CodeKeys:
    """Run `kdf 1` over a code's nameplate and words. Takes a few tenths of a second and 64 MiB."""
    secret = " ".join((code.nameplate, *code.words)).encode("ascii")
    stretched = stretch(secret, code_salt(code.purpose, origin, code.nameplate))
    return CodeKeys(stretched[:PROOF_BYTES], stretched[PROOF_BYTES:])


def proof_check(proof: bytes) -> bytes:
    """Return what the relay keeps of a proof."""
    return H(label("code-check"), exact(proof, PROOF_BYTES, "proof"))


def seal_code(keys: CodeKeys, purpose: Purpose, nameplate: str, secret: bytes, nonce: bytes) -> bytes:
    """Seal the secret that a code stands for; `nonce` is 24 fresh random bytes. Returns 108 bytes."""
    plain = bytes([1, purpose, 0, 0]) + exact(secret, SECRET_BYTES, "secret")
    return seal_box(keys.box_key, "code", _aad(purpose, nameplate), plain, nonce)


def open_code(keys: CodeKeys, purpose: Purpose, nameplate: str, box: bytes) -> bytes:
    """Return the secret of 32 bytes; `NotOpened` whatever is wrong."""
    plain = open_box(keys.box_key, "code", _aad(purpose, nameplate), box)
    if len(box) != CODE_BOX_BYTES or plain[:4] != bytes([1, purpose, 0, 0]):
        raise NotOpened
    return plain[4:]


def _aad(purpose: Purpose, nameplate: str) -> bytes:
    return label("code") + u8(purpose) + check_nameplate(nameplate).encode("ascii")


def _word(place: int, run: str) -> str:
    """The word that was meant."""
    listed = _sorted_words()
    at = bisect_left(listed, run)
    meant = [word for word in listed[at : at + 2] if word.startswith(run)]
    if len(meant) != 1 or len(run) < LEAST_LETTERS:  # no word of the list is another's beginning
        raise Mistyped(place)
    return meant[0]


@cache
def _sorted_words() -> tuple[str, ...]:
    return tuple(sorted(code_words()))
