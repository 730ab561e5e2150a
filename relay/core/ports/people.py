"""What belongs to an account: ways in, sessions, vault, statements, what happened to it, and what lets a
further browser in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from relay.core.model import Account, BrowserOffer, Code, Enrolment, Happening, Session, TableRows, VaultItem

Choose = Callable[[Mapping[str, int]], Collection[str]]
"""Which items of a vault are wanted, of their names and versions. Pure."""


class Accounts(Protocol):
    """People, sessions, vaults, statements."""

    async def enrol(self, enrolment: Enrolment, *, now: int) -> None:
        """Store all of an enrolment and mark its invitation used. Conflict `name-taken`, Gone
        `invitation-used|-withdrawn|-expired`.

        Repeated with the same `redeemed_hash`: no change, no error. A client's enrolment adds the policy
        and the act to the engagement and makes it active.
        """

    async def account(self, account_id: bytes, *, now: int) -> Account | None: ...

    async def account_by_name(self, name_tag: bytes, *, now: int) -> Account | None: ...

    async def extend_account(self, account_id: bytes, expires_at: int) -> None:
        """A coach's account lives on at each unlock; never moves back."""

    async def put_method(
        self,
        account_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Add a way in, or replace the one of that id; those in `replaced` are closed with it. Conflict
        `ways-changed` unless the account's ways in are those in `known`, where that is given.
        """

    async def remove_method(
        self, account_id: bytes, method_id: bytes, *, now: int, known: Collection[bytes] | None = None
    ) -> None:
        """NotFound if absent; NotAllowed for the last one; Conflict as in `put_method`."""

    async def close_account(self, account_id: bytes, *, now: int) -> None:
        """Its ways in, sessions and vault go: nobody opens it again. The rest goes at its date. NotFound."""

    async def open_session(self, session: Session, *, now: int) -> None: ...

    async def session(self, token_tag: bytes, *, now: int) -> Session | None: ...

    async def sessions(self, token_tags: Sequence[bytes], *, now: int) -> list[Session]:
        """Those of these tags that are open."""

    async def close_session(self, token_tag: bytes) -> None: ...

    async def sessions_of(self, account_id: bytes, *, now: int) -> list[Session]:
        """The open sessions of an account, the one that lasts longest first."""

    async def vault(self, account_id: bytes, choose: Choose | None = None, *, now: int) -> list[VaultItem]:
        """Of one instant, by name: what `choose` takes of names and versions; all without it."""
        ...

    async def vault_sizes(self, account_id: bytes, *, now: int) -> dict[str, int]:
        """The bytes of each box, by name; the boxes are not read."""
        ...

    async def put_vault(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], *, now: int
    ) -> None:
        """All or nothing; each version one above the stored (1 for new): Conflict `vault-conflict`."""

    async def add_statement(
        self, account_id: bytes, number: int, statement: bytes, *, now: int, log_entry: bytes = b""
    ) -> None:
        """The next link of a chain, and its entry in the log where there is one. The same bytes again: no
        change. Another number or bytes: Conflict `statement-conflict`.
        """

    async def statements(self, account_id: bytes, *, after: int) -> list[bytes]: ...


class Codes(Protocol):
    """Typed codes, one a subject. One whose invitation or offer is not open any more is gone."""

    async def put_code(self, code: Code, *, most: int, now: int) -> Code:
        """Give a subject a nameplate; the code that it has already, where it has one. NotFound without the
        account, Conflict `nameplate-taken`, TooManyRequests where the account has `most` already.
        """

    async def seal_code(
        self, account_id: bytes, nameplate: str, check: bytes, box: bytes, *, now: int
    ) -> None:
        """Lay down check and box of one's own, in the place of earlier ones. NotFound."""

    async def code(self, nameplate: str, *, now: int) -> Code | None: ...


class BrowserOffers(Protocol):
    """Offers to new browsers, at most one an account."""

    async def put_offer(self, offer: BrowserOffer, *, now: int) -> None:
        """Store, in the place of the account's earlier one. The same again: no change. Another under its id:
        Conflict `offer-conflict`. NotFound without the account.
        """

    async def offer(self, offer_id: bytes, *, now: int) -> BrowserOffer | None:
        """A used one too, without its box."""

    async def offer_of(self, account_id: bytes, *, now: int) -> BrowserOffer | None: ...

    async def take_offer(
        self,
        offer_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Add a way in to the offer's account, as `put_method` does, and use the offer up. By the same way in
        again: no change. NotFound; Gone `offer-used`.
        """

    async def drop_offer(self, account_id: bytes, *, now: int) -> None:
        """Take it back, if there is one."""


class Happenings(Protocol):
    """What happened to accounts, for their owners' other pages."""

    async def note_happening(self, happening: Happening) -> None:
        """Remember it, with the next number of its account; of more than 64 the oldest go."""

    async def happenings(self, account_id: bytes, *, after: int, now: int) -> list[Happening]:
        """Those above a number, ascending."""


class About(Protocol):
    """What is stored of one person, row by row, for that person."""

    async def rows_about(self, account_id: bytes, *, now: int) -> list[TableRows]:
        """Every table that can hold something of an account, with its newest rows; none of anybody else."""
