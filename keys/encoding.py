"""Encoding: strict reading and writing of fixed binary frames.

Owns the reader that every parser here is built on, and labels. A reader must never hand out fewer bytes
than asked, never skip a reserved byte that is not zero, and never let anything follow the last field.

Integers are unsigned and big-endian throughout, and below 2⁵³ even in fields of 8 bytes: a browser's numbers
are exact only up to there, and one reader must not accept what another refuses (docs/protocol.md,
Conventions).
"""

from __future__ import annotations

import base64
import binascii
import json
from functools import cache
from itertools import pairwise
from typing import Any

from keys.errors import Malformed

LABEL_PREFIX = b"quietbox/v1/"

JSON_DEPTH = 32
MOST_INTEGER = 2**53 - 1
_SAFE_DIGITS = 16


@cache
def label(name: str) -> bytes:
    """Return the domain separation label of `name`: prefix, name in ASCII, one zero byte."""
    return LABEL_PREFIX + name.encode("ascii") + b"\0"


def u8(number: int) -> bytes:
    """Write an integer as one byte; `Malformed` if it does not fit."""
    return _fixed(number, 1)


def u16(number: int) -> bytes:
    """Write an integer as two bytes; `Malformed` if it does not fit."""
    return _fixed(number, 2)


def u32(number: int) -> bytes:
    """Write an integer as four bytes; `Malformed` if it does not fit."""
    return _fixed(number, 4)


def u64(number: int) -> bytes:
    """Write an integer below 2⁵³ as eight bytes; `Malformed` otherwise."""
    return _fixed(_safe(number), 8)


def _safe(number: int) -> int:
    if number > MOST_INTEGER:
        raise Malformed("integer out of range")
    return number


def _fixed(number: int, size_bytes: int) -> bytes:
    try:
        return number.to_bytes(size_bytes, "big")
    except OverflowError:
        raise Malformed("integer out of range") from None


def exact(field: bytes, size_bytes: int, name: str) -> bytes:
    """Return `field` unchanged if it is exactly `size_bytes` long; `Malformed` naming `name` otherwise."""
    if len(field) != size_bytes:
        raise Malformed(f"{name} must be {size_bytes} bytes")
    return field


def counted(field: bytes, prefix_bytes: int) -> bytes:
    """Write a length of `prefix_bytes` bytes and the field; `Malformed` if the length does not fit."""
    return _fixed(len(field), prefix_bytes) + field


def counted_text(text: str, prefix_bytes: int) -> bytes:
    """Write text as UTF-8 with its length in bytes before it; `Malformed` for lone surrogates."""
    try:
        return counted(text.encode("utf-8"), prefix_bytes)
    except UnicodeEncodeError:
        raise Malformed("text is not Unicode") from None


def utf8(field: bytes) -> str:
    """Decode strict UTF-8."""
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("text is not UTF-8") from None


def to_base64url(field: bytes) -> str:
    """Encode as base64url without padding (RFC 4648, part 5)."""
    return base64.urlsafe_b64encode(field).rstrip(b"=").decode("ascii")


def from_base64url(text: str, size_bytes: int | None = None) -> bytes:
    """Decode canonical base64url without padding; `Malformed` for other characters, set unused bits or a
    wrong size.
    """
    try:
        field = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Malformed("not base64url") from None
    if to_base64url(field) != text or (size_bytes is not None and len(field) != size_bytes):
        raise Malformed("not canonical base64url of this length")
    return field


class Reader:
    """Reads fields of a frame in order; every method raises `Malformed` rather than return a short field."""

    __slots__ = ("_at", "_frame")

    def __init__(self, frame: bytes) -> None:
        self._frame = frame
        self._at = 0

    @property
    def position(self) -> int:
        """Number of bytes read so far."""
        return self._at

    @property
    def remaining(self) -> int:
        """Number of bytes not yet read."""
        return len(self._frame) - self._at

    def take(self, size_bytes: int) -> bytes:
        """Return the next `size_bytes` bytes."""
        end = self._at + size_bytes
        if size_bytes < 0 or end > len(self._frame):
            raise Malformed("frame is too short")
        field = self._frame[self._at : end]
        self._at = end
        return field

    def u8(self) -> int:
        """Return the next byte as an integer."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Return the next two bytes as an integer."""
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        """Return the next four bytes as an integer."""
        return int.from_bytes(self.take(4), "big")

    def u64(self) -> int:
        """Return the next eight bytes as an integer; `Malformed` from 2⁵³ on."""
        return _safe(int.from_bytes(self.take(8), "big"))

    def counted(self, prefix_bytes: int, most_bytes: int | None = None) -> bytes:
        """Return a field that has its length before it; `Malformed` above `most_bytes`."""
        size_bytes = int.from_bytes(self.take(prefix_bytes), "big")
        if most_bytes is not None and size_bytes > most_bytes:
            raise Malformed("field is too long")
        return self.take(size_bytes)

    def text(self, prefix_bytes: int, most_bytes: int | None = None) -> str:
        """Return strict UTF-8 text that has its length in bytes before it."""
        return utf8(self.counted(prefix_bytes, most_bytes))

    def expect(self, constant: bytes, name: str) -> None:
        """Read a constant field (magic, version); anything else is `Malformed`."""
        if self.take(len(constant)) != constant:
            raise Malformed(f"wrong {name}")

    def reserved(self, size_bytes: int) -> None:
        """Read reserved bytes, which must all be zero."""
        if self.take(size_bytes) != bytes(size_bytes):
            raise Malformed("reserved bytes are not zero")

    def between(self, number: int, low: int, high: int, name: str) -> int:
        """Return `number` if it lies in low..high, both included; `Malformed` naming `name` otherwise."""
        if not low <= number <= high:
            raise Malformed(f"{name} must be {low} to {high}")
        return number

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.take(self.remaining)

    def so_far(self) -> bytes:
        """Return all bytes read so far, for a signature that covers everything before it."""
        return self._frame[: self._at]

    def finish(self) -> None:
        """Refuse trailing bytes."""
        if self.remaining:
            raise Malformed("bytes follow the last field")


def ascending(items: list[bytes], name: str) -> None:
    """Refuse a list that is not in strictly ascending byte order (so duplicates are refused too)."""
    if any(earlier >= later for earlier, later in pairwise(items)):
        raise Malformed(f"{name} must be ascending and without duplicates")


def dump_json(fields: dict[str, Any]) -> bytes:
    """Write display fields as compact JSON in UTF-8."""
    try:
        return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (ValueError, TypeError):  # UnicodeEncodeError is a ValueError
        raise Malformed("fields do not fit into JSON") from None


def load_json(text: bytes) -> dict[str, Any]:
    """Read display fields: one object in strict UTF-8, no duplicate names, no lone surrogates, at most 32
    levels.

    Duplicate names are refused because two readers would show different values under one signature.
    """
    decoded = utf8(text)
    try:
        fields = json.loads(
            decoded, object_pairs_hook=_without_duplicates, parse_constant=_no_constant, parse_int=_integer
        )
    except (ValueError, RecursionError):
        raise Malformed("not strict JSON") from None
    if not isinstance(fields, dict):
        raise Malformed("JSON must be an object")
    _check_depth(fields, JSON_DEPTH)
    if "\\u" in decoded:
        _check_surrogates(fields)
    return fields


def text_field(field: object, most_bytes: int) -> str:
    """Return a display field if it is text of at most so many bytes in UTF-8; `Malformed` otherwise."""
    if (
        not isinstance(field, str)
        or len(field) > most_bytes
        or len(field.encode("utf-8", "replace")) > most_bytes
    ):
        raise Malformed(f"a display field is text of at most {most_bytes} bytes")
    return field


def _check_surrogates(fields: dict[str, Any]) -> None:
    """Refuse half of a surrogate pair, which only an escape can smuggle in and nobody can write again."""
    try:
        json.dumps(fields, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("text is not Unicode") from None


def _check_depth(node: Any, levels: int) -> None:
    if isinstance(node, dict | list):
        if not levels:
            raise Malformed("JSON is too deep")
        for child in node.values() if isinstance(node, dict) else node:
            _check_depth(child, levels - 1)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("duplicate name")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _integer(digits: str) -> int | float:
    """Read integers as every JSON reader does: exact while they are safe, else as a float."""
    return int(digits) if len(digits) <= _SAFE_DIGITS else float(digits)
