"""The calls between a door worker and the relay, as bytes. Owns their table, their fields and limits; does
nothing.

A frame is length 4 ‖ kind 1 ‖ number 4 ‖ fields. A worker asks (the kind is the call's) and the relay
answers under the same number, or gives an order under number 0; what a worker says under number 0 wants no
answer. Both sides parse strictly: every field has a form and a limit, and nothing follows the last. A worker
holds other people's mail, and may have been taken over by one: what is not in this table it cannot ask, and
no object of a language ever crosses (docs/architecture.md, The door's processes). Above 300 lines: what a
worker may ask is one table.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

from keys.encoding import Reader, counted, exact, u8, u16, u32, u64
from keys.errors import KeysError
from keys.errors import Malformed as MalformedFormat
from keys.statement import MOST_STATEMENT_BYTES, Statement, parse_statement
from keys.suite import SEAL_PUBLIC_BYTES, SealKey
from relay.core.addresses import MAX_PATH_BYTES, Address, parse_address, parse_domain
from relay.core.errors import Malformed, RelayError
from relay.core.rules import Bearer, Claim
from relay.core.sender_checks import Grade
from relay.flow.visit import Arrival, Inbox, Ruled, Sealed, Turn

MOST_PIECE_BYTES: Final = 1 << 18
"""Sealed bytes in one field: of a mail, or a whole envelope."""
MOST_CALL_BYTES: Final = 2 * MOST_PIECE_BYTES + 1024  # a deposit may have both
MOST_ANSWER_BYTES: Final = 1 << 24  # the relay is believed; refused domains may be many
MOST_DOMAINS: Final = 65_535
MOST_KEEPERS: Final = 3
MOST_FOUND: Final = 3  # bearers of one mail
STATEMENTS_KEPT: Final = 64
HEAD_BYTES: Final = 9

_LINE: Final = re.compile(r"[!-~]{1,255}")
_CODE: Final = re.compile(r"[a-z][a-z-]{0,39}")
_TOKEN: Final = re.compile(r"[A-Z2-7]{32}")


class BadFrame(Exception):
    """What the other side sent is not of this table. Its text says which part, and nothing of it."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a field is written and read."""

    write: Callable[[Any], bytes]
    read: Callable[[Reader], Any]


def _octets(most_bytes: int) -> Form:
    return Form(lambda raw: counted(raw, 4), lambda reader: reader.counted(4, most_bytes))


def _exactly(size_bytes: int) -> Form:
    return Form(lambda raw: exact(raw, size_bytes, "field"), lambda reader: reader.take(size_bytes))


def _words(pattern: re.Pattern[str]) -> Form:
    def checked(said: str) -> str:
        if not pattern.fullmatch(said):
            raise MalformedFormat("text")
        return said

    def read(reader: Reader) -> str:
        return checked(reader.text(2, 255))

    return Form(lambda said: counted(checked(said).encode("ascii"), 2), read)


def _flag(reader: Reader) -> bool:
    return reader.between(reader.u8(), 0, 1, "flag") == 1


def _peer(reader: Reader) -> str:
    """A peer's address; the name of an interface, which a link-local one has, is no part of it."""
    raw = reader.counted(1, 16)
    if len(raw) not in {4, 16}:
        raise MalformedFormat("peer")
    return str(ipaddress.ip_address(raw))


def _write_peer(peer: str) -> bytes:
    return counted(ipaddress.ip_address(peer.partition("%")[0]).packed, 1)


def _address(reader: Reader) -> Address:
    raw = reader.counted(2, MAX_PATH_BYTES)
    address = parse_address(raw)
    if str(address).encode() != raw:
        raise MalformedFormat("address")
    return address


def _optional(form: Form) -> Form:
    return Form(
        lambda one: b"\0" if one is None else b"\1" + form.write(one),
        lambda reader: form.read(reader) if _flag(reader) else None,
    )


def _many(form: Form, most: int) -> Form:
    def read(reader: Reader) -> tuple[Any, ...]:
        count = reader.between(reader.u16(), 0, most, "count")
        return tuple(form.read(reader) for _ in range(count))

    return Form(lambda many: u16(len(many)) + b"".join(map(form.write, many)), read)


def _record(kind: type, /, **forms: Form) -> Form:
    """A form for a dataclass: its fields in their order, each with its own form."""
    if [one.name for one in fields(kind)] != list(forms):
        raise TypeError(f"the forms of {kind.__name__} are not its fields")
    return Form(
        lambda one: b"".join(form.write(getattr(one, name)) for name, form in forms.items()),
        lambda reader: kind(**{name: form.read(reader) for name, form in forms.items()}),
    )


@lru_cache(maxsize=STATEMENTS_KEPT)
def _parsed(raw: bytes) -> Statement:
    """A mail is told its reader's statement several times, and mails to one reader come together: one of
    3 KiB for all of them.
    """
    return parse_statement(raw)


def _statement(reader: Reader) -> Statement:
    return _parsed(reader.counted(4, MOST_STATEMENT_BYTES))


def _grade(number: int) -> Grade | None:
    return Grade(number) if number else None


FLAG: Final = Form(u8, _flag)
NUMBER: Final = Form(u32, Reader.u32)
INTEGER: Final = Form(u64, Reader.u64)
PEER: Final = Form(_write_peer, _peer)
WORDS: Final = _words(_LINE)
CODE: Final = _words(_CODE)
TOKEN: Final = _words(_TOKEN)
ADDRESS: Final = Form(lambda address: counted(str(address).encode("ascii"), 2), _address)
PATH: Final = _optional(ADDRESS)
DOMAIN: Final = Form(
    lambda domain: counted(domain.encode("ascii"), 2), lambda reader: parse_domain(reader.counted(2, 255))
)
STATEMENT: Final = Form(lambda statement: counted(statement.raw, 4), _statement)
SEAL_KEY: Final = Form(
    lambda key: exact(key.raw, SEAL_PUBLIC_BYTES, "key"),
    lambda reader: SealKey.from_bytes(reader.take(SEAL_PUBLIC_BYTES)),
)
HASH: Final = _exactly(32)
PIECE: Final = _octets(MOST_PIECE_BYTES)
INBOX: Final = _record(
    Inbox, mailbox_id=_exactly(16), reader=STATEMENT, revoker_access=HASH, policy_hash=HASH,
    refused=_many(DOMAIN, MOST_DOMAINS), seen_at=INTEGER, ruled=Form(u8, lambda reader: Ruled(reader.u8())),
)  # fmt: skip
TURN: Final = _record(Turn, writer=Form(u16, Reader.u16), count=INTEGER, previous_id=HASH)
SEALED: Final = _record(Sealed, envelope=PIECE, content_id=HASH, mail_hash=HASH, proven=FLAG, whole=PIECE)
BEARER: Final = _record(Bearer, kind=CODE, name=WORDS)
CLAIM: Final = _record(
    Claim, bearers=_many(BEARER, MOST_FOUND), unsure=FLAG, proven=FLAG, token=_optional(TOKEN)
)
TAKEN_AS: Final = Form(lambda grade: u8(grade or 0), lambda reader: _grade(reader.u8()))
ARRIVAL: Final = _record(Arrival, peer=PEER, greeting=WORDS, tls=FLAG, reverse_path=PATH, recipient=ADDRESS)


class Place(IntEnum):
    """Whether a connection may stay."""

    HERE = 1
    REFUSED = 2  # too many of this peer
    FULL = 3  # too many in all


class Order(IntEnum):
    """What the relay tells a worker to do."""

    ACCEPT = 64
    DRAIN = 65
    END = 66
    MAKE_ROOM = 67


@dataclass(frozen=True, slots=True)
class Enter:
    """A connection has come. `crowding`: the worker has cut a slow one for it."""

    peer: str
    crowding: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """A connection has gone."""

    peer: str


@dataclass(frozen=True, slots=True)
class Ask:
    """`Reception.recipient`."""

    reverse_path: Address | None
    recipient: Address


@dataclass(frozen=True, slots=True)
class Open:
    """`Reception.open`; the worker numbers its visits, so that it can take back one that it has not seen."""

    visit: int
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Opened:
    """What a visit begins with."""

    blob_id: bytes
    received_at: int
    expires_at: int
    inbox: Inbox


@dataclass(frozen=True, slots=True)
class Stage:
    """`Visit.stage`."""

    visit: int
    at_bytes: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """The inbox as it stands at `seen_at`; None: but for that instant it is as the worker knows it."""

    seen_at: int
    inbox: Inbox | None


@dataclass(frozen=True, slots=True)
class LookAgain:
    """`Visit.look_again`."""

    visit: int


@dataclass(frozen=True, slots=True)
class Author:
    """`Visit.author`."""

    visit: int
    author: Address


@dataclass(frozen=True, slots=True)
class ByRule:
    """`Visit.by_rule`."""

    visit: int
    author: Address | None
    claim: Claim


@dataclass(frozen=True, slots=True)
class Refused:
    """`Reception.refused`."""

    reverse_path: Address | None
    recipient: Address
    author: Address | None
    code: str


@dataclass(frozen=True, slots=True)
class Finish:
    """`Visit.finish`."""

    visit: int
    stored_bytes: int
    stored_sha256: bytes
    author: Address | None


@dataclass(frozen=True, slots=True)
class Finished:
    """`Ready`, as it travels."""

    seen: Seen
    day_keys: Sequence[SealKey]
    turn: Turn


@dataclass(frozen=True, slots=True)
class Deposit:
    """`Visit.deposit`."""

    visit: int
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class Abort:
    """`Visit.abort`."""

    visit: int


@dataclass(frozen=True, slots=True)
class Failed:
    """`Reception.failed`."""

    recipient: Address


@dataclass(frozen=True, slots=True)
class _Call:
    kind: int
    asks: Form
    answers: Form


NOTHING: Final = Form(lambda _: b"", lambda _: None)
SEEN: Final = _record(Seen, seen_at=INTEGER, inbox=_optional(INBOX))
CALLS: Final[Mapping[type, _Call]] = {
    Enter: _Call(1, _record(Enter, peer=PEER, crowding=FLAG), Form(u8, lambda reader: Place(reader.u8()))),
    Leave: _Call(2, _record(Leave, peer=PEER), NOTHING),
    Ask: _Call(3, _record(Ask, reverse_path=PATH, recipient=ADDRESS), NOTHING),
    Open: _Call(
        4,
        _record(Open, visit=NUMBER, arrival=ARRIVAL),
        _record(Opened, blob_id=HASH, received_at=INTEGER, expires_at=INTEGER, inbox=INBOX),
    ),
    Stage: _Call(5, _record(Stage, visit=NUMBER, at_bytes=INTEGER, sealed=PIECE), NOTHING),
    LookAgain: _Call(6, _record(LookAgain, visit=NUMBER), SEEN),
    Author: _Call(7, _record(Author, visit=NUMBER, author=ADDRESS), SEEN),
    Finish: _Call(
        8,
        _record(Finish, visit=NUMBER, stored_bytes=INTEGER, stored_sha256=HASH, author=PATH),
        _record(Finished, seen=SEEN, day_keys=_many(SEAL_KEY, MOST_KEEPERS), turn=TURN),
    ),
    Deposit: _Call(9, _record(Deposit, visit=NUMBER, sealed=SEALED), NOTHING),
    Abort: _Call(10, _record(Abort, visit=NUMBER), NOTHING),
    ByRule: _Call(11, _record(ByRule, visit=NUMBER, author=PATH, claim=CLAIM), TAKEN_AS),
    Refused: _Call(
        12, _record(Refused, reverse_path=PATH, recipient=ADDRESS, author=PATH, code=CODE), NOTHING
    ),
    Failed: _Call(13, _record(Failed, recipient=ADDRESS), NOTHING),
}
UNANSWERED: Final = {Leave, Abort}
"""What a worker may say under number 0, and wants no answer to."""
_OF_KIND: Final = {call.kind: call.asks for call in CALLS.values()}
_ANSWER: Final = 32
_REFUSAL: Final = 33


class Refusal(RelayError):
    """A refusal that the relay gave, as a worker has it: the code alone."""

    def __init__(self, code: str, *, temporary: bool) -> None:
        super().__init__()
        self.code, self.temporary = code, temporary


def frame(kind: int, number: int, body: bytes = b"") -> bytes:
    """A whole frame."""
    return u32(len(body)) + u8(kind) + u32(number) + body


def parse_head(head: bytes, most_bytes: int) -> tuple[int, int, int]:
    """Length of the fields, kind and number of a frame. Raises BadFrame for fields above `most_bytes`."""
    reader = Reader(head)
    length, kind, number = reader.u32(), reader.u8(), reader.u32()
    if length > most_bytes:
        raise BadFrame("length")
    return length, kind, number


def asking(number: int, call: Any) -> bytes:
    """The frame of a worker's call."""
    known = CALLS[type(call)]
    return frame(known.kind, number, known.asks.write(call))


def parse_call(kind: int, body: bytes) -> Any:
    """What a worker asks. Raises BadFrame."""
    form = _OF_KIND.get(kind)
    if form is None:
        raise BadFrame("kind")
    return _whole(form, body)


def parse_order(kind: int) -> Order:
    """What the relay orders. Raises BadFrame."""
    try:
        return Order(kind)
    except ValueError as fault:
        raise BadFrame("order") from fault


def answering(number: int, call: Any, answer: Any) -> bytes:
    """The frame that answers a call."""
    return frame(_ANSWER, number, CALLS[type(call)].answers.write(answer))


def refusing(number: int, error: RelayError) -> bytes:
    """The frame that refuses a call, with the code of the refusal alone."""
    return frame(_REFUSAL, number, CODE.write(error.code) + FLAG.write(error.temporary))


def parse_answer(kind: int, body: bytes, call: Any) -> Any:
    """The answer to a call. Raises Refusal, BadFrame."""
    if kind == _REFUSAL:
        code, temporary = _whole(Form(NOTHING.write, lambda reader: (CODE.read(reader), _flag(reader))), body)
        raise Refusal(code, temporary=temporary)
    if kind != _ANSWER:
        raise BadFrame("kind")
    return _whole(CALLS[type(call)].answers, body)


def _whole(form: Form, body: bytes) -> Any:
    reader = Reader(body)
    try:
        found = form.read(reader)
        reader.finish()
    except (KeysError, Malformed, ValueError) as fault:
        raise BadFrame("fields") from fault
    return found
