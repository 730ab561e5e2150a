"""Door: who may write to whom by mail.

Owns what is decided about a mail: which inbox it is for, whether its author may write there, the staging blob
and its place in the door's sequence, the duplicate memory, the keepers' keys of the day. It never sees a byte
of a mail, and asks nothing of the one who seals that a mail must not tell (relay/flow/visit.py).
"""

from __future__ import annotations

import asyncio
import hmac
import itertools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.day_keys import open_day_key
from keys.encoding import counted, label
from keys.envelope import EnvelopeClass
from keys.errors import KeysError
from keys.names import ZERO_HASH, Role, day_of, keeper_set
from keys.statement import Statement, parse_statement
from keys.suite import SealKey
from keys.terms import InForce
from relay.core.addresses import Address, within
from relay.core.admission import DOOR, read
from relay.core.errors import (
    Busy,
    EngagementClosed,
    InboxFull,
    KeeperAway,
    Malformed,
    NotFound,
    RelayError,
    WorkAddressRefused,
)
from relay.core.model import Blob, DoorMemory, Member, State
from relay.core.policy import standing_of
from relay.flow.flows import Flows, Ports, Settings
from relay.flow.senders import Hourly
from relay.flow.visit import Arrival, Inbox, Ready, Sealed, Turn

MEMORY_SECONDS: Final = 3600
MOST_WRITERS: Final = 10_000

_OPPOSITE: Final = {Role.COACH: Role.CLIENT, Role.CLIENT: Role.COACH}


class NoSuchInbox(NotFound):
    """No mailbox has this address, or it is not one that the door writes to."""

    code, public = "no-such-inbox", "No such inbox here."


class NullSender(RelayError):
    """A bounce: nothing here sent what it bounces."""

    code, public = "null-sender", "This inbox expects no bounces."


class SenderUnknown(RelayError):
    """The author's address is not one that the inbox's owner has confirmed."""

    code, public = (
        "sender-unknown",
        "Only addresses that the owner of this inbox has registered may write here.",
    )


@dataclass(frozen=True, slots=True)
class _Addressed:
    """The addressed mailbox with all that decisions about a mail to it need."""

    owner: Member
    terms: InForce
    inbox: Inbox


@dataclass(slots=True)
class _Writer:
    """The door's sequence towards one mailbox: a random number drawn by this process, count, last content
    id."""

    number: int
    count: int = 0
    previous_id: bytes = ZERO_HASH
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Door:
    """Who may write to whom by mail. `now` is the relay's clock; `keepers` are id and verification key of
    those that readers may require.
    """

    def __init__(
        self,
        ports: Ports,
        flows: Flows,
        settings: Settings,
        keepers: Sequence[tuple[bytes, bytes]],
        now: Callable[[], int],
    ) -> None:
        """`now` gives the instant by which to refuse, Unix seconds UTC."""
        self.store, self.random, self._pepper = ports.store, ports.random, ports.pepper
        self.accept, self._days = flows.accept, flows.keepers
        self.settings, self._keepers, self.now = settings, keepers, now
        self._writers: OrderedDict[bytes, _Writer] = OrderedDict()
        self._memory_keys: dict[int, bytes] = {}
        self._hourly = Hourly(settings.door_mails_per_hour)

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """Whether mail with this reverse path may come to this inbox at all. Raises a RelayError."""
        addressed = await self.addressed(recipient)
        if reverse_path is None:
            raise NullSender
        if within(reverse_path.domain, addressed.inbox.refused):
            raise WorkAddressRefused

    async def open(self, arrival: Arrival) -> DoorVisit:
        """The visit of one mail. Raises a RelayError where nothing of it need be heard."""
        addressed = await self.addressed(arrival.recipient)
        mailbox_id, refused = addressed.inbox.mailbox_id, addressed.inbox.refused
        if within(arrival.greeting.rstrip(".").lower(), refused):
            raise WorkAddressRefused
        self._hourly.take(mailbox_id, self.now())
        held_bytes = await self.store.linked_bytes(mailbox_id, DOOR)
        if held_bytes >= self.settings.mailbox_quota_bytes:
            raise InboxFull
        return DoorVisit(self, arrival, addressed, self.random(32))

    async def check_author(self, owner: Member, author: Address) -> None:
        """Raises SenderUnknown unless the author is a confirmed address of this member."""
        tag = self._pepper.address_tag(str(author))
        known = await self.store.senders_of(owner.account_id, now=self.now())
        if not any(
            sender.state == "confirmed" and hmac.compare_digest(sender.address_tag, tag) for sender in known
        ):
            raise SenderUnknown

    async def day_keys(self, reader: Statement, expires_at: int, now: int) -> list[SealKey]:
        """The verified key, for the day of expiry, of each keeper that the reader requires. Raises Busy:
        never seal without one.
        """
        keys = []
        for keeper_id, verification_key in self._required(reader.card.keeper_set):
            try:
                (raw,) = await self._days.days(keeper_id, day_of(expires_at), 1, now)
                keys.append(SealKey.from_bytes(open_day_key(raw, keeper_id, verification_key).public))
            except (KeysError, KeeperAway) as trouble:
                raise Busy("day key") from trouble
        return keys

    def _required(self, wanted: bytes) -> Sequence[tuple[bytes, bytes]]:
        """Those of the known keepers that make up a card's keeper set. Raises Busy where none do."""
        known = sorted(self._keepers)
        for count in range(1, len(known) + 1):
            for keepers in itertools.combinations(known, count):
                if keeper_set(keeper_id for keeper_id, _ in keepers) == wanted:
                    return keepers
        raise Busy("keeper set")

    def writer(self, mailbox_id: bytes) -> _Writer:
        """The door's sequence towards this mailbox; a forgotten one begins anew under a new number."""
        writer = self._writers.pop(mailbox_id, None) or _Writer(int.from_bytes(self.random(2), "big"))
        self._writers[mailbox_id] = writer
        if len(self._writers) > MOST_WRITERS:
            self._writers.popitem(last=False)
        return writer

    def memory(self, arrival: Arrival, origin: str, mail_hash: bytes, now: int) -> DoorMemory:
        """The duplicate memory of one SMTP transaction, under this hour's key and the last one's (ruling 19).

        `origin` is the peer, or the author where it is proven: a provider tries again from another of its
        machines. The keys live in this process's memory alone: without them a row tells nothing.
        """
        hour = now // MEMORY_SECONDS
        self._memory_keys = {h: key for h, key in self._memory_keys.items() if h >= hour - 1}
        for needed in (hour - 1, hour):
            self._memory_keys.setdefault(needed, self.random(32))
        names = (origin, str(arrival.reverse_path), str(arrival.recipient))
        what = label("door-memory") + b"".join(counted(name.encode(), 2) for name in names) + mail_hash
        tags = tuple(hmac.digest(self._memory_keys[h], what, "sha256") for h in (hour, hour - 1))
        return DoorMemory(tags, now + MEMORY_SECONDS)

    async def addressed(self, recipient: Address) -> _Addressed:
        """The addressed mailbox as it stands now. Raises NoSuchInbox, EngagementClosed."""
        now = self.now()
        mailbox = (
            await self.store.mailbox_by_address(recipient.local, now=now)
            if recipient.domain == self.settings.mail_domain
            else None
        )
        if mailbox is None or mailbox.role not in _OPPOSITE:
            raise NoSuchInbox
        engagement = await self.store.engagement(mailbox.engagement_id, now=now)
        if engagement is None:
            raise NoSuchInbox
        standing = standing_of(engagement)
        if standing.terms is None or standing.state_at(now) is not State.ACTIVE:
            raise EngagementClosed
        sides = {member.role: member for member in engagement.members}
        owner, other = sides[mailbox.role], sides[_OPPOSITE[mailbox.role]]
        reader, revoker = parse_statement(owner.statement), parse_statement(other.statement)
        policy = standing.terms.policy
        if not policy.author_may_recall:
            revoker = reader
        refused = (*self.settings.refused_domains, *policy.refused_domains)
        access = revoker.card.access_public
        inbox = Inbox(mailbox.mailbox_id, reader, access, policy.hash, refused, now)
        return _Addressed(owner, standing.terms, inbox)


class DoorVisit:
    """One mail's way past the decisions: `relay.flow.visit.Visit` says what each call means."""

    def __init__(self, door: Door, arrival: Arrival, addressed: _Addressed, blob_id: bytes) -> None:
        self._door, self._arrival, self._addressed = door, arrival, addressed
        self.blob_id, self.inbox = blob_id, addressed.inbox
        self.received_at = addressed.inbox.seen_at
        self.expires_at = addressed.terms.default_expires_at(self.received_at)
        self._author: Address | None = None
        self._begun = False
        self._writer: _Writer | None = None

    async def stage(self, at_bytes: int, sealed: bytes) -> None:
        """As `Visit.stage`; unlinked the blob goes after a day."""
        door = self._door
        if not self._begun:
            self._begun = True
            ends_at = min(self.expires_at, self.received_at + door.settings.unlinked_keep_seconds)
            blob = Blob(self.blob_id, DOOR, "uploading", 0, self.expires_at, ends_at)
            await door.store.create_blob(blob, now=self.received_at)
        await door.store.append_blob(
            self.blob_id, DOOR, at_bytes, sealed, now=door.now(), account_quota_bytes=None
        )

    async def look_again(self) -> Inbox:
        """As `Visit.look_again`. Minutes may have passed since DATA, and seconds in the DNS: seal by the
        cards of now, under the agreement by which the mail was dated. Under a newer one it is to come again.
        """
        found, before = await self._door.addressed(self._arrival.recipient), self._addressed
        same = (found.inbox.mailbox_id, found.terms.policy) == (
            before.inbox.mailbox_id,
            before.terms.policy,
        )
        if not same or self.expires_at > found.terms.ends_at:
            raise Busy("the agreement changed")
        self._addressed = found
        return found.inbox

    async def author(self, author: Address) -> None:
        """As `Visit.author`."""
        await self._door.check_author(self._addressed.owner, author)
        self._author = author

    async def finish(self, stored_bytes: int, stored_sha256: bytes) -> Ready:
        """As `Visit.finish`. Raises Busy where a keeper's key is not to be had."""
        door = self._door
        await door.store.finish_blob(self.blob_id, DOOR, stored_bytes, stored_sha256, now=door.now())
        inbox = await self.look_again()
        day_keys = await door.day_keys(inbox.reader, self.expires_at, inbox.seen_at)
        writer = door.writer(inbox.mailbox_id)
        await writer.turn.acquire()
        self._writer = writer
        return Ready(inbox, day_keys, Turn(writer.number, writer.count + 1, writer.previous_id))

    async def deposit(self, sealed: Sealed) -> None:
        """As `Visit.deposit`. The sequence moves on only after the commit."""
        writer, author = self._writer, self._author
        if writer is None or author is None:
            raise Malformed("a deposit before its turn")
        envelope = read(sealed.envelope, (self.blob_id,))
        mine = (self.inbox.mailbox_id, EnvelopeClass.DOOR, self.expires_at)
        if (envelope.mailbox_id, envelope.envelope_class, envelope.expires_at) != mine:
            raise Malformed("an envelope of another mail")
        now = self._door.now()
        origin = str(author) if sealed.proven else self._arrival.peer
        memory = self._door.memory(self._arrival, origin, sealed.mail_hash, now)
        outcome = await self._door.accept.from_door(envelope, memory, now)
        if outcome.status == "stored":
            writer.count, writer.previous_id = writer.count + 1, sealed.content_id
            self._leave_turn()
        else:
            await self.abort()

    async def abort(self) -> None:
        """As `Visit.abort`."""
        self._leave_turn()
        if self._begun:
            await self._door.store.abort_blob(self.blob_id, now=self._door.now())

    def _leave_turn(self) -> None:
        if self._writer is not None:
            self._writer.turn.release()
            self._writer = None
