"""Rules in the file: providers' automatic forwarding. Owns the table `rules`; judges no mail."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from functools import partial

from relay.core.errors import CodeRefused, NotFound, TooManyRequests
from relay.core.model import Rule
from relay.store.base import Part
from relay.store.deletions import record_rule

COLUMNS = [field.name for field in fields(Rule)]  # the table has the model's names
PUT = f"INSERT INTO rules ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
LIVING = f"""
SELECT {", ".join(f"r.{name}" for name in COLUMNS)} FROM rules r
JOIN mailboxes m ON m.mailbox_id = r.mailbox_id AND m.expires_at > ?1
JOIN senders s ON s.sender_id = r.sender_id AND s.expires_at > ?1 AND s.state = 'confirmed'
WHERE r.expires_at > ?1 AND {{}} = ?2 ORDER BY r.rowid"""  # noqa: S608 - names from here
OWNED = """
SELECT 1 FROM mailboxes m JOIN senders s ON s.account_id = m.account_id
WHERE m.mailbox_id = ?1 AND m.expires_at > ?3 AND m.account_id = ?4
AND s.sender_id = ?2 AND s.expires_at > ?3 AND s.state = 'confirmed'"""
ACTIVATE = """
UPDATE rules SET state = 'active', token_used = 1, bearers = ?2,
    expires_at = (SELECT m.expires_at FROM mailboxes m WHERE m.mailbox_id = rules.mailbox_id)
WHERE rule_id = ?1"""


class SqlRules(Part):
    """`relay.core.ports.Rules`."""

    async def put_rule(self, rule: Rule, *, now: int, most: int) -> None:
        """What it belongs to is looked at in the same transaction."""
        await self._write(partial(_put, rule=rule, now=now, most=most))

    async def rules_of(self, account_id: bytes, *, now: int) -> list[Rule]:
        """Those that are not due, oldest first."""
        return await self._read(partial(_found, column="r.account_id", value=account_id, now=now))

    async def rule_by_address(self, address: str, *, now: int) -> Rule | None:
        """The rule of an inbound address."""
        found = await self._read(partial(_found, column="r.address", value=address, now=now))
        return found[0] if found else None

    async def put_challenge(self, rule_id: bytes, token_tag: bytes, expires_at: int, *, now: int) -> None:
        """An earlier one serves no more."""
        await self._write(
            partial(_put_challenge, rule_id=rule_id, token_tag=token_tag, expires_at=expires_at, now=now)
        )

    async def activate_rule(
        self, rule_id: bytes, token_tag: bytes, bearers: Sequence[bytes], *, now: int
    ) -> None:
        """Compared and changed in one transaction: a challenge serves once."""
        await self._write(partial(_activate, rule_id=rule_id, token_tag=token_tag, bearers=bearers, now=now))

    async def count_first_mail(self, rule_id: bytes, most: int, *, now: int) -> None:
        """One more, in the same transaction as the comparison."""
        await self._write(partial(_count, rule_id=rule_id, most=most, now=now))

    async def remove_rule(self, account_id: bytes, rule_id: bytes, *, now: int) -> None:
        """NotFound where it is not this account's."""
        await self._write(partial(_remove, account_id=account_id, rule_id=rule_id, now=now))


def _found(database: sqlite3.Connection, column: str, value: bytes | str, now: int) -> list[Rule]:
    return [Rule(*row) for row in database.execute(LIVING.format(column), (now, value)).fetchall()]


def _need(database: sqlite3.Connection, rule_id: bytes, now: int) -> Rule:
    found = _found(database, "r.rule_id", rule_id, now)
    if not found:
        raise NotFound
    return found[0]


def _put(database: sqlite3.Connection, rule: Rule, now: int, most: int) -> None:
    bound = (rule.mailbox_id, rule.sender_id, now, rule.account_id)
    if database.execute(OWNED, bound).fetchone() is None:
        raise NotFound
    if len(_found(database, "r.mailbox_id", rule.mailbox_id, now)) >= most:
        raise TooManyRequests
    database.execute(PUT, [getattr(rule, name) for name in COLUMNS])


def _put_challenge(
    database: sqlite3.Connection, rule_id: bytes, token_tag: bytes, expires_at: int, now: int
) -> None:
    _need(database, rule_id, now)
    database.execute(
        "UPDATE rules SET token_tag=?, token_expires_at=?, token_used=0 WHERE rule_id=?",
        (token_tag, expires_at, rule_id),
    )


def _activate(
    database: sqlite3.Connection, rule_id: bytes, token_tag: bytes, bearers: Sequence[bytes], now: int
) -> None:
    rule = _need(database, rule_id, now)
    if not token_tag or rule.token_tag != token_tag or rule.token_expires_at <= now:
        raise CodeRefused
    if not rule.token_used:
        database.execute(ACTIVATE, (rule_id, rule.with_bearers(bearers)))


def _count(database: sqlite3.Connection, rule_id: bytes, most: int, now: int) -> None:
    if _need(database, rule_id, now).first_mails >= most:
        raise TooManyRequests
    database.execute("UPDATE rules SET first_mails=first_mails+1 WHERE rule_id=?", (rule_id,))


def _remove(database: sqlite3.Connection, account_id: bytes, rule_id: bytes, now: int) -> None:
    if _need(database, rule_id, now).account_id != account_id:
        raise NotFound
    record_rule(database, account_id, rule_id)
    database.execute("DELETE FROM rules WHERE rule_id=?", (rule_id,))
