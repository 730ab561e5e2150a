"""Mail sink: one mail, from its first byte to its envelope of class 2.

Owns the sealing of a mail as it comes, the reading of its head, the checks of its sender and the content that
the door signs. It holds a mail in clear, alone in the relay, and only in memory: it must never keep, log or
hand on a byte of it unsealed, and must never reach the store. Any trouble with keys, or with the checks of
the sender, is a temporary refusal, never plaintext and never a pass.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Collection
from typing import Final

from keys.blob import MAIL_FLAG, Attachment, BlobSealer
from keys.content import MOST_HEAD_BYTES, Content, ContentKind, DoorFacts, Recipient, content_id
from keys.envelope import EnvelopeClass
from keys.errors import KeysError
from keys.names import TAG_BYTES, ZERO_HASH, fingerprint
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.statement import choose_reading_key
from keys.suite import SealKey, SignKey
from relay.core import mail_head
from relay.core.addresses import Address
from relay.core.dkim_canon import MailReader
from relay.core.errors import Busy, RelayError
from relay.core.rules import CHALLENGE_READ_BYTES, Bearer, Claim, find_token
from relay.core.sender_checks import Grade
from relay.flow.bounce_sink import BounceSink
from relay.flow.sender_proof import Carried, Envelope, Proof, SenderChecks
from relay.flow.visit import Arrival, Inbox, Ready, Reception, Ruled, Sealed, Visit

PIECE_BYTES: Final = 1 << 18  # sealed bytes gathered for one staging, and most that come with the envelope


class MailDoor:
    """Makes sinks. `reception` decides."""

    def __init__(
        self,
        reception: Reception,
        door_key: SignKey,
        random: Callable[[int], bytes],
        *,
        own_names: Collection[str],
        notice_address: str,
        checks: SenderChecks | None,
    ) -> None:
        """`own_names` are our hosts' names, `notice_address` is whom our own mail is from. `checks` of None:
        who wrote is taken from the mail's own word and graded so, which is for a door on this machine alone.
        """
        self._reception, self.door_key, self.random = reception, door_key, random
        self.own_names, self.notice_address, self.checks = frozenset(own_names), notice_address, checks

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """Whether mail with this reverse path may come to this inbox at all. Raises a RelayError."""
        await self._reception.recipient(reverse_path, recipient)

    async def refused(
        self,
        reverse_path: Address | None,
        recipient: Address,
        code: str,
        author: Address | None = None,
    ) -> None:
        """A mail was refused: its recipient may be told. Never raises a RelayError."""
        await self._reception.refused(reverse_path, recipient, author, code)

    async def open(self, arrival: Arrival) -> MailSink | BounceSink:
        """A sink for one mail. Raises a RelayError where nothing of it need be heard."""
        if arrival.reverse_path is None:  # `recipient` lets it come to the return address of a notice alone
            return BounceSink(self._reception, arrival.recipient)
        visit = await self._reception.open(arrival)
        try:
            return MailSink(self, arrival, visit)
        except BaseException:
            await visit.abort()
            raise


class MailSink:
    """One mail on its way: sealed as it comes, judged after the last byte, stored in one transaction."""

    def __init__(self, door: MailDoor, arrival: Arrival, visit: Visit) -> None:
        self._door, self._arrival, self._visit = door, arrival, visit
        key, salt = door.random(32), door.random(24)
        self._sealer = BlobSealer(visit.blob_id, key, visit.expires_at, salt)
        self._sealed = bytearray(self._sealer.start)
        self._staged_bytes = 0
        self._hash = hashlib.sha256()
        ways = door.checks.ways if door.checks is not None else lambda _: ()
        ruled = visit.inbox.ruled is not Ruled.BY_HAND
        self._mail = MailReader(
            mail_head.MAX_HEAD_BYTES, mail_head.HeadTooLarge, ways, CHALLENGE_READ_BYTES if ruled else 0
        )
        self._proof, self._copied_to_work = Proof(Grade.NOT_CHECKED, ""), False
        self._refused: tuple[str, ...] | None = None  # domains that the head was looked through for

    async def write(self, piece: bytes) -> None:
        """Seal the next bytes of the mail, and stage what a piece is full of. Raises HeadTooLarge."""
        self._hash.update(piece)
        self._mail.feed(piece)
        self._sealed += self._sealer.update(piece)
        if len(self._sealed) >= PIECE_BYTES:
            await self._stage()

    async def abort(self, code: str = "") -> None:
        """Let what was staged go now. `code`: why the mail is refused, which its recipient may be told."""
        await self._visit.abort()
        if code:
            arrival, author = self._arrival, self._author()
            await self._door.refused(arrival.reverse_path, arrival.recipient, code, author)

    async def commit(self) -> None:
        """Judge the mail, finish the blob, seal the content, store all. Returns after commit; raises a
        RelayError, nothing kept."""
        try:
            self._mail.end()
            fields = mail_head.read_fields(bytes(self._mail.head))
            by_hand = self._visit.inbox.ruled is Ruled.BY_HAND
            author = await self._judge(fields) if by_hand else None
            if not by_hand and not await self._judge_ruled(fields, await self._visit.look_again()):
                return await self.abort()
            attachment = await self._finish()
            ready = await self._visit.finish(attachment.stored_bytes, attachment.stored_sha256, author)
            if by_hand:
                self._guard(fields, ready.inbox)
            return await self._visit.deposit(self._seal(attachment, ready))
        except KeysError as trouble:
            await self.abort()
            raise Busy("sealing") from trouble
        except RelayError as refusal:
            await self.abort(refusal.code)
            raise
        except BaseException:
            await self.abort()
            raise

    async def _judge(self, fields: mail_head.Fields) -> Address | None:
        """Refuse a mail that is not to be kept, and find out how sure it is who wrote it; nothing of an
        employer's is kept. The author, where those who decide are still to be asked about them.
        """
        self._guard(fields, self._visit.inbox)
        author = mail_head.author(fields)
        if self._door.checks is None:
            return author
        inbox = await self._visit.author(author)  # before the DNS: no stranger makes us ask about theirs
        self._guard(fields, inbox)
        self._proof = await self._prove(self._door.checks, author, inbox.seen_at)
        return None

    def _guard(self, fields: mail_head.Fields, inbox: Inbox) -> None:
        """Refuse what an inbox does not take; again where what it refuses is not what it was."""
        if inbox.refused != self._refused:
            null_path = self._arrival.reverse_path is None
            mail_head.check(fields, inbox.refused, self._door.own_names, null_path=null_path)
            self._copied_to_work = mail_head.names_copied(fields, inbox.refused)
            self._refused = inbox.refused

    async def _judge_ruled(self, fields: mail_head.Fields, inbox: Inbox) -> bool:
        """The same of a mail that a provider's rule brings: False where it is our own challenge, which has
        done its work.
        """
        mail_head.check_guard(fields, inbox.refused)
        author, token = self._author(), None
        mail_head.check_one_from(fields)
        if str(author) == self._door.notice_address:
            token = find_token(bytes(self._mail.body_start))
        if token is None:
            mail_head.check_circle(fields, self._door.own_names)
            if inbox.ruled is Ruled.ACTIVE:
                mail_head.check_machine(fields, null_path=self._arrival.reverse_path is None)
        else:
            mail_head.check_hops(fields)
        found = await self._carried(author, inbox.seen_at)
        claim = Claim(found.bearers, found.unsure, found.proven, token)
        grade = await self._visit.by_rule(author, claim)
        if grade is None:
            return False
        self._copied_to_work = mail_head.names_copied(fields, inbox.refused)
        self._proof = Proof(grade, found.results)
        return True

    def _author(self) -> Address | None:
        """The author's address, where the head has come and names one that can be read."""
        try:
            fields = mail_head.read_fields(bytes(self._mail.head)) if self._mail.has_head else []
            return mail_head.author(fields)
        except RelayError:
            return None

    async def _prove(self, checks: SenderChecks, author: Address, now: int) -> Proof:
        """Who stands behind the author. Raises SenderUnproven, DnsTrouble."""
        mail, hashes = self._mail, self._mail.body_hashes()
        return await checks.prove(self._envelope(), author, bytes(mail.head), hashes, now)

    async def _carried(self, author: Address | None, now: int) -> Carried:
        """Who brought the mail, and whether its author signed it. Raises DnsTrouble."""
        if self._door.checks is None:
            peer = Bearer("peer", self._arrival.peer.partition("%")[0])
            return Carried(self._visit.inbox.ruled is Ruled.WAITING, (peer,), unsure=False, results="")
        mail, hashes = self._mail, self._mail.body_hashes()
        return await self._door.checks.carried(self._envelope(), author, bytes(mail.head), hashes, now)

    def _envelope(self) -> Envelope:
        return Envelope(self._arrival.peer, self._arrival.greeting, self._arrival.reverse_path)

    async def _stage(self) -> None:
        piece, self._sealed = bytes(self._sealed), bytearray()
        await self._visit.stage(self._staged_bytes, piece)
        self._staged_bytes += len(piece)

    async def _finish(self) -> Attachment:
        for piece in self._sealer.finish():
            self._sealed += piece
            if len(self._sealed) >= PIECE_BYTES:
                await self._stage()
        if self._sealed and self._staged_bytes:
            await self._stage()
        return self._sealer.record(0, MAIL_FLAG)

    def _seal(self, attachment: Attachment, ready: Ready) -> Sealed:
        """Build, sign and seal the content."""
        frame = self._content(attachment, ready).encode()
        part = sign_content(frame, EnvelopeClass.DOOR, self._door.door_key)
        return Sealed(
            envelope=seal_envelope(self._addressing(ready), [part], ready.day_keys, self._door.random),
            content_id=content_id(EnvelopeClass.DOOR, frame),
            mail_hash=self._hash.digest(),
            proven=self._proof.grade not in (Grade.NOT_CHECKED, Grade.RULE),
            whole=bytes(self._sealed),
        )

    def _content(self, attachment: Attachment, ready: Ready) -> Content:
        reader, turn = ready.inbox.reader, ready.turn
        return Content(
            kind=ContentKind.MAIL,
            nonce=self._door.random(16),
            thread_id=self._door.random(16),
            writer=turn.writer,
            count=turn.count,
            previous_id=turn.previous_id,
            created_at=self._visit.received_at,
            expires_at=self._visit.expires_at,
            policy_hash=ready.inbox.policy_hash,
            sender_fp=fingerprint(self._door.door_key.public),
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
            received_at=self._visit.received_at,
            peer=ipaddress.ip_address(arrival.peer.partition("%")[0]).packed,
            greeting=arrival.greeting,
            reverse_path=str(arrival.reverse_path or ""),
            recipient=str(arrival.recipient),
            head=_whole_fields(bytes(self._mail.head)),
        )

    def _addressing(self, ready: Ready) -> Addressing:
        inbox, reader = ready.inbox, ready.inbox.reader
        key = choose_reading_key(reader.card, inbox.seen_at)
        return Addressing(
            envelope_class=EnvelopeClass.DOOR,
            mailbox_id=inbox.mailbox_id,
            policy_tag=inbox.policy_hash[:TAG_BYTES],
            expires_at=self._visit.expires_at,
            recipient_fp=reader.fp,
            target=ReaderTarget(SealKey.from_bytes(key.public), key.epoch),
            reader_access=reader.card.access_public,
            revoker_access=inbox.revoker_access,
        )


def _whole_fields(head: bytes) -> bytes:
    """As many whole fields of a head as the facts hold: half an address would be another's."""
    if len(head) <= MOST_HEAD_BYTES:
        return head
    at = head.rfind(b"\r\n", 0, MOST_HEAD_BYTES)
    while at >= 0 and head[at + 2 : at + 3] in (b" ", b"\t"):
        at = head.rfind(b"\r\n", 0, at)
    return head[: at + 2] if at >= 0 else b""
