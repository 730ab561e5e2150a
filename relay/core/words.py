"""Words: what relays on one database tell each other, and how it is written. Owns kinds, fields and limits.

A telling is version 1 ‖ sender 16 ‖ number 8 ‖ words; a word is kind 1 ‖ length 2 ‖ its fields. Each kind has
fields of a fixed length, or of up to 255 bytes with their length before them. Nothing is taken on trust: what
does not fit is `Malformed`, a kind that is not known is passed over, as a newer release may be beside this
one. Must never carry a mail's or a message's content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from keys.encoding import Reader, counted, exact, u8, u64
from keys.errors import Malformed

VERSION: Final = 1
ID_BYTES: Final = 16
HEAD_BYTES: Final = 1 + ID_BYTES + 8
MOST_WORD_BYTES: Final = 1_024
COUNTED: Final = -1
"""A field of up to 255 bytes."""


class Kind(IntEnum):
    """What is told; beside each, what its fields are."""

    HERE = 1  # how: see `Presence`
    MAILBOX = 2  # mailbox id, cursor: it has something new
    ENGAGEMENT = 3  # engagement id: it has changed
    ACCOUNT = 4  # account id: something happened to it
    OPENED = 5  # account id, engagement id, mailbox ids: a draft began
    SESSION = 6  # session tag: it has ended
    CHANNEL = 7  # account id: how it is told by mail has changed
    TALLY = 8  # name, whose, how many more (two's complement), when
    CLEARED = 9  # name, whose: counts no more
    CHALLENGE = 10  # a login's challenge that was answered
    TAB = 11  # session tag, token, half, box, idle seconds, seen at, left at, label
    TAB_SEEN = 12  # session tag, when
    TAB_LEFT = 13  # session tag, when
    HOUR_KEY = 14  # hour, key of the door's memory
    REFUSAL = 15  # mailbox id, mark of what was told, when
    HELD = 16  # mailbox id, bytes that came by mail


FIELDS: Final[dict[Kind, tuple[int, ...]]] = {
    Kind.HERE: (1,),
    Kind.MAILBOX: (16, 8),
    Kind.ENGAGEMENT: (16,),
    Kind.ACCOUNT: (16,),
    Kind.OPENED: (16, 16, COUNTED),
    Kind.SESSION: (32,),
    Kind.CHANNEL: (16,),
    Kind.TALLY: (COUNTED, COUNTED, 8, 8),
    Kind.CLEARED: (COUNTED, COUNTED),
    Kind.CHALLENGE: (32,),
    Kind.TAB: (32, 32, 32, 234, 8, 8, 8, COUNTED),
    Kind.TAB_SEEN: (32, 8),
    Kind.TAB_LEFT: (32, 8),
    Kind.HOUR_KEY: (8, 32),
    Kind.REFUSAL: (16, 16, 8),
    Kind.HELD: (16, 8),
}


@dataclass(frozen=True, slots=True)
class Beats:
    """How often a relay tells what it counted, and that it is there; and after how much silence it has ended,
    perhaps before it told its last word. Seconds.
    """

    tally: float = 1.0
    here: float = 3.0
    gone: float = 12.0


class Presence(IntEnum):
    """How a relay is here."""

    HERE = 0
    HAS_COME = 1  # and knows nothing of what the others hold
    GOES = 2


@dataclass(frozen=True, slots=True)
class Telling:
    """What one relay said at once. `number` counts its tellings: a gap is one that was missed."""

    sender: bytes
    number: int
    words: tuple[tuple[Kind, tuple[bytes, ...]], ...]


def word(kind: Kind, *fields: bytes) -> bytes:
    """One word. Raises Malformed where the fields are not those of the kind."""
    sizes = FIELDS[kind]
    if len(sizes) != len(fields):
        raise Malformed("fields")
    written = b"".join(
        counted(field, 1) if size == COUNTED else exact(field, size, "field")
        for size, field in zip(sizes, fields, strict=True)
    )
    return u8(kind) + counted(written, 2)


def telling(sender: bytes, number: int, words: Iterable[bytes]) -> bytes:
    """A telling of these words."""
    return u8(VERSION) + exact(sender, ID_BYTES, "sender") + u64(number) + b"".join(words)


def parse_telling(raw: bytes) -> Telling:
    """Read a telling, whole or not at all. Raises Malformed."""
    reader = Reader(raw)
    if reader.u8() != VERSION:
        raise Malformed("version")
    sender, number = reader.take(ID_BYTES), reader.u64()
    words = []
    while reader.remaining:
        number_of_kind, written = reader.u8(), reader.take(reader.u16())
        if len(written) > MOST_WORD_BYTES:
            raise Malformed("a word too long")
        if number_of_kind in FIELDS:
            kind = Kind(number_of_kind)
            words.append((kind, _fields(FIELDS[kind], written)))
    return Telling(sender, number, tuple(words))


def whole(field: bytes) -> int:
    """A number from 0 on."""
    return int.from_bytes(field, "big")


def signed(field: bytes) -> int:
    """A number that may be below 0."""
    return int.from_bytes(field, "big", signed=True)


def from_signed(number: int) -> bytes:
    """The same as a field."""
    return number.to_bytes(8, "big", signed=True)


def name_of(field: bytes) -> str:
    """A name of ours in ASCII. Raises Malformed."""
    try:
        return field.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("name") from None


def _fields(sizes: Sequence[int], written: bytes) -> tuple[bytes, ...]:
    reader = Reader(written)
    fields = tuple(reader.take(reader.u8() if size == COUNTED else size) for size in sizes)
    reader.finish()
    return fields
