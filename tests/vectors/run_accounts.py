"""Runs one vector of an account: ways in, the recovery sheet, the vault, invitations.

Owns what each operation means in terms of `keys`; README.md says the same for readers in another language.
"""

from __future__ import annotations

from keys import (
    browsers,
    invitation,
    pins,
    recovery,
    settings,
    unlock,
    vault,
    wordlist,
)
from tests.vectors.operations import Outputs, operation


@operation("unlock.kdf_salt")
def _kdf_salt(name: str, host: str, server_salt: bytes) -> Outputs:
    return {"salt": unlock.kdf_salt(name, host, server_salt)}


@operation("unlock.normalise_password")
def _normalise_password(typed: str) -> Outputs:
    return {"utf8": unlock.normalise_password(typed)}


@operation("unlock.password_keys")
def _password_keys(secret: bytes, salt: bytes) -> Outputs:
    return _method_keys(unlock.password_keys(secret, salt))


@operation("unlock.passkey")
def _passkey(origin: str, credential_id: bytes) -> Outputs:
    return {"input": unlock.passkey_input(origin), "method_id": unlock.passkey_method_id(credential_id)}


@operation("unlock.device_keys")
def _device_keys(secret: bytes) -> Outputs:
    return _method_keys(unlock.device_keys(secret))


def _method_keys(found: unlock.MethodKeys) -> Outputs:
    return {"login_public": found.login.public, "wrap_key": found.wrap_key}


@operation("unlock.account_keys")
def _account_keys(account_key: bytes) -> Outputs:
    found = unlock.account_keys(account_key)
    return {
        "vault_key": found.vault_key,
        "access_public": found.access.public,
        "index_base": found.index_base,
    }


@operation("unlock.unwrap_account_key")
def _unwrap(
    wrapped: bytes, wrap_key: bytes, account_id: bytes, method_id: bytes, kdf: int, server_salt: bytes
) -> Outputs:
    method = unlock.Method(method_id, kdf, server_salt)
    return {"account_key": unlock.unwrap_account_key(wrapped, wrap_key, account_id, method)}


@operation("unlock.verify_login")
def _verify_login(
    origin_hash: bytes,
    account_id: bytes,
    method_id: bytes,
    challenge: bytes,
    client_nonce: bytes,
    login_public: bytes,
    signature: bytes,
) -> Outputs:
    login = unlock.Login(origin_hash, account_id, method_id, challenge, client_nonce)
    login.verify(login_public, signature)
    return {}


@operation("recovery.sheet")
def _sheet(random: bytes) -> Outputs:
    digits = recovery.sheet_digits(random)
    return {"digits": digits, "printed": recovery.print_sheet(digits)}


@operation("recovery.read_sheet")
def _read_sheet(typed: str) -> Outputs:
    return {"digits": recovery.read_sheet(typed)}


@operation("wordlist.offered_password")
def _offered_password(random: bytes) -> Outputs:
    return {"password": wordlist.offered_password(random)}


@operation("vault.open_item")
def _open_item(account_key: bytes, account_id: bytes, name: str, version: int, sealed_box: bytes) -> Outputs:
    vault_key = unlock.account_keys(account_key).vault_key
    return {"plain": vault.open_item(vault_key, account_id, name, version, sealed_box)}


@operation("vault.parse_identity")
def _parse_identity(plain: bytes) -> Outputs:
    return {"seed": vault.parse_identity(plain)}


@operation("vault.parse_reading")
def _parse_reading(plain: bytes) -> Outputs:
    return {"epochs": [one.epoch for one in vault.parse_reading(plain)]}


@operation("vault.parse_relay")
def _parse_relay(plain: bytes) -> Outputs:
    return _pins(vault.parse_relay(plain))


def _pins(pinned: pins.Pins) -> Outputs:
    return {"door_public": pinned.door_public, "keeper_set": pinned.keeper_set}


@operation("vault.parse_card")
def _parse_card(plain: bytes) -> Outputs:
    return {"statement": vault.parse_card(plain)}


@operation("vault.parse_engagement")
def _parse_engagement(plain: bytes) -> Outputs:
    item = vault.parse_engagement(plain, b"\1" + bytes(12))
    return {
        "my_role": int(item.my_role),
        "active": item.active,
        "engagement_id": item.engagement_id,
        "their_mailbox_id": item.their_mailbox_id,
        "my_name": item.my_name,
        "their_name": item.their_name,
        "plain": item.encode(),
    }


@operation("vault.parse_standing")
def _parse_standing(plain: bytes) -> Outputs:
    statement, policy, act = vault.parse_standing(plain)
    return {"their_statement": statement, "policy": policy, "act": act}


@operation("browsers.parse_browsers")
def _parse_browsers(plain: bytes) -> Outputs:
    found = browsers.parse_browsers(plain)
    assert browsers.encode_browsers(found) == plain
    return {"method_ids": [one.method_id for one in found], "used_on": [one.used_on for one in found]}


@operation("settings.parse_settings")
def _parse_settings(plain: bytes) -> Outputs:
    found = settings.parse_settings(plain)
    assert settings.encode_settings(found) == plain
    return {"language": found.language}


@operation("vault.parse_writers")
def _parse_writers(plain: bytes) -> Outputs:
    return {"counts": [mark.count for mark in vault.parse_writers(plain)]}


@operation("vault.open_manifest")
def _open_manifest(plain: bytes, account_id: bytes, identity_public: bytes) -> Outputs:
    manifest = vault.open_manifest(plain, account_id, identity_public)
    return {"counter": manifest.counter, "names": [entry.name for entry in manifest.entries]}


@operation("invitation.keys")
def _invitation_keys(secret: bytes) -> Outputs:
    found = invitation.invitation_keys(secret)
    return {
        "invite_id": found.invite_id,
        "box_key": found.box_key,
        "acceptance_key": found.acceptance_key,
        "redemption_public": found.redemption.public,
    }


@operation("invitation.parse_link")
def _parse_link(link: str) -> Outputs:
    parsed = invitation.parse_link(link)
    return {"origin": parsed.origin, "kind": parsed.kind, "secret": parsed.secret}


@operation("invitation.open_client")
def _open_client(secret: bytes, sealed_box: bytes, expires_at: int) -> Outputs:
    found = invitation.open_client_invitation(invitation.invitation_keys(secret), sealed_box, expires_at)
    return {
        "engagement_id": found.engagement_id,
        "coach_mailbox_id": found.coach_mailbox_id,
        **_pins(found.pins),
        "policy": found.policy,
        "shown": dict(found.shown),
    }


@operation("invitation.open_coach")
def _open_coach(secret: bytes, sealed_box: bytes, expires_at: int) -> Outputs:
    found = invitation.open_coach_invitation(invitation.invitation_keys(secret), sealed_box, expires_at)
    return {**_pins(found.pins), "shown": dict(found.shown)}


@operation("invitation.open_acceptance")
def _open_acceptance(secret: bytes, sealed_box: bytes, invitation_box: bytes) -> Outputs:
    found = invitation.open_acceptance(invitation.invitation_keys(secret), sealed_box, invitation_box)
    return {"client_statement": found.client_statement, "act": found.act, "shown": dict(found.shown)}


@operation("invitation.verify_redemption")
def _verify_redemption(secret: bytes, signature: bytes, body: bytes) -> Outputs:
    public = invitation.invitation_keys(secret).redemption.public
    invitation.verify_redemption(public, signature, body)
    return {}
