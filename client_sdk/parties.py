"""Parties: the two sides of an engagement, as sealing and opening need them.

Owns the secret side (`Self`) and the public side (`Other`) and the frame around both (`Place`). Pure values.
Secrets have no repr.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keys.names import ZERO_HASH, Role, access_hash, fingerprint, mailbox_id
from keys.pins import Pins
from keys.statement import Statement
from keys.suite import OpenKey, SignKey


@dataclass(frozen=True, slots=True)
class Self:
    """My own side: signing keys, reading keys by key id, my newest statement, my vault's counter, and the
    hash of the newest checkpoint that I have verified.
    """

    identity: SignKey = field(repr=False)
    access: SignKey = field(repr=False)
    reading: Mapping[bytes, OpenKey] = field(repr=False)
    statement: Statement = field(repr=False)
    vault_counter: int
    checkpoint_hash: bytes = ZERO_HASH

    @property
    def fp(self) -> bytes:
        """My fingerprint."""
        return fingerprint(self.identity.public)


@dataclass(frozen=True, slots=True)
class Place:
    """An engagement between me and one other person, and what is pinned of both and of the relay."""

    engagement_id: bytes
    my_role: Role
    me: Self
    other: Statement = field(repr=False)
    pins: Pins = field(repr=False)
    clients: tuple[Statement, ...] = field(default=(), repr=False)
    """Who else was this engagement's client, by the acts of a reopening."""

    @property
    def their_role(self) -> Role:
        """The other person's role."""
        return Role.CLIENT if self.my_role is Role.COACH else Role.COACH

    @property
    def my_mailbox(self) -> bytes:
        """My mailbox here, computed and never taken from the relay."""
        return mailbox_id(self.engagement_id, self.my_role, self.me.fp)

    @property
    def their_mailbox(self) -> bytes:
        """The other person's mailbox here, computed."""
        return mailbox_id(self.engagement_id, self.their_role, self.other.fp)

    @property
    def coach_public(self) -> bytes:
        """The coach's identity key."""
        return self._public(Role.COACH)

    @property
    def client_public(self) -> bytes:
        """The client's identity key."""
        return self._public(Role.CLIENT)

    def _public(self, role: Role) -> bytes:
        mine = self.my_role is role
        return self.me.identity.public if mine else self.other.card.identity_public

    @property
    def keeper_ids(self) -> Sequence[bytes]:
        """The keepers that are required here, ascending."""
        return [keeper.keeper_id for keeper in self.pins.keepers]

    def other_access_hash(self) -> bytes:
        """What a keeper's lock calls the other person."""
        return access_hash(self.other.card.access_public)

    def my_access_hash(self) -> bytes:
        """What a keeper's lock calls me."""
        return access_hash(self.me.access.public)
