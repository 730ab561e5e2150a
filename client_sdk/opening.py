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
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final

from client_sdk import enrol, errors, protocol
from client_sdk.clock import RelayClock
from client_sdk.core import Core
from client_sdk.home import Home
from client_sdk.joining import Accepted, accept, open_invitation, read_link, shown_text
from client_sdk.keepers import Keepers
from client_sdk.keyring import Keychain, SealedFile, SecretPlace
from client_sdk.messages import RecoverySheet
from client_sdk.protocol import Enrolment, LoginStart
from client_sdk.records import Records
from client_sdk.session import Session, device_way_in, offered, stretched_way_in
from client_sdk.state import State
from client_sdk.transport import AiohttpTransport, Patient, Transport, check_origin, is_loopback
from client_sdk.vault import KEPT_SECONDS, Change, ProfileItem, Vault
from client_sdk.wire import RelayConflict
from keys import invitation as formats
from keys import unlock
from keys.errors import KeysError
from keys.pins import Pins
from keys.policy import parse_policy
from keys.statement import parse_statement
from keys.suite import SignKey

log = logging.getLogger("client_sdk")

NAME_TRIES: Final = 8
STATE: Final = "state.sqlite3"
SECRET_FILE: Final = "device.sealed"

Password = str | Callable[[], str] | None
Connect = Callable[[str], Transport]


@dataclass(frozen=True, slots=True)
class Means:
    """What opening works with. `password` is asked for once, and only if it is needed."""

    home: Home
    password: Password = field(repr=False)
    keychain: bool
    connect: Connect

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


def connect_plainly(origin: str) -> Transport:
    """Connect with the system's own trust."""
    return AiohttpTransport(origin)


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
        place = SealedFile(folder / SECRET_FILE, means.ask, secrets.token_bytes, means.home.file_cost)
        return cls(login, state, place)

    async def remember(self, origin: str, account_id: bytes, method_id: bytes, secret: bytes) -> None:
        """Keep this computer's way in, the secret first."""
        await asyncio.to_thread(self.place.save, secret)
        with self.state.changing():
            self.state.note("secret", self.place.kind.encode("ascii"))
            self.state.note("origin", origin.encode("ascii"))
            self.state.note("account-id", account_id)
            self.state.note("method-id", method_id)


# --- enrolment ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An open account that has just been made, and its sheet."""

    core: Core
    sheet: RecoverySheet


async def setup(link: str, means: Means, name: str | None) -> Enrolled:
    """Make a coach's account from the operator's link."""
    parsed = read_link(link, formats.COACH)
    keys = formats.invitation_keys(parsed.secret)
    session = means.session(parsed.origin, "")
    async with _closing_on_failure(session):
        await _check_relay(session)
        waiting = await session.ask(protocol.fetch_invitation(keys.invite_id))
        try:
            box = formats.open_coach_invitation(keys, waiting.box, waiting.expires_at)
        except KeysError as cause:
            raise errors.NotTrusted("invitation") from cause
        profile = ProfileItem(
            shown_text(box.shown, "coach_name", "Coach"), shown_text(box.shown, "relay_name", "Quietbox")
        )

        def no_acceptance(seeds: enrol.Seeds, card: bytes) -> None:
            return None

        return await _enrol(session, means, keys, box.pins, name, profile, no_acceptance)


async def accept_invitation(link: str, means: Means, name: str, login: str | None) -> Enrolled:
    """Make a client's account from a coach's link, and sign the agreement as `name`."""
    if not name.strip() or len(name) > 200:
        raise errors.Misused("A name has 1 to 200 characters.")
    parsed = read_link(link, formats.CLIENT)
    keys = formats.invitation_keys(parsed.secret)
    session = means.session(parsed.origin, "")
    async with _closing_on_failure(session):
        await _check_relay(session)
        waiting = await session.ask(protocol.fetch_invitation(keys.invite_id))
        box = open_invitation(keys, waiting.box, waiting.expires_at, session.origin)
        profile = ProfileItem(name.strip(), shown_text(box.shown, "relay_name", "Quietbox"))

        def answer(seeds: enrol.Seeds, card: bytes) -> Accepted:
            return accept(
                keys,
                waiting.box,
                box,
                name=name.strip(),
                identity=seeds.identity,
                card=card,
                random=secrets.token_bytes,
            )

        return await _enrol(session, means, keys, box.pins, login, profile, answer)


async def read_invitation(link: str, connect: Connect) -> formats.ClientInvitation:
    """Open a coach's invitation to look at it. This has no effect and uses nothing up."""
    parsed = read_link(link, formats.CLIENT)
    keys = formats.invitation_keys(parsed.secret)
    session = Means(Home(), None, False, connect).session(parsed.origin, "")
    try:
        waiting = await session.ask(protocol.fetch_invitation(keys.invite_id))
        return open_invitation(keys, waiting.box, waiting.expires_at, session.origin)
    finally:
        await session.close()


async def _check_relay(session: Session) -> None:
    """The relay must call itself what the link calls it: keys and salts are bound to that name."""
    facts = await session.ask(protocol.relay_facts())
    if facts.origin != session.origin:
        raise errors.NotTrusted("origin")


async def _enrol(
    session: Session,
    means: Means,
    keys: formats.InvitationKeys,
    pins: Pins,
    name: str | None,
    profile: ProfileItem,
    answer: Callable[[enrol.Seeds, bytes], Accepted | None],
) -> Enrolled:
    now = session.now()
    seeds = enrol.draw_seeds(now, secrets.token_bytes)
    card = enrol.first_card(seeds, pins, session.origin, now)
    accepted = answer(seeds, card)
    more = {"profile": Change(profile.encode(), now + KEPT_SECONDS)}
    if accepted is not None:
        more |= accepted.changes
    first = enrol.first_vault(seeds, card, pins, now, secrets.token_bytes, more)
    sheet, device = enrol.draw_sheet(secrets.token_bytes), secrets.token_bytes(32)
    for attempt in range(1, NAME_TRIES + 1):
        session.name = name or enrol.draw_name(secrets.token_bytes)
        methods = await asyncio.to_thread(_methods, session, means, seeds, sheet, device)
        enrolment = Enrolment(
            seeds.account_id,
            session.name,
            methods,
            card,
            first.items,
            accepted.acceptance if accepted else b"",
            accepted.act if accepted else b"",
        )
        try:
            return await _redeem(session, means, keys, enrolment, seeds, device, sheet)
        except RelayConflict as taken:
            if taken.reason != "name-taken":
                raise
            if name or attempt == NAME_TRIES:
                raise errors.Misused("That login name is taken.", hint="Choose another one.") from taken
    raise AssertionError("the last try returns or raises")


def _methods(
    session: Session, means: Means, seeds: enrol.Seeds, sheet: str, device: bytes
) -> tuple[protocol.Method, ...]:
    """Make the three ways in: password, sheet, this computer."""
    stretched = [
        enrol.stretched_method(kind, secret, seeds, session.name, session.origin, secrets.token_bytes)
        for kind, secret in (
            ("password", enrol.password_secret(means.ask())),
            ("sheet", enrol.sheet_secret(sheet)),
        )
    ]
    return (
        *stretched,
        enrol.device_method(device, seeds.account_id, seeds.account_key, secrets.token_bytes),
    )


async def _redeem(
    session: Session,
    means: Means,
    keys: formats.InvitationKeys,
    enrolment: Enrolment,
    seeds: enrol.Seeds,
    device: bytes,
    sheet: str,
) -> Enrolled:
    login = f"{session.name}@{enrol.authority(session.origin)}"
    local = Local.at(login, means)
    method_id = enrolment.methods[-1].method_id
    await local.remember(session.origin, seeds.account_id, method_id, device)
    body = enrolment.body()
    try:
        await session.ask(protocol.redeem(keys.invite_id, body, formats.sign_redemption(keys, body)))
    except errors.ServerUnavailable:
        raise  # it may have been stored: what this computer keeps stays
    except errors.RelayError:
        local.state.close()
        local.place.forget()
        shutil.rmtree(means.home.folder(login), ignore_errors=True)
        raise
    log.info("enrolled methods=%d bytes=%d", len(enrolment.methods), len(body))
    account_key = await session.sign_in(device_way_in(seeds.account_id, method_id, device))
    core = await _core(session, local, means, seeds.account_id, account_key)
    return Enrolled(core, RecoverySheet(login, sheet))


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
    if secret is None:
        local.state.close()
        return await _unlock_new(login, origin, means, sheet)
    account_id, method_id = local.state.fact("account-id"), local.state.fact("method-id")
    session = means.session(origin, login.partition("@")[0])
    async with _closing_on_failure(session, local.state):
        account_key = await session.sign_in(device_way_in(account_id, method_id, secret))
        return await _core(session, local, means, account_id, account_key)


async def _unlock_new(login: str, origin: str, means: Means, sheet: str | None) -> Core:
    """Open an account on a computer that has no way in of its own, and give it one."""
    session = means.session(origin, login.partition("@")[0])
    async with _closing_on_failure(session):
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
        await session.call(protocol.add_method(method))
        await local.remember(origin, started.account_id, method.method_id, device)
        return await _core(session, local, means, started.account_id, account_key)


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


async def _core(session: Session, local: Local, means: Means, account_id: bytes, account_key: bytes) -> Core:
    """Read the vault and join everything; renew the key card where that is due."""
    keys = unlock.account_keys(account_key)
    records = Records(session, local.state, account_id, keys.vault_key, secrets.token_bytes)
    await records.load()
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
    local.state.forget_due(core.now())
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
    await core.session.call(protocol.add_statement(core.vault.card))
    log.info("key card renewed")


@contextlib.asynccontextmanager
async def _closing_on_failure(session: Session, state: State | None = None) -> AsyncIterator[None]:
    """Close what was opened if the rest of the opening fails."""
    try:
        yield
    except BaseException:
        await session.close()
        if state is not None:
            state.close()
        raise
