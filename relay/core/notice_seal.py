"""Notice addresses and words at rest, and the return addresses of notices. Owns their bytes; the keys are the
pepper's, so that a copy of the database alone holds no address and forges no bounce.

(docs/protocol.md, part 18, Being told.)
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

from keys.box import open_box, seal_box
from keys.encoding import Reader, counted_text, label, u8, u32
from keys.errors import Malformed as MalformedFormat
from keys.names import derive
from relay.core.model import DAY_SECONDS
from relay.core.telling import NUMBER_BYTES, Words

WORDS_BYTES: Final = 768
BOUNCE_DAYS: Final = 7
LOCAL_PART: Final = "b."
_VERSION: Final = 1
_MAC_BYTES: Final = 8
_TOKEN_CHARACTERS: Final = 32  # base32 of 20 bytes


class NoticeSeal:
    """Seals words, and makes and reads return addresses, under keys derived from the pepper."""

    def __init__(self, secret: bytes) -> None:
        """`secret` is the pepper's 32 bytes."""
        self._words_key = derive(secret, "pepper/notice")
        self._bounce_key = derive(secret, "pepper/bounce")

    def __repr__(self) -> str:
        return "NoticeSeal(…)"

    def seal(self, account_id: bytes, words: Words, nonce: bytes) -> bytes:
        """Seal for the database; `nonce` is 24 fresh random bytes. 840 bytes, whatever the words."""
        plain = u8(_VERSION) + b"".join(
            counted_text(one, 2) for one in (words.address, words.subject, words.phrase)
        )
        if len(plain) > WORDS_BYTES:
            raise MalformedFormat("words")
        return seal_box(self._words_key, "notice", _aad(account_id), plain.ljust(WORDS_BYTES, b"\0"), nonce)

    def open(self, account_id: bytes, sealed: bytes) -> Words:
        """Open what `seal` made. Raises keys.errors.KeysError where pepper and database do not belong
        together.
        """
        reader = Reader(open_box(self._words_key, "notice", _aad(account_id), sealed))
        if reader.u8() != _VERSION:
            raise MalformedFormat("version")
        words = Words(*(reader.text(2) for _ in range(3)))
        reader.reserved(reader.remaining)
        return words

    def bounce_local(self, number: bytes, now: int) -> str:
        """The local part to which a notice that goes now is returned, good through the day 7 days on."""
        start = number + u32(now // DAY_SECONDS + BOUNCE_DAYS)
        return LOCAL_PART + base64.b32encode(start + self._mac(start)).decode("ascii").lower()

    def read_bounce(self, local: str, now: int) -> bytes | None:
        """The notice number in a local part of ours that is still good; None for any other."""
        token = local.removeprefix(LOCAL_PART)
        if token == local or len(token) != _TOKEN_CHARACTERS or token != token.lower():
            return None
        try:
            raw = base64.b32decode(token.upper())
        except ValueError:
            return None
        start, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        last_day = int.from_bytes(start[NUMBER_BYTES:], "big")
        fits = hmac.compare_digest(mac, self._mac(start))
        return start[:NUMBER_BYTES] if fits and now // DAY_SECONDS <= last_day else None

    def _mac(self, start: bytes) -> bytes:
        return hmac.digest(self._bounce_key, label("bounce") + start, "sha256")[:_MAC_BYTES]


def _aad(account_id: bytes) -> bytes:
    return label("notice") + account_id
