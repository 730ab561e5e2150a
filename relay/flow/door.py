"""Door: who may write to whom by mail.

Owns what is decided about a mail: which inbox it is for, whether its author may write there or its bearer
bring it, the staging blob and its place in the door's sequence, and who is told of a refusal. It never sees a
byte of a mail, and asks nothing of the one who seals that a mail must not tell (relay/flow/visit.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence

from keys.envelope import EnvelopeClass
from relay.core.addresses import Address, named_domains, within
from relay.core.admission import DOOR, read
from relay.core.errors import (
    Busy,
    CodeRefused,
    InboxFull,
    Malformed,
    RelayError,
    TooManyRequests,
    WorkAddressRefused,
)
from relay.core.model import Blob, Member, Rule, WholeBlob
from relay.core.rules import (
    FIRST_MAIL_SECONDS,
    FIRST_MAILS,
    Claim,
    RuleBearer,
    RuleWaiting,
    check_bearers,
    grade_of_claim,
    without_our_own,
)
from relay.core.sender_checks import Grade
from relay.flow.addressed import Addressed, Inboxes
from relay.flow.duplicates import Duplicates
from relay.flow.flows import Flows, Ports, Settings
from relay.flow.held import Held
from relay.flow.refusals import Refusals
from relay.flow.visit import Arrival, Inbox, Ready, Ruled, Sealed, Turn
from relay.flow.writers import Writer, Writers


class NullSender(RelayError):
    """A bounce: nothing here sent what it bounces."""

    code, public = "null-sender", "This inbox expects no bounces."


class SenderUnknown(RelayError):
    """The author's address is not one that the inbox's owner has confirmed."""

    code, public = (
        "sender-unknown",
        "Only addresses that the owner of this inbox has registered may write here.",
    )


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
        self.accept, self.settings, self.now = flows.accept, settings, now
        self._telling = flows.telling
        self._own_domains = (settings.mail_domain, settings.notice_address.rpartition("@")[2])
        self.inboxes = Inboxes(
            ports.store,
            flows.keepers,
            mail_domain=settings.mail_domain,
            refused=settings.refused_domains,
            keepers=keepers,
        )
        company = flows.company
        self.refusals = Refusals(
            self.inboxes,
            flows.accept,
            ports.signs.notice,
            ports.random,
            company,
            settings.unbound_keep_seconds,
        )
        self.writers, self.held = Writers(ports.random), Held(ports.store, company)
        self.duplicates = Duplicates(ports.random, company)
        self._hourly = company.hourly("mail", settings.door_mails_per_hour)

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """Whether mail with this reverse path may come to this inbox at all: one without a path to the return
        address of a notice, any other to an inbox. Raises a RelayError.
        """
        if reverse_path is None and self._telling.takes_bounces(recipient, self.now()):
            return
        addressed = await self.addressed(recipient)
        if reverse_path is None:
            raise NullSender
        if any(within(domain, addressed.inbox.refused) for domain in named_domains(reverse_path)):
            await self._tell(addressed, reverse_path, WorkAddressRefused.code)
            raise WorkAddressRefused

    async def failed(self, recipient: Address) -> None:
        """As `Reception.failed`."""
        await self._telling.failed(recipient, self.now())

    async def open(self, arrival: Arrival) -> DoorVisit:
        """The visit of one mail. Raises a RelayError where nothing of it need be heard."""
        addressed = await self.addressed(arrival.recipient)
        try:
            await self._check_room(arrival, addressed)
        except RelayError as refusal:
            await self._tell(addressed, arrival.reverse_path, refusal.code)
            raise
        return DoorVisit(self, arrival, addressed, self.random(32))

    async def refused(
        self, reverse_path: Address | None, recipient: Address, author: Address | None, code: str
    ) -> None:
        """As `Reception.refused`."""
        try:
            addressed = await self.addressed(recipient)
        except RelayError:
            return  # nobody is left to be told
        await self._tell(addressed, author or reverse_path, code)

    async def _tell(self, addressed: Addressed, author: Address | None, code: str) -> None:
        if str(author) != self.settings.notice_address:  # or each notice would make the next
            await self.refusals.tell(addressed.inbox.mailbox_id, author, code, self.now())

    async def _check_room(self, arrival: Arrival, addressed: Addressed) -> None:
        mailbox_id, refused = addressed.inbox.mailbox_id, addressed.inbox.refused
        if within(arrival.greeting.rstrip(".").lower(), refused):
            raise WorkAddressRefused
        self._hourly.take(addressed.rule.rule_id if addressed.rule else mailbox_id, self.now())
        if await self.held.is_full(mailbox_id, self.settings.mailbox_quota_bytes):
            raise InboxFull

    async def addressed(self, recipient: Address) -> Addressed:
        """The addressed mailbox as it stands now. Raises NoSuchInbox, EngagementClosed."""
        return await self.inboxes.by_address(recipient, self.now())

    async def check_author(self, owner: Member, author: Address) -> None:
        """Raises SenderUnknown unless the author is a confirmed address of this member."""
        tag = self._pepper.address_tag(str(author))
        known = await self.inboxes.senders_of(owner, self.now())
        if not any(
            sender.state == "confirmed" and hmac.compare_digest(sender.address_tag, tag) for sender in known
        ):
            raise SenderUnknown

    async def judge(self, rule: Rule, author: Address | None, claim: Claim) -> Grade | None:
        """As `Visit.by_rule`. What a challenge or a first mail changes is on disk before this returns."""
        claim = without_our_own(claim, self._own_domains)
        tags = [self._pepper.bearer_tag(rule.rule_id, one.kind, one.name) for one in claim.bearers]
        if claim.token and str(author) == self.settings.notice_address:
            await self._challenge_is_back(rule, claim, claim.token, tags)
            return None
        grade = grade_of_claim(
            claim, active=rule.state == "active", known=not set(tags).isdisjoint(rule.bearer_tags)
        )
        if grade is Grade.FIRST_OF_RULE:
            try:
                await self.store.count_first_mail(rule.rule_id, FIRST_MAILS, now=self.now())
            except TooManyRequests:
                raise RuleWaiting from None
        return grade

    async def _challenge_is_back(self, rule: Rule, claim: Claim, token: str, tags: Sequence[bytes]) -> None:
        token_tag, now = self._pepper.token_tag(rule.rule_id, token), self.now()
        try:
            check_bearers(claim)
            await self.store.activate_rule(rule.rule_id, token_tag, tags, now=now)
        except CodeRefused:
            raise RuleWaiting from None
        except RuleBearer as nobody:  # the one mail of ours that is told: its owner waits for it
            if hmac.compare_digest(rule.token_tag, token_tag):
                await self.refusals.tell(rule.mailbox_id, None, nobody.code, now)
            raise


class DoorVisit:
    """One mail's way past the decisions: `relay.flow.visit.Visit` says what each call means."""

    def __init__(self, door: Door, arrival: Arrival, addressed: Addressed, blob_id: bytes) -> None:
        self._door, self._arrival, self._addressed = door, arrival, addressed
        self.blob_id, self.inbox = blob_id, addressed.inbox
        self.received_at = addressed.inbox.seen_at
        self.expires_at = _expires_at(addressed, self.received_at)
        self._author: Address | None = None
        self._judged = False
        self._begun = False
        self._ended: tuple[int, bytes] | None = None  # how long, and which hash
        self._writer: Writer | None = None

    async def stage(self, at_bytes: int, sealed: bytes) -> None:
        """As `Visit.stage`; unlinked the blob goes after a day."""
        door = self._door
        if self._ended is not None:
            raise Malformed("bytes after the end")
        if not self._begun:
            self._begun = True
            await door.store.create_blob(self._blob("uploading", 0), now=self.received_at)
        await door.store.append_blob(
            self.blob_id, DOOR, at_bytes, sealed, now=door.now(), account_quota_bytes=None
        )

    async def look_again(self) -> Inbox:
        """As `Visit.look_again`. Minutes may have passed since DATA, and seconds in the DNS: seal by the
        cards of now, under the agreement by which the mail was dated. Under a newer one it is to come again.
        """
        found, before = await self._door.addressed(self._arrival.recipient), self._addressed
        if _basis(found) != _basis(before) or self.expires_at > found.terms.ends_at:
            raise Busy("the agreement changed")
        self._addressed = found
        return found.inbox

    async def author(self, author: Address) -> Inbox:
        """As `Visit.author`."""
        inbox = await self.look_again()
        if self._addressed.rule is not None:
            raise Malformed("an author to a rule's address")
        await self._door.check_author(self._addressed.owner, author)
        self._author, self._judged = author, True
        return inbox

    async def by_rule(self, author: Address | None, claim: Claim) -> Grade | None:
        """As `Visit.by_rule`."""
        if self._addressed.rule is None:
            raise Malformed("a claim to an address that is no rule's")
        grade = await self._door.judge(self._addressed.rule, author, claim)
        self._author, self._judged = author, grade is not None
        return grade

    async def finish(self, stored_bytes: int, stored_sha256: bytes, author: Address | None = None) -> Ready:
        """As `Visit.finish`. Raises Busy where a keeper's key is not to be had."""
        door = self._door
        self._ended = stored_bytes, stored_sha256
        if self._begun:
            await door.store.finish_blob(self.blob_id, DOOR, stored_bytes, stored_sha256, now=door.now())
        inbox = await (self.author(author) if author else self.look_again())
        day_keys = await door.inboxes.day_keys(inbox.reader, self.expires_at, inbox.seen_at)
        writer = door.writers.of(inbox.mailbox_id)
        await writer.take()
        self._writer = writer
        return Ready(inbox, day_keys, Turn(writer.number, writer.count + 1, writer.previous_id))

    async def deposit(self, sealed: Sealed) -> None:
        """As `Visit.deposit`. The sequence moves on only after the commit."""
        writer, author, ended = self._writer, self._author, self._ended
        if writer is None or ended is None or not self._judged:
            raise Malformed("a deposit before its turn")
        if self._begun == bool(sealed.whole):
            raise Malformed("bytes twice, or none")
        stored_bytes, stored_sha256 = ended
        whole = WholeBlob(self._blob("finished", stored_bytes), stored_sha256, sealed.whole)
        envelope = read(sealed.envelope, (self.blob_id,))
        mine = (self.inbox.mailbox_id, EnvelopeClass.DOOR, self.expires_at)
        if (envelope.mailbox_id, envelope.envelope_class, envelope.expires_at) != mine:
            raise Malformed("an envelope of another mail")
        now = self._door.now()
        origin = str(author) if sealed.proven and author else self._arrival.peer
        memory = self._door.duplicates.memory(self._arrival, origin, sealed.mail_hash, now)
        blobs = () if self._begun else (whole,)
        outcome = await self._door.accept.from_door(envelope, memory, now, blobs)
        if outcome.status == "stored":
            writer.stored(sealed.content_id)
            self._door.held.add(self.inbox.mailbox_id, stored_bytes)
            self._leave_turn()
        else:
            await self.abort()

    async def abort(self) -> None:
        """As `Visit.abort`."""
        self._leave_turn()
        if self._begun:
            await self._door.store.abort_blob(self.blob_id, now=self._door.now())

    def _blob(self, state: str, stored_bytes: int) -> Blob:
        ends_at = min(self.expires_at, self.received_at + self._door.settings.unlinked_keep_seconds)
        return Blob(self.blob_id, DOOR, state, stored_bytes, self.expires_at, ends_at)

    def _leave_turn(self) -> None:
        if self._writer is not None:
            self._writer.leave()
            self._writer = None


def _expires_at(addressed: Addressed, now: int) -> int:
    """The agreement's date; of what a waiting rule takes, an hour from now."""
    agreed = addressed.terms.default_expires_at(now)
    return min(agreed, now + FIRST_MAIL_SECONDS) if addressed.inbox.ruled is Ruled.WAITING else agreed


def _basis(addressed: Addressed) -> tuple[object, ...]:
    """What a mail was dated and judged by."""
    inbox, rule = addressed.inbox, addressed.rule
    return inbox.mailbox_id, addressed.terms.policy, inbox.ruled, rule.rule_id if rule else None
