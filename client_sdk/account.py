# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Account: a coach's or a client's own account on one relay, open.

Owns the names by which programs use an account; the work is in the modules that each method imports when it
is called, because importing them all takes longer than a small program may. `client_sdk.sync.Account` is the
twin without `await`; a test holds both to the same names and arguments. Longer than other modules, as each of
those names stands here once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from client_sdk.bounds import awaited, bounded
from client_sdk.errors import NotFound, RelayError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime, timedelta
    from pathlib import Path
    from types import TracebackType

    from client_sdk.core import Core
    from client_sdk.engagement import AsyncEngagement
    from client_sdk.home import Home
    from client_sdk.messages import Invitation, Proposal, RecoverySheet, ReplyName, Rule, Sender
    from client_sdk.notices import NoticeChannel
    from client_sdk.opening import Connect, Password
    from client_sdk.outbox import Delivery
    from client_sdk.pinning import KeeperView
    from client_sdk.receipts import Receipt, Receipts
    from client_sdk.watching import AsyncEvent
    from keys.receipt_check import FileVerdict

log = logging.getLogger("client_sdk")

CLOSING_SECONDS: Final = 10.0


class AsyncAccount:
    """An open account. Make it with `setup` (coach), `accept` (client) or `open`; close it, or use
    `async with`.
    """

    def __init__(self, core: Core, sheet: RecoverySheet | None = None) -> None:
        """Not for callers: see `setup`, `accept` and `open`."""
        from client_sdk.outbox import Outbox

        self._core = core
        self._outbox = Outbox(core)
        self._engagements: dict[bytes, AsyncEngagement] = {}
        self._closed = False
        self.recovery_sheet = sheet
        self.delivered: tuple[Delivery, ...] = ()

    def __repr__(self) -> str:
        """Show the relay alone: a login name names a person."""
        return f"<account at {self.origin}>"

    # --- making and opening ---------------------------------------------------------------------------------

    @classmethod
    async def setup(
        cls,
        link: str,
        *,
        home: Home | Path | str | None = None,
        password: Password = None,
        name: str | None = None,
        keepers: Sequence[str] = (),
        keychain: bool = False,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> AsyncAccount:
        """Make a coach's account from the operator's link.

        `keepers` are fingerprints of further keepers, from their own operators: everything of this account
        then needs them too, and so do the clients that it invites. `name` is the login name (else one is
        drawn); `password` a text or something to ask; with `keychain` this computer's secret goes into the
        system's keychain, else into a file sealed by the password. Print `recovery_sheet` now: it is kept
        nowhere. Raises InvitationClosed, NotTrusted, Misused, ServerUnavailable.
        """
        from client_sdk import enrolment, opening

        async with bounded(timeout):
            means = opening.means(home, password, keychain, connect)
            made = await enrolment.setup(link, means, name, keepers)
            return await cls._begin(made.core, made.sheet)

    @classmethod
    async def look(
        cls, link: str, *, connect: Connect | None = None, timeout: float | None = None
    ) -> Proposal:
        """Look at a coach's invitation: who invites, and the agreement. It has no effect and uses nothing
        up.
        """
        from client_sdk import enrolment

        async with bounded(timeout):
            return await enrolment.look(link, connect)

    @classmethod
    async def link_of(
        cls, code: str, relay: str, *, connect: Connect | None = None, timeout: float | None = None
    ) -> str:
        """Return the invitation link that a typed code stands for at a relay (https://…), for `look` and
        `accept`. It uses nothing up. Raises Misused for a word that is none, NotFound, RateLimited.
        """
        from client_sdk import codes, opening

        async with bounded(timeout):
            session = opening.means(None, None, False, connect).session(relay, "")
            try:
                return await codes.link_of(session, code)
            finally:
                await session.close()

    @classmethod
    async def reply(
        cls,
        link: str,
        kind: ReplyName,
        text: str = "",
        *,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> None:
        """Say something to whoever sent an invitation, without joining: `change` with a text leaves it open,
        `no` and `work-device` end it. It takes the place of an earlier reply. Raises Misused,
        InvitationClosed, NotAllowed for an invitation that lets somebody back in.
        """
        from client_sdk.replying import send_reply

        async with bounded(timeout):
            await send_reply(link, kind, text, connect)

    @classmethod
    async def accept(  # noqa: PLR0913 (each choice of a person has a name)
        cls,
        link: str,
        *,
        name: str,
        home: Home | Path | str | None = None,
        password: Password = None,
        login: str | None = None,
        seen: Proposal | None = None,
        keychain: bool = False,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> AsyncAccount:
        """Accept a coach's invitation: sign the agreement as `name` and make the account.

        As `setup`; `login` is the login name. `look` shows what is being signed; give what
        it returned as `seen`, and nothing else is signed (Conflict where it was changed since).
        """
        from client_sdk import enrolment, opening

        async with bounded(timeout):
            means = opening.means(home, password, keychain, connect)
            made = await enrolment.accept_invitation(link, means, name, login, seen)
            return await cls._begin(made.core, made.sheet)

    @classmethod
    async def open(
        cls,
        account: str | None = None,
        *,
        home: Home | Path | str | None = None,
        password: Password = None,
        sheet: str | None = None,
        keychain: bool = False,
        accept_older_vault: bool = False,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> AsyncAccount:
        """Open an account (NAME@HOST; None: the only one of this computer) and send what waits in its outbox.

        On a computer that does not know it, `password` or `sheet` opens it and this computer gets a way in of
        its own. What became of waiting messages is in `delivered`. `accept_older_vault` is the owner's word
        that the relay was restored, and may show their records as they were before. Raises Locked,
        WrongPassword, NotTrusted, ServerUnavailable.
        """
        from client_sdk import opening

        async with bounded(timeout):
            means = opening.means(home, password, keychain, connect, accept_older_vault=accept_older_vault)
            return await cls._begin(await opening.unlock_account(account, means, sheet), None)

    @classmethod
    async def _begin(cls, core: Core, sheet: RecoverySheet | None) -> AsyncAccount:
        from client_sdk import own_copies

        account = cls(core, sheet)
        try:
            account._outbox.open()
            account.delivered = tuple(await account._outbox.flush())
            await own_copies.tell(core)
        except BaseException:
            await account.close()
            raise
        return account

    async def __aenter__(self) -> AsyncAccount:
        """Use until the end of a block."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """Keep what other devices need, end the session, close everything. May be called again."""
        from client_sdk.closing import keep_marks

        if self._closed:
            return
        self._closed = True
        try:
            async with bounded(CLOSING_SECONDS):
                await keep_marks(self._core)
                await self._core.session.sign_out()
        except RelayError as cause:
            log.info("closed without the relay: %s", cause.code)
        finally:
            await self._core.session.close()
            self._outbox.close()
            self._core.state.close()

    async def lock(self, *, timeout: float | None = None) -> None:
        """Take this computer's way in away, here and at the relay, and close: only password or sheet open it
        again.
        """
        from client_sdk import protocol

        async with bounded(timeout):
            method_id = self._core.state.fact("method-id")
            await asyncio.to_thread(self._core.secret_place.forget)
            with contextlib.suppress(NotFound):
                await self._core.session.call(protocol.people.remove_method(method_id))
        await self.close()

    # --- facts ----------------------------------------------------------------------------------------------

    @property
    def login(self) -> str:
        """NAME@HOST, as it is typed to open the account."""
        return f"{self._core.session.name}@{self.origin.partition('://')[2]}"

    @property
    def origin(self) -> str:
        """The relay's address."""
        return self._core.session.origin

    @property
    def my_name(self) -> str:
        """What I am called here."""
        profile, items = self._core.vault.profile, self._core.vault.engagements
        if profile is not None:
            return profile.my_name
        return items[0].my_name if items else ""

    @property
    def cursor(self) -> str:
        """Up to where this computer has taken in its mailboxes; give it to `watch`."""
        from client_sdk.wake import encode_cursor

        mine = [item.my_mailbox_id for item in self._core.vault.engagements]
        orders = [(mailbox_id, self._core.state.mailboxes.taken_order(mailbox_id)) for mailbox_id in mine]
        return encode_cursor(one for one in orders if one[1])

    # --- engagements ----------------------------------------------------------------------------------------

    async def keepers(self) -> list[KeeperView]:
        """Return who holds the keys of the days: those without whom nothing opens here, then any other that
        this relay names. Raises ServerUnavailable.
        """
        from client_sdk import protocol
        from client_sdk.pinning import views

        facts = await self._core.session.ask(protocol.about.relay_facts())
        return views(self._core.vault.pins, facts.keepers)

    def engagements(self) -> list[AsyncEngagement]:
        """Return all engagements of the account, invited ones too."""
        return [self._engagement(item.engagement_id) for item in self._core.vault.engagements]

    def engagement(self, who: str | None = None) -> AsyncEngagement:
        """Return an engagement by the other person's name, a part of it, its handle or its id.

        None means the only one. NotFound lists the nearest names in `nearest`.
        """
        from client_sdk.finding import find

        return self._engagement(find(self._core.vault.engagements, who).engagement_id)

    def _engagement(self, engagement_id: bytes) -> AsyncEngagement:
        from client_sdk.engagement import AsyncEngagement

        if engagement_id not in self._engagements:
            self._engagements[engagement_id] = AsyncEngagement(self._core, self._outbox, engagement_id)
        return self._engagements[engagement_id]

    async def settle(self, *, timeout: float | None = None) -> list[AsyncEngagement]:
        """Take in accepted invitations; returns the engagements that have just become active."""
        from client_sdk.settling import settle

        async with bounded(timeout):
            waiting = [item.engagement_id for item in self._core.vault.engagements if not item.active]
            return [self._engagement(one) for one in waiting if await settle(self._core, one)]

    async def refresh(self, *, timeout: float | None = None) -> None:
        """Read the vault again: another device may have changed it."""
        async with bounded(timeout):
            await self._core.records.load()

    async def send_waiting(self, *, timeout: float | None = None) -> list[Delivery]:
        """Send what waits in the outbox; returns what was settled, one way or the other."""
        async with bounded(timeout):
            return await self._outbox.flush()

    async def invite(  # noqa: PLR0913 (each fact of an agreement has a name)
        self,
        name: str,
        *,
        welcome: str = "",
        work_ends: date | None = None,
        hold: timedelta | None = None,
        longest_keep: timedelta | None = None,
        recall: bool | None = None,
        refuse: tuple[str, ...] = (),
        sponsor: str | None = None,
        sponsor_sees: str | None = None,
        places: tuple[str, ...] | None = None,
        phones: tuple[str, ...] | None = None,
        read_marks: bool | None = None,
        work_phones: Mapping[str, str] | None = None,
        agreement: str | None = None,
        language: str = "en",
        timeout: float | None = None,
    ) -> Invitation:
        """Invite a client: a new engagement, or a new link where that name was invited and has not accepted.

        `work_ends` is the last day of work (default: half a year on), `hold` how long everything is held
        after it (default: 90 days), `longest_keep` the longest that anything is kept (default: to the end of
        the hold), `recall` whether authors may take back for both (default: yes), `refuse` work mail domains,
        `sponsor` who pays and `sponsor_sees` what is shown to them, `places` where it is kept (default: the
        relay's host), `phones` numbers agreed as personal, `work_phones` whose work numbers (`coach`,
        `client`) some of them are, `agreement` a text of your own in place of the packaged one of
        `language`; it has to name every fact. Raises Misused, TooLarge.
        """
        from client_sdk.facts import Wanted
        from client_sdk.inviting import Chosen, post_invitation

        facts = Wanted(
            work_ends,
            hold,
            longest_keep,
            recall,
            refuse,
            sponsor,
            sponsor_sees,
            places,
            phones,
            read_marks,
            work_phones=work_phones,
        )
        async with bounded(timeout):
            return await post_invitation(self._core, name, Chosen(facts, welcome, agreement, language))

    async def invitation_code(self, who: str | None = None, *, timeout: float | None = None) -> str:
        """Return a code that can be read out in place of an open invitation's link: four digits, four words.

        Words that it had before lead nowhere any more. Takes a run of Argon2id. NotFound where no invitation
        waits.
        """
        from client_sdk import codes
        from client_sdk.finding import find

        engagement_id = find(self._core.vault.engagements, who).engagement_id
        async with bounded(timeout):
            return await codes.invitation_code(self._core, engagement_id)

    # --- receipts -------------------------------------------------------------------------------------------

    async def receipts(self, who: str | None = None, *, timeout: float | None = None) -> list[Receipt]:
        """Return what the relay has signed of taking and removing things, oldest first, each verified.

        `who` narrows it to one engagement. One that fails a check is there too, with `sound` False.
        """
        async with bounded(timeout):
            return await self._records.of(self._meant(who))

    async def receipt_file(self, who: str | None = None, *, timeout: float | None = None) -> bytes:
        """Return the receipts as a file that can be checked anywhere, without this relay."""
        async with bounded(timeout):
            return (await self._records.file(self._meant(who))).encode()

    def check_receipts(self, file: bytes) -> FileVerdict:
        """Check a file of receipts against the keys pinned here. Misused for what is no such file."""
        from client_sdk.receipts import check_file

        return check_file(file, self._records.keys)

    @property
    def log_forked(self) -> bool:
        """Whether this relay has shown two people different records, and not explained it for a day."""
        return self._core.head.forked()

    @property
    def _records(self) -> Receipts:
        from client_sdk.receipts import Receipts

        return Receipts(self._core, self._core.head)

    def _meant(self, who: str | None) -> bytes | None:
        from client_sdk.finding import find

        return find(self._core.vault.engagements, who).engagement_id if who else None

    # --- being told by mail ---------------------------------------------------------------------------------

    async def notice(self, *, timeout: float | None = None) -> NoticeChannel:
        """Return how I am told by mail that something waits, and whether that works."""
        from client_sdk import notices

        async with bounded(timeout):
            return await notices.show(self._core)

    async def set_notice(
        self,
        address: str | None = None,
        *,
        phrase: str | None = None,
        subject: str | None = None,
        when: str | None = None,
        hour: int | None = None,
        quiet: tuple[int, int] | None = None,
        warnings: bool | None = None,
        timeout: float | None = None,
    ) -> NoticeChannel:
        """Set how I am told; what is None stays as it is, and hours are by this computer's clock. `when` is
        at-once, daily or never; `quiet` are two hours, equal ones mean none.

        A new address gets a code for `confirm_notice`. Raises WorkAddressRefused, Misused for words that hold
        a link, and where an address or a phrase was never given.
        """
        from client_sdk import notices

        async with bounded(timeout):
            given = {"phrase": phrase, "subject": subject, "when": when, "hour": hour, "warnings": warnings}
            return await notices.change(self._core, address, quiet, given)

    async def confirm_notice(self, code: str, *, timeout: float | None = None) -> NoticeChannel:
        """Confirm the address of notices by the code that came to it. NotFound where it does not fit."""
        from client_sdk import notices

        async with bounded(timeout):
            return await notices.confirm(self._core, code)

    async def test_notice(self, *, timeout: float | None = None) -> NoticeChannel:
        """Have one notice sent now; it counts as any other. RateLimited where too many have gone."""
        from client_sdk import notices

        async with bounded(timeout):
            return await notices.test(self._core)

    async def stop_notices(self, *, timeout: float | None = None) -> None:
        """Be told no more: the relay forgets address and words. NotFound where nothing is set."""
        from client_sdk import notices

        async with bounded(timeout):
            await notices.stop(self._core)

    # --- personal addresses ---------------------------------------------------------------------------------

    async def add_sender(self, address: str, *, timeout: float | None = None) -> None:
        """Register a personal mail address: a code is sent to it. WorkAddressRefused for an employer's."""
        from client_sdk import protocol, rules

        plain = rules.mail_address(address)
        async with bounded(timeout):
            await self._core.session.call(protocol.mail.add_sender(plain))

    async def confirm_sender(self, code: str, *, timeout: float | None = None) -> None:
        """Confirm a personal address by the code that came to it. NotFound where no waiting address has that
        code.
        """
        from client_sdk import protocol

        digits = "".join(sign for sign in code if sign.isdigit())
        async with bounded(timeout):
            await self._core.session.call(protocol.mail.confirm_sender(digits))

    async def senders(self, *, timeout: float | None = None) -> list[Sender]:
        """Return my registered addresses, without the addresses: the relay does not keep them."""
        from client_sdk import rules

        async with bounded(timeout):
            return await rules.senders(self._core)

    async def remove_sender(self, sender: Sender, *, timeout: float | None = None) -> None:
        """Forget a personal address."""
        from client_sdk import protocol

        async with bounded(timeout):
            await self._core.session.call(protocol.mail.remove_sender(bytes.fromhex(sender.id)))

    async def rules(self, *, timeout: float | None = None) -> list[Rule]:
        """Return the rules by which a provider forwards mail into my inboxes; `AsyncEngagement.add_rule` asks
        for one.
        """
        from client_sdk import rules

        async with bounded(timeout):
            return await rules.listed(self._core)

    async def test_rule(self, rule: Rule, address: str, *, timeout: float | None = None) -> datetime:
        """Have the relay mail a line to the rule's personal address, which it knows only as a hash; when the
        provider forwards it to the rule's address, the rule is active. Returns until when the line is good.

        Do it once the rule's address is entered at the provider. Raises Misused, NotFound for an address that
        is not the rule's, RateLimited.
        """
        from client_sdk import messages, protocol, rules

        plain = rules.mail_address(address)
        async with bounded(timeout):
            good_until = await self._core.session.call(
                protocol.mail.challenge_rule(bytes.fromhex(rule.id), plain)
            )
        return messages.instant(good_until)

    async def active_rule(self, rule: Rule, *, timeout: float | None = None) -> Rule:
        """Wait until a rule is active, and return it so. NothingYet where `timeout` (seconds) is over first,
        NotFound where the rule has ended.
        """
        from client_sdk import rules

        async with awaited(timeout):
            return await rules.settled(self._core, rule.id)

    async def remove_rule(self, rule: Rule, *, timeout: float | None = None) -> None:
        """End a rule: its address takes nothing from then on. What it brought stays until its date."""
        from client_sdk import protocol

        async with bounded(timeout):
            await self._core.session.call(protocol.mail.remove_rule(bytes.fromhex(rule.id)))

    # --- watching -------------------------------------------------------------------------------------------

    async def watch(self, since: str | None = None) -> AsyncIterator[AsyncEvent]:
        """Yield what happens, each event once, from `since` on (default: `cursor`); never ends by itself.

        Reconnects with growing pauses, and goes on where it was. Raises what no waiting mends: NotTrusted,
        WrongPassword, Locked, Misused for a `since` that is no cursor.
        """
        from client_sdk.watching import Watch

        start = self.cursor if since is None else since
        async for event in Watch(self._core, self.engagements, start).events():
            yield event
