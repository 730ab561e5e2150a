"""Access: who is calling. Owns logins and the sessions that they open. (docs/protocol.md, part 9.)

Longer than most modules, so that a session's whole life is read in one place; `challenges` has what a login
answers, `ways` what it is answered with.

The answer for a name that nobody has is of the same shape and stays the same; a wrong answer costs the
same work whoever was named. A bearer token is known by its keyed hash alone. Must never say which of
name, way in or secret was wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.errors import BadSignature, NotOpened
from keys.errors import Malformed as MalformedFormat
from keys.names import Random, Role, origin_hash
from keys.suite import SignKey
from keys.unlock import Login, check_login_name
from relay.core.errors import (
    LoginRefused,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooManyRequests,
)
from relay.core.model import Account, Method, Session
from relay.core.pepper import GUESSABLE, SALT_BYTES, WRAP_BYTES, Pepper, WayIn
from relay.core.ports import Store
from relay.core.retention import account_expires_at
from relay.core.words import Kind
from relay.flow.brake import Brake
from relay.flow.challenges import Challenges
from relay.flow.company import Company
from relay.flow.happenings import SHEET_USED, Happenings
from relay.flow.tabs import Tab, Tabs
from relay.flow.telling import Telling
from relay.flow.together import Together
from relay.flow.ways import BOX_NONCE_BYTES, Ways

TOKEN_BYTES: Final = 32
MOST_SESSIONS_REMEMBERED: Final = 10_000
REMEMBERED_SECONDS: Final = 60
"""Sessions end in the store too: a reopening that ends or is stopped closes an account with all of them."""
REMEMBERED_AMONG_OTHERS_SECONDS: Final = 1
"""Where other relays end sessions too, one serves to read for the rest of its second, and never to write."""
_SESSION_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Started:
    """What a login begins with."""

    account_id: bytes
    ways: tuple[WayIn, ...]
    challenge: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a challenge; `signature` by the login key of the method."""

    account_id: bytes
    method_id: bytes
    challenge: bytes
    nonce: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A session: token for the bearer, the method's wrapped account key, and the first second without it."""

    token: bytes = field(repr=False)
    wrap: bytes = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An open session as its owner is told of it. `seen_at` is 0 and `label` empty where nothing is known."""

    session_id: bytes
    expires_at: int
    seen_at: int
    label: bytes = field(repr=False)
    current: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """The origin of this relay, how long a session lives, and how many wrong answers cost nothing."""

    origin: str
    session_seconds: int
    free_failures: int


class Access:
    """Opens and closes sessions. `random` gives that many random bytes."""

    def __init__(
        self,
        store: Store,
        pepper: Pepper,
        random: Random,
        company: Company,
        telling: Telling,
        happenings: Happenings,
        ways: Ways,
        terms: Terms,
    ) -> None:
        self._store = store
        self._telling = telling
        self._happenings = happenings
        self._pepper = pepper
        self._brake = Brake(terms.free_failures, company)
        self._random = random
        self._ways = ways
        self._challenges = Challenges(pepper, random, company)
        self._origin_hash = origin_hash(terms.origin)
        self._session_seconds = terms.session_seconds
        self._company = company
        self._sessions: OrderedDict[bytes, tuple[Session, int]] = OrderedDict()  # and until when
        self._closings = 0
        self._asked = Together(self._look_up)
        self._asked_at = 0
        self._remembered_seconds = REMEMBERED_AMONG_OTHERS_SECONDS if store.shared else REMEMBERED_SECONDS
        self._tabs = Tabs(company)
        nobody = Method(bytes(16), "password", 1, bytes(SALT_BYTES), _public(random(32)), bytes(WRAP_BYTES))
        self._nobody = pepper.seal_method(bytes(16), nobody, random(BOX_NONCE_BYTES))
        company.hear(Kind.SESSION, lambda fields: self._closed(fields[0]))
        company.forgets(self._forget_sessions)

    async def start(self, name: str, now: int) -> Started:
        """Begin a login. The same work and the same shape for a name that nobody has. Raises Malformed."""
        check_name(name)
        account_id, ways = self._pepper.invented(name)
        account = await self._store.account_by_name(self._pepper.name_tag(name), now=now)
        if account is None or not account.methods:  # one that was left is as one that never was
            for _ in ways:
                self._pepper.open_method(bytes(16), bytes(16), self._nobody)
        else:
            account_id, ways = account.account_id, self._ways.of(account)
        return Started(account_id, ways, self._challenges.draw(account_id, now))

    async def open(self, answer: Answer, network: bytes, now: int) -> Opened:
        """Answer a challenge. `network` names where the caller is, or is empty where that says nothing.

        Raises LoginRefused, Busy for a challenge from before something may have been missed (whatever the
        answer is worth), or TooManyRequests with `retry_after` while this name or network has to wait;
        the secret of a device or passkey cannot be guessed, so whoever proves it never waits. Whoever does
        not, waits as at an invented device: else the wait would tell which names are somebody's.
        """
        account = await self._store.account(answer.account_id, now=now)
        method = self._method(account, answer.method_id)
        proven = self._proven(method, answer)
        if method.kind in GUESSABLE or not proven:
            self._check_pace(answer.account_id, network, now)
        fresh = self._challenges.take(answer.account_id, answer.challenge, now)
        if not (proven and fresh) or account is None:
            self._brake.failed(answer.account_id, network, now)
            raise LoginRefused
        self._brake.succeeded(answer.account_id, network)
        waiting = await self._telling.waiting(answer.account_id, now)
        opened = await self._open_session(account, method, now)
        await self._telling.was_read(waiting)
        if method.kind == "sheet":
            session_id = self.session_id(opened.token)
            await self._happenings.note(answer.account_id, SHEET_USED, now, method.method_id, session_id)
        return opened

    def session_id(self, token: bytes) -> bytes:
        """By which a session is named to its owner."""
        return self._pepper.session_tag(token)[:_SESSION_ID_BYTES]

    def remembered(self, token: bytes, now: int, *, writes: bool = False) -> bytes | None:
        """The account of a session that is at hand: no store is asked. None for a caller who writes, where
        another relay may have ended it.
        """
        if writes and self._store.shared:
            return None
        session, until = self._sessions.get(self._pepper.session_tag(token), (None, 0))
        if session is None or now >= min(until, session.expires_at):
            return None
        self._tabs.seen(session.token_tag, now)
        return session.account_id

    async def caller(self, token: bytes, now: int, *, writes: bool = False) -> bytes:
        """The account of a session. The store is asked, of a caller who writes in any case where others write
        to it too: a session that has ended anywhere writes no more. Raises NotSignedIn.
        """
        tag = self._pepper.session_tag(token)
        session, until = self._sessions.get(tag, (None, 0))
        if session is None or now >= until or (writes and self._store.shared):
            closings, self._asked_at = self._closings, now
            session = await self._asked.of(tag)
            self._sessions.pop(tag, None)
            if session is not None and closings == self._closings:  # else it may be the one that was closed
                self._remember(session, now)
        if session is None or now >= session.expires_at:
            raise NotSignedIn
        self._tabs.seen(tag, now)
        return session.account_id

    async def _look_up(self, tags: Sequence[bytes]) -> dict[bytes, Session]:
        return {one.token_tag: one for one in await self._store.sessions(tags, now=self._asked_at)}

    async def close(self, token: bytes) -> None:
        """End a session."""
        await self._close(self._pepper.session_tag(token))

    async def _close(self, tag: bytes) -> None:
        self._tabs.forget(tag)
        self._sessions.pop(tag, None)
        await self._store.close_session(tag)
        self._closed(tag)
        self._company.tell(Kind.SESSION, tag)

    def _closed(self, tag: bytes) -> None:
        """A session has ended, here or at another relay."""
        self._closings += 1
        self._tabs.forget(tag)
        self._sessions.pop(tag, None)  # a look-up may have been under way

    def _forget_sessions(self) -> None:
        """One may have ended and we were not told."""
        self._closings += 1
        self._sessions.clear()

    # --- what is open, and tabs that are reloaded ---

    async def sessions(self, token: bytes, account_id: bytes, now: int) -> list[Listed]:
        """The caller's open sessions. One whose page was left, and not come back to, ends here."""
        mine = self._pepper.session_tag(token)
        found = await self._store.sessions_of(account_id, now=now)
        for one in found:
            if self._tabs.abandoned(one.token_tag, now):
                await self._close(one.token_tag)
                found = [other for other in found if other is not one]
        return [self._listed(one, mine) for one in found]

    def _listed(self, session: Session, mine: bytes) -> Listed:
        label, seen_at = self._tabs.known(session.token_tag)
        tag = session.token_tag
        return Listed(tag[:_SESSION_ID_BYTES], session.expires_at, seen_at, label, tag == mine)

    async def end_session(self, account_id: bytes, session_id: bytes, now: int) -> None:
        """End one of the caller's sessions, at its next request. Raises NotFound."""
        found = await self._store.sessions_of(account_id, now=now)
        tags = [one.token_tag for one in found if one.token_tag[:_SESSION_ID_BYTES] == session_id]
        if not tags:
            raise NotFound
        for tag in tags:
            await self._close(tag)

    def keep_tab(self, token: bytes, tab: Tab, now: int) -> None:
        """Hold the relay's half for this session's page."""
        self._tabs.put(self._pepper.session_tag(token), tab, now)

    async def resume(self, tab_token: bytes, now: int) -> Tab:
        """The half of a page that is reloaded. Raises NotSignedIn where it, or its session, is no more."""
        found = self._tabs.find(tab_token, now)
        if found is None:
            raise NotSignedIn
        session_tag, tab = found
        if await self._store.session(session_tag, now=now) is None:
            self._tabs.forget(session_tag)
            raise NotSignedIn
        return tab

    def leave(self, tab_token: bytes, now: int) -> None:
        """A page says that it is being left."""
        self._tabs.left(tab_token, now)

    async def lock_tab(self, tab_token: bytes) -> None:
        """A page that its owner has locked is being left, and cannot end its session any more by itself."""
        session_tag = self._tabs.session_of(tab_token)
        if session_tag is not None:
            await self._close(session_tag)

    async def check_may_leave(self, account_id: bytes, now: int) -> None:
        """A coach's clients depend on the coach. Raises NotFound, NotAllowed."""
        if (await self._account(account_id, now)).role is not Role.CLIENT:
            raise NotAllowed

    async def close_account(self, account_id: bytes, now: int) -> None:
        """A client leaves: no way in remains, every session ends. Raises NotFound, NotAllowed for a coach."""
        await self.check_may_leave(account_id, now)
        async with self._ways.changing:
            for one in await self._store.sessions_of(account_id, now=now):
                await self._close(one.token_tag)
            await self._store.close_account(account_id, now=now)

    async def _account(self, account_id: bytes, now: int) -> Account:
        account = await self._store.account(account_id, now=now)
        if account is None:
            raise NotFound
        return account

    def _check_pace(self, account_id: bytes, network: bytes, now: int) -> None:
        wait_seconds = self._brake.wait_seconds(account_id, network, now)
        if wait_seconds:
            raise TooManyRequests(retry_after=wait_seconds)

    def _method(self, account: Account | None, method_id: bytes) -> Method:
        """The named way in; nobody's where there is none, opened at the same cost."""
        sealed = dict(account.methods).get(method_id) if account is not None else None
        if account is None or sealed is None:
            return self._pepper.open_method(bytes(16), bytes(16), self._nobody)
        try:
            return self._pepper.open_method(account.account_id, method_id, sealed)
        except NotOpened:
            raise LoginRefused("a method does not open under this pepper") from None

    def _proven(self, method: Method, answer: Answer) -> bool:
        login = Login(self._origin_hash, answer.account_id, answer.method_id, answer.challenge, answer.nonce)
        try:
            login.verify(method.login_key, answer.signature)
        except (BadSignature, MalformedFormat):
            return False
        return method.method_id == answer.method_id

    async def _open_session(self, account: Account, method: Method, now: int) -> Opened:
        expires_at = await self._prolong(account, now)
        token = self._random(TOKEN_BYTES)
        session = Session(
            self._pepper.session_tag(token), account.account_id, min(now + self._session_seconds, expires_at)
        )
        await self._store.open_session(session, now=now)
        self._remember(session, now)
        return Opened(token, method.wrap, session.expires_at)

    async def _prolong(self, account: Account, now: int) -> int:
        if account.role is not Role.COACH:
            return account.expires_at
        expires_at = account_expires_at(Role.COACH, (), now)
        if expires_at > account.expires_at:
            await self._store.extend_account(account.account_id, expires_at)
        return max(expires_at, account.expires_at)

    def _remember(self, session: Session, now: int) -> None:
        self._sessions[session.token_tag] = session, now + self._remembered_seconds
        if len(self._sessions) > MOST_SESSIONS_REMEMBERED:
            self._sessions.popitem(last=False)


def check_name(name: str) -> str:
    """Return a login name that has the form of docs/protocol.md, part 3. Raises Malformed."""
    try:
        return check_login_name(name)
    except MalformedFormat:
        raise Malformed("login name") from None


def _public(seed: bytes) -> bytes:
    return SignKey.from_seed(seed).public
