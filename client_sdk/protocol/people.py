"""Sessions, ways in, one's own account, its statements and its vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from client_sdk.wire import (
    JSON,
    VAULT_BYTES,
    Call,
    Fields,
    Request,
    Response,
    b64,
    get,
    nothing,
    send_json,
)
from keys.encoding import dump_json


@dataclass(frozen=True, slots=True)
class Method:
    """A way in: how its secret is stretched, the login key, and the account key wrapped under it."""

    method_id: bytes
    kind: str
    kdf: int
    salt: bytes
    login_key: bytes = field(repr=False)
    wrap: bytes = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Write as the contract's JSON does."""
        return {
            "method_id": b64(self.method_id),
            "kind": self.kind,
            "kdf": self.kdf,
            "salt": b64(self.salt),
            "login_key": b64(self.login_key),
            "wrap": b64(self.wrap),
        }


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A vault item as the relay holds it."""

    name: str
    version: int
    expires_at: int
    box: bytes = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Write as the contract's JSON does."""
        return {
            "name": self.name,
            "version": self.version,
            "expires_at": self.expires_at,
            "box": b64(self.box),
        }


@dataclass(frozen=True, slots=True)
class OfferedMethod:
    """A way in as a login answer offers it. `salt` is the server salt."""

    method_id: bytes
    kind: str
    kdf: int
    salt: bytes


@dataclass(frozen=True, slots=True)
class LoginStart:
    """What is to be answered to sign in."""

    account_id: bytes
    methods: tuple[OfferedMethod, ...]
    challenge: bytes


def start_session(name: str) -> Call[LoginStart]:
    """`POST /v1/sessions/start`."""

    def parse(response: Response) -> LoginStart:
        fields = Fields.of(response)
        methods = tuple(
            OfferedMethod(one.blob("method_id", 16), one.text("kind"), one.whole("kdf"), one.blob("salt"))
            for one in fields.objects("methods")
        )
        return LoginStart(fields.blob("account_id", 16), methods, fields.blob("challenge", 32))

    return send_json("POST", "/v1/sessions/start", {"name": name}, parse)


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session token and the account key as the method wrapped it."""

    session: str = field(repr=False)
    wrap: bytes = field(repr=False)
    expires_at: int


def open_session(
    account_id: bytes, method_id: bytes, challenge: bytes, nonce: bytes, signature: bytes
) -> Call[SessionOpened]:
    """`POST /v1/sessions`: answers a challenge, which serves once, so this is not repeated."""

    def parse(response: Response) -> SessionOpened:
        fields = Fields.of(response)
        return SessionOpened(fields.text("session", 256), fields.blob("wrap"), fields.whole("expires_at"))

    answer = {
        "account_id": b64(account_id),
        "method_id": b64(method_id),
        "challenge": b64(challenge),
        "nonce": b64(nonce),
        "signature": b64(signature),
    }
    return send_json("POST", "/v1/sessions", answer, parse, repeatable=False)


def close_session() -> Call[None]:
    """`DELETE /v1/sessions`."""
    return Call(Request("DELETE", "/v1/sessions"), nothing)


def add_method(method: Method) -> Call[None]:
    """`POST /v1/methods`."""
    return send_json("POST", "/v1/methods", {"method": method.to_json()}, nothing)


def remove_method(method_id: bytes) -> Call[None]:
    """`DELETE /v1/methods/{method_id}`: never the last."""
    return Call(Request("DELETE", f"/v1/methods/{b64(method_id)}"), nothing)


@dataclass(frozen=True, slots=True)
class MailboxFacts:
    """A mailbox of mine as the relay lists it. `cursor` is its newest order."""

    mailbox_id: bytes
    role: int
    engagement_id: bytes
    address: str = field(repr=False)
    expires_at: int
    cursor: int


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """My account as the relay lists it."""

    account_id: bytes
    role: str
    expires_at: int
    mailboxes: tuple[MailboxFacts, ...]


def account() -> Call[AccountFacts]:
    """`GET /v1/account`."""

    def parse(response: Response) -> AccountFacts:
        fields = Fields.of(response)
        mailboxes = tuple(_mailbox(one) for one in fields.objects("mailboxes"))
        return AccountFacts(
            fields.blob("account_id", 16), fields.text("role"), fields.whole("expires_at"), mailboxes
        )

    return get("/v1/account", parse)


def _mailbox(fields: Fields) -> MailboxFacts:
    return MailboxFacts(
        fields.blob("mailbox_id", 16),
        fields.whole("role"),
        fields.blob("engagement_id", 16),
        fields.text("address"),
        fields.whole("expires_at"),
        fields.whole("cursor"),
    )


def vault_items(known: int, names: Sequence[str]) -> Call[tuple[StoredItem, ...]]:
    """`POST /v1/vault/items`: at most 1,024 names; the first part too where the manifest is not `known`."""

    def parse(response: Response) -> tuple[StoredItem, ...]:
        return tuple(
            StoredItem(one.text("name", 64), one.whole("version"), one.whole("expires_at"), one.blob("box"))
            for one in Fields.of(response).objects("items")
        )

    fields = {"known": known, "names": list(names)}
    body = dump_json(fields)
    return Call(Request("POST", "/v1/vault/items", body, JSON, most_bytes=VAULT_BYTES), parse)


def put_vault(items: tuple[StoredItem, ...], removed: tuple[str, ...]) -> Call[None]:
    """`PUT /v1/vault`: all or nothing."""
    fields = {"items": [item.to_json() for item in items], "removed": list(removed)}
    return send_json("PUT", "/v1/vault", fields, nothing)


def add_statement(statement: bytes) -> Call[None]:
    """`POST /v1/statements`."""
    return send_json("POST", "/v1/statements", {"statement": b64(statement)}, nothing)
