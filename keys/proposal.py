"""Proposal: a change of the agreement as one offers it and the other answers it, a content of kind 4.

Owns its display fields and the check that they are what the act names. Must never show a text or a policy
that the signature does not reach. (docs/protocol.md, part 6.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from keys.acts import Act, ActKind, parse_act
from keys.encoding import exact, from_base64url, text_field, to_base64url
from keys.errors import Malformed, Refused
from keys.policy import Policy, agreement_hash, parse_policy, policy_hash

MOST_AGREEMENT_BYTES: Final = 40_000
MOST_POLICY_BYTES: Final = 90_000
"""Above every policy frame."""

DECLINED: Final = "declined"
SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Proposal:
    """An act of kind 1 with the proposer's signature alone, the policy that it would put in force and the
    text that people read.
    """

    act: Act
    policy: Policy
    salt: bytes = field(repr=False)
    agreement: str = field(repr=False)

    def shown(self, note: str = "") -> dict[str, Any]:
        """Return the display fields of its content; the fixed part is the act's bytes."""
        policy = to_base64url(self.policy.encode())
        salt = to_base64url(exact(self.salt, SALT_BYTES, "agreement salt"))
        return {"policy": policy, "salt": salt, "agreement": self.agreement, "note": note}


def declined_shown(note: str = "") -> dict[str, Any]:
    """Return the display fields of the content that sends a proposal's act back, unchanged."""
    return {"answer": DECLINED, "note": note}


def is_declined(shown: Mapping[str, Any]) -> bool:
    """Whether a content of kind 4 declines the act that it carries."""
    return shown.get("answer") == DECLINED


def read_proposal(fixed: bytes, shown: Mapping[str, Any]) -> Proposal:
    """Read a proposal from the fixed part and display fields of a content of kind 4 that declines nothing.

    `Malformed` for its form; `Refused("agreement")` unless the policy is the one that the act names, of the
    same engagement, and the text the one that the policy names. Signatures, and that the policy follows the
    one in force, are still to be checked.
    """
    check_shown(shown)
    act = parse_act(fixed)
    if is_declined(shown) or act.core.kind is not ActKind.POLICY:
        raise Malformed("not a proposal")
    frame, salt = _bytes(shown, "policy"), _bytes(shown, "salt")
    policy, agreement = parse_policy(frame), str(shown["agreement"])
    named = act.core.subject == policy_hash(frame) and act.core.engagement_id == policy.engagement_id
    if not named or agreement_hash(salt, agreement) != policy.agreement_hash:
        raise Refused("agreement")
    return Proposal(act, policy, salt, agreement)


def check_shown(shown: Mapping[str, Any]) -> None:
    """Check types and limits of a proposal's or an answer's display fields; `Malformed` otherwise."""
    if shown.get("answer", "") not in ("", DECLINED):
        raise Malformed("an answer declines or is none")
    if is_declined(shown):
        return
    text_field(shown.get("agreement"), MOST_AGREEMENT_BYTES)
    if len(_bytes(shown, "salt")) != SALT_BYTES or len(_bytes(shown, "policy")) > MOST_POLICY_BYTES:
        raise Malformed("not a proposal's salt or policy")


def _bytes(shown: Mapping[str, Any], name: str) -> bytes:
    return from_base64url(text_field(shown.get(name), MOST_POLICY_BYTES * 2))
