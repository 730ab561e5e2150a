"""A coach, a client and their engagement, as rows. Owns made-up values for the contract suite; signs and
seals nothing.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace

from keys.names import Role
from relay.core.errors import Busy
from relay.core.model import (
    DAY_SECONDS,
    Account,
    Blob,
    Engagement,
    Enrolment,
    Group,
    Invitation,
    Mailbox,
    Member,
    Outcome,
    SealedEnvelope,
    State,
    VaultItem,
)
from relay.core.ports import Store

NOW = 1_800_000_000
HOLD_ENDS = NOW + 400 * DAY_SECONDS
DRAFT_ENDS = NOW + 14 * DAY_SECONDS
QUOTA = 10_000_000
NOBODY = bytes(16)


def named(name: str, size: int = 16) -> bytes:
    """Bytes that stand for `name`."""
    return hashlib.shake_128(name.encode()).digest(size)


def account(name: str, role: Role = Role.COACH, expires_at: int = NOW + 800 * DAY_SECONDS) -> Account:
    """An account with one way in."""
    methods = ((named(f"{name} method"), b"sealed method"),)
    return Account(
        named(f"{name} account"), named(f"{name} name"), role, named(f"{name} fp", 32), methods, expires_at
    )


def mailbox(name: str, engagement: str, owner: str, role: Role, expires_at: int = DRAFT_ENDS) -> Mailbox:
    """An empty mailbox."""
    address = named(name, 10).hex()
    return Mailbox(named(name), named(engagement), named(f"{owner} account"), role, address, 0, expires_at)


def coach_invitation(name: str, expires_at: int = DRAFT_ENDS) -> Invitation:
    """An operator's invitation of a coach."""
    key = named(f"{name} redemption", 32)
    return Invitation(named(f"{name} invite"), 2, NOBODY, key, b"box", b"", b"", expires_at)


def client_invitation(name: str, engagement: str, expires_at: int = DRAFT_ENDS) -> Invitation:
    """A coach's invitation of a client."""
    key = named(f"{name} redemption", 32)
    return Invitation(
        named(f"{name} invite"), 1, named(engagement), key, b"box", b"policy 1", b"act 1", expires_at
    )


def enrolment(name: str, role: Role = Role.COACH, *mailboxes: Mailbox) -> Enrolment:
    """What a finish stores."""
    return Enrolment(
        account(name, role),
        f"{name} statement 1".encode(),
        (VaultItem("identity", 1, NOW + 800 * DAY_SECONDS, b"sealed seed"),),
        mailboxes,
        named(f"{name} invite"),
        named(f"{name} finish", 32),
        b'{"answer":1}',
        b"sealed acceptance" if mailboxes else b"",
        b"policy 1" if mailboxes else b"",
        b"act 1 signed by both" if mailboxes else b"",
        HOLD_ENDS if mailboxes else 0,
    )


def draft(name: str, coach: str, expires_at: int = DRAFT_ENDS) -> tuple[Engagement, list[Mailbox]]:
    """A draft engagement with the coach's and the notes mailbox."""
    owner = account(coach)
    boxes = [
        mailbox(f"{name} coach", name, coach, Role.COACH, expires_at),
        mailbox(f"{name} notes", name, coach, Role.NOTES, expires_at),
    ]
    member = Member(Role.COACH, owner.account_id, boxes[0].mailbox_id, owner.fp, b"")
    engagement = Engagement(named(name), State.DRAFT, (member,), boxes[1].mailbox_id, expires_at=expires_at)
    return engagement, boxes


def envelope(
    mailbox_name: str,
    name: str,
    *,
    expires_at: int = HOLD_ENDS - 1,
    size: int = 1000,
    blob_ids: tuple[bytes, ...] = (),
    salt: str = "",
    envelope_class: int = 1,
    twin: str = "",
) -> SealedEnvelope:
    """Bytes that stand for an envelope; another `salt` gives other bytes under the same name."""
    raw = bytearray(named(f"{name} {salt} raw", size))
    raw[6] = envelope_class
    raw[56:64] = expires_at.to_bytes(8, "big")
    return SealedEnvelope(
        named(mailbox_name),
        named(name),
        envelope_class,
        named("policy tag"),
        expires_at,
        bytes(raw),
        blob_ids,
        named(twin) if twin else None,
    )


def group(*envelopes: SealedEnvelope, by: str = "anna") -> Group:
    """Envelopes deposited by a person."""
    return Group(named(f"{by} account"), envelopes)


@dataclass(slots=True)
class People:
    """Anna, who coaches Maya in the engagement `work`, on a store."""

    store: Store

    async def add_coach(self, name: str = "anna") -> None:
        """Invite and enrol a coach."""
        await self.store.put_invitation(coach_invitation(name), now=NOW)
        await self.store.enrol(enrolment(name), now=NOW)

    async def add_draft(self, name: str = "work", coach: str = "anna") -> None:
        """Create a draft."""
        engagement, boxes = draft(name, coach)
        await self.store.create_engagement(engagement, boxes, now=NOW)

    async def add_client(self, name: str = "maya", engagement: str = "work") -> None:
        """Invite and enrol a client."""
        await self.store.put_invitation(client_invitation(name, engagement), now=NOW)
        box = mailbox(f"{engagement} client", engagement, name, Role.CLIENT, HOLD_ENDS)
        await self.store.enrol(enrolment(name, Role.CLIENT, box), now=NOW)

    async def settle(self) -> None:
        """All three steps."""
        await self.add_coach()
        await self.add_draft()
        await self.add_client()

    async def put(
        self, *envelopes: SealedEnvelope, now: int = NOW, by: str = "anna", act: int = 0
    ) -> Outcome:
        """Deposit one group, let in under an act."""
        groups = [replace(group(*envelopes, by=by), acts=(act,) * len(envelopes))]
        (outcome,) = await self.store.deposit(groups, now=now, quota_bytes=QUOTA)
        return outcome

    async def upload(
        self, name: str, content: bytes, *, expires_at: int = HOLD_ENDS - 1, by: str = "anna"
    ) -> Blob:
        """Upload and finish a blob."""
        blob_id, owner = named(name, 32), named(f"{by} account")
        await self.store.create_blob(
            Blob(blob_id, owner, "uploading", 0, expires_at, NOW + DAY_SECONDS), now=NOW
        )
        await self.store.append_blob(blob_id, owner, 0, content, now=NOW, account_quota_bytes=QUOTA)
        await self.store.finish_blob(blob_id, owner, len(content), hashlib.sha256(content).digest(), now=NOW)
        blob = await self.store.blob(blob_id, now=NOW)
        assert blob is not None
        return blob

    async def sweep_all(self, now: int, limit: int = 50) -> int:
        """Sweep until nothing is left, in an object store neither; how many envelopes went."""
        envelopes, more = 0, True
        while more:
            swept = await self.store.sweep(now=now, limit=limit)
            envelopes, more = envelopes + swept.envelopes, swept.more
        with suppress(Busy):
            while await self.store.drop_objects_due(now=now, limit=limit):
                pass
        return envelopes

    async def names(self, mailbox_name: str, now: int = NOW) -> list[tuple[bytes, int]]:
        """Envelope ids and reasons (0: here) of a mailbox, by order."""
        page = await self.store.rows(
            named(mailbox_name), after=0, before=None, limit=200, max_bytes=1 << 22, now=now
        )
        return [(row.envelope_id, row.reason or 0) for row in page.rows]
