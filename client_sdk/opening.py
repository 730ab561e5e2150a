"""Opening: from a link, a password, a sheet or this computer's own secret to an open account.

Owns enrolment and unlocking with everything around them: where the secret of this computer rests, the way in
that goes with it, and the renewal of the key card. Must never leave an account at the relay that this
computer cannot open, so the secret is on disk before the relay hears of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random as jitter
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client_sdk import enrol, errors, own_copies, protocol
from client_sdk.clock import RelayClock
from client_sdk.core import Core
from client_sdk.home import Home
from client_sdk.keepers import Keepers
from client_sdk.keyring import Keychain, SealedFile, SecretPlace
from client_sdk.protocol.people import LoginStart
from client_sdk.records import Records
from client_sdk.session import Session, device_way_in, offered, stretched_way_in
from client_sdk.state import State
from client_sdk.transport import AiohttpTransport, Patient, Transport, check_origin, is_loopback
from client_sdk.vault import Change, Vault
from keys import unlock
from keys.policy import parse_policy
from keys.statement import parse_statement
from keys.suite import SignKey

log = logging.getLogger("client_sdk")

STATE: Final = "state.sqlite3"
DEVICE_FILE: Final = "device.sealed"

Password = str | Callable[[], str] | None
Connect = Callable[[str], Transport]


@dataclass(frozen=True, slots=True)
class Means:
    """What opening works with. `password` is asked for once, and only if it is needed."""

    home: Home
    password: Password = field(repr=False)
    keychain: bool
    connect: Connect
    accept_older_vault: bool = False

    def ask(self) -> str:
        """Return the password. `Locked` where there is nobody to ask."""
        if self.password is None:
            raise errors.Locked
        return self.password if isinstance(self.password, str) else self.password()

    def session(self, origin: str, name: str) -> Session:
        """Make a session that is not signed in."""
        clock = RelayClock()
        patient = Patient(self.connect(check_origin(origin)), clock, jitter.random)
        return Session(origin, name, patient, clock, secrets.token_bytes)


def asked_once(password: Password) -> Password:
    """Return a source of the password that asks at most once."""
    if not callable(password):
        return password
    answers: list[str] = []

    def ask() -> str:
        if not answers:
            answers.append(password())
        return answers[0]

    return ask


def means(
    home: Home | Path | str | None,
    password: Password,
    keychain: bool,
    connect: Connect | None,
    *,
    accept_older_vault: bool = False,
) -> Means:
    """Join what a caller gave; the system's own trust and the default folder where nothing was given."""
    place = home if isinstance(home, Home) else Home(home)
    return Means(place, asked_once(password), keychain, connect or AiohttpTransport, accept_older_vault)


# --- local state of an account ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Local:
    """What this computer keeps of one account."""

    login: str
    state: State
    place: SecretPlace

    @classmethod
    def at(cls, login: str, means: Means) -> Local:
        """Open or begin the folder of an account."""
        folder = means.home.folder(login)
        state = State(folder / STATE)
        kind = state.fact("secret").decode("ascii") or ("keychain" if means.keychain else "file")
        if kind == "keychain":
            return cls(login, state, Keychain(login))
        place = SealedFile(folder / DEVICE_FILE, means.ask, secrets.token_bytes, means.home.file_cost)
        return cls(login, state, place)

    async def remember(self, origin: str, account_id: bytes, method_id: bytes, secret: bytes) -> None:
        """Keep this computer's way in, the secret first."""
        await asyncio.to_thread(self.place.save, secret)
        with self.state.changing():
            self.state.note("secret", self.place.kind.encode("ascii"))
            self.state.note("origin", origin.encode("ascii"))
            self.state.note("account-id", account_id)
            self.state.note("method-id", method_id)


# --- unlocking ----------------------------------------------------------------------------------------------


async def unlock_account(login: str | None, means: Means, sheet: str | None) -> Core:
    """Open an account by this computer's own secret; failing that by the password, or by a sheet."""
    chosen = means.home.choose(login)
    if chosen in means.home.accounts():
        return await _unlock_known(chosen, means, sheet)
    return await _unlock_new(chosen, guess_origin(chosen), means, sheet)


async def _unlock_known(login: str, means: Means, sheet: str | None) -> Core:
    local = Local.at(login, means)
    origin = local.state.fact("origin").decode("ascii")
    try:
        secret = None if sheet else await asyncio.to_thread(local.place.load)
    except errors.WrongPassword:
        local.state.close()
        raise
    except errors.Locked:
        secret = None
    core = await _by_this_computer(local, origin, means, secret) if secret else None
    if core is None:
        local.state.close()
        return await _unlock_new(login, origin, means, sheet)
    return core


async def _by_this_computer(local: Local, origin: str, means: Means, secret: bytes) -> Core | None:
    """Open by the secret kept here; None where the relay does not know this computer's way in any more: it
    was removed elsewhere, or came after the backup from which the relay was restored.
    """
    account_id, method_id = local.state.fact("account-id"), local.state.fact("method-id")
    session = means.session(origin, local.login.partition("@")[0])
    async with closing_on_failure(session, local.state):
        try:
            account_key = await session.sign_in(device_way_in(account_id, method_id, secret))
        except errors.WrongPassword:
            log.info("this computer's way in is not known any more")
            await session.close()
            return None
        return await open_core(session, local, means, account_id, account_key)


async def _unlock_new(login: str, origin: str, means: Means, sheet: str | None) -> Core:
    """Open an account on a computer that has no way in of its own, and give it one."""
    session = means.session(origin, login.partition("@")[0])
    async with closing_on_failure(session):
        started = await session.start()
        kind, secret = (
            ("sheet", enrol.sheet_secret(sheet))
            if sheet
            else ("password", enrol.password_secret(means.ask()))
        )
        account_key = await _sign_in_stretched(session, started, kind, secret)
        device = secrets.token_bytes(32)
        method = enrol.device_method(device, started.account_id, account_key, secrets.token_bytes)
        local = Local.at(login, means)
        await session.call(protocol.people.add_method(method))
        await local.remember(origin, started.account_id, method.method_id, device)
        return await open_core(session, local, means, started.account_id, account_key)


async def _sign_in_stretched(session: Session, started: LoginStart, kind: str, secret: bytes) -> bytes:
    """Sign in by the first method of a kind that takes the secret; a challenge serves once."""
    refusal: errors.RelayError = errors.WrongPassword()
    for number, one in enumerate(offered(started, kind)):
        if number:
            started = await session.start()
        keys = await asyncio.to_thread(enrol.stretch, secret, session.name, session.origin, one.salt)
        try:
            return await session.sign_in(stretched_way_in(started, one, keys), started)
        except errors.WrongPassword as wrong:
            refusal = wrong
    raise refusal


def guess_origin(login: str) -> str:
    """Return the origin of NAME@HOST: https, but for this computer itself."""
    name, _, host = login.partition("@")
    if not name or not host:
        raise errors.Misused("An account is written NAME@HOST.")
    bare = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return f"{'http' if is_loopback(bare.strip('[]')) else 'https'}://{host}"


async def open_core(
    session: Session, local: Local, means: Means, account_id: bytes, account_key: bytes
) -> Core:
    """Read the vault and join everything; renew the key card where that is due."""
    keys = unlock.account_keys(account_key)
    records = Records(session, local.state, account_id, keys.vault_key, secrets.token_bytes)
    await records.load(accept_older=means.accept_older_vault)
    keepers = Keepers(session, records.vault.pins, keys.access, secrets.token_bytes)
    core = Core(
        session,
        local.state,
        records,
        keepers,
        keys.access,
        means.home.folder(local.login),
        secrets.token_bytes,
        local.place,
    )
    own_copies.let_go(core, core.now())
    _check_card(core, keys.access)
    await renew_card(core)
    return core


def _check_card(core: Core, access: SignKey) -> None:
    """The vault's own card must be signed by the vault's identity and name the access key of this account."""
    card = parse_statement(core.vault.card).card
    if card.identity_public != core.vault.identity.public or card.access_public != access.public:
        raise errors.NotTrusted("own-card")


async def renew_card(core: Core) -> None:
    """Give the account fresh reading keys at the first unlock after 30 days: vault first, then contacts."""
    now = core.now()
    if not enrol.card_is_due(parse_statement(core.vault.card).card, now):
        return
    policies = [parse_policy(item.policy) for item in core.vault.engagements]

    def make(vault: Vault) -> dict[str, Change]:
        if not enrol.card_is_due(parse_statement(vault.card).card, now):
            return {}  # another device was first
        return enrol.renewal(vault, policies, now, core.random)

    await core.records.change(make)
    await core.session.call(protocol.people.add_statement(core.vault.card))
    log.info("key card renewed")


@contextlib.asynccontextmanager
async def closing_on_failure(session: Session, state: State | None = None) -> AsyncIterator[None]:
    """Close what was opened if the rest of the opening fails."""
    try:
        yield
    except BaseException:
        await session.close()
        if state is not None:
            state.close()
        raise
