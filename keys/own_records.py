"""Own records: what a person writes down for nobody else, sealed to its writer alone.

Owns the display fields of a content of kind 11: a note, one about a call, and that a copy was taken. Must
never name more of a call than its content id. (docs/protocol.md, part 6.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from keys.encoding import exact, from_base64url, to_base64url
from keys.errors import Malformed

NOTE: Final = "note"
COPY: Final = "copy"


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """A note. `call_id` is the content id (32 bytes) of the call that it is about; empty: about none."""

    text: str = field(repr=False)
    call_id: bytes = b""

    def shown(self) -> dict[str, Any]:
        """Return the display fields."""
        about = {"call": to_base64url(exact(self.call_id, 32, "content id"))} if self.call_id else {}
        return {"type": NOTE, "text": self.text, **about}


@dataclass(frozen=True, slots=True)
class CopyRecord:
    """That its owner took a copy when this was written; `chosen`: of chosen threads alone."""

    chosen: bool = False

    def shown(self) -> dict[str, Any]:
        """Return the display fields."""
        return {"type": COPY, "chosen": True} if self.chosen else {"type": COPY}


OwnRecord = NoteRecord | CopyRecord


def read_own(shown: Mapping[str, Any]) -> OwnRecord | None:
    """Read the display fields of kind 11; None for what another software wrote under a type of its own.
    `Malformed` for a note or a copy that is none.
    """
    kind = shown.get("type")
    if kind == NOTE:
        return NoteRecord(_text(shown.get("text")), _call_id(shown))
    if kind == COPY:
        return CopyRecord(_yes(shown))
    return None


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise Malformed("a note has a text")
    return text


def _call_id(shown: Mapping[str, Any]) -> bytes:
    if "call" not in shown:
        return b""
    call = shown["call"]
    if not isinstance(call, str):
        raise Malformed("a call is named by its content id")
    return from_base64url(call, 32)


def _yes(shown: Mapping[str, Any]) -> bool:
    if shown.get("chosen", True) is not True:
        raise Malformed("chosen is true or not there")
    return "chosen" in shown
