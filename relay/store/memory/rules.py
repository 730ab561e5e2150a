"""Rules in memory: providers' automatic forwarding. Owns no dictionary of its own; judges no mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from relay.core.errors import CodeRefused, NotFound, TooManyRequests
from relay.core.model import Rule
from relay.store.memory.state import State


class MemoryRules:
    """`relay.core.ports.Rules`."""

    _state: State

    async def put_rule(self, rule: Rule, *, now: int, most: int) -> None:
        """Check what it belongs to, then store."""
        if not self._rule_stands(rule, now) or rule.sender_id not in self._confirmed_senders(
            rule.account_id, now
        ):
            raise NotFound
        here = [one for one in self._living_rules(now) if one.mailbox_id == rule.mailbox_id]
        if len(here) >= most:
            raise TooManyRequests
        self._state.rules[rule.rule_id] = rule

    async def rules_of(self, account_id: bytes, *, now: int) -> list[Rule]:
        """Those that are not due, oldest first."""
        return [rule for rule in self._living_rules(now) if rule.account_id == account_id]

    async def rule_by_address(self, address: str, *, now: int) -> Rule | None:
        """The rule of an inbound address."""
        return next((rule for rule in self._living_rules(now) if rule.address == address), None)

    async def put_challenge(self, rule_id: bytes, token_tag: bytes, expires_at: int, *, now: int) -> None:
        """An earlier one serves no more."""
        self._state.rules[rule_id] = replace(
            self._need_rule(rule_id, now), token_tag=token_tag, token_expires_at=expires_at, token_used=0
        )

    async def activate_rule(
        self, rule_id: bytes, token_tag: bytes, bearers: Sequence[bytes], *, now: int
    ) -> None:
        """A challenge serves once."""
        rule = self._need_rule(rule_id, now)
        if not token_tag or rule.token_tag != token_tag or rule.token_expires_at <= now:
            raise CodeRefused
        if not rule.token_used:
            ends_at = self._state.mailboxes[rule.mailbox_id].expires_at
            known = rule.with_bearers(bearers)
            self._state.rules[rule_id] = replace(
                rule, state="active", token_used=1, bearers=known, expires_at=ends_at
            )

    async def count_first_mail(self, rule_id: bytes, most: int, *, now: int) -> None:
        """One more."""
        rule = self._need_rule(rule_id, now)
        if rule.first_mails >= most:
            raise TooManyRequests
        self._state.rules[rule_id] = replace(rule, first_mails=rule.first_mails + 1)

    async def remove_rule(self, account_id: bytes, rule_id: bytes, *, now: int) -> None:
        """NotFound where it is not this account's."""
        if self._need_rule(rule_id, now).account_id != account_id:
            raise NotFound
        del self._state.rules[rule_id]

    def _living_rules(self, now: int) -> list[Rule]:
        rules = [rule for rule in self._state.rules.values() if rule.expires_at > now]
        return [
            rule
            for rule in rules
            if self._rule_stands(rule, now)
            and rule.sender_id in self._confirmed_senders(rule.account_id, now)
        ]

    def _need_rule(self, rule_id: bytes, now: int) -> Rule:
        found = [rule for rule in self._living_rules(now) if rule.rule_id == rule_id]
        if not found:
            raise NotFound
        return found[0]

    def _rule_stands(self, rule: Rule, now: int) -> bool:
        mailbox = self._state.mailboxes.get(rule.mailbox_id)
        return mailbox is not None and mailbox.expires_at > now and mailbox.account_id == rule.account_id

    def _confirmed_senders(self, account_id: bytes, now: int) -> set[bytes]:
        senders = [one for one in self._state.senders.values() if one.account_id == account_id]
        return {one.sender_id for one in senders if one.state == "confirmed" and one.expires_at > now}
