"""Mail author: the one address that a mail's From names, read as the door reads it.

Owns that reading, on raw bytes. The standard library's takes `otto@x.test <maya@home.example>` for a mail of
Otto's, and decodes words within addresses; a grade that the door gave to one author would then stand beside
another. What two readers could read differently names nobody. (docs/protocol.md, part 6; RFC 5322, 3.4.)
"""

from __future__ import annotations

import re
from typing import Final

MOST_BYTES: Final = 320  # 64 of the local part, @, 255 of the domain (RFC 5321, 4.5.3.1)

_FIELD_END: Final = re.compile(rb"\r\n(?![ \t])")
_FOLD: Final = re.compile(rb"\r\n(?=[ \t])")
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*+("?)')
_ATOM: Final = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}"
_LABEL: Final = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rb"%b(?:\.%b)*@%b(?:\.%b)+" % (_ATOM, _ATOM, _LABEL, _LABEL))


def author_of(head: bytes) -> str:
    """Return the address of the one From field of a head, as it stands there; empty where there is not one
    alone, or it is not plain.
    """
    named = [field for field in _FIELD_END.split(head) if _name_of(field) == b"from"]
    if len(named) != 1:
        return ""
    value = _FOLD.sub(b"", named[0].partition(b":")[2]).strip(b" \t\r\n")
    outside = _QUOTED.sub(lambda quoted: b"\0" if quoted[1] else b'"', value)  # which is in no address
    if re.search(rb'["(),:;]', outside):
        return ""
    if b"<" in outside:
        named_by, _, rest = outside.partition(b"<")
        value = rest.removesuffix(b">").strip() if rest.endswith(b">") and b">" not in named_by else b""
    return value.decode("ascii") if len(value) <= MOST_BYTES and _ADDRESS.fullmatch(value) else ""


def _name_of(field: bytes) -> bytes:
    return field.partition(b":")[0].rstrip(b" \t").lower()
