"""A house for flows: a real store, real flows, a clock that is held, and mail that is kept instead of
sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from keys.day_gone import DayGone, sign_day_gone
from keys.day_keys import DayKey, sign_day_key
from keys.invitation import InvitationKeys, invitation_keys, sign_redemption
from keys.keeper_wire import parse_revoke, sign_revoked
from keys.names import DAY_SECONDS
from keys.suite import SignKey
from relay.core.errors import AddressRefused, Busy, KeeperAway
from relay.core.model import Invitation, Method, VaultItem
from relay.core.pepper import Pepper
from relay.core.ports import Store
from relay.flow.access import Answer, Opened
from relay.flow.company import Company
from relay.flow.enrol import Finish
from relay.flow.flows import Flows, Ports, Settings, Signs, build
from relay.flow.policy import Offer
from relay.notify.wake import WakeHub
from tests.flow.cast import KEEPER, KEEPER_ID, MAIL_DOMAIN, NOW, ORIGIN, Dice, Person, Way, Work, day_key

SETTINGS = Settings(
    origin=ORIGIN,
    mail_domain=MAIL_DOMAIN,
    notice_address=f"notice@{MAIL_DOMAIN}",
    refused_domains=("operator-refused.example",),
    mailbox_quota_bytes=2_000_000,
    account_blob_bytes=20_000_000,
    most_blob_bytes=16_000_000,
    unbound_keep_seconds=30 * DAY_SECONDS,
    invitation_keep_seconds=14 * DAY_SECONDS,
    unlinked_keep_seconds=DAY_SECONDS,
    session_seconds=12 * 3600,
    free_login_failures=5,
    sweep_batch_rows=20,
    door_mails_per_hour=12,
    backup_tail_seconds=14 * 86_400,
    ring_tail_seconds=0,
)


RELAY_KEY = SignKey.from_seed(b"r" * 32)
LOG_KEY = SignKey.from_seed(b"l" * 32)
NOTICE_KEY = SignKey.from_seed(b"n" * 32)
SIGNS = Signs(RELAY_KEY, LOG_KEY, NOTICE_KEY)


class Keeper:
    """A keeper that signs its days and takes what it is asked; `away` makes it fail on demand."""

    keeper_id = KEEPER_ID

    def __init__(self) -> None:
        self.away = False
        self.asked = 0
        self.destroyed: list[int] = []

    async def days(self, first: int, count: int) -> list[bytes]:
        """Signed day keys, all with one public key."""
        self._answer()
        days = range(first, first + count)
        return [sign_day_key(DayKey(KEEPER_ID, day, day_key().raw), KEEPER) for day in days]

    async def days_gone(self, first: int) -> list[bytes]:
        """Signed words on the days in `destroyed`."""
        self._answer()
        return [
            sign_day_gone(DayGone(KEEPER_ID, day, bytes(32), NOW), KEEPER)
            for day in self.destroyed
            if day >= first
        ]

    async def open(self, request: bytes) -> bytes:
        """Something sealed, of which a relay sees nothing."""
        self._answer()
        return b"sealed answer to " + request[-8:]

    async def revoke(self, request: bytes) -> bytes:
        """The signed answer."""
        self._answer()
        parse_revoke(request, KEEPER_ID)
        return sign_revoked(request, KEEPER)

    async def tick(self) -> dict[str, int]:
        """Nothing to do."""
        self._answer()
        return {}

    async def status(self) -> dict[str, int | str]:
        """It is here."""
        self._answer()
        return {"clock": "ok"}

    def _answer(self) -> None:
        self.asked += 1
        if self.away:
            raise KeeperAway


class KeptMail:
    """Outgoing mail, kept; `full` makes it fail on demand."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.returned_to: list[str] = []
        self.refusing: set[str] = set()
        self.full = False

    async def send(self, recipient: str, subject: str, text: str, *, reverse_path: str = "") -> None:
        """Keep one mail."""
        if self.full:
            raise Busy
        if recipient in self.refusing:
            raise AddressRefused
        self.sent.append((recipient, subject, text))
        self.returned_to.append(reverse_path)

    def code(self) -> str:
        """The code in the newest mail."""
        return next(word.rstrip(".") for word in self.sent[-1][2].split() if word.rstrip(".").isdigit())


def alone() -> Company:
    """A relay without others."""
    return Company(None, Pepper(b"p" * 32), Dice("alone"))


@dataclass
class House:
    """Flows over a store, with the people who use them."""

    store: Store
    settings: Settings = SETTINGS
    now: int = NOW
    seed: str = "house"
    keeper: Keeper = field(default_factory=Keeper)
    mail: KeptMail = field(default_factory=KeptMail)
    wake: WakeHub = field(default_factory=WakeHub)
    flows: Flows = field(init=False)
    ports: Ports = field(init=False)
    coach: Person = field(default_factory=lambda: Person("anna"))
    client: Person = field(default_factory=lambda: Person("maya"))
    stranger: Person = field(default_factory=lambda: Person("otto"))
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        pepper = Pepper(b"p" * 32)
        self.ports = Ports(self.store, (self.keeper,), self.wake, self.mail, pepper, Dice(self.seed), SIGNS)
        self.flows = build(self.ports, self.settings)
        self.work = Work(self.coach, self.client, now=self.now)

    def refuse(self, domain: str) -> None:
        """The operator refuses one more domain, and starts anew."""
        refused = (*self.settings.refused_domains, domain)
        self.settings = replace(self.settings, refused_domains=refused)
        self.flows = build(self.ports, self.settings)

    async def settle(self) -> None:
        """Enrol the coach, the client by invitation, and a stranger, who is another coach."""
        await self.enrol_coach(self.coach)
        await self.enrol_coach(self.stranger)
        await self.invite()
        await self.enrol_client()

    async def enrol_coach(self, coach: Person) -> None:
        """A coach by the operator's invitation."""
        invitation = operators(coach)
        await self.store.put_invitation(self.operators_invitation(coach), now=self.now)
        raw = b"a coach's finish: " + coach.name.encode()
        finish = self.finish(coach, raw, sign_redemption(invitation, raw))
        await self.flows.enrol.finish(invitation.invite_id, finish, self.now)

    def operators_invitation(self, coach: Person) -> Invitation:
        """The operator's invitation of a coach, as stored."""
        keys = operators(coach)
        ends_at = self.now + 14 * DAY_SECONDS
        return Invitation(
            keys.invite_id, 2, bytes(16), keys.redemption.public, coach.box(), b"", b"", ends_at
        )

    async def invite(self, work: Work | None = None) -> None:
        """A draft and the invitation to it."""
        work = work or self.work
        await self.flows.agreements.create(work.coach.account_id, work.engagement_id, self.now)
        await self.flows.agreements.invite(
            work.coach.account_id, work.engagement_id, self.offer(work), self.now
        )

    def offer(self, work: Work) -> Offer:
        """What the coach posts."""
        return Offer(
            work.invitation.invite_id,
            work.invitation.redemption.public,
            work.invitation_box,
            self.now + 10 * DAY_SECONDS,
            work.policy.encode(),
            work.offered(),
        )

    def client_finish(self, work: Work | None = None, raw: bytes = b"a client's finish") -> Finish:
        """What the client sends."""
        work = work or self.work
        return self.finish(
            work.client, raw, work.sign_redemption(raw), work.acceptance(), work.agreed().encode()
        )

    async def enrol_client(self, work: Work | None = None) -> bytes:
        """A client by the coach's invitation."""
        work = work or self.work
        return await self.flows.enrol.finish(work.invitation.invite_id, self.client_finish(work), self.now)

    def finish(
        self, person: Person, raw: bytes, signature: bytes, acceptance: bytes = b"", act: bytes = b""
    ) -> Finish:
        """A finish of anybody."""
        return Finish(
            raw=raw,
            signature=signature,
            account_id=person.account_id,
            name=person.name,
            methods=tuple(method(way) for way in person.ways),
            statement=person.statement(),
            vault=self.items(person),
            acceptance=acceptance,
            act=act,
        )

    def items(self, person: Person, version: int = 1) -> tuple[VaultItem, ...]:
        """Two vault items, one of them the manifest."""
        until = self.now + 900 * DAY_SECONDS
        return tuple(VaultItem(name, version, until, person.box()) for name in ("identity", "manifest"))

    async def open(self, person: Person, way: Way | None = None, network: bytes = b"") -> Opened:
        """Sign in."""
        way = way or person.ways[0]
        started = await self.flows.access.start(person.name, self.now)
        nonce = person.dice(32)
        signature = person.answer(way, started.account_id, started.challenge, nonce)
        answer = Answer(started.account_id, way.method_id, started.challenge, nonce, signature)
        return await self.flows.access.open(answer, network, self.now)


def operators(coach: Person) -> InvitationKeys:
    """The keys of the operator's invitation of a coach."""
    return invitation_keys(hashlib.sha256(b"operator" + coach.label.encode()).digest())


def method(way: Way) -> Method:
    """A way in as the relay gets it."""
    return Method(way.method_id, way.kind, way.kdf, way.salt, way.keys.login.public, way.wrap)
