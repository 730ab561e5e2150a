"""Runs one vector of replies to invitations, in terms of `keys`. README.md says the same for others."""

from __future__ import annotations

from keys import reply
from keys.errors import Malformed
from keys.invitation import invitation_keys
from tests.vectors.operations import Outputs, operation


@operation("reply.open_reply")
def _open_reply(secret: bytes, sealed_box: bytes) -> Outputs:
    found = reply.open_reply(invitation_keys(secret), sealed_box)
    return {"kind": int(found.kind), "text": found.text}


@operation("reply.seal_reply")
def _seal_reply(secret: bytes, kind: int, text: str, nonce: bytes) -> Outputs:
    if kind not in set(reply.ReplyKind):
        raise Malformed("kind of reply")
    said = reply.Reply(reply.ReplyKind(kind), text)
    return {"box": reply.seal_reply(invitation_keys(secret), said, nonce)}


@operation("reply.sign_reply")
def _sign_reply(secret: bytes, body: bytes) -> Outputs:
    keys = invitation_keys(secret)
    signature = reply.sign_reply(keys, body)
    reply.verify_reply(keys.redemption.public, signature, body)
    return {"signature": signature}
