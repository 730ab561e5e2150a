"""Rules: which mail a provider's automatic forwarding may bring (docs/protocol.md, part 18). Owns the
decision, its numbers, and the challenge's form; asks nothing of store or DNS.

Authority comes from the forwarder alone: a rule believes who brings a mail, never the mail's own word for it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from keys.names import DAY_SECONDS
from relay.core.addresses import within
from relay.core.errors import RelayError
from relay.core.lookups import DnsTrouble
from relay.core.sender_checks import Grade

MOST_RULES: Final = 4  # of one mailbox
WAITING_SECONDS: Final = DAY_SECONDS
CHALLENGE_SECONDS: Final = 3600
TOKEN_BYTES: Final = 20
FIRST_MAILS: Final = 3  # taken while a rule waits: a provider's confirmation, and what comes beside it
FIRST_MAIL_SECONDS: Final = 3600
CHALLENGE_READ_BYTES: Final = 16_384  # of the body: our line stands first, whatever a provider adds behind it

_CHALLENGE: Final = re.compile(rb"(?<![!-~])quietbox-rule ([A-Z2-7]{32})(?![!-~])")

_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class RuleWaiting(RelayError):
    """The rule has not had its challenge back, and this is none of the few mails that it takes before."""

    code, public = "rule-waiting", "The forwarding to this address has not been confirmed."


class RuleBearer(RelayError):
    """Another than the rule's provider brought this mail, or nothing shows who did."""

    code, public = "rule-bearer", "Only the provider that forwards to this address may bring mail here."


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brought a mail, as something proves it. `kind` is `path`, `greeting` or `arc`, by the domain that
    SPF or a whole ARC chain vouches for, or `peer`, by the address, where senders are not checked.
    """

    kind: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """What was found of a mail to a rule's address. `unsure`: trouble of the DNS may hide further bearers;
    `proven`: a signature of the author's own domain; `token`: of a challenge from our notice address.
    """

    bearers: tuple[Bearer, ...]
    unsure: bool
    proven: bool
    token: str | None = field(default=None, repr=False)


def grade_of_claim(claim: Claim, *, active: bool, known: bool) -> Grade:
    """What a mail to a rule's address is taken as; `known`: one of its bearers is one of the rule's. Raises
    RuleWaiting, RuleBearer, DnsTrouble.
    """
    if not active:
        if not claim.proven:
            raise RuleWaiting
        return Grade.FIRST_OF_RULE
    if not known:
        raise DnsTrouble("bearer") if claim.unsure else RuleBearer
    return Grade.RULE_AND_DKIM if claim.proven else Grade.RULE


def without_our_own(claim: Claim, own: Sequence[str]) -> Claim:
    """A claim without bearers of our own domains. Where our smarthost is the forwarder's, too, a mail that
    keeps our path shows us and not them, and whoever may send by that smarthost could say the same.
    """
    return replace(claim, bearers=tuple(one for one in claim.bearers if not within(one.name, own)))


def check_bearers(claim: Claim) -> None:
    """Refuse a challenge that nobody recognisable brought. Raises RuleBearer, DnsTrouble."""
    if not claim.bearers:
        raise DnsTrouble("bearer") if claim.unsure else RuleBearer


def token_text(random_bytes: bytes) -> str:
    """A challenge's token of `TOKEN_BYTES` random bytes: base32, 32 characters."""
    return base64.b32encode(random_bytes).decode("ascii")


def challenge_line(token: str) -> str:
    """The one line of a challenge."""
    return f"quietbox-rule {token}"


def find_token(body_start: bytes) -> str | None:
    """The token of the first challenge in the beginning of a body, as it was sent or as a forwarder encoded
    it anew (base64; RFC 2045, 6.8).
    """
    for text in (body_start, *_decoded(body_start)):
        if found := _CHALLENGE.search(text):
            return found[1].decode("ascii")
    return None


def _decoded(body_start: bytes) -> Iterator[bytes]:
    """What each run of lines says that could be base64."""
    for encoded, lines in groupby(body_start.split(b"\r\n"), lambda line: bool(_ENCODED.fullmatch(line))):
        if encoded:
            digits = b"".join(lines).replace(b"=", b"")
            digits = digits[: len(digits) - (len(digits) % 4 == 1)]
            yield base64.b64decode(digits + b"=" * (-len(digits) % 4))
