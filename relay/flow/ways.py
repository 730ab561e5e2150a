"""Ways in: the passwords, sheets, devices and passkeys of an account. Owns how one is added, replaces another
and is removed; that an account keeps a way that a person can remember or hold in a hand, and that its owner's
other pages are told.

Must never store a way that was decided by others than the account has, nor open one: `access` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from keys.names import Random
from keys.suite import is_strict_public
from relay.core.errors import Busy, Conflict, Malformed, NotAllowed, NotFound
from relay.core.model import Account, Method
from relay.core.pepper import GUESSABLE, KDF_OF_KIND, SALT_BYTES, WRAP_BYTES, Pepper, WayIn, in_order
from relay.core.ports import Store
from relay.flow.happenings import PASSWORD_REPLACED, SHEET_REPLACED, WAY_IN_ADDED, Happenings
from relay.flow.whole import to_the_end

Result = TypeVar("Result")

WAYS_CHANGED: Final = "ways-changed"
"""By the store: the account has other ways in than those by which it was decided."""
MOST_TRIES: Final = 4
MOST_METHODS: Final = 16
BOX_NONCE_BYTES: Final = 24
_REPLACED: Final = {"password": PASSWORD_REPLACED, "sheet": SHEET_REPLACED}


class Ways:
    """Lists and changes them. `random` gives that many random bytes."""

    def __init__(self, store: Store, pepper: Pepper, random: Random, happenings: Happenings) -> None:
        self._store = store
        self._pepper = pepper
        self._random = random
        self._happenings = happenings
        self.changing = asyncio.Lock()
        """Held while the ways in of an account change, one change at a time at this relay."""

    async def all(self, account_id: bytes, now: int) -> tuple[WayIn, ...]:
        """The caller's ways in. Raises NotFound."""
        account = await self._store.account(account_id, now=now)
        if account is None:
            raise NotFound
        return self.of(account)

    def of(self, account: Account) -> tuple[WayIn, ...]:
        """The ways in of an account that was read."""
        methods = (self._pepper.open_method(account.account_id, *one) for one in account.methods)
        return in_order([WayIn(one.method_id, one.kind, one.kdf, one.salt) for one in methods])

    async def add(
        self, account_id: bytes, method: Method, now: int, *, offer_id: bytes = b"", session_id: bytes = b""
    ) -> None:
        """Add a way in. A password or a sheet takes the place of the one before. With an offer this uses it
        up. `session_id` is of the session that adds it, if one does: the account's other pages are told.
        Raises Malformed; of an offer NotFound, Gone `offer-used`.
        """
        check_method(method)
        await to_the_end(self._add(account_id, method, now, offer_id, session_id))

    async def _add(
        self, account_id: bytes, method: Method, now: int, offer_id: bytes, session_id: bytes
    ) -> None:
        """Its owner is told though whoever added it hangs up: that may be a thief."""
        async with self.changing:
            replaced = await _settled(lambda: self._put(account_id, method, now, offer_id))
        kind = _REPLACED.get(method.kind, WAY_IN_ADDED) if replaced and not offer_id else WAY_IN_ADDED
        await self._happenings.note(account_id, kind, now, method.method_id, session_id)

    async def _put(self, account_id: bytes, method: Method, now: int, offer_id: bytes) -> list[bytes]:
        """Store a way in, unless the others are not these any more; which ones it replaced."""
        ways, put_id = await self.all(account_id, now), method.method_id
        known = [way.method_id for way in ways]
        replaced = [
            way.method_id
            for way in ways
            if way.kind == method.kind and way.kind in GUESSABLE and way.method_id != put_id
        ]
        if len(ways) - len(replaced) >= MOST_METHODS:
            raise Malformed("method")
        sealed = self._pepper.seal_method(account_id, method, self._random(BOX_NONCE_BYTES))
        store = self._store
        if offer_id:
            await store.take_offer(offer_id, put_id, sealed, now=now, replaced=replaced, known=known)
        else:
            await store.put_method(account_id, put_id, sealed, now=now, replaced=replaced, known=known)
        return replaced

    async def remove(self, account_id: bytes, method_id: bytes, now: int) -> None:
        """Remove a way in. NotFound; NotAllowed where no password and no sheet would remain."""
        async with self.changing:
            await _settled(lambda: self._remove(account_id, method_id, now))

    async def _remove(self, account_id: bytes, method_id: bytes, now: int) -> None:
        ways = await self.all(account_id, now)
        if not any(way.kind in GUESSABLE for way in ways if way.method_id != method_id):
            raise NotAllowed
        known = [way.method_id for way in ways]
        await self._store.remove_method(account_id, method_id, now=now, known=known)


async def _settled(change: Callable[[], Awaitable[Result]]) -> Result:
    """Decide and store anew while another relay changes the same ways in. Raises Busy."""
    for _ in range(MOST_TRIES):
        try:
            return await change()
        except Conflict as conflict:
            if conflict.code != WAYS_CHANGED:
                raise
    raise Busy


def check_method(method: Method) -> Method:
    """Return a way in whose fields fit each other. Raises Malformed."""
    fits = KDF_OF_KIND.get(method.kind) == method.kdf and is_strict_public(method.login_key)
    fits &= bool(method.kdf) or not any(method.salt)  # as the invented ones have it
    sizes = len(method.method_id) == 16 and len(method.salt) == SALT_BYTES and len(method.wrap) == WRAP_BYTES
    if not fits or not sizes:
        raise Malformed("method")
    return method
