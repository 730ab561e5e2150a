"""Sync: the twins without `await`, with the same names, arguments and results.

Owns one event loop in a thread of its own for each open account; every call is handed to it and waited for.
Adds nothing and decides nothing. Must never let the loop outlive its account. A test compares every signature
with its asynchronous twin.

Longer than other modules, because every public name of an account stands here a second time, typed.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from client_sdk.account import AsyncAccount
from client_sdk.loop import LoopThread, run_once

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta
    from pathlib import Path
    from types import TracebackType

    from client_sdk.engagement import AsyncEngagement
    from client_sdk.home import Home
    from client_sdk.messages import (
        Invitation,
        Proposal,
        RecoverySheet,
        ReplyName,
        Rule,
        Sender,
    )
    from client_sdk.notices import NoticeChannel
    from client_sdk.opening import Connect, Password
    from client_sdk.outbox import Delivery
    from client_sdk.pinning import KeeperView
    from client_sdk.receipts import Receipt
    from client_sdk.sync_messages import SyncEvent
    from keys.receipt_check import FileVerdict
from client_sdk.sync_engagement import Engagement
from client_sdk.sync_messages import event_twin


class Account:
    """An open account: `AsyncAccount` without `await`. Close it, or use `with`."""

    def __init__(self, account: AsyncAccount, thread: LoopThread) -> None:
        """Not for callers: see `setup`, `accept` and `open`."""
        self._account = account
        self._thread = thread

    def __repr__(self) -> str:
        """Show the relay's host alone."""
        return repr(self._account)

    @classmethod
    def setup(
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
    ) -> Account:
        """Make a coach's account from the operator's link; see `AsyncAccount.setup`."""
        return cls._begin(
            AsyncAccount.setup(
                link,
                home=home,
                password=password,
                name=name,
                keepers=keepers,
                keychain=keychain,
                connect=connect,
                timeout=timeout,
            )
        )

    @classmethod
    def look(cls, link: str, *, connect: Connect | None = None, timeout: float | None = None) -> Proposal:
        """Look at a coach's invitation; see `AsyncAccount.look`."""
        return run_once(AsyncAccount.look(link, connect=connect, timeout=timeout))

    @classmethod
    def link_of(
        cls, code: str, relay: str, *, connect: Connect | None = None, timeout: float | None = None
    ) -> str:
        """Return the link that a typed code stands for; see `AsyncAccount.link_of`."""
        return run_once(AsyncAccount.link_of(code, relay, connect=connect, timeout=timeout))

    @classmethod
    def reply(
        cls,
        link: str,
        kind: ReplyName,
        text: str = "",
        *,
        connect: Connect | None = None,
        timeout: float | None = None,
    ) -> None:
        """Say something to an invitation without joining; see `AsyncAccount.reply`."""
        run_once(AsyncAccount.reply(link, kind, text, connect=connect, timeout=timeout))

    @classmethod
    def accept(  # noqa: PLR0913 (each choice of a person has a name)
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
    ) -> Account:
        """Accept a coach's invitation; see `AsyncAccount.accept`."""
        return cls._begin(
            AsyncAccount.accept(
                link,
                name=name,
                home=home,
                password=password,
                login=login,
                seen=seen,
                keychain=keychain,
                connect=connect,
                timeout=timeout,
            )
        )

    @classmethod
    def open(
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
    ) -> Account:
        """Open an account and send what waits in its outbox; see `AsyncAccount.open`."""
        return cls._begin(
            AsyncAccount.open(
                account,
                home=home,
                password=password,
                sheet=sheet,
                keychain=keychain,
                accept_older_vault=accept_older_vault,
                connect=connect,
                timeout=timeout,
            )
        )

    @classmethod
    def _begin(cls, opening: Coroutine[Any, Any, AsyncAccount]) -> Account:
        thread = LoopThread()
        try:
            return cls(thread.run(opening), thread)
        except BaseException:
            thread.stop()
            raise

    def __enter__(self) -> Account:
        """Use until the end of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Keep what other devices need, end the session, close everything. May be called again."""
        if self._thread.alive:
            self._thread.run(self._account.close())
            self._thread.stop()

    def lock(self, *, timeout: float | None = None) -> None:
        """Take this computer's way in away, here and at the relay, and close."""
        self._thread.run(self._account.lock(timeout=timeout))
        self.close()

    @property
    def recovery_sheet(self) -> RecoverySheet | None:
        """The sheet of an account that was just made."""
        return self._account.recovery_sheet

    @property
    def delivered(self) -> tuple[Delivery, ...]:
        """What became of the messages that had waited."""
        return self._account.delivered

    @property
    def login(self) -> str:
        """NAME@HOST, as it is typed to open the account."""
        return self._account.login

    @property
    def origin(self) -> str:
        """The relay's address."""
        return self._account.origin

    @property
    def my_name(self) -> str:
        """What I am called here."""
        return self._account.my_name

    @property
    def cursor(self) -> str:
        """Up to where this computer has taken in its mailboxes; give it to `watch`."""

        async def read() -> str:
            return self._account.cursor

        return self._thread.run(read())

    def keepers(self) -> list[KeeperView]:
        """Return who holds the keys of the days; see `AsyncAccount.keepers`."""
        return self._thread.run(self._account.keepers())

    def engagements(self) -> list[Engagement]:
        """Return all engagements of the account, invited ones too."""
        return [self._twin(one) for one in self._account.engagements()]

    def engagement(self, who: str | None = None) -> Engagement:
        """Return an engagement by the other person's name, a part of it, its handle or its id."""
        return self._twin(self._account.engagement(who))

    def _twin(self, engagement: AsyncEngagement) -> Engagement:
        return Engagement(engagement, self._thread)

    def settle(self, *, timeout: float | None = None) -> list[Engagement]:
        """Take in accepted invitations; returns the engagements that have just become active."""
        return [self._twin(one) for one in self._thread.run(self._account.settle(timeout=timeout))]

    def refresh(self, *, timeout: float | None = None) -> None:
        """Read the vault again: another device may have changed it."""
        self._thread.run(self._account.refresh(timeout=timeout))

    def send_waiting(self, *, timeout: float | None = None) -> list[Delivery]:
        """Send what waits in the outbox; returns what was settled, one way or the other."""
        return self._thread.run(self._account.send_waiting(timeout=timeout))

    def invite(  # noqa: PLR0913 (each fact of an agreement has a name)
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
        """Invite a client; see `AsyncAccount.invite`."""
        return self._thread.run(
            self._account.invite(
                name,
                welcome=welcome,
                work_ends=work_ends,
                hold=hold,
                longest_keep=longest_keep,
                recall=recall,
                refuse=refuse,
                sponsor=sponsor,
                sponsor_sees=sponsor_sees,
                places=places,
                phones=phones,
                work_phones=work_phones,
                read_marks=read_marks,
                agreement=agreement,
                language=language,
                timeout=timeout,
            )
        )

    def invitation_code(self, who: str | None = None, *, timeout: float | None = None) -> str:
        """Return a code for an open invitation; see `AsyncAccount.invitation_code`."""
        return self._thread.run(self._account.invitation_code(who, timeout=timeout))

    def receipts(self, who: str | None = None, *, timeout: float | None = None) -> list[Receipt]:
        """Return what the relay has signed of taking and removing things; see `AsyncAccount.receipts`."""
        return self._thread.run(self._account.receipts(who, timeout=timeout))

    def receipt_file(self, who: str | None = None, *, timeout: float | None = None) -> bytes:
        """Return the receipts as a file that can be checked anywhere."""
        return self._thread.run(self._account.receipt_file(who, timeout=timeout))

    def check_receipts(self, file: bytes) -> FileVerdict:
        """Check a file of receipts against the keys pinned here."""
        return self._account.check_receipts(file)

    @property
    def log_forked(self) -> bool:
        """Whether this relay has shown two people different records; see `AsyncAccount.log_forked`."""

        async def forked() -> bool:
            return self._account.log_forked

        return self._thread.run(forked())

    def notice(self, *, timeout: float | None = None) -> NoticeChannel:
        """Return how I am told by mail that something waits, and whether that works."""
        return self._thread.run(self._account.notice(timeout=timeout))

    def set_notice(
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
        """Set how I am told; what is None stays as it is, and hours are by this computer's clock."""
        return self._thread.run(
            self._account.set_notice(
                address,
                phrase=phrase,
                subject=subject,
                when=when,
                hour=hour,
                quiet=quiet,
                warnings=warnings,
                timeout=timeout,
            )
        )

    def confirm_notice(self, code: str, *, timeout: float | None = None) -> NoticeChannel:
        """Confirm the address of notices by the code that came to it."""
        return self._thread.run(self._account.confirm_notice(code, timeout=timeout))

    def test_notice(self, *, timeout: float | None = None) -> NoticeChannel:
        """Have one notice sent now; it counts as any other."""
        return self._thread.run(self._account.test_notice(timeout=timeout))

    def stop_notices(self, *, timeout: float | None = None) -> None:
        """Be told no more: the relay forgets address and words."""
        self._thread.run(self._account.stop_notices(timeout=timeout))

    def add_sender(self, address: str, *, timeout: float | None = None) -> None:
        """Register a personal mail address: a code is sent to it."""
        self._thread.run(self._account.add_sender(address, timeout=timeout))

    def confirm_sender(self, code: str, *, timeout: float | None = None) -> None:
        """Confirm a personal address by the code that came to it."""
        self._thread.run(self._account.confirm_sender(code, timeout=timeout))

    def senders(self, *, timeout: float | None = None) -> list[Sender]:
        """Return my registered addresses, without the addresses."""
        return self._thread.run(self._account.senders(timeout=timeout))

    def remove_sender(self, sender: Sender, *, timeout: float | None = None) -> None:
        """Forget a personal address."""
        self._thread.run(self._account.remove_sender(sender, timeout=timeout))

    def rules(self, *, timeout: float | None = None) -> list[Rule]:
        """Return the rules by which a provider forwards mail into my inboxes."""
        return self._thread.run(self._account.rules(timeout=timeout))

    def test_rule(self, rule: Rule, address: str, *, timeout: float | None = None) -> datetime:
        """Have the relay mail a line through the provider; see `AsyncAccount.test_rule`."""
        return self._thread.run(self._account.test_rule(rule, address, timeout=timeout))

    def active_rule(self, rule: Rule, *, timeout: float | None = None) -> Rule:
        """Wait until a rule is active; see `AsyncAccount.active_rule`."""
        return self._thread.run(self._account.active_rule(rule, timeout=timeout))

    def remove_rule(self, rule: Rule, *, timeout: float | None = None) -> None:
        """End a rule: its address takes nothing from then on."""
        self._thread.run(self._account.remove_rule(rule, timeout=timeout))

    def watch(self, since: str | None = None) -> Iterator[SyncEvent]:
        """Yield what happens, each event once; see `AsyncAccount.watch`."""
        for one in self._thread.each(self._account.watch(since)):
            yield event_twin(one, self._thread)
