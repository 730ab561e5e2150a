"""The two ways in which signatures read a mail (RFC 6376, 3.4). Owns header fields as bytes and the hash of a
body that is fed piece by piece; memory stays flat whatever the mail's size.

A body's longest line bounds what is held back; the door refuses lines over 8 KiB, and bare CR and LF.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal

Way = Literal["simple", "relaxed"]
RawFields = list[tuple[bytes, bytes]]
"""(name in lower case, the whole field as received without its last CR LF), in the order of the mail."""

FIELD_END = re.compile(rb"\r\n(?![ \t])")
"""Where a header field ends: whoever signs it, judges it and shows it must cut alike."""
_RUN = re.compile(rb"[ \t]{2,}|\t")
_FLUSH_PAIRS: Final = 4_096


def raw_fields(head: bytes) -> RawFields:
    """The fields of a header section (without its blank line), as received."""
    fields = [field for field in FIELD_END.split(head) if field]
    return [(field.partition(b":")[0].rstrip(b" \t").lower(), field) for field in fields]


def canonical_field(field: bytes, way: Way) -> bytes:
    """A field as it is signed, without its last CR LF."""
    if way == "simple":
        return field
    name, _, value = field.partition(b":")
    unfolded = _RUN.sub(b" ", value.replace(b"\r\n", b""))
    return name.rstrip(b" \t").lower() + b":" + unfolded.strip(b" ")


class BodyHash:
    """SHA-256 of a body as one of the two ways reads it."""

    def __init__(self, way: Way) -> None:
        self._relaxed = way == "relaxed"
        self._hash = hashlib.sha256()
        self._carry = b""
        self._pairs = 0  # line ends that count only if something follows them
        self._empty = True

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        held = self._carry + piece
        cut = held.rfind(b"\r\n") + 2
        if cut == 1:
            self._carry = held
            return
        self._lines(held[:cut])
        self._carry = held[cut:]

    def digest(self) -> bytes:
        """The hash of all that was fed, once."""
        if self._carry:
            self._lines(self._carry + b"\r\n")
        if not self._empty or not self._relaxed:
            self._hash.update(b"\r\n")
        return self._hash.digest()

    def _lines(self, lines: bytes) -> None:
        """Whole lines. Empty ones at their end are only counted (3.4.3, 3.4.4)."""
        if self._relaxed:
            lines = _RUN.sub(b" ", lines).replace(b" \r\n", b"\r\n")
        text = lines.rstrip(b"\r\n")
        pairs = (len(lines) - len(text)) // 2
        if not text:
            self._pairs += pairs
            return
        while self._pairs:
            some = min(self._pairs, _FLUSH_PAIRS)
            self._hash.update(b"\r\n" * some)
            self._pairs -= some
        self._hash.update(text)
        self._pairs, self._empty = pairs, False


class MailReader:
    """Parts a mail into its head and the hashes of its body, while it streams.

    `ways` tells from the head which ways of reading the body are needed; of the body itself the first
    `most_start_bytes` are kept. Raises what `too_large` gives once
    the head is over `max_head_bytes`.
    """

    def __init__(
        self,
        max_head_bytes: int,
        too_large: Callable[[], Exception],
        ways: Callable[[bytes], Collection[Way]],
        most_start_bytes: int = 0,
    ) -> None:
        self.head = bytearray()
        self.body_start = bytearray()
        self._most_start = most_start_bytes
        self._most, self._too_large, self._ways = max_head_bytes, too_large, ways
        self._whole = False
        self._bodies: dict[Way, BodyHash] = {}

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the mail."""
        body = piece if self._whole else self._gather(piece)
        if len(self.body_start) < self._most_start:
            self.body_start += body[: self._most_start - len(self.body_start)]
        for hashing in self._bodies.values():
            hashing.feed(body)

    @property
    def has_head(self) -> bool:
        """Whether the head has come whole."""
        return self._whole

    def end(self) -> None:
        """The mail has come whole: one without a blank line is all head."""
        self._end_head(len(self.head))

    def body_hashes(self) -> Mapping[Way, bytes]:
        """The hash of the whole body in each way that was needed, once."""
        self.end()
        return {way: hashing.digest() for way, hashing in self._bodies.items()}

    def _gather(self, piece: bytes) -> bytes:
        """Add to the head; what of the piece lies behind its blank line."""
        searched = max(0, len(self.head) - 3)
        self.head += piece
        ends_at = 0 if self.head.startswith(b"\r\n") else self.head.find(b"\r\n\r\n", searched) + 2
        body = b""
        if ends_at != 1:
            body = bytes(self.head[ends_at + 2 :])
            self._end_head(ends_at)
        if len(self.head) > self._most:
            raise self._too_large()
        return body

    def _end_head(self, ends_at: int) -> None:
        if not self._whole:
            self._whole = True
            del self.head[ends_at:]
            if len(self.head) <= self._most:
                self._bodies = {way: BodyHash(way) for way in self._ways(bytes(self.head))}
