"""Rules: a provider's automatic forwarding into a mailbox, off until its owner asks. Owns the round trip that
sets one up; what comes in by a rule is judged at the door.

The owner gets an inbound address of the rule's own, and asks for a challenge: one line, mailed to the
personal address that they have confirmed. When the provider brings it back, whoever brought it may bring more
(docs/protocol.md, part 18). Keeps neither the personal address nor the challenge, only keyed hashes.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

from keys.names import Random
from relay.core.addresses import parse_typed, within
from relay.core.errors import NotFound, WorkAddressRefused
from relay.core.model import PARTIES, Rule
from relay.core.pepper import Pepper
from relay.core.policy import refused_domains
from relay.core.ports import MailOut, Store
from relay.core.rules import (
    CHALLENGE_SECONDS,
    MOST_RULES,
    TOKEN_BYTES,
    WAITING_SECONDS,
    challenge_line,
    token_text,
)
from relay.flow.company import Company
from relay.flow.fetch import Fetch
from relay.flow.policy import random_local_part

CHALLENGES: Final = 5
"""That one account may have sent in an hour: the relay mails no stranger at will."""
MADE: Final = 20
"""Rules that one account may make in an hour."""
SUBJECT: Final = "Testing your forwarding"


class Rules:
    """Makes, tests and ends rules. `refused` are the operator's refused domains, with all below them."""

    def __init__(
        self,
        store: Store,
        fetch: Fetch,
        pepper: Pepper,
        mail_out: MailOut,
        random: Random,
        company: Company,
        *,
        refused: Sequence[str],
    ) -> None:
        self._store, self._fetch, self._pepper = store, fetch, pepper
        self._mail_out, self._random = mail_out, random
        self._refused = tuple(refused)
        self._challenges = company.hourly("rule-challenge", CHALLENGES)
        self._made = company.hourly("rule", MADE)

    async def add(self, account_id: bytes, mailbox_id: bytes, sender_id: bytes, now: int) -> Rule:
        """A waiting rule for a confirmed address, with an inbound address of its own; it waits a day. Raises
        NotFound, TooManyRequests.
        """
        await self._fetch.owned(account_id, mailbox_id, now, writes=True)
        mailbox = await self._store.mailbox(mailbox_id, now=now)
        if mailbox is None or mailbox.role not in PARTIES:
            raise NotFound
        self._made.take(account_id, now)
        rule = Rule(
            rule_id=self._random(16),
            mailbox_id=mailbox_id,
            account_id=account_id,
            sender_id=sender_id,
            address=random_local_part(self._random),
            state="waiting",
            token_tag=b"",
            token_expires_at=0,
            token_used=0,
            bearers=b"",
            first_mails=0,
            expires_at=min(now + WAITING_SECONDS, mailbox.expires_at),
        )
        await self._store.put_rule(rule, now=now, most=MOST_RULES)
        return rule

    async def challenge(self, account_id: bytes, rule_id: bytes, address: str, now: int) -> int:
        """Mail a challenge to the rule's personal address; until when it is good. An active rule is tested
        the same way, and then knows one more provider. Raises Malformed, NotFound where it is not the
        rule's address, WorkAddressRefused, TooManyRequests, Busy.
        """
        parsed = parse_typed(address)
        rule = await self._own(account_id, rule_id, now)
        known = await self._store.senders_of(account_id, now=now)
        tags = [one.address_tag for one in known if one.sender_id == rule.sender_id]
        if not tags or not hmac.compare_digest(tags[0], self._pepper.address_tag(str(parsed))):
            raise NotFound
        engagements = await self._store.engagements_of(account_id, now=now)
        if within(parsed.domain, (*self._refused, *refused_domains(engagements))):
            raise WorkAddressRefused
        self._challenges.take(account_id, now)
        token, ends_at = token_text(self._random(TOKEN_BYTES)), now + CHALLENGE_SECONDS
        tag = self._pepper.token_tag(rule_id, token)
        await self._store.put_challenge(rule_id, tag, ends_at, now=now)
        await self._mail_out.send(str(parsed), SUBJECT, challenge_line(token) + "\n")
        return ends_at

    async def all_of(self, account_id: bytes, now: int) -> list[Rule]:
        """A person's rules, oldest first."""
        return await self._store.rules_of(account_id, now=now)

    async def remove(self, account_id: bytes, rule_id: bytes, now: int) -> None:
        """End a rule and its address. Raises NotFound."""
        await self._store.remove_rule(account_id, rule_id, now=now)

    async def _own(self, account_id: bytes, rule_id: bytes, now: int) -> Rule:
        found = [rule for rule in await self.all_of(account_id, now) if rule.rule_id == rule_id]
        if not found:
            raise NotFound
        return found[0]
