"""Protocol: every request of the HTTP interface as a value, and the reading of its answer.

Owns the routes of docs/protocol.md, part 13, one function each: it returns a `Call`, which knows what to send
and what a good answer means. Does no I/O and opens nothing. Must never put a name, an address or a secret
into a path.

Longer than other modules: the interface is one list, and is read beside part 13.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from client_sdk import errors
from client_sdk.frames import Page, parse_rows
from client_sdk.wire import (
    JSON,
    ROWS_BYTES,
    VAULT_BYTES,
    Call,
    Fields,
    Request,
    Response,
    b64,
    from_code,
    get,
    nothing,
    send_bytes,
    send_json,
)
from keys.encoding import dump_json
from keys.errors import Malformed

DAY_KEY_BYTES: Final = 1300
PIECE_BYTES: Final = 8 * 1024 * 1024
PAGE_ROWS: Final = 100


# --- the relay ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RelayKeeper:
    """A keeper as the relay names it: `further` says that it is of another operator, by the relay's word."""

    keeper_id: bytes
    public: bytes
    further: bool


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """What a relay says of itself. Nothing here is a pin: those come with an invitation."""

    name: str
    origin: str
    max_blob_bytes: int
    max_envelope_bytes: int
    backup_tail_days: int
    keepers: tuple[RelayKeeper, ...]


def relay_facts() -> Call[RelayFacts]:
    """`GET /v1/relay`."""

    def parse(response: Response) -> RelayFacts:
        fields = Fields.of(response)
        return RelayFacts(
            fields.text("name"),
            fields.text("origin"),
            fields.whole("max_blob_bytes"),
            fields.whole("max_envelope_bytes"),
            fields.whole("backup_tail_days"),
            tuple(map(_relay_keeper, fields.objects("keepers"))),
        )

    return get("/v1/relay", parse)


def _relay_keeper(fields: Fields) -> RelayKeeper:
    return RelayKeeper(fields.blob("keeper_id", 16), fields.blob("key", 32), fields.flag("further"))


# --- invitations and enrolment ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvitationBox:
    """An invitation as it waits: 1 for a client, 2 for a coach."""

    kind: int
    box: bytes = field(repr=False)
    expires_at: int


def fetch_invitation(invite_id: bytes) -> Call[InvitationBox]:
    """`GET /v1/invitations/{invite_id}`: has no effect, however often."""

    def parse(response: Response) -> InvitationBox:
        fields = Fields.of(response)
        return InvitationBox(fields.whole("kind"), fields.blob("box"), fields.whole("expires_at"))

    return get(f"/v1/invitations/{b64(invite_id)}", parse)


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
class Enrolment:
    """All that one *Finish* sends; acceptance and act only from a client."""

    account_id: bytes
    name: str
    methods: tuple[Method, ...]
    statement: bytes = field(repr=False)
    vault: tuple[StoredItem, ...]
    acceptance: bytes = field(default=b"", repr=False)
    act: bytes = field(default=b"", repr=False)

    def body(self) -> bytes:
        """Return the request's bytes, which are signed and, when repeated, the same."""
        fields: dict[str, Any] = {
            "account_id": b64(self.account_id),
            "name": self.name,
            "methods": [method.to_json() for method in self.methods],
            "statement": b64(self.statement),
            "vault": [item.to_json() for item in self.vault],
        }
        if self.acceptance:
            fields |= {"acceptance": b64(self.acceptance), "act": b64(self.act)}
        return dump_json(fields)


def redeem(invite_id: bytes, body: bytes, signature: bytes) -> Call[None]:
    """`POST /v1/invitations/{invite_id}/redeem`: enrolment in one transaction; the same bytes may be sent
    again.
    """
    path = f"/v1/invitations/{b64(invite_id)}/redeem"
    return Call(Request("POST", path, body, JSON, {"Quietbox-Redeem": b64(signature)}), nothing)


def put_reply(invite_id: bytes, body: bytes, signature: bytes) -> Call[None]:
    """`PUT /v1/invitations/{invite_id}/reply`: the same bytes may be sent again."""
    path = f"/v1/invitations/{b64(invite_id)}/reply"
    return Call(Request("PUT", path, body, JSON, {"Quietbox-Redeem": b64(signature)}), nothing)


# --- sessions -----------------------------------------------------------------------------------------------


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


# --- account and vault --------------------------------------------------------------------------------------


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


def vault() -> Call[tuple[StoredItem, ...]]:
    """`GET /v1/vault`."""

    def parse(response: Response) -> tuple[StoredItem, ...]:
        return tuple(
            StoredItem(one.text("name", 64), one.whole("version"), one.whole("expires_at"), one.blob("box"))
            for one in Fields.of(response).objects("items")
        )

    return get("/v1/vault", parse, VAULT_BYTES)


def put_vault(items: tuple[StoredItem, ...], removed: tuple[str, ...]) -> Call[None]:
    """`PUT /v1/vault`: all or nothing."""
    fields = {"items": [item.to_json() for item in items], "removed": list(removed)}
    return send_json("PUT", "/v1/vault", fields, nothing)


def add_statement(statement: bytes) -> Call[None]:
    """`POST /v1/statements`."""
    return send_json("POST", "/v1/statements", {"statement": b64(statement)}, nothing)


# --- engagements --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """A party as the relay lists it. `statement` is its newest; it is believed only along a verified
    chain.
    """

    role: int
    mailbox_id: bytes
    account_id: bytes
    statement: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvitationState:
    """The invitation of an engagement. `acceptance` is empty until the client has finished, `reply` where
    nobody has said anything without joining.
    """

    invite_id: bytes
    state: str
    expires_at: int
    acceptance: bytes = field(repr=False)
    reply: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EngagementFacts:
    """An engagement as the relay lists it; policies, acts and proposals are believed only by their
    signatures. `notes` is how many private notes the coach keeps, by the relay's word.
    """

    engagement_id: bytes
    state: str
    members: tuple[MemberFacts, ...]
    policies: tuple[bytes, ...] = field(repr=False)
    acts: tuple[bytes, ...] = field(repr=False)
    invitation: InvitationState | None
    proposals: tuple[bytes, ...] = field(default=(), repr=False)
    notes: int = 0


def create_engagement(engagement_id: bytes) -> Call[None]:
    """`POST /v1/engagements`: a draft with the coach's and the notes mailbox."""
    return send_json("POST", "/v1/engagements", {"engagement_id": b64(engagement_id)}, nothing)


def engagement(engagement_id: bytes) -> Call[EngagementFacts]:
    """`GET /v1/engagements/{id}`."""

    def parse(response: Response) -> EngagementFacts:
        return _engagement(Fields.of(response))

    return get(f"/v1/engagements/{b64(engagement_id)}", parse, VAULT_BYTES)


def _engagement(fields: Fields) -> EngagementFacts:
    invitation = fields.optional("invitation")
    return EngagementFacts(
        fields.blob("engagement_id", 16),
        fields.text("state"),
        tuple(_member(one) for one in fields.objects("members")),
        fields.blobs("policies"),
        fields.blobs("acts"),
        _invitation_state(invitation) if invitation else None,
        fields.blobs("proposals"),
        fields.object("notes").whole("count"),
    )


def _member(fields: Fields) -> MemberFacts:
    return MemberFacts(
        fields.whole("role"),
        fields.blob("mailbox_id", 16),
        fields.blob("account_id", 16),
        fields.blob("statement"),
    )


def _invitation_state(fields: Fields) -> InvitationState:
    acceptance = fields.blob("acceptance") if fields.has("acceptance") else b""
    reply = fields.blob("reply") if fields.has("reply") else b""
    return InvitationState(
        fields.blob("invite_id", 16), fields.text("state"), fields.whole("expires_at"), acceptance, reply
    )


def statements(engagement_id: bytes, role: int, after: int) -> Call[tuple[bytes, ...]]:
    """`GET /v1/engagements/{id}/statements`: a party's chain after a number."""

    def parse(response: Response) -> tuple[bytes, ...]:
        return Fields.of(response).blobs("statements")

    return get(
        f"/v1/engagements/{b64(engagement_id)}/statements?role={role}&after={after}", parse, VAULT_BYTES
    )


def put_invitation(
    engagement_id: bytes,
    *,
    invite_id: bytes,
    redemption_key: bytes,
    box: bytes,
    expires_at: int,
    policy: bytes,
    act: bytes,
) -> Call[None]:
    """`POST /v1/engagements/{id}/invitation`: replaces an unused one."""
    fields = {
        "invite_id": b64(invite_id),
        "redemption_key": b64(redemption_key),
        "box": b64(box),
        "expires_at": expires_at,
        "policy": b64(policy),
        "act": b64(act),
    }
    return send_json("POST", f"/v1/engagements/{b64(engagement_id)}/invitation", fields, nothing)


def withdraw_invitation(invite_id: bytes) -> Call[None]:
    """`DELETE /v1/invitations/{invite_id}`."""
    return Call(Request("DELETE", f"/v1/invitations/{b64(invite_id)}"), nothing)


def add_act(engagement_id: bytes, act: bytes, policy: bytes = b"") -> Call[None]:
    """`POST /v1/engagements/{id}/acts`: with the policy's frame for an act of kind 1 alone."""
    fields = {"act": b64(act)} | ({"policy": b64(policy)} if policy else {})
    return send_json("POST", f"/v1/engagements/{b64(engagement_id)}/acts", fields, nothing)


@dataclass(frozen=True, slots=True)
class SpokenRun:
    """A run of the spoken check, as the relay shows it; what is not there is empty."""

    commitment: bytes
    client_random: bytes = field(repr=False)
    coach_random: bytes = field(repr=False)


def spoken_run(engagement_id: bytes) -> Call[SpokenRun]:
    """`GET /v1/engagements/{id}/spoken-check`: the run that is under way, of empty values without one."""
    return get(f"/v1/engagements/{b64(engagement_id)}/spoken-check", _spoken_run)


def spoken_step(engagement_id: bytes, commitment: bytes, number: bytes | None) -> Call[SpokenRun]:
    """`PUT /v1/engagements/{id}/spoken-check`: begins a run, or adds one's own random number to it."""
    fields = {"commitment": b64(commitment)} | ({} if number is None else {"random": b64(number)})
    return send_json("PUT", f"/v1/engagements/{b64(engagement_id)}/spoken-check", fields, _spoken_run)


def _spoken_run(response: Response) -> SpokenRun:
    fields = Fields.of(response)
    return SpokenRun(
        *(
            fields.blob(name, 32) if fields.has(name) else b""
            for name in ("commitment", "client_random", "coach_random")
        )
    )


@dataclass(frozen=True, slots=True)
class ReopeningFacts:
    """A reopening as the relay shows it; what is not there is empty. Of it only signatures are believed."""

    state: str
    you: str
    invite_id: bytes
    opened_at: int
    expires_at: int
    statement: bytes = field(repr=False)
    acceptance: bytes = field(repr=False)
    claim: bytes = field(repr=False)
    next_number: int
    previous_hash: bytes
    policy_hash: bytes


def open_reopening(
    engagement_id: bytes, invite_id: bytes, redemption_key: bytes, box: bytes, expires_at: int
) -> Call[None]:
    """`POST /v1/engagements/{id}/reopening`: ends one that was not taken."""
    fields = {
        "invite_id": b64(invite_id),
        "redemption_key": b64(redemption_key),
        "box": b64(box),
        "expires_at": expires_at,
    }
    return send_json("POST", f"/v1/engagements/{b64(engagement_id)}/reopening", fields, nothing)


def reopening(engagement_id: bytes) -> Call[ReopeningFacts | None]:
    """`GET /v1/engagements/{id}/reopening`: to coach, client, newcomer and former client."""

    def parse(response: Response) -> ReopeningFacts | None:
        fields = Fields.of(response).optional("reopening")
        return _reopening(fields) if fields else None

    return get(f"/v1/engagements/{b64(engagement_id)}/reopening", parse)


def _reopening(fields: Fields) -> ReopeningFacts:
    after = fields.object("next")
    return ReopeningFacts(
        fields.text("state"),
        fields.text("you"),
        fields.blob("invite_id", 16),
        fields.whole("opened_at"),
        fields.whole("expires_at"),
        fields.blob("statement"),
        fields.blob("acceptance"),
        fields.blob("claim"),
        after.whole("number"),
        after.blob("previous", 32),
        after.blob("policy", 32),
    )


def drop_reopening(engagement_id: bytes) -> Call[None]:
    """`DELETE /v1/engagements/{id}/reopening`: before it was taken."""
    return Call(Request("DELETE", f"/v1/engagements/{b64(engagement_id)}/reopening"), nothing)


def put_claim(engagement_id: bytes, claim: bytes) -> Call[None]:
    """`PUT /v1/engagements/{id}/reopening/claim`: the newcomer's word, and act."""
    path = f"/v1/engagements/{b64(engagement_id)}/reopening/claim"
    return send_json("PUT", path, {"claim": b64(claim)}, nothing)


def put_proposal(engagement_id: bytes, act: bytes) -> Call[None]:
    """`PUT /v1/engagements/{id}/proposal`: an act of kind 3 or 5 waits for the other's signature."""
    return send_json("PUT", f"/v1/engagements/{b64(engagement_id)}/proposal", {"act": b64(act)}, nothing)


def drop_proposal(engagement_id: bytes) -> Call[None]:
    """`DELETE /v1/engagements/{id}/proposal`: withdraws one's own, or declines the other's."""
    return Call(Request("DELETE", f"/v1/engagements/{b64(engagement_id)}/proposal"), nothing)


# --- keepers ------------------------------------------------------------------------------------------------


def days(keeper_id: bytes, first: int, count: int) -> Call[tuple[bytes, ...]]:
    """`GET /v1/keepers/{keeper_id}/days`: signed day keys, ascending."""

    def parse(response: Response) -> tuple[bytes, ...]:
        if len(response.body) % DAY_KEY_BYTES:
            raise Malformed("day keys have 1,300 bytes each")
        starts = range(0, len(response.body), DAY_KEY_BYTES)
        return tuple(response.body[at : at + DAY_KEY_BYTES] for at in starts)

    return get(f"/v1/keepers/{b64(keeper_id)}/days?first={first}&count={count}", parse, ROWS_BYTES)


def ask_keeper(keeper_id: bytes, request: bytes) -> Call[bytes]:
    """`POST /v1/keepers/{keeper_id}/open`: passed through."""
    return send_bytes("POST", f"/v1/keepers/{b64(keeper_id)}/open", request, _body)


def revoke(keeper_id: bytes, request: bytes) -> Call[bytes | None]:
    """`POST /v1/keepers/{keeper_id}/revoke`: the keeper's answer, or None while it waits at the relay."""

    def parse(response: Response) -> bytes | None:
        return None if response.status == 202 else response.body

    return send_bytes("POST", f"/v1/keepers/{b64(keeper_id)}/revoke", request, parse)


def _body(response: Response) -> bytes:
    return response.body


# --- envelopes ----------------------------------------------------------------------------------------------


def deposit(groups: bytes) -> Call[tuple[errors.RelayError | None, ...]]:
    """`POST /v1/envelopes`: for each group None when it is stored (or was before), else why it was
    refused.
    """

    def parse(response: Response) -> tuple[errors.RelayError | None, ...]:
        return tuple(_outcome(one) for one in Fields.of(response).objects("groups"))

    call = send_bytes("POST", "/v1/envelopes", groups, parse)
    return Call(call.request, parse, (200, 201, 207))


def _outcome(fields: Fields) -> errors.RelayError | None:
    status = fields.text("status")
    if status in {"stored", "repeated"}:
        return None
    if status != "refused":
        raise Malformed("unknown status of a group")
    return from_code(fields.text("code"), {})


def rows_after(mailbox_id: bytes, after: int, limit: int = PAGE_ROWS) -> Call[Page]:
    """`GET /v1/mailboxes/{id}/envelopes?after=`: rows above an order, ascending."""
    return _rows(f"/v1/mailboxes/{b64(mailbox_id)}/envelopes?after={after}&limit={limit}", ascending=True)


def rows_before(mailbox_id: bytes, before: int, limit: int = PAGE_ROWS) -> Call[Page]:
    """`GET /v1/mailboxes/{id}/envelopes?before=`: rows below an order, descending."""
    return _rows(f"/v1/mailboxes/{b64(mailbox_id)}/envelopes?before={before}&limit={limit}", ascending=False)


def _rows(path: str, *, ascending: bool) -> Call[Page]:
    def parse(response: Response) -> Page:
        cursor, more = response.headers.get("quietbox-next", ""), response.headers.get("quietbox-more", "")
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 19) or more not in {"0", "1"}:
            raise Malformed("a page needs its cursor")
        return Page(parse_rows(response.body, ascending=ascending), int(cursor), more == "1")

    return get(path, parse, ROWS_BYTES)


def expire_own(mailbox_id: bytes, envelope_ids: tuple[bytes, ...]) -> Call[int]:
    """`POST /v1/mailboxes/{id}/expire`: my copies go now; returns how many were there."""

    def parse(response: Response) -> int:
        return Fields.of(response).whole("expired")

    fields = {"envelope_ids": [b64(one) for one in envelope_ids]}
    return send_json("POST", f"/v1/mailboxes/{b64(mailbox_id)}/expire", fields, parse)


def acknowledge(mailbox_id: bytes, envelope_ids: tuple[bytes, ...]) -> Call[None]:
    """`POST /v1/mailboxes/{id}/acknowledge`: these have been shown to a person."""
    fields = {"envelope_ids": [b64(one) for one in envelope_ids]}
    return send_json("POST", f"/v1/mailboxes/{b64(mailbox_id)}/acknowledge", fields, nothing)


# --- blobs --------------------------------------------------------------------------------------------------


def create_blob(blob_id: bytes, expires_at: int) -> Call[None]:
    """`POST /v1/blobs`."""
    return send_json("POST", "/v1/blobs", {"blob_id": b64(blob_id), "expires_at": expires_at}, nothing)


def put_piece(blob_id: bytes, offset: int, piece: bytes) -> Call[None]:
    """`PUT /v1/blobs/{id}?offset=`: after an unknown outcome `BlobOffset` says what is stored."""
    return send_bytes("PUT", f"/v1/blobs/{b64(blob_id)}?offset={offset}", piece, nothing)


def stored_length(blob_id: bytes) -> Call[int]:
    """`HEAD /v1/blobs/{id}`: how many bytes the relay holds so far."""

    def parse(response: Response) -> int:
        length = response.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) <= 12):
            raise Malformed("no length")
        return int(length)

    return Call(Request("HEAD", f"/v1/blobs/{b64(blob_id)}"), parse)


def finish_blob(blob_id: bytes, stored_bytes: int, sha256: bytes) -> Call[None]:
    """`POST /v1/blobs/{id}/finish`: the relay checks length and hash."""
    fields = {"stored_length": stored_bytes, "sha256": b64(sha256)}
    return send_json("POST", f"/v1/blobs/{b64(blob_id)}/finish", fields, nothing)


def blob_range(blob_id: bytes, start: int, stop: int) -> Call[bytes]:
    """`GET /v1/blobs/{id}` with a range: bytes `start` up to `stop`, exactly."""

    def parse(response: Response) -> bytes:
        if len(response.body) != stop - start:
            raise Malformed("another range than was asked for")
        return response.body

    headers = {"Range": f"bytes={start}-{stop - 1}"}
    request = Request("GET", f"/v1/blobs/{b64(blob_id)}", headers=headers, most_bytes=stop - start)
    return Call(request, parse, (206, 200))


# --- waking, addresses --------------------------------------------------------------------------------------


def wake() -> Request:
    """`GET /v1/wake`: an endless answer, see `client_sdk.wake`."""
    return Request("GET", "/v1/wake", headers={"Accept": "text/event-stream"})


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """A personal address that I registered; the relay keeps a keyed hash alone. `added_on` is a day's first
    second.
    """

    sender_id: bytes
    state: str
    added_on: int


def add_sender(address: str) -> Call[None]:
    """`POST /v1/senders`: a code goes to the address."""
    return send_json("POST", "/v1/senders", {"address": address}, nothing, repeatable=False)


def confirm_sender(code: str) -> Call[None]:
    """`POST /v1/senders/confirm`: five tries an hour."""
    return send_json("POST", "/v1/senders/confirm", {"code": code}, nothing, repeatable=False)


def senders() -> Call[tuple[SenderFacts, ...]]:
    """`GET /v1/senders`."""

    def parse(response: Response) -> tuple[SenderFacts, ...]:
        return tuple(
            SenderFacts(one.blob("sender_id", 16), one.text("state"), one.whole("added_on"))
            for one in Fields.of(response).objects("senders")
        )

    return get("/v1/senders", parse)


def remove_sender(sender_id: bytes) -> Call[None]:
    """`DELETE /v1/senders/{sender_id}`."""
    return Call(Request("DELETE", f"/v1/senders/{b64(sender_id)}"), nothing)


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule for mail that a provider forwards. `state` is waiting or active."""

    rule_id: bytes
    mailbox_id: bytes
    sender_id: bytes
    address: str = field(repr=False)
    state: str
    expires_at: int


def add_rule(mailbox_id: bytes, sender_id: bytes) -> Call[tuple[bytes, str, int]]:
    """`POST /v1/mailboxes/{id}/rules`: its id, its inbound address, and until when it waits."""

    def parse(response: Response) -> tuple[bytes, str, int]:
        fields = Fields.of(response)
        return fields.blob("rule_id", 16), fields.text("address"), fields.whole("expires_at")

    path = f"/v1/mailboxes/{b64(mailbox_id)}/rules"
    return send_json("POST", path, {"sender_id": b64(sender_id)}, parse, repeatable=False)


def challenge_rule(rule_id: bytes, address: str) -> Call[int]:
    """`POST /v1/rules/{rule_id}/challenge`: a line is mailed to the address; until when it is good."""

    def parse(response: Response) -> int:
        return Fields.of(response).whole("expires_at")

    path = f"/v1/rules/{b64(rule_id)}/challenge"
    return send_json("POST", path, {"address": address}, parse, repeatable=False)


def rules() -> Call[tuple[RuleFacts, ...]]:
    """`GET /v1/rules`."""

    def parse(response: Response) -> tuple[RuleFacts, ...]:
        return tuple(_rule(one) for one in Fields.of(response).objects("rules"))

    return get("/v1/rules", parse)


def _rule(fields: Fields) -> RuleFacts:
    return RuleFacts(
        fields.blob("rule_id", 16),
        fields.blob("mailbox_id", 16),
        fields.blob("sender_id", 16),
        fields.text("address"),
        fields.text("state"),
        fields.whole("expires_at"),
    )


def remove_rule(rule_id: bytes) -> Call[None]:
    """`DELETE /v1/rules/{rule_id}`: its address takes nothing from then on."""
    return Call(Request("DELETE", f"/v1/rules/{b64(rule_id)}"), nothing)
