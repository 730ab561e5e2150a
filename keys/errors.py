"""Errors of `keys`: one tree, with a stable `code` on each class.

Owns the names by which a failure is known. Must never say why an opening failed: wrong key, wrong context
and changed bytes give the same `NotOpened`, because a client that tells them apart becomes an oracle for
whoever stores the bytes (docs/protocol.md, Conventions).
"""

from __future__ import annotations

from typing import ClassVar


class KeysError(Exception):
    """Anything that `keys` refuses. `code` is stable and may be shown; the text is for developers only."""

    code: ClassVar[str] = "keys"


class Malformed(KeysError):
    """The bytes do not have the form that the format demands; no secret was involved in finding out."""

    code = "malformed"


class NotOpened(KeysError):
    """Something sealed did not open. Carries no text, so that no reason can leak."""

    code = "not-opened"

    def __init__(self) -> None:
        super().__init__("not opened")


class BadSignature(KeysError):
    """A signature is not a strict signature by the demanded key over the demanded bytes."""

    code = "bad-signature"

    def __init__(self) -> None:
        super().__init__("bad signature")


class Refused(KeysError):
    """Well-formed, but a rule of the protocol forbids it; `reason` is a stable word for local use.

    Reasons of receiving: mailbox due keeper revoker not-yet signer class recipient envelope-id expiry policy.
    Reasons of chains and acts: order signer stale. Of the log: inclusion consistency.
    Of what a content carries: agreement.
    """

    code = "refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"refused: {reason}")
        self.reason = reason


class Mistyped(KeysError):
    """Digits or words typed by a person do not pass their check; `group` is the first wrong one, counted
    from 0.
    """

    code = "mistyped"

    def __init__(self, group: int) -> None:
        super().__init__(f"group {group + 1} is mistyped")
        self.group = group
