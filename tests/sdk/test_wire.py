"""Requests, answers, frames and wakes: strict reading of whatever a relay or something before it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from client_sdk import errors, protocol, wire
from client_sdk.frames import (
    Deposit,
    EnvelopeRow,
    Page,
    Reason,
    Tombstone,
    encode_group,
    encode_groups,
    parse_rows,
)
from client_sdk.wake import (
    MOST_DATA_BYTES,
    EngagementWake,
    MailboxWake,
    Wake,
    WakeReader,
    encode_cursor,
    parse_cursor,
)
from client_sdk.wire import Response, b64
from keys.encoding import u32, u64
from keys.errors import Malformed

ID = bytes(range(16))


def answer(fields: Any, status: int = 200, **headers: str) -> Response:
    """An answer in JSON."""
    return Response(status, {"content-type": "application/json", **headers}, json.dumps(fields).encode())


def problem(code: str, status: int = 400, **facts: Any) -> Response:
    """A problem as the relay tells it."""
    return Response(
        status, {"content-type": "application/problem+json"}, json.dumps({"code": code, **facts}).encode()
    )


# --- problems -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("busy", errors.ServerUnavailable),
        ("code-refused", errors.NotFound),
        ("engagement-closed", errors.EngagementClosed),
        ("inbox-full", errors.InboxFull),
        ("invitation-used", errors.InvitationClosed),
        ("keeper-away", errors.KeeperUnavailable),
        ("login-refused", errors.WrongPassword),
        ("not-found", errors.NotFound),
        ("not-signed-in", wire.SignedOut),
        ("policy-missing", errors.AgreementMissing),
        ("policy-refused", errors.RetentionExceeded),
        ("too-large", errors.TooLarge),
        ("too-many-requests", errors.RateLimited),
        ("vault-conflict", wire.RelayConflict),
        ("work-address-refused", errors.WorkAddressRefused),
        ("act-refused", errors.Refused),
        ("something-new", errors.Refused),
    ],
)
def test_each_code_has_its_error(code: str, kind: type[errors.RelayError]) -> None:
    """A code of the relay becomes the error of the tree, with a hint, and is caught as RelayError."""
    error = wire.problem(problem(code))
    assert type(error) is kind
    assert error.hint
    assert isinstance(error, errors.RelayError)


def test_problems_carry_their_facts() -> None:
    """Latest date, seconds to wait, stored bytes and reason come along; nonsense in their place is left
    out.
    """
    refused = wire.problem(problem("policy-refused", latest=86_400))
    assert isinstance(refused, errors.RetentionExceeded)
    assert refused.latest is not None
    assert refused.latest.isoformat() == "1970-01-02T00:00:00+00:00"
    for nonsense in (None, "x", -1, 10**15, True):
        odd = wire.problem(problem("policy-refused", latest=nonsense))
        assert isinstance(odd, errors.RetentionExceeded)
    slow = wire.problem(problem("too-many-requests", 429, retry_after=7))
    assert isinstance(slow, errors.RateLimited)
    assert slow.after == 7
    offset = wire.problem(problem("blob-offset", 409, stored=5))
    assert isinstance(offset, wire.BlobOffset)
    assert offset.stored == 5
    assert "used" in str(wire.problem(problem("invitation-used", 410)))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (502, errors.ServerUnavailable),
        (504, errors.ServerUnavailable),
        (401, wire.SignedOut),
        (404, errors.NotFound),
        (413, errors.TooLarge),
        (302, errors.Incompatible),
        (500, errors.ServerUnavailable),
    ],
)
def test_what_stands_before_a_relay_is_understood(status: int, kind: type[errors.RelayError]) -> None:
    """An answer without the relay's problem is judged by its status alone, whatever page it carries."""
    for body in (b"", b"<html>", b'{"code": "not-found"}'):
        assert type(wire.problem(Response(status, {"content-type": "text/html"}, body))) is kind


# --- answers ------------------------------------------------------------------------------------------------


def test_answers_of_another_shape_are_refused() -> None:
    """A missing field, another type, a wrong length or bad JSON is Incompatible, never a default."""
    call = protocol.people.start_session("walnut-lamp-10")
    good = {"account_id": b64(ID), "methods": [], "challenge": b64(bytes(32))}
    assert call.read(answer(good)).challenge == bytes(32)
    for wrong in (
        {},
        good | {"challenge": b64(bytes(31))},
        good | {"challenge": 7},
        good | {"challenge": b64(bytes(32)) + "="},
        good | {"methods": {}},
        good | {"methods": [7]},
        good | {"account_id": None},
        [good],
    ):
        with pytest.raises(errors.Incompatible) as caught:
            call.read(answer(wrong))
        assert isinstance(caught.value.__cause__, Malformed)
    with pytest.raises(errors.Incompatible):
        call.read(Response(200, {}, b'{"challenge": 1, "challenge": 2}'))


def test_paths_hold_ids_alone() -> None:
    """Names, addresses, codes and secrets travel in bodies, never in a path."""
    for call in (
        protocol.people.start_session("secret-name-10"),
        protocol.mail.add_sender("secret@home.example"),
        protocol.mail.confirm_sender("12345678"),
    ):
        assert "secret" not in call.request.path
        assert "12345678" not in call.request.path


def test_what_must_not_be_repeated() -> None:
    """A challenge serves once and a code costs a try: these are sent once; a deposit may be sent again."""
    assert not protocol.people.open_session(ID, ID, bytes(32), bytes(32), bytes(64)).request.repeatable
    assert not protocol.mail.confirm_sender("1").request.repeatable
    assert not protocol.mail.add_sender("a@b.example").request.repeatable
    assert protocol.envelopes.deposit(b"").request.repeatable


def test_deposits_tell_of_each_group() -> None:
    """Stored and repeated are the same; a refused group is its error; an unknown status is refused."""
    call = protocol.envelopes.deposit(b"")
    groups = [{"status": "stored"}, {"status": "repeated"}, {"status": "refused", "code": "inbox-full"}]
    stored, repeated, refused = call.read(answer({"groups": groups}, 207))
    assert stored is None
    assert repeated is None
    assert isinstance(refused, errors.InboxFull)
    with pytest.raises(errors.Incompatible):
        call.read(answer({"groups": [{"status": "perhaps"}]}))


def test_ranges_are_exact() -> None:
    """A range of another length than was asked for is refused."""
    call = protocol.blobs.blob_range(bytes(32), 10, 14)
    assert call.request.headers["Range"] == "bytes=10-13"
    assert call.read(Response(206, {}, b"abcd")) == b"abcd"
    for body in (b"abc", b"abcde", b""):
        with pytest.raises(errors.Incompatible):
            call.read(Response(206, {}, body))


# --- frames -------------------------------------------------------------------------------------------------


def row(kind: int, order: int, content: bytes) -> bytes:
    """A row as the relay writes it."""
    return bytes([kind]) + u64(order) + u32(3) + u32(len(content)) + content


def tombstone(order: int, reason: int = 1) -> bytes:
    """A tombstone as the relay writes it."""
    return row(2, order, ID + bytes([reason]) + u32(9))


def test_rows_come_back() -> None:
    """Envelopes and tombstones are read in the order asked for."""
    body = row(1, 4, b"raw") + tombstone(5, 3)
    assert parse_rows(body, ascending=True) == (
        EnvelopeRow(4, 3, b"raw"),
        Tombstone(5, 3, ID, Reason.OWN_COPY, 9),
    )
    assert len(parse_rows(tombstone(5) + tombstone(4), ascending=False)) == 2


@pytest.mark.parametrize(
    "body",
    [
        tombstone(5) + tombstone(5),
        tombstone(5) + tombstone(4),
        row(3, 1, b""),
        tombstone(1, 9),
        row(2, 1, ID),
        tombstone(1)[:-1],
        b"".join(tombstone(order) for order in range(1, 202)),
    ],
    ids=["twice", "backwards", "unknown kind", "unknown reason", "short stone", "cut", "too many"],
)
def test_rows_are_strict(body: bytes) -> None:
    """Rows out of order, of unknown kinds, cut or too many are refused."""
    with pytest.raises(Malformed):
        parse_rows(body, ascending=True)


def test_pages_need_their_cursor() -> None:
    """A page without a proper cursor is refused."""
    call = protocol.envelopes.rows_after(ID, 0)
    good = {"quietbox-next": "7", "quietbox-more": "0"}
    assert call.read(Response(200, good, b"")) == Page((), 7, more=False)
    for wrong in (
        {},
        good | {"quietbox-more": "2"},
        good | {"quietbox-next": "-1"},
        good | {"quietbox-next": "\u0667"},
    ):
        with pytest.raises(errors.Incompatible):
            call.read(Response(200, wrong, b""))


def test_groups_have_limits() -> None:
    """A group has 1 to 17 envelopes with 32 blobs each at most, a deposit 64 groups and 8 MiB."""
    one = Deposit(b"e", (bytes(32),))
    assert encode_group((one,)) == b"\0\1" + u32(1) + b"e" + b"\0\1" + bytes(32)
    for wrong in ((), (one,) * 18, (Deposit(b"e", (bytes(32),) * 33),), (Deposit(b"e", (b"",)),)):
        with pytest.raises(Malformed):
            encode_group(wrong)
    for groups in ([], [b"x"] * 65, [bytes(8 * 1024 * 1024)]):
        with pytest.raises(Malformed):
            encode_groups(groups)


# --- wakes --------------------------------------------------------------------------------------------------


def wakes(*lines: bytes) -> list[Wake]:
    """What a stream of lines wakes."""
    reader = WakeReader()
    return [wake for wake in map(reader.feed, lines) if wake is not None]


def test_wakes_are_read() -> None:
    """Events with their data become wakes; comments, unknown events and nonsense become nothing."""
    mailbox = b'data: {"mailbox_id": "%s", "cursor": 4}' % b64(ID).encode()
    assert wakes(b":", b"", b"event: wake", mailbox, b"") == [MailboxWake(ID, 4)]
    engagement = b'data:{"engagement_id":"%s"}' % b64(ID).encode()
    assert wakes(b"event:engagement", engagement, b"") == [EngagementWake(ID)]
    assert wakes(b"event: wake", b"data: {", b"", b"event: other", mailbox, b"", mailbox, b"") == []
    assert wakes(b"event: wake", b"data: " + b"x" * 9999, b"") == []


def test_an_event_of_any_number_of_lines_takes_no_memory() -> None:
    """What a relay may say before it ends an event is bounded, lines without content included."""
    reader = WakeReader()
    for _ in range(MOST_DATA_BYTES + 100):
        assert reader.feed(b"data:") is None
    assert len(reader._data) == MOST_DATA_BYTES


def test_cursors_come_back() -> None:
    """A cursor over mailboxes is one text and comes back; anything else is refused."""
    orders = {ID: 5, bytes(16): 0}
    assert parse_cursor(encode_cursor(orders.items())) == orders
    assert parse_cursor("") == {}
    for wrong in ("x", ID.hex(), f"{ID.hex()}:", f"{ID.hex()}:-1", f"{'zz' * 16}:1"):
        with pytest.raises(Malformed):
            parse_cursor(wrong)
