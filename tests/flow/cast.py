"""A coach, a client and a stranger with real keys, statements, policies and sealed envelopes.

Owns made-up people and what their software would send; asks nothing of a relay. Randomness is drawn from
a counter, so that a red run can be repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from keys.acts import Act, ActCore, ActKind, sign_act
from keys.box import seal_box
from keys.content import Content, ContentKind, Recipient
from keys.envelope import EnvelopeClass
from keys.invitation import Acceptance, InvitationKeys, invitation_keys, seal_acceptance, sign_redemption
from keys.names import (
    DAY_SECONDS,
    Role,
    envelope_id,
    fingerprint,
    keeper_id,
    keeper_set,
    mailbox_id,
    origin_hash,
)
from keys.policy import Policy, agreement_hash
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.statement import Card, ReadingKey, sign_statement, statement_hash
from keys.suite import H, OpenKey, SealKey, SignKey
from keys.unlock import Login, MethodKeys, account_keys, device_keys

ORIGIN = "https://inbox.harrow.example"
MAIL_DOMAIN = "in.harrow.example"
NOW = 1_800_000_000 - 1_800_000_000 % DAY_SECONDS + 36_000
KEEPER = SignKey.from_seed(b"k" * 32)
KEEPER_ID = keeper_id(KEEPER.public)


class Dice:
    """Bytes from a counter: the same in each run, never the same twice."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def __call__(self, size_bytes: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(self._seed + b"%d" % self._count).digest(size_bytes)


@dataclass(frozen=True)
class Way:
    """A way in, with what it opens with."""

    method_id: bytes
    kind: str
    kdf: int
    salt: bytes
    keys: MethodKeys
    wrap: bytes


@dataclass
class Person:
    """Somebody with all their keys."""

    label: str
    account_id: bytes = field(init=False)
    identity: SignKey = field(init=False)
    access: SignKey = field(init=False)
    reading: OpenKey = field(init=False)
    ways: list[Way] = field(init=False)
    dice: Dice = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Dice(self.label)
        self.account_id = self.dice(16)
        self.identity = SignKey.from_seed(self.dice(32))
        self.access = account_keys(self.dice(32)).access
        self.reading = OpenKey.from_seed(self.dice(32))
        self.ways = [self.way("password"), self.way("sheet")]

    @property
    def name(self) -> str:
        """The login name."""
        return f"{self.label}-river-41"

    @property
    def fp(self) -> bytes:
        """The fingerprint of the identity key."""
        return fingerprint(self.identity.public)

    def way(self, kind: str) -> Way:
        """A fresh way in; a password's stretching is left out, for its result is as random as a device's."""
        kdf = 1 if kind in ("password", "sheet") else 0
        salt = self.dice(16) if kdf else bytes(16)
        return Way(self.dice(16), kind, kdf, salt, device_keys(self.dice(32)), self.dice(104))

    def statement(self, number: int = 1, previous: bytes | None = None, now: int = NOW) -> bytes:
        """A signed card with one reading key."""
        reading = ReadingKey(number, now - 60, now + 31 * DAY_SECONDS, self.reading.public)
        card = Card(
            account_id=self.account_id,
            number=number,
            previous_hash=statement_hash(previous) if previous else bytes(32),
            issued_at=now,
            identity_public=self.identity.public,
            access_public=self.access.public,
            origin_hash=origin_hash(ORIGIN),
            keeper_set=keeper_set([KEEPER_ID]),
            reading_keys=(reading,),
        )
        return sign_statement(card, self.identity)

    def box(self, plain: bytes = b"sealed") -> bytes:
        """Some opaque box."""
        return seal_box(self.dice(32), "vault", b"", plain, self.dice(24))

    def answer(self, way: Way, account_id: bytes, challenge: bytes, nonce: bytes) -> bytes:
        """The signature that opens a session by this way in."""
        return Login(origin_hash(ORIGIN), account_id, way.method_id, challenge, nonce).sign(way.keys.login)

    def mailbox(self, engagement_id: bytes, role: Role) -> bytes:
        """The id of this person's mailbox in an engagement."""
        return mailbox_id(engagement_id, role, self.fp)


@dataclass
class Work:
    """An engagement of a coach and a client: policy, acts, invitation, and envelopes sealed under it."""

    coach: Person
    client: Person
    now: int = NOW
    work_days: int = 90
    hold_days: int = 90
    longest_keep_days: int = 0
    refused_domains: tuple[str, ...] = ("northwind.example",)
    author_may_recall: bool = True
    read_marks: bool = False
    sponsor_name: str = "Northwind Ltd"
    dice: Dice = field(init=False)
    engagement_id: bytes = field(init=False)
    secret: bytes = field(init=False)
    policy: Policy = field(init=False)
    invitation_box: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Dice(f"{self.coach.label}+{self.client.label}")
        self.engagement_id = self.dice(16)
        self.secret = self.dice(32)
        midnight = self.now - self.now % DAY_SECONDS
        self.policy = Policy(
            engagement_id=self.engagement_id,
            number=1,
            previous_hash=bytes(32),
            coach_fp=self.coach.fp,
            work_ends_at=midnight + self.work_days * DAY_SECONDS,
            hold_days=self.hold_days,
            longest_keep_days=self.longest_keep_days,
            agreement_hash=agreement_hash(self.dice(32), "We talk on Tuesdays."),
            author_may_recall=self.author_may_recall,
            read_marks=self.read_marks,
            refused_domains=self.refused_domains,
            sponsor_name=self.sponsor_name,
            sponsor_scope="One page." if self.sponsor_name else "",
        )
        self.invitation_box = self.coach.box(b"an invitation")

    @property
    def invitation(self) -> InvitationKeys:
        """What the invitation's secret gives."""
        return invitation_keys(self.secret)

    @property
    def first_core(self) -> ActCore:
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

    def offered(self) -> bytes:
        """The first act, signed by the coach."""
        return sign_act(self.first_core, self.coach.identity).encode()

    def agreed(self) -> Act:
        """The first act, signed by both."""
        return sign_act(self.first_core, self.client.identity, sign_act(self.first_core, self.coach.identity))

    def acceptance(self) -> bytes:
        """The client's sealed answer."""
        accepted = Acceptance(
            self.dice(32), self.client.statement(), self.agreed().encode(), {"name": "Maya"}
        )
        return seal_acceptance(
            self.invitation, accepted, self.invitation_box, self.client.identity, self.dice(24)
        )

    def sign_redemption(self, body: bytes) -> bytes:
        """The signature that enrols."""
        return sign_redemption(self.invitation, body)

    def act(
        self,
        kind: ActKind,
        previous: ActCore,
        *signers: Person,
        date: int = 0,
        second_date: int = 0,
        subject: bytes = bytes(32),
        envelope_ids: Sequence[bytes] = (),
        issued_at: int | None = None,
        policy: Policy | None = None,
    ) -> Act:
        """The act after `previous`, signed."""
        core = ActCore(
            kind,
            self.engagement_id,
            (policy or self.policy).hash,
            previous.number + 1,
            previous.hash,
            self.now if issued_at is None else issued_at,
            date=date,
            second_date=second_date,
            subject=subject,
            envelope_ids=tuple(envelope_ids),
        )
        signed: Act | None = None
        for signer in signers:
            signed = sign_act(core, signer.identity, signed)
        assert signed is not None
        return signed

    def close(self, previous: ActCore, *signers: Person, date: int, second_date: int = 0) -> Act:
        """The act that ends the work at `date`, and the hold with the policy's or at `second_date`."""
        second_date = second_date or self.policy.hold_ends_at
        return self.act(ActKind.CLOSE, previous, *signers, date=date, second_date=second_date)

    def mailbox(self, role: Role) -> bytes:
        """The mailbox of a role."""
        return (self.client if role is Role.CLIENT else self.coach).mailbox(self.engagement_id, role)

    def anew(self, raw: bytes, role: Role, date: int, *, policy: Policy | None = None) -> bytes:
        """What the owner of a mailbox deposits once both have agreed to keep `raw` until `date`: class 5,
        under an id that both can compute. That its body is the original's only a reader could tell.
        """
        reader = self.client if role is Role.CLIENT else self.coach
        again = envelope_id(EnvelopeClass.RESEALED, H(raw), reader.fp, date)
        fresh = bytearray(self.envelope(reader, role, expires_at=date, policy=policy))
        fresh[6], fresh[24:40] = EnvelopeClass.RESEALED, again
        return bytes(fresh)

    def envelope(
        self,
        sender: Person,
        role: Role,
        *,
        expires_at: int | None = None,
        text: str = "See you on Tuesday.",
        envelope_class: EnvelopeClass = EnvelopeClass.MESSAGE,
        policy: Policy | None = None,
        tag: bytes | None = None,
        mailbox: bytes | None = None,
        fresh: bool = True,
    ) -> bytes:
        """An envelope for the mailbox of a role, by default until the end of the hold; `fresh` False
        gives the content of the time before, sealed anew.
        """
        policy = policy or self.policy
        expires_at = policy.hold_ends_at if expires_at is None else expires_at
        reader = self.client if role is Role.CLIENT else self.coach
        nonce = self.dice(16) if fresh else b"n" * 16
        kind = {
            EnvelopeClass.OWN: ContentKind.OWN,
            EnvelopeClass.NOTICE: ContentKind.NOTICE,
        }.get(envelope_class, ContentKind.MESSAGE)
        content = Content(
            kind=kind,
            nonce=nonce,
            thread_id=nonce,
            writer=1,
            count=1,
            previous_id=bytes(32),
            created_at=self.now,
            expires_at=expires_at,
            policy_hash=policy.hash,
            sender_fp=sender.fp,
            checkpoint_hash=bytes(32),
            vault_counter=1,
            sender_statement_hash=bytes(32),
            recipients=(Recipient(reader.fp, bytes(32)),),
            shown={"subject": "Tuesday", "text": text} if kind is not ContentKind.OWN else {},
        )
        to = Addressing(
            envelope_class,
            mailbox or self.mailbox(role),
            policy.tag if tag is None else tag,
            expires_at,
            reader.fp,
            ReaderTarget(seal_key(reader.reading.public), 1),
            reader.access.public,
            sender.access.public,
        )
        part = sign_content(content.encode(), EnvelopeClass.MESSAGE, sender.identity)
        return seal_envelope(to, [part], [day_key()], self.dice)


@cache
def seal_key(public: bytes) -> SealKey:
    """A reading key, loaded once."""
    return SealKey.from_bytes(public)


@cache
def day_key() -> SealKey:
    """A keeper's key of any day: the relay never opens it."""
    return OpenKey.from_seed(b"d" * 32).seal_key()
