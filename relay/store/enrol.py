"""Enrolment in the file. Owns the one transaction that makes an account out of an invitation."""

from __future__ import annotations

import sqlite3

from keys.reopening import REOPENING
from relay.core import lifecycle
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import Enrolment, Member, State
from relay.store.codes import drop_code
from relay.store.inserts import (
    append_frame,
    end_engagement_at,
    insert_account,
    insert_mailbox,
    insert_member,
    insert_statement,
    put_vault_item,
)
from relay.store.log import append_entries
from relay.store.reopenings import join_reopening


def enrol(database: sqlite3.Connection, enrolment: Enrolment, now: int) -> None:
    """Store all of it and use the invitation up. The same finish again changes nothing."""
    row = database.execute(
        "SELECT state, kind, engagement_id, redeemed_hash, expires_at FROM invitations WHERE invite_id=?",
        (enrolment.invite_id,),
    ).fetchone()
    if row is None:
        raise NotFound
    state, kind, engagement_id, redeemed_hash, expires_at = row
    if state == "used" and redeemed_hash == enrolment.redeemed_hash:
        return
    if state != "open":
        raise Gone(f"invitation-{state}")
    if expires_at <= now:
        raise Gone("invitation-expired")
    _insert_person(database, enrolment, now)
    if kind == 1:
        _join(database, enrolment, engagement_id, now)
        expires_at = enrolment.engagement_expires_at
    elif kind == REOPENING:
        join_reopening(database, engagement_id, enrolment.invite_id, enrolment.account.account_id)
    _use_up(database, enrolment, expires_at, now)


def _insert_person(database: sqlite3.Connection, enrolment: Enrolment, now: int) -> None:
    account = enrolment.account
    taken = database.execute(
        "SELECT 1 FROM accounts WHERE account_id=? OR (name_tag=? AND expires_at>?)",
        (account.account_id, account.name_tag, now),
    ).fetchone()
    if taken:
        raise Conflict("name-taken")
    insert_account(database, account)
    insert_statement(database, account.account_id, 1, enrolment.statement, account.expires_at)
    append_entries(database, [enrolment.log_entry] if enrolment.log_entry else [])
    for item in enrolment.vault:
        put_vault_item(database, account.account_id, item)


def _join(database: sqlite3.Connection, enrolment: Enrolment, engagement_id: bytes, now: int) -> None:
    row = database.execute(
        "SELECT state FROM engagements WHERE engagement_id=? AND expires_at>?", (engagement_id, now)
    ).fetchone()
    if row is None:
        raise Gone("invitation-expired")
    state, ends_at = lifecycle.after(State(row[0]), "accept"), enrolment.engagement_expires_at
    database.execute("UPDATE engagements SET state=? WHERE engagement_id=?", (state, engagement_id))
    for mailbox in enrolment.mailboxes:
        if database.execute("SELECT 1 FROM mailboxes WHERE mailbox_id=?", (mailbox.mailbox_id,)).fetchone():
            raise Conflict("engagement-conflict")
        insert_mailbox(database, mailbox)
        account = enrolment.account
        member = Member(mailbox.role, account.account_id, mailbox.mailbox_id, account.fp, enrolment.statement)
        insert_member(database, engagement_id, member, ends_at)
    append_frame(database, "policies", engagement_id, enrolment.policy, ends_at)
    append_frame(database, "acts", engagement_id, enrolment.act, ends_at)
    end_engagement_at(database, engagement_id, ends_at)


def _use_up(database: sqlite3.Connection, enrolment: Enrolment, expires_at: int, now: int) -> None:
    """What was sealed to the newcomer is not needed again; the acceptance waits for the coach."""
    database.execute(
        "UPDATE invitations SET state='used', used_at=?, box=x'', redeemed_hash=?, answer=?, acceptance=?,"
        " expires_at=? WHERE invite_id=?",
        (
            now,
            enrolment.redeemed_hash,
            enrolment.answer,
            enrolment.acceptance,
            expires_at,
            enrolment.invite_id,
        ),
    )
    drop_code(database, enrolment.invite_id)
