"""Enrolment: an account is made, a coach's from the operator's link or a client's from a coach's.

Owns the one request that makes it, with three ways in at once: password, sheet, this computer. Must never
leave an account at the relay that this computer cannot open, so its secret is on disk before the relay hears
of it. Looking at an invitation has no effect. (docs/protocol.md, parts 10 and 13.)
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from client_sdk import enrol, errors, protocol
from client_sdk.core import Core
from client_sdk.joining import (
    Accepted,
    accept,
    agreement_of,
    open_again,
    open_invitation,
    read_link,
    shown_text,
)
from client_sdk.messages import Proposal, RecoverySheet, instant
from client_sdk.opening import Connect, Local, Means, closing_on_failure, means, open_core
from client_sdk.pinning import pin_further
from client_sdk.protocol.joining import Enrolment
from client_sdk.session import Session, device_way_in
from client_sdk.vault import KEPT_SECONDS, Change
from client_sdk.vault_items import ProfileItem
from client_sdk.wire import RelayConflict
from keys import invitation as formats
from keys.errors import KeysError
from keys.pins import Pins
from keys.reopening import REOPENING
from keys.suite import H

log = logging.getLogger("client_sdk")

NAME_TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An open account that has just been made, and its sheet."""

    core: Core
    sheet: RecoverySheet


async def setup(link: str, means: Means, name: str | None, keepers: Sequence[str] = ()) -> Enrolled:
    """Make a coach's account from the operator's link, with further keepers by their fingerprints."""
    parsed = read_link(link, formats.COACH)
    keys = formats.invitation_keys(parsed.secret)
    session = means.session(parsed.origin, "")
    async with closing_on_failure(session):
        facts = await _check_relay(session)
        waiting = await session.ask(protocol.joining.fetch_invitation(keys.invite_id))
        try:
            box = formats.open_coach_invitation(keys, waiting.box, waiting.expires_at)
        except KeysError as cause:
            raise errors.NotTrusted("invitation") from cause
        profile = ProfileItem(
            shown_text(box.shown, "coach_name", "Coach"), shown_text(box.shown, "relay_name", "Quietbox")
        )

        pins = pin_further(box.pins, keepers, facts.keepers)

        def no_acceptance(seeds: enrol.Seeds, card: bytes) -> None:
            return None

        return await _enrol(session, means, keys, pins, name, profile, no_acceptance)


async def accept_invitation(
    link: str, means: Means, name: str, login: str | None, seen: Proposal | None
) -> Enrolled:
    """Make a client's account from a coach's link, and sign the agreement as `name`: the one that was `seen`,
    where it was looked at before.
    """
    if not name.strip() or len(name) > 200:
        raise errors.Misused("A name has 1 to 200 characters.")
    parsed = read_link(link, formats.CLIENT)
    keys = formats.invitation_keys(parsed.secret)
    session = means.session(parsed.origin, "")
    async with closing_on_failure(session):
        await _check_relay(session)
        waiting = await session.ask(protocol.joining.fetch_invitation(keys.invite_id))
        box, clients = _open(keys, waiting, session.origin)
        if seen is not None and seen.box_hash != H(waiting.box):
            raise errors.Conflict("The invitation was changed after you read it: read it again.")
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
                clients=clients,
            )

        return await _enrol(session, means, keys, box.pins, login, profile, answer)


async def look(link: str, connect: Connect | None) -> Proposal:
    """Open a coach's invitation to look at it. This has no effect and uses nothing up."""
    parsed = read_link(link, formats.CLIENT)
    keys = formats.invitation_keys(parsed.secret)
    session = means(None, None, False, connect).session(parsed.origin, "")
    try:
        waiting = await session.ask(protocol.joining.fetch_invitation(keys.invite_id))
        box, clients = _open(keys, waiting, session.origin)
    finally:
        await session.close()
    return Proposal(
        coach_name=shown_text(box.shown, "coach_name", "A coach"),
        client_name=shown_text(box.shown, "client_name", ""),
        relay_name=shown_text(box.shown, "relay_name", "Quietbox"),
        welcome=str(box.shown.get("welcome", "")),
        agreement=agreement_of(box).text,
        expires_at=instant(waiting.expires_at),
        box_hash=H(waiting.box),
        reopens=bool(clients),
    )


def _open(
    keys: formats.InvitationKeys, waiting: protocol.joining.InvitationBox, origin: str
) -> tuple[formats.ClientInvitation, tuple[bytes, ...]]:
    """Open a client's invitation, and who was client before where a lost inbox is reopened by it."""
    if waiting.kind == REOPENING:
        found = open_again(keys, waiting.box, waiting.expires_at, origin)
        return found.invitation, found.clients
    return open_invitation(keys, waiting.box, waiting.expires_at, origin), ()


async def _check_relay(session: Session) -> protocol.about.RelayFacts:
    """The relay must call itself what the link calls it: keys and salts are bound to that name."""
    facts = await session.ask(protocol.about.relay_facts())
    if facts.origin != session.origin:
        raise errors.NotTrusted("origin")
    return facts


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
) -> tuple[protocol.people.Method, ...]:
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
        await session.ask(protocol.joining.redeem(keys.invite_id, body, formats.sign_redemption(keys, body)))
    except errors.ServerUnavailable:
        raise  # it may have been stored: what this computer keeps stays
    except errors.RelayError:
        local.state.close()
        local.place.forget()
        shutil.rmtree(means.home.folder(login), ignore_errors=True)
        raise
    log.info("enrolled methods=%d bytes=%d", len(enrolment.methods), len(body))
    account_key = await session.sign_in(device_way_in(seeds.account_id, method_id, device))
    core = await open_core(session, local, means, seeds.account_id, account_key)
    return Enrolled(core, RecoverySheet(login, sheet))
