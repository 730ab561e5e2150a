"""Reopenings in the file. Owns the table `reopenings`, and who is client before and after; judges no act."""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from functools import partial

from keys.names import Role, mailbox_id
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import Invitation, Mailbox, Reopening, Swap
from relay.store.base import Part
from relay.store.inserts import OF_ACCOUNT, end_engagement_at, end_mailbox_at, insert_mailbox
from relay.store.invitations import COLUMNS as INVITATION
from relay.store.invitations import INSERT as INSERT_INVITATION
from relay.store.ways import close_account

CONFLICT = "reopening-conflict"
NEWEST = "(SELECT statement FROM statements s WHERE s.account_id = r.{} ORDER BY number DESC LIMIT 1)"
COLUMNS = [field.name for field in fields(Reopening)][:9]  # the rest is read from other tables
SELECT = f"""
SELECT {", ".join(f"r.{name}" for name in COLUMNS)}, {NEWEST.format("former_account_id")},
    coalesce({NEWEST.format("account_id")}, x''),
    coalesce((SELECT acceptance FROM invitations i WHERE i.invite_id = r.invite_id), x'')
FROM reopenings r WHERE r.engagement_id = ?1"""  # noqa: S608 - names from the model
INSERT = f"INSERT INTO reopenings ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
JOIN = """
UPDATE reopenings SET state='joined', account_id=? WHERE engagement_id=? AND invite_id=? AND state='open'"""


class SqlReopenings(Part):
    """`relay.core.ports.Reopenings`."""

    async def put_reopening(self, reopening: Reopening, invitation: Invitation, *, now: int) -> None:
        """The one before, if it was not taken, ends with it."""
        await self._write(partial(_put, reopening=reopening, invitation=invitation, now=now))

    async def reopening(self, engagement_id: bytes, *, now: int) -> Reopening | None:
        """None where it is due."""
        return await self._read(partial(_find, engagement_id=engagement_id, now=now))

    async def put_claim(self, engagement_id: bytes, account_id: bytes, claim: bytes, *, now: int) -> None:
        """Of the newcomer alone."""
        statement = (
            "UPDATE reopenings SET claim=?, state='claimed' WHERE engagement_id=? AND account_id=?"
            " AND state IN ('joined', 'claimed') AND expires_at>?"
        )
        bound = (claim, engagement_id, account_id, now)
        if not await self._write(lambda database: database.execute(statement, bound).rowcount):
            raise Conflict(CONFLICT)

    async def drop_reopening(self, engagement_id: bytes, *, now: int) -> None:
        """With the newcomer's account, and the invitation."""
        await self._write(partial(_drop, engagement_id=engagement_id, now=now))


def _find(database: sqlite3.Connection, engagement_id: bytes, now: int) -> Reopening | None:
    row = database.execute(SELECT, (engagement_id,)).fetchone()
    found = Reopening(*row) if row else None
    return found if found is not None and found.expires_at > now else None


def _put(database: sqlite3.Connection, reopening: Reopening, invitation: Invitation, now: int) -> None:
    living = "SELECT 1 FROM engagements WHERE engagement_id=? AND expires_at>?"
    if database.execute(living, (reopening.engagement_id, now)).fetchone() is None:
        raise NotFound
    known = _find(database, reopening.engagement_id, now)
    if known is not None and known.invite_id == reopening.invite_id:
        return
    if known is not None and known.state == "taken":
        raise Conflict(CONFLICT)
    end_reopening(database, reopening.engagement_id, now)
    if database.execute("SELECT 1 FROM invitations WHERE invite_id=?", (invitation.invite_id,)).fetchone():
        raise Conflict("invitation-conflict")
    database.execute(INSERT_INVITATION, [getattr(invitation, name) for name in INVITATION])
    database.execute(INSERT, [getattr(reopening, name) for name in COLUMNS])


def _drop(database: sqlite3.Connection, engagement_id: bytes, now: int) -> None:
    known = _find(database, engagement_id, now)
    if known is None:
        raise NotFound
    if known.state == "taken":
        raise Conflict(CONFLICT)
    end_reopening(database, engagement_id, now)


def join_reopening(
    database: sqlite3.Connection, engagement_id: bytes, invite_id: bytes, account_id: bytes
) -> None:
    """Within an enrolment: the account is the newcomer's. Raises Gone where it was opened anew meanwhile."""
    if database.execute(JOIN, (account_id, engagement_id, invite_id)).rowcount == 0:
        raise Gone("invitation-withdrawn")


def end_reopening(database: sqlite3.Connection, engagement_id: bytes, now: int) -> None:
    """The row goes, and with it what has no reason any more: the newcomer where it was not taken, the former
    client's mailbox and ways in where it was.
    """
    row = database.execute(SELECT, (engagement_id,)).fetchone()
    if row is None:
        return
    known = Reopening(*row)
    database.execute("DELETE FROM reopenings WHERE engagement_id=?", (engagement_id,))
    if known.state == "taken":
        end_mailbox_at(database, known.former_mailbox_id, now)
        close_account(database, known.former_account_id)
        return
    database.execute(
        "UPDATE invitations SET state='withdrawn', box=x'' WHERE invite_id=? AND state='open'",
        (known.invite_id,),
    )
    if known.account_id:
        close_account(database, known.account_id)
        for table in OF_ACCOUNT:
            database.execute(
                f"UPDATE {table} SET expires_at=? WHERE account_id=?",  # noqa: S608 - names from there
                (now, known.account_id),
            )


def swap_client(database: sqlite3.Connection, engagement_id: bytes, swap: Swap, now: int) -> None:
    """Within an act's transaction: the newcomer is the client, or the former is it again. Raises Conflict
    where it is not any more what the act was judged by.
    """
    known = _find(database, engagement_id, now)
    if known is None or not matches(known, swap):
        raise Conflict(CONFLICT)
    new_id = mailbox_id(engagement_id, Role.CLIENT, _fp(database, known.account_id))
    if swap.what == "take":
        _take(database, known, new_id, swap)
        return
    database.execute("DELETE FROM reopenings WHERE engagement_id=?", (engagement_id,))
    _set_client(database, engagement_id, known.former_account_id, known.former_mailbox_id)
    end_mailbox_at(database, new_id, now)
    close_account(database, known.account_id)


def matches(known: Reopening, swap: Swap) -> bool:
    """Whether the reopening is the one that the act was judged by: a later one has another newcomer."""
    return (known.state == "taken") is (swap.what == "stop") and known.account_id == swap.account_id


def _take(database: sqlite3.Connection, known: Reopening, new_id: bytes, swap: Swap) -> None:
    (ends_at,) = database.execute(
        "SELECT expires_at FROM engagements WHERE engagement_id=?", (known.engagement_id,)
    ).fetchone()
    place = (known.engagement_id, known.account_id, Role.CLIENT)
    insert_mailbox(database, Mailbox(new_id, *place, swap.address, 0, ends_at))
    _set_client(database, known.engagement_id, known.account_id, new_id)
    database.execute(
        "UPDATE reopenings SET state='taken', expires_at=? WHERE engagement_id=?",
        (swap.until, known.engagement_id),
    )
    end_engagement_at(database, known.engagement_id, ends_at)


def _set_client(
    database: sqlite3.Connection, engagement_id: bytes, account_id: bytes, mailbox: bytes
) -> None:
    database.execute(
        "UPDATE members SET account_id=?, mailbox_id=?, fp=? WHERE engagement_id=? AND role=?",
        (account_id, mailbox, _fp(database, account_id), engagement_id, int(Role.CLIENT)),
    )


def _fp(database: sqlite3.Connection, account_id: bytes) -> bytes:
    (fp,) = database.execute("SELECT fp FROM accounts WHERE account_id=?", (account_id,)).fetchone()
    return bytes(fp)
