"""Notes: texts that a key has signed, in the form that others' tools read too (C2SP signed-note).

Owns the note's form and its signature line. Must never hand out a text whose signature by the demanded key
was not verified, nor let a signature by that key that fails be passed over for another.
(docs/protocol.md, part 16; C2SP signed-note.)
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from keys.errors import BadSignature, Malformed
from keys.suite import H, SignKey, verify

MOST_NOTE_BYTES: Final = 16 * 1024

_ED25519: Final = b"\x01"
_KEY_HASH_BYTES: Final = 4
_PUBLIC_BYTES: Final = 32
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_OWN_NAME: Final = re.compile(r"[!-*,-~]+\Z")
_LINE: Final = re.compile(
    "— ([^\\x00- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000+]+) ([A-Za-z0-9+/=]+)\\Z"
)
"""A signature line: the name holds neither a plus sign nor white space of Unicode."""


def key_hash(name: str, public: bytes) -> bytes:
    """Return the 4 bytes by which a signature line names an Ed25519 key."""
    return H(name.encode("ascii") + b"\n" + _ED25519 + public)[:_KEY_HASH_BYTES]


def parse_verifier(text: str) -> tuple[str, bytes]:
    """Return name and Ed25519 key of a verifier key, `NAME+HASH+KEY` as the C2SP page writes it."""
    name, _, rest = text.strip().partition("+")
    hashed, _, encoded = rest.partition("+")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise Malformed("not a verifier key") from None
    public = raw[1:]
    fits = _OWN_NAME.match(name) and raw[:1] == _ED25519 and len(public) == _PUBLIC_BYTES
    if not fits or key_hash(name, public).hex() != hashed:
        raise Malformed("not a verifier key")
    return name, public


def sign_note(text: str, name: str, key: SignKey) -> str:
    """Return the note of a text that ends in a line end, signed by the key of that name.

    `Malformed` for a text with other control characters or half a surrogate pair, for a name that is not
    printable ASCII without space and plus sign, and for a note above 16 KiB.
    """
    if not _OWN_NAME.match(name):
        raise Malformed("not a name for a note's key")
    try:
        signature = key.sign(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise Malformed("text is not Unicode") from None
    line = base64.b64encode(key_hash(name, key.public) + signature).decode("ascii")
    note = f"{text}\n— {name} {line}\n"
    if not text.endswith("\n") or _CONTROL.search(text) or len(note.encode("utf-8")) > MOST_NOTE_BYTES:
        raise Malformed("not a text for a note")
    return note


def open_note(note: str, name: str, public: bytes) -> str:
    """Return the text of a note, its last line end included, once the key of that name has signed it.

    Signature lines by other keys are passed over as the C2SP page demands; every one by this key must
    verify. `BadSignature` whatever is wrong, the form and the limit of 16 KiB included.
    """
    text, lines = _split(note)
    wanted = (name, key_hash(name, public)) if _OWN_NAME.match(name) else None
    found = [signature for line_name, line_hash, signature in lines if (line_name, line_hash) == wanted]
    if not found:
        raise BadSignature
    for signature in found:
        verify(public, signature, text.encode("utf-8"))
    return text


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Split a note at its last empty line into the text and its signature lines."""
    try:
        too_long = len(note) > MOST_NOTE_BYTES or len(note.encode("utf-8")) > MOST_NOTE_BYTES
    except UnicodeEncodeError:
        raise BadSignature from None
    at = note.rfind("\n\n")
    if too_long or at < 0 or not note.endswith("\n") or _CONTROL.search(note):
        raise BadSignature
    return note[: at + 1], [_signature_line(line) for line in note[at + 2 : -1].split("\n")]


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    """Read a signature line into the key's name, its hash and the signature."""
    found = _LINE.match(line)
    if not found:
        raise BadSignature
    try:
        signed = base64.b64decode(found[2], validate=True)
    except (ValueError, binascii.Error):
        raise BadSignature from None
    if len(signed) <= _KEY_HASH_BYTES or base64.b64encode(signed).decode("ascii") != found[2]:
        raise BadSignature
    return found[1], signed[:_KEY_HASH_BYTES], signed[_KEY_HASH_BYTES:]
