"""Rules: a provider's automatic forwarding, set up by a round trip.

Owns asking the relay for a rule's address, for the challenge that goes through the provider, and for what
became of it. The relay decides when a rule is active. (docs/protocol.md, part 18.)
"""

from __future__ import annotations

import asyncio
from typing import Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import Misused, NotFound
from client_sdk.messages import Rule, Sender, instant
from client_sdk.protocol.mail import RuleFacts

LOOK_SECONDS: Final = 2.0
LEAST_ID_SIGNS: Final = 6
MOST_ADDRESS_SIGNS: Final = 254
ACTIVE: Final = "active"
CONFIRMED: Final = "confirmed"


def mail_address(typed: str) -> str:
    """Return what can be a mail address; Misused otherwise. The relay judges it by its own grammar."""
    plain = typed.strip()
    if not plain.isascii() or not 3 <= len(plain) <= MOST_ADDRESS_SIGNS or "@" not in plain:
        raise Misused("That is not a mail address.")
    return plain


async def senders(core: Core) -> list[Sender]:
    """Return my registered addresses, without the addresses."""
    found = await core.session.call(protocol.mail.senders())
    return [Sender(one.sender_id.hex(), one.state, instant(one.added_on)) for one in found]


async def add(core: Core, engagement_id: bytes, sender: Sender | None) -> Rule:
    """Ask for a rule's address. Without `sender` the only confirmed one is meant."""
    mailbox_id = core.item(engagement_id).my_mailbox_id
    meant = sender or _only(await senders(core))
    rule_id, address, ends_at = await core.session.call(
        protocol.mail.add_rule(mailbox_id, bytes.fromhex(meant.id))
    )
    return Rule(rule_id.hex(), engagement_id.hex(), meant.id, address, "waiting", instant(ends_at))


def _only(known: list[Sender]) -> Sender:
    confirmed = [one for one in known if one.state == CONFIRMED]
    if not confirmed:
        raise Misused(
            "A rule is for an address that you have confirmed; there is none yet.",
            hint="First: mailbox sender add ADDRESS",
        )
    if len(confirmed) > 1:
        raise Misused(
            "You have several confirmed addresses: say which one the rule is for.",
            hint="Their numbers: mailbox sender list. Then: --sender NUMBER",
        )
    return confirmed[0]


async def listed(core: Core) -> list[Rule]:
    """Return all rules of the account."""
    found = await core.session.call(protocol.mail.rules())
    owner_of = {item.my_mailbox_id: item.engagement_id for item in core.vault.engagements}
    return [_rule(one, owner_of.get(one.mailbox_id, b"")) for one in found]


def _rule(facts: RuleFacts, engagement_id: bytes) -> Rule:
    return Rule(
        facts.rule_id.hex(),
        engagement_id.hex(),
        facts.sender_id.hex(),
        facts.address,
        facts.state,
        instant(facts.expires_at),
    )


async def settled(core: Core, rule_id: str) -> Rule:
    """Wait until a rule is active; the caller bounds the wait. NotFound where it has ended."""
    while True:
        rule = pick(await listed(core), rule_id)
        if rule.state == ACTIVE:
            return rule
        await asyncio.sleep(LOOK_SECONDS)


def pick(rules: list[Rule], number: str | None) -> Rule:
    """Return the rule whose id begins so; None means the only one. NotFound."""
    typed = (number or "").strip().lower()
    if number is not None and len(typed) < LEAST_ID_SIGNS:
        raise Misused("A rule's number has at least 6 signs.", hint="Numbers: mailbox rule list")
    found = [one for one in rules if one.id.startswith(typed)]
    if len(found) == 1:
        return found[0]
    raise NotFound("That could be several rules." if found else "There is no such rule.")
