"""The people of a run: coaches and clients with real keys, and what their software would send.

Owns keys, envelopes, acts and questions to the keeper. Asks nothing of a relay by itself. Keys that make no
difference between runs are made once a process, because making them is slow; for the same reason what nobody
opens here is noise of the right form: bodies, readers' locks, and the keeper's lock of most messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from keys.acts import Act, ActCore, ActKind, sign_act
from keys.box import NONCE_BYTES, seal_box
from keys.day_keys import open_day_key
from keys.encoding import u16, u32
from keys.envelope import EnvelopeClass, Header, body_length, parse_envelope
from keys.invitation import Acceptance, InvitationKeys, invitation_keys, seal_acceptance, sign_redemption
from keys.keeper_wire import Ask, OpenRequest, Revoke, Status, open_answer, sign_open_request, sign_revoke
from keys.locks import (
    KEEPER_LOCK_BYTES,
    KEEPER_PAYLOAD_BYTES,
    READER_LOCK_BYTES,
    SHARE_BYTES,
    KeeperPayload,
    LockType,
    seal_keeper_lock,
)
from keys.names import (
    DAY_SECONDS,
    KEY_ID_BYTES,
    Random,
    Role,
    access_hash,
    day_of,
    fingerprint,
    keeper_set,
    mailbox_id,
    origin_hash,
)
from keys.policy import Policy, agreement_hash
from keys.statement import Card, ReadingKey, sign_statement
from keys.suite import H, OpenKey, SealKey, SignKey
from keys.unlock import account_keys, device_keys
from relay.core.model import Method, VaultItem
from relay.flow.enrol import Finish
from relay.flow.policy import Offer

ORIGIN: Final = "https://inbox.simulated.example"
INNER_BYTES: Final = 900
WORK_DAYS: Final = 8
HOLD_DAYS: Final = 4


@cache
def _seed(label: str) -> bytes:
    return hashlib.sha256(b"simulation " + label.encode()).digest()


@cache
def _reading(label: str) -> OpenKey:
    return OpenKey.from_seed(_seed(f"{label} reading"))


@cache
def _access_hash(label: str) -> bytes:
    return access_hash(account_keys(_seed(f"{label} account")).access.public)


@lru_cache(maxsize=100)
def verified_day_key(raw: bytes, keeper_id: bytes, keeper_public: bytes) -> SealKey:
    """A keeper's key of a day, its signature verified once. Raises BadSignature, Malformed."""
    return SealKey.from_bytes(open_day_key(raw, keeper_id, keeper_public).public)


@dataclass(frozen=True)
class Person:
    """Somebody with all their keys, which follow from the label."""

    label: str
    identity: SignKey = field(init=False, repr=False)
    access: SignKey = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identity", SignKey.from_seed(_seed(f"{self.label} identity")))
        object.__setattr__(self, "access", account_keys(_seed(f"{self.label} account")).access)

    @property
    def account_id(self) -> bytes:
        """16 bytes."""
        return _seed(f"{self.label} id")[:16]

    @property
    def name(self) -> str:
        """The login name."""
        return f"{self.label}-simulated"

    @property
    def fp(self) -> bytes:
        """The fingerprint of the identity key."""
        return fingerprint(self.identity.public)

    def statement(self, keeper_id: bytes, now: int) -> bytes:
        """The first signed card, with one reading key."""
        reading = ReadingKey(1, now - 60, now + 31 * DAY_SECONDS, _reading(self.label).seal_key().raw)
        card = Card(
            account_id=self.account_id,
            number=1,
            previous_hash=bytes(32),
            issued_at=now,
            identity_public=self.identity.public,
            access_public=self.access.public,
            origin_hash=origin_hash(ORIGIN),
            keeper_set=keeper_set([keeper_id]),
            reading_keys=(reading,),
        )
        return sign_statement(card, self.identity)

    def finish(
        self, keeper_id: bytes, now: int, random: Random, acceptance: bytes = b"", act: bytes = b""
    ) -> Callable[[InvitationKeys], Finish]:
        """All that enrols, signed by whatever invitation it is for."""
        raw = b"finish of " + self.label.encode()
        login = device_keys(random(32)).login.public
        until = now + 400 * DAY_SECONDS
        items = [seal_box(random(32), "vault", b"", b"sealed", random(NONCE_BYTES)) for _ in range(2)]

        def signed(invitation: InvitationKeys) -> Finish:
            return Finish(
                raw=raw,
                signature=sign_redemption(invitation, raw),
                account_id=self.account_id,
                name=self.name,
                methods=(Method(random(16), "password", 1, random(16), login, random(104)),),
                statement=self.statement(keeper_id, now),
                vault=tuple(
                    VaultItem(name, 1, until, box)
                    for name, box in zip(("identity", "manifest"), items, strict=True)
                ),
                acceptance=acceptance,
                act=act,
            )

        return signed


@dataclass
class Pair:
    """A coach and a client at work: one engagement, under one policy; `sides` says who is in it."""

    coach: Person
    client: Person
    keeper_id: bytes
    now: int
    random: Random = field(repr=False)
    engagement_id: bytes = field(init=False)
    policy: Policy = field(init=False)
    policy_tag: bytes = field(init=False)
    sides: dict[Role, Person] = field(init=False)
    invitation: InvitationKeys = field(init=False, repr=False)
    _boxes: dict[Role, bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.engagement_id = self.random(16)
        self.invitation = invitation_keys(self.random(32))
        midnight = self.now - self.now % DAY_SECONDS
        self.policy = Policy(
            engagement_id=self.engagement_id,
            number=1,
            previous_hash=bytes(32),
            coach_fp=self.coach.fp,
            work_ends_at=midnight + WORK_DAYS * DAY_SECONDS,
            hold_days=HOLD_DAYS,
            longest_keep_days=0,
            agreement_hash=agreement_hash(self.random(32), "Simulated."),
            author_may_recall=True,
            refused_domains=("northwind.example",),
        )
        self.policy_tag = self.policy.tag
        self.sides = {Role.COACH: self.coach, Role.CLIENT: self.client}
        self._boxes = {
            role: mailbox_id(self.engagement_id, role, person.fp) for role, person in self.sides.items()
        }

    def mailbox(self, role: Role) -> bytes:
        """The id of a side's mailbox."""
        return self._boxes[role]

    @property
    def first(self) -> ActCore:
        """The act that puts the policy in force."""
        return ActCore(
            ActKind.POLICY,
            self.engagement_id,
            self.policy.hash,
            1,
            bytes(32),
            self.now,
            subject=self.policy.hash,
        )

    def offer(self) -> Offer:
        """What the coach posts to invite."""
        box = seal_box(self.random(32), "invite", b"", b"an invitation", self.random(NONCE_BYTES))
        signed = sign_act(self.first, self.coach.identity).encode()
        public = self.invitation.redemption.public
        until = self.now + DAY_SECONDS
        return Offer(self.invitation.invite_id, public, box, until, self.policy.encode(), signed)

    def client_finish(self, offer: Offer) -> Finish:
        """What the client posts to accept."""
        act = sign_act(self.first, self.client.identity, sign_act(self.first, self.coach.identity)).encode()
        statement = self.client.statement(self.keeper_id, self.now)
        accepted = Acceptance(self.random(32), statement, act, {"name": "Simulated"})
        acceptance = seal_acceptance(
            self.invitation, accepted, offer.box, self.client.identity, self.random(NONCE_BYTES)
        )
        signed = self.client.finish(self.keeper_id, self.now, self.random, acceptance, act)
        return signed(self.invitation)

    def message(self, expires_at: int, day_key: SealKey | None) -> dict[Role, bytes]:
        """One message, in an envelope for each mailbox. Without a day's key no keeper can open it."""
        return {role: self._envelope(role, expires_at, day_key) for role in self.sides}

    def recall(self, previous: ActCore, signer: Role, envelope_ids: tuple[bytes, ...], now: int) -> Act:
        """The act after `previous` by which these are due at once."""
        core = ActCore(
            ActKind.SHORTEN,
            self.engagement_id,
            self.policy.hash,
            previous.number + 1,
            previous.hash,
            now,
            date=now,
            envelope_ids=envelope_ids,
        )
        return sign_act(core, self.sides[signer].identity)

    def revoke(self, role: Role, raw: bytes, now: int) -> bytes:
        """The request by which the other side of a mailbox has a lock in it refused."""
        envelope = parse_envelope(raw)
        (lock,) = envelope.keeper_locks
        access = self._other(role).access
        revoke = Revoke(self.keeper_id, access.public, now, self.random(16), envelope.header_hash, lock)
        return sign_revoke(revoke, access)

    def ask(self, role: Role, raw: bytes, now: int) -> tuple[bytes, Callable[[bytes, bytes], Status]]:
        """A reader's question to the keeper, and how its answer is read, by the keeper's public key."""
        envelope = parse_envelope(raw)
        access, reply = self.sides[role].access, _reading("whoever asks")
        items = (Ask(envelope.header_hash, envelope.keeper_locks[0]),)
        request = OpenRequest(
            self.keeper_id, access.public, now, self.random(16), reply.seal_key().raw, items
        )
        asked = sign_open_request(request, access)

        def read(answer: bytes, keeper_public: bytes) -> Status:
            return open_answer(answer, request, asked, keeper_public, reply).grants[0].status

        return asked, read

    def _other(self, role: Role) -> Person:
        return self.client if role is Role.COACH else self.coach

    def _envelope(self, role: Role, expires_at: int, day_key: SealKey | None) -> bytes:
        body = self.random(body_length(INNER_BYTES))
        header = Header(
            EnvelopeClass.MESSAGE,
            2,
            self.mailbox(role),
            self.random(16),
            self.policy_tag,
            expires_at,
            len(body),
        ).encode()
        readers_lock = self._noise(LockType.READER, SHARE_BYTES, 1, READER_LOCK_BYTES)
        return header + readers_lock + self._keepers_lock(role, expires_at, day_key, header) + body

    def _keepers_lock(self, role: Role, expires_at: int, day_key: SealKey | None, header: bytes) -> bytes:
        if day_key is None:
            return self._noise(LockType.KEEPER, KEEPER_PAYLOAD_BYTES, day_of(expires_at), KEEPER_LOCK_BYTES)
        who = _access_hash(self.sides[role].label), _access_hash(self._other(role).label)
        payload = KeeperPayload(self.random(SHARE_BYTES), *who, 0, expires_at)
        return seal_keeper_lock(payload, day_key, H(header))

    def _noise(self, lock: LockType, payload_bytes: int, period: int, record_bytes: int) -> bytes:
        head = bytes([lock, 0]) + u16(payload_bytes) + self.random(KEY_ID_BYTES) + u32(period)
        return head + self.random(record_bytes - len(head))
