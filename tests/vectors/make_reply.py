"""Cases of replies to invitations: what somebody says who does not join."""

from __future__ import annotations

from keys import reply
from keys.box import seal_box
from keys.encoding import counted, label, u32
from keys.invitation import InvitationKeys, invitation_keys
from keys.reply import MOST_TEXT_BYTES, PLAIN_BYTES, Reply, ReplyKind
from tests.vectors.cast import secret
from tests.vectors.generate import Cases, flip

SECRET = secret("invitation")
NONCE = secret("reply nonce", 24)
SEAL, OPEN, SIGN = "reply.seal_reply", "reply.open_reply", "reply.sign_reply"
WISH = "Sixty days of hold are enough for me, and no mail on Sundays. Ginge das auch? Grüße 🌿"
LONGEST = "x" * MOST_TEXT_BYTES


def reply_cases(cases: Cases) -> None:
    """Fill `reply.json`."""
    keys = invitation_keys(SECRET)
    for name, kind, text in (
        ("a change", 1, WISH),
        ("the longest text", 1, LONGEST),
        ("no", 2, ""),
        ("a work device", 3, ""),
    ):
        cases.good(name, SEAL, secret=SECRET, kind=kind, text=text, nonce=NONCE)
        box = reply.seal_reply(keys, Reply(ReplyKind(kind), text), NONCE)
        cases.good(name, OPEN, secret=SECRET, sealed_box=box)
    for name, kind, text in (
        ("kind 0", 0, ""),
        ("kind 4", 4, ""),
        ("no with a text", 2, "No."),
        ("a change without a text", 1, ""),
        ("a text that is too long", 1, LONGEST + "x"),
        ("a text that is too long in bytes", 1, "ü" * (MOST_TEXT_BYTES // 2) + "x"),
    ):
        cases.bad(name, SEAL, secret=SECRET, kind=kind, text=text, nonce=NONCE)
    _bad_boxes(cases, keys)
    cases.good("a body", SIGN, secret=SECRET, body=b'{"box":"...","ends":true}')


def _bad_boxes(cases: Cases, keys: InvitationKeys) -> None:
    good = Reply(ReplyKind.NO).encode()
    wish = b"\1\1\0\0"
    plains = {
        "version 2": b"\2" + good[1:],
        "kind 0": b"\1\0" + good[2:],
        "kind 4": b"\1\4" + good[2:],
        "reserved byte": b"\1\2\1" + good[3:],
        "no with a text": _filled(b"\1\2\0\0" + counted(b"No.", 4)),
        "a change without a text": b"\1\1" + good[2:],
        "a text that is too long": _filled(wish + counted(b"x" * (MOST_TEXT_BYTES + 1), 4)),
        "a text past the end": wish + u32(PLAIN_BYTES - 7) + b"x" * (PLAIN_BYTES - 8),
        "a text that is no UTF-8": _filled(wish + counted(b"\xff\xfe", 4)),
        "something after the text": _filled(wish + counted(b"Less.", 4))[:-1] + b"\1",
        "a byte more": good + b"\0",
        "a byte less": good[:-1],
    }
    for name, plain in plains.items():
        box = seal_box(keys.reply_key, "invite-reply", _aad(keys), plain, secret(f"reply {name}", 24))
        cases.bad(name, OPEN, secret=SECRET, sealed_box=box)
    other = invitation_keys(secret("other"))
    sealed = reply.seal_reply(other, Reply(ReplyKind.NO), NONCE)
    cases.bad("of another invitation", OPEN, secret=SECRET, sealed_box=sealed)
    moved = seal_box(keys.reply_key, "invite-reply", _aad(other), good, NONCE)
    cases.bad("with another invitation's id", OPEN, secret=SECRET, sealed_box=moved)
    mine = reply.seal_reply(keys, Reply(ReplyKind.NO), NONCE)
    cases.bad("tag changed", OPEN, secret=SECRET, sealed_box=flip(mine, -1))


def _filled(plain: bytes) -> bytes:
    return plain.ljust(PLAIN_BYTES, b"\0")


def _aad(keys: InvitationKeys) -> bytes:
    return label("invite-reply") + keys.invite_id
