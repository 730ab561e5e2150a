"""Door: mail from a person's own address comes in, is sealed in memory, and is stored as an envelope of
class 2.

Owns who is let in, the staging blob that a mail is sealed into chunk by chunk, and the content that the
door signs. Never keeps, logs or stores a byte of the mail in clear; any trouble with keys, or with the
checks of the sender, is a temporary refusal, never plaintext and never a pass.

Above 300 lines: who may write, the sink and the content are one decision about one mail, and the only place
of the relay that holds it in clear; it is read in one piece.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import itertools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from keys.blob import MAIL_FLAG, Attachment, BlobSealer
from keys.content import MOST_HEAD_BYTES, Content, ContentKind, DoorFacts, Recipient, content_id
from keys.day_keys import open_day_key
from keys.encoding import counted, label
from keys.envelope import EnvelopeClass
from keys.errors import KeysError
from keys.names import ZERO_HASH, Role, day_of, fingerprint, keeper_set
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.statement import Statement, choose_reading_key, parse_statement
from keys.suite import SealKey, SignKey
from keys.terms import InForce
from relay.core import mail_head
from relay.core.addresses import Address, within
from relay.core.admission import DOOR, read
from relay.core.dkim_canon import MailReader
from relay.core.errors import (
    Busy,
    EngagementClosed,
    InboxFull,
    KeeperAway,
    NotFound,
    RelayError,
    WorkAddressRefused,
)
from relay.core.model import Blob, DoorMemory, Mailbox, Member, State
from relay.core.policy import standing_of
from relay.core.sender_checks import Grade
from relay.flow.flows import Flows, Ports, Settings
from relay.flow.sender_proof import Envelope, Proof, SenderChecks
from relay.flow.senders import Hourly

MEMORY_SECONDS = 3600
PIECE_BYTES = 1 << 18  # sealed bytes gathered for one write of the staging blob: 25 MiB cost under 2 MiB
MOST_WRITERS = 10_000

_OPPOSITE = {Role.COACH: Role.CLIENT, Role.CLIENT: Role.COACH}


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
class Arrival:
    """The SMTP facts of one mail. Its repr shows none of them."""

    peer: str
    greeting: str
    tls: bool
    reverse_path: Address | None
    recipient: Address

    def __repr__(self) -> str:
        return "Arrival(…)"


@dataclass(frozen=True, slots=True)
class DoorKeys:
    """What the door signs with, and the verification keys of the keepers that readers may require."""

    door: SignKey
    keepers: Sequence[tuple[bytes, bytes]]  # (keeper id, verification key)


@dataclass(frozen=True, slots=True)
class _Inbox:
    """The addressed mailbox with all that sealing to it needs."""

    mailbox: Mailbox
    owner: Member
    reader: Statement
    revoker: Statement
    terms: InForce
    refused: tuple[str, ...]


@dataclass(slots=True)
class _Writer:
    """The door's sequence towards one mailbox: a random number drawn by this process, count, last content
    id."""

    number: int
    count: int = 0
    previous_id: bytes = ZERO_HASH
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Door:
    """Who may write to whom by mail, and the sinks that take it. `now` is the relay's clock."""

    def __init__(
        self,
        ports: Ports,
        flows: Flows,
        settings: Settings,
        keys: DoorKeys,
        now: Callable[[], int],
        *,
        checks: SenderChecks | None,
    ) -> None:
        """`now` gives the instant by which to refuse, Unix seconds UTC. `checks` of None: who wrote is taken
        from the mail's own word and graded so, which is for a door on this machine alone.
        """
        self.store, self.random, self._pepper = ports.store, ports.random, ports.pepper
        self.accept, self._keepers = flows.accept, flows.keepers
        self.settings, self.keys, self.now, self.checks = settings, keys, now, checks
        self._writers: OrderedDict[bytes, _Writer] = OrderedDict()
        self._memory_keys: dict[int, bytes] = {}
        self._hourly = Hourly(settings.door_mails_per_hour)

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """Whether mail with this reverse path may come to this inbox at all. Raises a RelayError."""
        inbox = await self.inbox(recipient)
        if reverse_path is None:
            raise NullSender
        if within(reverse_path.domain, inbox.refused):
            raise WorkAddressRefused

    async def open(self, arrival: Arrival) -> MailSink:
        """A sink for one mail. Raises a RelayError where nothing of it need be heard."""
        inbox = await self.inbox(arrival.recipient)
        if within(arrival.greeting.rstrip(".").lower(), inbox.refused):
            raise WorkAddressRefused
        self._hourly.take(inbox.mailbox.mailbox_id, self.now())
        held_bytes = await self.store.linked_bytes(inbox.mailbox.mailbox_id, DOOR)
        if held_bytes >= self.settings.mailbox_quota_bytes:
            raise InboxFull
        return MailSink(self, arrival, inbox, self.now())

    async def check_author(self, inbox: _Inbox, fields: mail_head.Fields) -> Address:
        """The author, a confirmed address of the mailbox's owner; nothing of an employer's comes in."""
        mail_head.check(fields, inbox.refused, self.settings.mail_domain)
        author = mail_head.author(fields)
        tag = self._pepper.address_tag(str(author))
        known = await self.store.senders_of(inbox.owner.account_id, now=self.now())
        if not any(
            sender.state == "confirmed" and hmac.compare_digest(sender.address_tag, tag) for sender in known
        ):
            raise SenderUnknown
        return author

    async def prove(self, arrival: Arrival, author: Address, mail: MailReader) -> Proof:
        """Who stands behind the author. Raises SenderUnproven, DnsTrouble."""
        if self.checks is None:
            return Proof(Grade.NOT_CHECKED, "")
        envelope = Envelope(arrival.peer, arrival.greeting, arrival.reverse_path)
        return await self.checks.prove(envelope, author, bytes(mail.head), mail.body_hashes(), self.now())

    async def day_keys(self, reader: Statement, expires_at: int, now: int) -> list[SealKey]:
        """The verified key, for the day of expiry, of each keeper that the reader requires. Raises Busy:
        never seal without one.
        """
        keys = []
        for keeper_id, verification_key in self._required(reader.card.keeper_set):
            try:
                (raw,) = await self._keepers.days(keeper_id, day_of(expires_at), 1, now)
                keys.append(SealKey.from_bytes(open_day_key(raw, keeper_id, verification_key).public))
            except (KeysError, KeeperAway) as trouble:
                raise Busy("day key") from trouble
        return keys

    def _required(self, wanted: bytes) -> Sequence[tuple[bytes, bytes]]:
        """Those of the known keepers that make up a card's keeper set. Raises Busy where none do."""
        known = sorted(self.keys.keepers)
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

    async def inbox(self, recipient: Address) -> _Inbox:
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
        if not standing.terms.policy.author_may_recall:
            revoker = reader
        refused = (*self.settings.refused_domains, *standing.terms.policy.refused_domains)
        return _Inbox(mailbox, owner, reader, revoker, standing.terms, refused)


class MailSink:
    """One mail on its way: sealed as it comes, judged after the last byte, stored in one transaction."""

    def __init__(self, door: Door, arrival: Arrival, inbox: _Inbox, now: int) -> None:
        self._door, self._arrival, self._inbox, self._received_at = door, arrival, inbox, now
        self._expires_at = inbox.terms.default_expires_at(now)
        self._blob_id = door.random(32)
        self._sealer = BlobSealer(self._blob_id, door.random(32), self._expires_at, door.random(24))
        self._sealed = bytearray(self._sealer.start)
        self._begun = False
        self._stored_bytes = 0
        self._hash = hashlib.sha256()
        ways = door.checks.ways if door.checks is not None else lambda _: ()
        self._mail = MailReader(mail_head.MAX_HEAD_BYTES, mail_head.HeadTooLarge, ways)
        self._proof, self._copied_to_work = Proof(Grade.NOT_CHECKED, ""), False
        self._origin = arrival.peer

    async def write(self, piece: bytes) -> None:
        """Seal and stage the next bytes of the mail. Raises HeadTooLarge."""
        self._hash.update(piece)
        self._mail.feed(piece)
        self._sealed += self._sealer.update(piece)
        if len(self._sealed) >= PIECE_BYTES:
            await self._stage()

    async def abort(self) -> None:
        """Let the staging blob go now, if one was begun."""
        if self._begun:
            await self._door.store.abort_blob(self._blob_id, now=self._door.now())

    async def commit(self) -> None:
        """Judge the author, finish the blob, seal the content, store all. Returns after commit; raises a
        RelayError, nothing kept."""
        try:
            await self._look_again()
            await self._judge()
            attachment = await self._finish()
            await self._look_again()
            await self._deposit(attachment)
        except KeysError as trouble:
            await self.abort()
            raise Busy("sealing") from trouble
        except BaseException:
            await self.abort()
            raise

    async def _look_again(self) -> None:
        """Minutes may have passed since DATA, and seconds in the DNS: seal by the cards of now, under the
        agreement by which the mail was dated. Under a newer one it is to come again.
        """
        inbox = await self._door.inbox(self._arrival.recipient)
        before = self._inbox
        same = (inbox.mailbox.mailbox_id, inbox.terms.policy) == (
            before.mailbox.mailbox_id,
            before.terms.policy,
        )
        if not same or self._expires_at > inbox.terms.ends_at:
            raise Busy("the agreement changed")
        self._inbox = inbox

    async def _judge(self) -> None:
        """Whether this mail may come in, and how sure it is who wrote it."""
        fields = mail_head.read_fields(bytes(self._mail.head))
        author = await self._door.check_author(self._inbox, fields)
        self._copied_to_work = mail_head.names_copied(fields, self._inbox.refused)
        self._proof = await self._door.prove(self._arrival, author, self._mail)
        if self._proof.grade is not Grade.NOT_CHECKED:
            self._origin = str(author)

    async def _stage(self) -> None:
        """Put what is sealed into the staging blob, which the first piece begins; unlinked it goes after a
        day.
        """
        if not self._begun:
            self._begun = True
            ends_at = min(self._expires_at, self._received_at + self._door.settings.unlinked_keep_seconds)
            blob = Blob(self._blob_id, DOOR, "uploading", 0, self._expires_at, ends_at)
            await self._door.store.create_blob(blob, now=self._received_at)
        piece, self._sealed = bytes(self._sealed), bytearray()
        self._stored_bytes = await self._door.store.append_blob(
            self._blob_id,
            DOOR,
            self._stored_bytes,
            piece,
            now=self._door.now(),
            account_quota_bytes=None,
        )

    async def _finish(self) -> Attachment:
        for piece in self._sealer.finish():
            self._sealed += piece
            if len(self._sealed) >= PIECE_BYTES:
                await self._stage()
        if self._sealed:
            await self._stage()
        record = self._sealer.record(0, MAIL_FLAG)
        await self._door.store.finish_blob(
            self._blob_id, DOOR, record.stored_bytes, record.stored_sha256, now=self._door.now()
        )
        return record

    async def _deposit(self, attachment: Attachment) -> None:
        """Build, sign and seal the content; the sequence moves on only after the commit."""
        now, inbox = self._door.now(), self._inbox
        day_keys = await self._door.day_keys(self._inbox.reader, self._expires_at, now)
        writer = self._door.writer(inbox.mailbox.mailbox_id)
        async with writer.turn:
            frame = self._content(attachment, writer).encode()
            part = sign_content(frame, EnvelopeClass.DOOR, self._door.keys.door)
            raw = seal_envelope(self._addressing(now), [part], day_keys, self._door.random)
            memory = self._door.memory(self._arrival, self._origin, self._hash.digest(), now)
            following = writer.count + 1, content_id(EnvelopeClass.DOOR, frame)
            outcome = await self._door.accept.from_door(read(raw, (self._blob_id,)), memory, now)
            if outcome.status == "stored":
                writer.count, writer.previous_id = following
        if outcome.status == "repeated":
            await self.abort()

    def _content(self, attachment: Attachment, writer: _Writer) -> Content:
        reader = self._inbox.reader
        return Content(
            kind=ContentKind.MAIL,
            nonce=self._door.random(16),
            thread_id=self._door.random(16),
            writer=writer.number,
            count=writer.count + 1,
            previous_id=writer.previous_id,
            created_at=self._received_at,
            expires_at=self._expires_at,
            policy_hash=self._inbox.terms.policy.hash,
            sender_fp=fingerprint(self._door.keys.door.public),
            checkpoint_hash=ZERO_HASH,
            vault_counter=0,
            sender_statement_hash=ZERO_HASH,
            recipients=(Recipient(reader.fp, reader.hash),),
            attachments=(attachment,),
            fixed=self._facts().encode(),
            shown=self._shown(),
        )

    def _shown(self) -> dict[str, object]:
        """What the reader is shown beside the mail; nothing rests on it but words."""
        files = [{"name": "message.eml", "type": "message/rfc822"}]
        checks = {"checks": self._proof.results} if self._proof.results else {}
        return {"files": files, "copied_to_work": self._copied_to_work, **checks}

    def _facts(self) -> DoorFacts:
        arrival = self._arrival
        return DoorFacts(
            grade=self._proof.grade,
            tls=arrival.tls,
            received_at=self._received_at,
            peer=ipaddress.ip_address(arrival.peer.partition("%")[0]).packed,
            greeting=arrival.greeting,
            reverse_path=str(arrival.reverse_path or ""),
            recipient=str(arrival.recipient),
            head=bytes(self._mail.head[:MOST_HEAD_BYTES]),
        )

    def _addressing(self, now: int) -> Addressing:
        reader, inbox = self._inbox.reader, self._inbox
        key = choose_reading_key(reader.card, now)
        return Addressing(
            envelope_class=EnvelopeClass.DOOR,
            mailbox_id=inbox.mailbox.mailbox_id,
            policy_tag=inbox.terms.policy.tag,
            expires_at=self._expires_at,
            recipient_fp=reader.fp,
            target=ReaderTarget(SealKey.from_bytes(key.public), key.epoch),
            reader_access=reader.card.access_public,
            revoker_access=inbox.revoker.card.access_public,
        )
