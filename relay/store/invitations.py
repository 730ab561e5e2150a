"""Invitations in the file. Owns their rows and states; opens no box."""

from __future__ import annotations

import sqlite3
from dataclasses import fields, replace
from functools import partial

from relay.core import lifecycle
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import Invitation, State
from relay.store.base import Part
from relay.store.codes import drop_code
from relay.store.deletions import record_end
from relay.store.inserts import end_engagement_at

COLUMNS = [field.name for field in fields(Invitation)]  # the table has the model's names
SELECT = f"SELECT {', '.join(COLUMNS)} FROM invitations"  # noqa: S608 - names from the model
INSERT = f"INSERT INTO invitations ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


class SqlInvitations(Part):
    """The invitations of `relay.core.ports.Engagements`."""

    async def put_invitation(self, invitation: Invitation, *, now: int) -> None:
        """A client's needs a living draft, whose end it may move on. The same again changes nothing."""
        await self._write(partial(_put, invitation=invitation, now=now))

    async def invitation(self, invite_id: bytes, *, now: int) -> Invitation | None:
        """The row while it exists; due, it has lost all that was sealed or signed."""
        row = await self._read(
            lambda database: database.execute(f"{SELECT} WHERE invite_id=?", (invite_id,)).fetchone()
        )
        known = Invitation(*row) if row else None
        if known is None or known.expires_at > now:
            return known
        return replace(known, box=b"", policy=b"", act=b"", answer=b"", acceptance=b"")

    async def invitation_of(self, engagement_id: bytes, *, now: int) -> Invitation | None:
        """The newest of an engagement that is not due."""
        statement = f"{SELECT} WHERE engagement_id=? AND expires_at>? ORDER BY rowid DESC LIMIT 1"
        row = await self._read(lambda database: database.execute(statement, (engagement_id, now)).fetchone())
        return Invitation(*row) if row else None

    async def withdraw_invitation(self, invite_id: bytes, *, now: int) -> None:
        """A draft whose invitation is withdrawn is withdrawn with it. NotFound; Gone `invitation-used`."""
        await self._write(partial(_withdraw, invite_id=invite_id, now=now))

    async def reply_to_invitation(self, invite_id: bytes, box: bytes, *, ends: bool, now: int) -> None:
        """It stands where the acceptance would. NotFound; Gone with the reason."""
        await self._write(partial(_reply, invite_id=invite_id, box=box, ends=ends, now=now))


def _put(database: sqlite3.Connection, invitation: Invitation, now: int) -> None:
    known = database.execute(
        "SELECT redemption_key, engagement_id FROM invitations WHERE invite_id=?", (invitation.invite_id,)
    ).fetchone()
    if known is not None:
        if known != (invitation.redemption_key, invitation.engagement_id):
            raise Conflict("invitation-conflict")
        return
    if invitation.kind == 1:
        _make_room(database, invitation, now)
    database.execute(INSERT, [getattr(invitation, name) for name in COLUMNS])


def _make_room(database: sqlite3.Connection, invitation: Invitation, now: int) -> None:
    """Withdraw the engagement's earlier invitations; let the draft live as long as the new one."""
    row = database.execute(
        "SELECT state, expires_at FROM engagements WHERE engagement_id=? AND expires_at>?",
        (invitation.engagement_id, now),
    ).fetchone()
    if row is None:
        raise NotFound
    lifecycle.after(State(row[0]), "accept")
    database.execute(
        "DELETE FROM codes WHERE subject IN (SELECT invite_id FROM invitations WHERE engagement_id=?)",
        (invitation.engagement_id,),
    )
    database.execute(
        "UPDATE invitations SET state='withdrawn', box=x'', acceptance=x'' WHERE engagement_id=?",
        (invitation.engagement_id,),
    )
    end_engagement_at(database, invitation.engagement_id, max(row[1], invitation.expires_at))


def _withdraw(database: sqlite3.Connection, invite_id: bytes, now: int) -> None:
    row = database.execute(
        "SELECT state, engagement_id FROM invitations WHERE invite_id=? AND expires_at>?", (invite_id, now)
    ).fetchone()
    if row is None:
        raise NotFound
    state, engagement_id = row
    if state == "used":
        raise Gone("invitation-used")
    if state == "withdrawn":
        return
    database.execute(
        "UPDATE invitations SET state='withdrawn', box=x'', acceptance=x'' WHERE invite_id=?", (invite_id,)
    )
    drop_code(database, invite_id)
    draft = database.execute(
        "SELECT state FROM engagements WHERE engagement_id=?", (engagement_id,)
    ).fetchone()
    if draft is not None:
        after = lifecycle.after(State(draft[0]), "withdraw")
        database.execute("UPDATE engagements SET state=? WHERE engagement_id=?", (after, engagement_id))
        record_end(database, engagement_id, now)  # in a restored database the link must not open it again


def _reply(database: sqlite3.Connection, invite_id: bytes, box: bytes, ends: bool, now: int) -> None:
    row = database.execute(
        "SELECT state, acceptance FROM invitations WHERE invite_id=? AND expires_at>?", (invite_id, now)
    ).fetchone()
    if row is None:
        raise NotFound
    state, known = row
    if known == box:
        return
    if state != "open":
        raise Gone(f"invitation-{state}")
    database.execute("UPDATE invitations SET acceptance=? WHERE invite_id=?", (box, invite_id))
    if ends:
        database.execute("UPDATE invitations SET state='declined', box=x'' WHERE invite_id=?", (invite_id,))
        drop_code(database, invite_id)
