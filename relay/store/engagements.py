"""Engagements in the file. Owns states, invitations, acts and mailboxes; reads no signed frame."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

from keys.names import Role
from relay.core.errors import Conflict, NotFound
from relay.core.model import PARTIES, Engagement, Mailbox, Member, Reason, State, Step
from relay.store.base import Part
from relay.store.deletions import record_act, record_gone
from relay.store.inserts import (
    append_frame,
    end_engagement_at,
    insert_engagement,
    insert_mailbox,
    insert_member,
    need_account,
)
from relay.store.reopenings import swap_client
from relay.store.segments import bring_forward_with
from relay.store.shared import lock_engagement
from relay.store.shred import expire_envelope
from relay.store.slots import take_release

MAILBOX = """
SELECT mailbox_id, engagement_id, account_id, role, address, cursor, expires_at FROM mailboxes
WHERE expires_at > ? AND {} = ? AND role <> 3 ORDER BY rowid"""
"""A sponsor's mailbox is found by its slot alone."""
MEMBERS = """
SELECT role, account_id, mailbox_id, fp,
    (SELECT statement FROM statements s WHERE s.account_id = m.account_id ORDER BY number DESC LIMIT 1)
FROM members m WHERE engagement_id = ? ORDER BY rowid"""
LINKED = "SELECT blob_id FROM blob_links WHERE mailbox_id = ? AND envelope_id = ?"
UNLINK = "DELETE FROM blob_links WHERE blob_id = ?"
FRAMES = (
    "SELECT policy FROM policies WHERE engagement_id = ? ORDER BY number",
    "SELECT act FROM acts WHERE engagement_id = ? ORDER BY number",
    "SELECT act FROM proposals WHERE engagement_id = ? ORDER BY role",
)


class SqlEngagements(Part):
    """`relay.core.ports.Engagements` but for invitations."""

    async def create_engagement(
        self, engagement: Engagement, mailboxes: Sequence[Mailbox], *, now: int
    ) -> None:
        """A draft; its mailboxes share its end."""
        await self._write(partial(_create, engagement=engagement, mailboxes=mailboxes, now=now))

    async def engagement(self, engagement_id: bytes, *, now: int) -> Engagement | None:
        """The engagement with each member's newest statement."""
        return await self._read(partial(load_engagement, engagement_id=engagement_id, now=now))

    async def engagements_of(self, account_id: bytes, *, now: int) -> list[Engagement]:
        """Those in which the account is a member, oldest first."""
        return await self._read(partial(_engagements_of, account_id=account_id, now=now))

    async def engagement_of_mailbox(self, mailbox_id: bytes, *, now: int) -> Engagement | None:
        """The engagement that a mailbox belongs to."""
        return await self._read(partial(_engagement_of_mailbox, mailbox_id=mailbox_id, now=now))

    async def mailboxes_of(self, account_id: bytes, *, now: int) -> list[Mailbox]:
        """An account's mailboxes, oldest first."""
        return await self._read(partial(_mailboxes, column="account_id", value=account_id, now=now))

    async def mailbox(self, mailbox_id: bytes, *, now: int) -> Mailbox | None:
        """The mailbox, while it is not due."""
        found = await self._read(partial(_mailboxes, column="mailbox_id", value=mailbox_id, now=now))
        return found[0] if found else None

    async def mailbox_by_address(self, address: str, *, now: int) -> Mailbox | None:
        """The mailbox of an inbound address."""
        found = await self._read(partial(_mailboxes, column="address", value=address, now=now))
        return found[0] if found else None

    async def change_address(self, mailbox_id: bytes, address: str, *, now: int) -> None:
        """The old address ends here. NotFound without such a mailbox."""
        await self._write(partial(_change_address, mailbox_id=mailbox_id, address=address, now=now))

    async def apply_act(self, engagement_id: bytes, step: Step, *, now: int) -> list[tuple[bytes, int]]:
        """The next act and all that it changes, in one transaction; blobs without a link go before this
        returns.
        """

        def work(database: sqlite3.Connection) -> tuple[dict[bytes, int], list[bytes]]:
            if _take_act(database, engagement_id, step, now):
                return {}, []
            changed = _shorten(database, engagement_id, step, now)
            take_release(database, engagement_id, step, now)
            _renew(database, engagement_id, step)
            if step.swap:
                swap_client(database, engagement_id, step.swap, now)
            return changed

        cursors, lonely = await self._write(work)
        await self._shred(lonely, now)
        return list(cursors.items())

    async def put_proposal(
        self, engagement_id: bytes, role: Role, number: int, act: bytes, *, now: int
    ) -> None:
        """It ends with the engagement, or with the next act."""
        await self._write(lambda database: _put_proposal(database, engagement_id, role, number, act, now))

    async def drop_proposals(self, engagement_id: bytes, *, now: int) -> None:
        """Those of both sides."""
        await self._write(partial(_drop_proposals, engagement_id=engagement_id, now=now))


def _put_proposal(
    database: sqlite3.Connection, engagement_id: bytes, role: Role, number: int, act: bytes, now: int
) -> None:
    ends_at, newest = _place(database, engagement_id, now)
    if number != newest + 1:
        raise Conflict("act-out-of-order")
    database.execute(
        "INSERT INTO proposals (engagement_id, role, act, expires_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (engagement_id, role) DO UPDATE SET act=excluded.act, expires_at=excluded.expires_at",
        (engagement_id, int(role), act, ends_at),
    )


def _drop_proposals(database: sqlite3.Connection, engagement_id: bytes, now: int) -> None:
    _place(database, engagement_id, now)
    database.execute("DELETE FROM proposals WHERE engagement_id=?", (engagement_id,))


def _create(
    database: sqlite3.Connection, engagement: Engagement, mailboxes: Sequence[Mailbox], now: int
) -> None:
    row = database.execute(
        "SELECT expires_at FROM engagements WHERE engagement_id=?", (engagement.engagement_id,)
    ).fetchone()
    if row is not None:
        known = [
            member for member in _members(database, engagement.engagement_id) if member.role is Role.COACH
        ]
        coaches = [member for member in engagement.members if member.role is Role.COACH]
        if {m.account_id for m in known} == {m.account_id for m in coaches} and row[0] > now:
            return
        raise Conflict("engagement-conflict")
    insert_engagement(database, engagement)
    for member in engagement.members:
        need_account(database, member.account_id, now)
        insert_member(database, engagement.engagement_id, member, engagement.expires_at)
    for mailbox in mailboxes:
        need_account(database, mailbox.account_id, now)
        if database.execute("SELECT 1 FROM mailboxes WHERE mailbox_id=?", (mailbox.mailbox_id,)).fetchone():
            raise Conflict("engagement-conflict")
        insert_mailbox(database, mailbox)
    end_engagement_at(database, engagement.engagement_id, engagement.expires_at)


def _members(database: sqlite3.Connection, engagement_id: bytes) -> tuple[Member, ...]:
    found = database.execute(MEMBERS, (engagement_id,)).fetchall()
    return tuple(Member(Role(role), *rest) for role, *rest in found)


def load_engagement(database: sqlite3.Connection, engagement_id: bytes, now: int) -> Engagement | None:
    """An engagement with all that is part of it, unless it is due."""
    row = database.execute(
        "SELECT state, notes_mailbox_id, expires_at FROM engagements WHERE engagement_id=? AND expires_at>?",
        (engagement_id, now),
    ).fetchone()
    if row is None:
        return None
    policies, acts, proposals = (
        tuple(frame for (frame,) in database.execute(statement, (engagement_id,))) for statement in FRAMES
    )
    members = _members(database, engagement_id)
    return Engagement(engagement_id, State(row[0]), members, row[1], policies, acts, proposals, row[2])


def _engagements_of(database: sqlite3.Connection, account_id: bytes, now: int) -> list[Engagement]:
    found = database.execute(
        "SELECT e.engagement_id FROM engagements e"
        " JOIN members m ON m.engagement_id = e.engagement_id WHERE m.account_id=? ORDER BY e.rowid",
        (account_id,),
    ).fetchall()
    loaded = [load_engagement(database, engagement_id, now) for (engagement_id,) in found]
    return [engagement for engagement in loaded if engagement is not None]


def _engagement_of_mailbox(database: sqlite3.Connection, mailbox_id: bytes, now: int) -> Engagement | None:
    found = _mailboxes(database, "mailbox_id", mailbox_id, now)
    return load_engagement(database, found[0].engagement_id, now) if found else None


def _mailboxes(database: sqlite3.Connection, column: str, value: Any, now: int) -> list[Mailbox]:
    found = database.execute(MAILBOX.format(column), (now, value)).fetchall()
    return [
        Mailbox(mailbox_id, engagement_id, account_id, Role(role), address, cursor, expires_at)
        for mailbox_id, engagement_id, account_id, role, address, cursor, expires_at in found
    ]


def _change_address(database: sqlite3.Connection, mailbox_id: bytes, address: str, now: int) -> None:
    changed = database.execute(
        "UPDATE mailboxes SET address=? WHERE mailbox_id=? AND expires_at>?", (address, mailbox_id, now)
    )
    if changed.rowcount == 0:
        raise NotFound


def _take_act(database: sqlite3.Connection, engagement_id: bytes, step: Step, now: int) -> bool:
    """Append an act; True where the same one stands there already."""
    lock_engagement(database, engagement_id)
    ends_at, newest = _place(database, engagement_id, now)
    known = database.execute(
        "SELECT act FROM acts WHERE engagement_id=? AND number=?", (engagement_id, step.number)
    ).fetchone()
    if known == (step.act,):
        return True
    if step.number != newest + 1:
        raise Conflict("act-out-of-order")
    append_frame(database, "acts", engagement_id, step.act, ends_at)
    record_act(database, engagement_id, step.number, step.act, step.policy)
    database.execute("DELETE FROM proposals WHERE engagement_id=?", (engagement_id,))
    return False


def _place(database: sqlite3.Connection, engagement_id: bytes, now: int) -> tuple[int, int]:
    """The end of a living engagement, and its newest act's number. Raises NotFound."""
    row = database.execute(
        "SELECT e.expires_at, (SELECT coalesce(max(number), 0) FROM acts WHERE engagement_id=?1)"
        " FROM engagements e WHERE e.engagement_id=?1 AND e.expires_at>?2",
        (engagement_id, now),
    ).fetchone()
    if row is None:
        raise NotFound
    return int(row[0]), int(row[1])


def _shorten(
    database: sqlite3.Connection, engagement_id: bytes, step: Step, now: int
) -> tuple[dict[bytes, int], list[bytes]]:
    """Bring envelopes forward; give back the cursors of mailboxes from which some went, and blobs left
    without a link.
    """
    found = database.execute(
        "SELECT role, mailbox_id FROM mailboxes WHERE engagement_id=? ORDER BY role", (engagement_id,)
    ).fetchall()
    mailboxes = [mailbox_id for role, mailbox_id in found if role in step.sides]
    cursors: dict[bytes, int] = {}
    lonely: list[bytes] = []
    recalled: list[bytes] = []
    date = step.date
    for name in [(mailbox_id, envelope_id) for mailbox_id in mailboxes for envelope_id in step.shorten]:
        changed = database.execute(
            "UPDATE mailbox_rows SET expires_at=?, shortened=1"
            " WHERE mailbox_id=? AND envelope_id=? AND reason=0 AND expires_at>?",
            (date, *name, max(date, now)),
        )
        if changed.rowcount == 0:
            continue
        record_gone(database, name[0], [name[1]], date)
        bring_forward_with(database, *name, date)
        database.execute(
            "UPDATE blob_links SET expires_at=? WHERE mailbox_id=? AND envelope_id=?", (date, *name)
        )
        if date <= now:
            recalled += [blob_id for (blob_id,) in database.execute(LINKED, name)]
            cursors[name[0]], freed = expire_envelope(database, *name, Reason.SHORTENED, now)
            lonely += freed
    if len(step.sides) == len(PARTIES):
        lonely += _unlink(database, recalled, now)
    return cursors, lonely


def _unlink(database: sqlite3.Connection, blob_ids: Sequence[bytes], now: int) -> list[bytes]:
    """What is recalled in both mailboxes takes its files along, whatever else links them; those that were
    still linked.
    """
    linked = [one for one in dict.fromkeys(blob_ids) if database.execute(UNLINK, (one,)).rowcount]
    for blob_id in linked:
        database.execute("UPDATE blobs SET expires_at=min(expires_at, ?) WHERE blob_id=?", (now, blob_id))
    return linked


def _renew(database: sqlite3.Connection, engagement_id: bytes, step: Step) -> None:
    """Put a policy in force; move the end where it is to be."""
    (end,) = database.execute(
        "SELECT expires_at FROM engagements WHERE engagement_id=?", (engagement_id,)
    ).fetchone()
    if step.policy:
        append_frame(database, "policies", engagement_id, step.policy, end)
    if step.ends_at not in (0, end):
        end_engagement_at(database, engagement_id, step.ends_at)
