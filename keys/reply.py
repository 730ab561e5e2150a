"""Reply: what somebody who has an invitation's link says to the coach without joining.

Owns its box, which has one length whatever it says, and the signature that shows the relay that its sender
has the link. Nobody's account stands behind it: what it says is the word of whoever had the link, and no key
is ever learned from it. (docs/protocol.md, part 10.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from keys.box import OVERHEAD_BYTES, open_box, seal_box
from keys.encoding import Reader, counted, label
from keys.errors import Malformed
from keys.invitation import InvitationKeys
from keys.suite import H, verify

PLAIN_BYTES: Final = 4096
BOX_BYTES: Final = PLAIN_BYTES + OVERHEAD_BYTES
HEAD_BYTES: Final = 8
MOST_TEXT_BYTES: Final = 4000


class ReplyKind(IntEnum):
    """What somebody says who does not join: please change something; no; I am on a device of my work."""

    CHANGE = 1
    NO = 2
    WORK_DEVICE = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to an invitation. `text` says what is to be changed, and is empty otherwise."""

    kind: ReplyKind
    text: str = field(default="", repr=False)

    @property
    def ends(self) -> bool:
        """Whether the invitation ends with it."""
        return self.kind is not ReplyKind.CHANGE

    def encode(self) -> bytes:
        """Return the plain bytes of the box: one length, whatever is said. `Malformed` for a text that is too
        long, is missing, or has no place here.
        """
        text = self.text.encode("utf-8")
        _check(self.kind, text)
        return (bytes([1, self.kind, 0, 0]) + counted(text, 4)).ljust(PLAIN_BYTES, b"\0")


def seal_reply(keys: InvitationKeys, reply: Reply, nonce: bytes) -> bytes:
    """Seal a reply for whoever made the invitation; `nonce` is 24 fresh random bytes. `BOX_BYTES`."""
    return seal_box(
        keys.reply_key, "invite-reply", label("invite-reply") + keys.invite_id, reply.encode(), nonce
    )


def open_reply(keys: InvitationKeys, box: bytes) -> Reply:
    """Open a reply; `NotOpened` or `Malformed` where it is none. That the invitation ends is judged by its
    kind, never by the relay's word.
    """
    plain = open_box(keys.reply_key, "invite-reply", label("invite-reply") + keys.invite_id, box)
    if len(plain) != PLAIN_BYTES:
        raise Malformed("a reply has one length")
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    kind = ReplyKind(reader.between(reader.u8(), min(ReplyKind), max(ReplyKind), "kind of reply"))
    reader.reserved(2)
    text = reader.text(4)
    _check(kind, text.encode("utf-8"))
    reader.reserved(PLAIN_BYTES - HEAD_BYTES - len(text.encode("utf-8")))
    reader.finish()
    return Reply(kind, text)


def sign_reply(keys: InvitationKeys, request_body: bytes) -> bytes:
    """Return the signature that goes with a reply: by the redemption key over the whole request body."""
    return keys.redemption.sign(label("invite-reply"), H(request_body))


def verify_reply(redemption_public: bytes, signature: bytes, request_body: bytes) -> None:
    """Verify a reply's signature, as the relay does."""
    verify(redemption_public, signature, label("invite-reply"), H(request_body))


def _check(kind: ReplyKind, text: bytes) -> None:
    if (kind is ReplyKind.CHANGE) is not bool(text) or len(text) > MOST_TEXT_BYTES:
        raise Malformed("a change has a text, and nothing else has; or it is too long")
