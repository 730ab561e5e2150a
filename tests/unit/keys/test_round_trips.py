"""What is written is read again, whatever it holds; and large things in pieces are the same as whole ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import (
    acts,
    blob,
    box,
    content,
    day_keys,
    encoding,
    invitation,
    padding,
    policy,
    recovery,
    sealing,
    statement,
    stream,
    suite,
    unlock,
    vault,
    wordlist,
)
from keys.envelope import EnvelopeClass, parse_envelope
from keys.errors import KeysError, Malformed, Mistyped, NotOpened
from keys.locks import open_keeper_lock
from keys.names import DAY_SECONDS, Role, day_of, fingerprint, key_id
from tests.vectors import cast
from tests.vectors.make_accounts import client_invitation, engagement_item
from tests.vectors.make_contents import contents, sealed_blob

ID = st.binary(min_size=16, max_size=16)
HASH = st.binary(min_size=32, max_size=32)
INSTANT = st.integers(1, 2**38)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
FPS = st.lists(HASH, min_size=1, max_size=16, unique=True).map(sorted)


# --- content ---


@st.composite
def messages(draw: st.DrawFn) -> content.Content:
    """Draw a message of any shape."""
    entries = draw(st.lists(st.fixed_dictionaries({"name": TEXT, "type": TEXT}), max_size=3))
    attachments = tuple(draw(attachment(index)) for index in range(len(entries)))
    return cast.message(
        nonce=draw(ID),
        thread_id=draw(ID),
        writer=draw(st.integers(0, 65_535)),
        count=draw(st.integers(1, 2**48 - 1)),
        previous_id=draw(HASH),
        created_at=draw(INSTANT),
        expires_at=draw(INSTANT),
        policy_hash=draw(HASH),
        checkpoint_hash=draw(HASH),
        vault_counter=draw(st.integers(0, 2**53 - 1)),
        recipients=tuple(content.Recipient(fp, draw(HASH)) for fp in draw(FPS)),
        attachments=attachments,
        shown={"subject": draw(TEXT), "text": draw(TEXT), "files": entries},
    )


def attachment(index: int) -> st.SearchStrategy[blob.Attachment]:
    """Draw an attachment record."""

    def build(plain_bytes: int, expires_at: int, flags: int) -> blob.Attachment:
        stored_bytes = blob.stored_length(plain_bytes)
        return blob.Attachment(
            bytes(32), bytes(32), plain_bytes, stored_bytes, bytes(32), expires_at, index, flags
        )

    return st.builds(build, st.integers(0, 2**30), INSTANT, st.integers(0, 1))


@given(message=messages())
def test_content(message: content.Content) -> None:
    """A content frame is read as it was written, and has one form."""
    frame = message.encode()
    assert content.parse_content(frame) == message
    assert content.parse_content(frame).encode() == frame
    assert content.sender_fp(frame) == message.sender_fp


@pytest.mark.parametrize("name", contents())
def test_content_of_each_kind(name: str) -> None:
    """Each kind is read as it was written."""
    made = contents()[name]
    assert content.parse_content(made.encode()) == made


def test_content_limits_hold_when_writing() -> None:
    """What may not be read cannot be written either."""
    for changes in (
        {"recipients": ()},
        {"count": 0},
        {"expires_at": 0},
        {"fixed": b"x"},
        {"shown": {"subject": "s" * 301}},
        {"shown": {"text": "\ud800"}},
        {"shown": {"text": "t" * 900_001}},
        {"shown": {"text": float("nan")}},
        {"nonce": bytes(15)},
    ):
        with pytest.raises(Malformed):
            cast.message(**changes).encode()


# --- envelope ---


@settings(max_examples=25)
@given(message=messages(), keepers=st.integers(1, 3))
def test_envelope(message: content.Content, keepers: int) -> None:
    """Whatever the content, the reader gets it with all keepers' shares, and without one of them nothing."""
    expires_at = message.expires_at
    days = [cast.day_key(expires_at, f"keeper {n}") for n in range(keepers)]
    raw = _sealed(message, days)
    parsed = parse_envelope(raw)
    keys = {suite_id(day): day for day in days}
    payloads = [open_keeper_lock(lock, keys[lock.key_id], parsed.header_hash) for lock in parsed.keeper_locks]
    share = sealing.open_reader_share(parsed, cast.CLIENT.reading_key())
    shares = [payload.share for payload in payloads]
    (part,) = sealing.open_parts(parsed, share, shares)
    assert part.content == message.encode()
    with pytest.raises(NotOpened):
        sealing.open_parts(parsed, share, [*shares[:-1], bytes(32)])


def suite_id(key: suite.OpenKey) -> bytes:
    """Return a key's id."""
    return key_id(key.public)


def _sealed(message: content.Content, days: list[suite.OpenKey]) -> bytes:
    part = sealing.sign_content(message.encode(), EnvelopeClass.MESSAGE, cast.COACH.identity)
    to = sealing.Addressing(
        envelope_class=EnvelopeClass.MESSAGE,
        mailbox_id=cast.CLIENT_MAILBOX,
        policy_tag=message.policy_hash[:16] if any(message.policy_hash[:16]) else b"\1" * 16,
        expires_at=message.expires_at,
        recipient_fp=cast.CLIENT.fp,
        target=sealing.ReaderTarget(cast.CLIENT.reading_key().seal_key(), 1),
        reader_access=cast.CLIENT.access.public,
        revoker_access=cast.COACH.access.public,
    )
    return sealing.seal_envelope(to, [part], [day.seal_key() for day in days], cast.source("round trip"))


def test_no_envelope_without_a_keeper() -> None:
    """Sealing without a keeper, or with four, is refused."""
    for count in (0, 4):
        with pytest.raises(Malformed):
            _sealed(cast.message(), [cast.day_key(cast.EXPIRES_AT, f"k{n}") for n in range(count)])


def test_wrong_number_of_parts_is_not_sealed() -> None:
    """A message has one part, a release two, a re-sealed one at most four."""
    part = sealing.sign_content(cast.message().encode(), EnvelopeClass.MESSAGE, cast.COACH.identity)
    for envelope_class, count in ((1, 2), (4, 1), (4, 3), (5, 5), (6, 2)):
        to = sealing.Addressing(
            EnvelopeClass(envelope_class),
            bytes(16),
            cast.POLICY.tag,
            cast.EXPIRES_AT,
            cast.CLIENT.fp,
            sealing.LinkTarget(bytes(32)),
            cast.CLIENT.access.public,
            cast.CLIENT.access.public,
        )
        day = cast.day_key(cast.EXPIRES_AT).seal_key()
        with pytest.raises(Malformed):
            sealing.seal_envelope(to, [part] * count, [day], cast.source("parts"))


# --- streams, blobs, boxes, padding ---


@given(plain=st.binary(max_size=200), sizes=st.lists(st.integers(0, 40_000), max_size=8))
def test_stream_in_pieces(plain: bytes, sizes: list[int]) -> None:
    """A stream sealed and opened in any pieces is the stream sealed at once."""
    plain = plain * 300
    key, salt = bytes(32), bytes(24)
    whole = stream.seal_stream(key, b"c", plain, salt)
    sealer = stream.Sealer(key, b"c", salt)
    sealed = sealer.head + b"".join(map(sealer.update, _pieces(plain, sizes))) + sealer.finish()
    assert sealed == whole
    opener = stream.Opener(key, b"c", whole[:56])
    opened = b"".join(map(opener.update, _pieces(whole[56:], sizes)))
    assert opened + opener.finish() == plain == stream.open_stream(key, b"c", whole)


def _pieces(whole: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(whole[at : at + size])
        at += size
    return [*pieces, whole[at:]]


def test_stream_is_over_after_its_end() -> None:
    """Nothing follows the end of a stream, and nothing follows an error."""
    sealer = stream.Sealer(bytes(32), b"", bytes(24))
    last = sealer.finish()
    for act in (sealer.finish, lambda: sealer.update(b"")):
        with pytest.raises(Malformed):
            act()
    opener = stream.Opener(bytes(32), b"", sealer.head)
    opener.update(last)
    assert opener.finish() == b""
    with pytest.raises(NotOpened):
        opener.update(last)
    broken = stream.Opener(bytes(32), b"", sealer.head)
    with pytest.raises(NotOpened):
        broken.update(bytes(16_400))
    for act in (broken.finish, lambda: broken.update(last)):
        with pytest.raises(NotOpened):
            act()


def test_single_chunks() -> None:
    """Each chunk opens by its number alone and under no other number."""
    plain = bytes(range(256)) * 200
    whole = stream.seal_stream(bytes(32), b"", plain, bytes(24))
    opener = stream.ChunkOpener(bytes(32), b"", whole[:56])
    chunks = [whole[at : at + 16_400] for at in range(56, len(whole), 16_400)]
    assert b"".join(opener.open_chunk(index, chunk) for index, chunk in enumerate(chunks)) == plain
    for index, chunk in enumerate(chunks):
        with pytest.raises(NotOpened):
            opener.open_chunk(index + 1, chunk)
        with pytest.raises(NotOpened):
            opener.open_chunk(index, chunk[:-1])


@given(length=st.integers(0, 2**40))
def test_padding(length: int) -> None:
    """Padding never shortens, costs at most an eighth above the floor, and is stable."""
    padded = padding.padded_length(length)
    assert padded >= max(length, 1024)
    assert padded == 1024 or padded <= length * 1.12
    assert padding.padded_length(padded) == padded


@settings(max_examples=30)
@given(plain=st.binary(max_size=3000), size=st.integers(1, 5000))
def test_blob(plain: bytes, size: int) -> None:
    """A file of any length, with zeros at its end too, comes back byte for byte in any pieces."""
    plain = plain * 9 + bytes(len(plain) % 5)
    stored, record = sealed_blob(plain)
    assert (len(stored), record.plain_bytes) == (blob.stored_length(len(plain)), len(plain))
    opener = blob.BlobOpener(record)
    opened = b"".join([opener.update(stored[at : at + size]) for at in range(0, len(stored), size)])
    assert opened + opener.finish() == plain
    header = blob.parse_blob_header(stored)
    assert (header.blob_id, header.expires_at) == (record.blob_id, record.expires_at)


def test_blob_says_nothing_before_it_is_finished() -> None:
    """There is no record of an unfinished blob, and an unfinished reading is no file."""
    sealer = blob.BlobSealer(bytes(32), bytes(32), cast.EXPIRES_AT, bytes(24))
    sealer.update(b"text")
    with pytest.raises(Malformed):
        sealer.record(0)
    stored, record = sealed_blob()
    opener = blob.BlobOpener(record)
    with pytest.raises(NotOpened):
        opener.finish()
    opener.update(stored[:-1])
    with pytest.raises(NotOpened):
        opener.finish()


def test_blob_with_padding_that_is_not_zero_stays_refused() -> None:
    """After hidden bytes were met in the padding, the blob cannot be finished."""
    stored, record = sealed_blob(b"text and something hidden")
    opener = blob.BlobOpener(replace(record, plain_bytes=4))
    with pytest.raises(NotOpened):
        _ = opener.update(stored) + opener.finish()
    with pytest.raises(NotOpened):
        opener.finish()
    with pytest.raises(NotOpened):
        opener.update(b"")


@given(plain=st.binary(max_size=200), aad=st.binary(max_size=40))
def test_box(plain: bytes, aad: bytes) -> None:
    """A box is 72 bytes longer, opens with all it was sealed with, and with nothing else."""
    sealed = box.seal_box(bytes(32), "vault", aad, plain, bytes(24))
    assert len(sealed) == len(plain) + 72
    assert box.open_box(bytes(32), "vault", aad, sealed) == plain
    for purpose, other in (("vault", aad + b"x"), ("wrap", aad)):
        with pytest.raises(NotOpened):
            box.open_box(bytes(32), purpose, other, sealed)


# --- signed things ---


CARD = cast.COACH.card()
WINDOW = st.tuples(st.integers(0, 2**40), st.integers(1, 800 * DAY_SECONDS))


@given(
    number=st.integers(1, 2**53 - 1),
    windows=st.lists(
        st.tuples(st.integers(0, 2**40), st.integers(1, 800 * DAY_SECONDS)), min_size=1, max_size=4
    ),
    hashes=st.tuples(HASH, HASH),
)
def test_statement(number: int, windows: list[tuple[int, int]], hashes: tuple[bytes, bytes]) -> None:
    """A statement is read as it was signed, and its signature covers all of it."""
    public = CARD.reading_keys[0].public
    keys = tuple(
        statement.ReadingKey(epoch, start, start + length, public)
        for epoch, (start, length) in enumerate(windows)
    )
    previous = bytes(32) if number == 1 else b"\1" + hashes[0][1:]
    card = replace(CARD, number=number, previous_hash=previous, keeper_set=hashes[1], reading_keys=keys)
    raw = statement.sign_statement(card, cast.COACH.identity)
    parsed = statement.parse_statement(raw)
    statement.verify_statement(parsed)
    assert (parsed.card, parsed.raw, parsed.fp) == (card, raw, cast.COACH.fp)


def test_statement_is_signed_by_its_own_key() -> None:
    """Nobody signs a card with another identity key."""
    with pytest.raises(Malformed):
        statement.sign_statement(CARD, cast.CLIENT.identity)


def test_reading_key_that_ends_first() -> None:
    """The sender takes the key that ends first, not the fallback, while both are valid."""
    first = statement.choose_reading_key(CARD, cast.NOW)
    assert (first.epoch, first.key_id) == (1, CARD.reading_keys[0].key_id)
    fallback = statement.choose_reading_key(CARD, cast.NOW + 400 * DAY_SECONDS)
    assert fallback.epoch == 4


@given(
    kind=st.sampled_from(acts.ActKind),
    number=st.integers(1, 2**53 - 1),
    issued_at=INSTANT,
    dates=st.tuples(INSTANT, INSTANT),
    hashes=st.tuples(HASH, HASH, HASH).filter(lambda drawn: all(map(any, drawn))),
    ids=st.lists(ID, min_size=1, max_size=5),
)
def test_act(
    kind: acts.ActKind,
    number: int,
    issued_at: int,
    dates: tuple[int, int],
    hashes: tuple[bytes, bytes, bytes],
    ids: list[bytes],
) -> None:
    """An act of any kind is read as it was signed by both."""
    uses = {
        acts.ActKind.POLICY: {"subject": hashes[0]},
        acts.ActKind.SHORTEN: {"date": dates[0], "envelope_ids": tuple(ids)},
        acts.ActKind.EXTEND: {"date": dates[0], "envelope_ids": tuple(ids)},
        acts.ActKind.CLOSE: {"date": min(dates), "second_date": max(dates)},
        acts.ActKind.REOPEN: {"date": dates[0]},
        acts.ActKind.RELEASE: {"date": min(dates) - 1, "second_date": max(dates), "subject": hashes[1]},
        acts.ActKind.WITHDRAW: {"subject": hashes[1]},
        acts.ActKind.REOPEN_MAILBOX: {"subject": hashes[1]},
        acts.ActKind.STOP_REOPENING: {"subject": hashes[1]},
    }
    fields: dict[str, Any] = uses[kind]
    previous = bytes(32) if number == 1 else hashes[2]
    core = acts.ActCore(kind, cast.ENGAGEMENT_ID, hashes[0], number, previous, issued_at, **fields)
    act = acts.sign_act(core, cast.CLIENT.identity, acts.sign_act(core, cast.COACH.identity))
    parsed = acts.parse_act(act.encode())
    assert (parsed, parsed.core.hash) == (act, core.hash)
    publics = [cast.COACH.identity.public, cast.CLIENT.identity.public]
    assert acts.verify_signatures(parsed, publics) == {cast.COACH.fp, cast.CLIENT.fp}


def test_both_sign_the_same_act() -> None:
    """A signature is never added to another act."""
    other = replace(cast.ACT, issued_at=cast.NOW + 1)
    with pytest.raises(Malformed):
        acts.sign_act(other, cast.CLIENT.identity, acts.sign_act(cast.ACT, cast.COACH.identity))


@given(
    hold_days=st.integers(0, 3650),
    keep_days=st.integers(0, 3650),
    day=st.integers(0, 40_000),
    instant=st.integers(0, 40_000 * DAY_SECONDS),
    texts=st.lists(TEXT, max_size=8),
)
def test_policy_dates(hold_days: int, keep_days: int, day: int, instant: int, texts: list[str]) -> None:
    """A policy is read as written; its dates never pass the hold, and the default is one that it allows."""
    made = replace(
        cast.POLICY,
        hold_days=hold_days,
        longest_keep_days=keep_days,
        work_ends_at=day * DAY_SECONDS,
        places=tuple(texts),
    )
    parsed = policy.parse_policy(made.encode())
    assert parsed == made
    assert parsed.latest(instant) <= parsed.hold_ends_at
    default = parsed.default_expires_at(instant)
    assert default <= parsed.latest(instant)
    if instant < parsed.hold_ends_at:
        assert parsed.allows(default, instant)
        assert not parsed.allows(instant, instant)
    assert not parsed.allows(parsed.hold_ends_at + 1, instant)


# --- vault, ways in, invitations ---


@given(names=st.tuples(TEXT, TEXT), active=st.booleans(), role=st.sampled_from([Role.COACH, Role.CLIENT]))
def test_engagement_item(names: tuple[str, str], active: bool, role: Role) -> None:
    """An engagement's item is read as it was written."""
    item = replace(engagement_item(), my_role=role, active=active, my_name=names[0], their_name=names[1])
    assert vault.parse_engagement(item.encode(), item.encode_standing()) == item


@given(seeds=st.lists(st.tuples(st.integers(0, 2**32 - 1), INSTANT, INSTANT, HASH), max_size=5))
def test_reading_item(seeds: list[tuple[int, int, int, bytes]]) -> None:
    """The reading seeds are read as they were written."""
    items = tuple(vault.ReadingSeed(*seed) for seed in seeds)
    assert vault.parse_reading(vault.encode_reading(items)) == items


def test_manifest_shows_a_swapped_box() -> None:
    """The manifest knows each box; an older or exchanged one is refused."""
    entry = vault.ManifestEntry("card", 2, suite.H(b"box"))
    raw = vault.sign_manifest(vault.Manifest(5, (entry,)), cast.ACCOUNT_ID, cast.COACH.identity)
    manifest = vault.open_manifest(raw, cast.ACCOUNT_ID, cast.COACH.identity.public)
    manifest.check_item("card", 2, b"box")
    for name, version, sealed in (("card", 1, b"box"), ("relay", 2, b"box"), ("card", 2, b"other")):
        with pytest.raises(KeysError):
            manifest.check_item(name, version, sealed)


def test_item_limits() -> None:
    """An item above 1 MiB is not sealed, a manifest with more than 4,096 items not signed."""
    with pytest.raises(Malformed):
        vault.seal_item(bytes(32), cast.ACCOUNT_ID, "card", 1, bytes(2**20 + 1), bytes(24))
    entries = tuple(vault.ManifestEntry(f"writers/{n:032x}", 1, bytes(32)) for n in range(4097))
    with pytest.raises(Malformed):
        vault.sign_manifest(vault.Manifest(1, entries), cast.ACCOUNT_ID, cast.COACH.identity)


@given(secret=HASH)
def test_invitation_link(secret: bytes) -> None:
    """A link is read as it was printed."""
    for kind in (invitation.CLIENT, invitation.COACH):
        link = invitation.Link(cast.ORIGIN, kind, secret)
        assert invitation.parse_link(link.text()) == link


def test_invitation_round_trip() -> None:
    """An invitation is opened as it was made, by the secret alone."""
    keys = invitation.invitation_keys(bytes(32))
    made = client_invitation()
    sealed = invitation.seal_invitation(keys, made, cast.EXPIRES_AT, bytes(24))
    assert invitation.open_client_invitation(keys, sealed, cast.EXPIRES_AT) == made


@given(drawn=HASH)
def test_sheet(drawn: bytes) -> None:
    """A sheet is read as printed, and every single wrong digit is found in its group."""
    digits = recovery.sheet_digits(drawn)
    printed = recovery.print_sheet(digits).replace(" ", "")
    assert recovery.read_sheet(printed) == digits
    for at, digit in enumerate(printed):
        wrong = printed[:at] + str((int(digit) + 1 + at % 9) % 10) + printed[at + 1 :]
        if wrong != printed:
            with pytest.raises(Mistyped) as found:
                recovery.read_sheet(wrong)
            assert found.value.group == at // 5


def test_sheet_finds_exchanged_neighbours() -> None:
    """Two neighbouring digits of a group, exchanged, always show."""
    for number in range(10_000):
        printed = recovery.print_sheet(f"{number:04d}" * 6).replace(" ", "")
        for at in range(4):
            if printed[at] != printed[at + 1]:
                wrong = printed[:at] + printed[at + 1] + printed[at] + printed[at + 2 :]
                with pytest.raises(Mistyped):
                    recovery.read_sheet(wrong)


def test_sheet_has_digits_alone() -> None:
    """Only 24 decimal digits can be printed."""
    for digits in ("1" * 23, "1" * 25, "x" * 24, "٣" * 24):
        with pytest.raises(Malformed):
            recovery.print_sheet(digits)


def test_words() -> None:
    """The list is the whole EFF Long Wordlist: 7,776 different words in order."""
    listed = wordlist.words()
    assert (len(listed), len(set(listed))) == (wordlist.COUNT, wordlist.COUNT)
    assert (listed[0], listed[-1]) == ("abacus", "zoom")
    digest = "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522"
    assert suite.H("".join(word + "\n" for word in listed).encode()).hex() == digest


def test_unknown_kdf_is_never_used() -> None:
    """A method whose kdf is neither 0 nor 1 opens and wraps nothing."""
    for kdf in (2, 255):
        method = unlock.Method(bytes(16), kdf, bytes(16))
        with pytest.raises(Malformed):
            unlock.wrap_account_key(bytes(32), bytes(32), bytes(16), method, bytes(24))


def test_day_and_midnight() -> None:
    """An instant at midnight belongs to the day before: its key dies with that day."""
    assert [day_of(instant) for instant in (1, 86_400, 86_401)] == [0, 0, 1]


def test_day_share_is_of_one_person() -> None:
    """Two access keys have different shares of one day, and one has different shares of two days."""
    shares = {
        day_keys.day_share(seed, access)
        for seed in (bytes(32), b"\1" * 32)
        for access in (cast.COACH.access.public, cast.CLIENT.access.public)
    }
    assert len(shares) == 4
    assert fingerprint(cast.COACH.identity.public) == cast.COACH.fp


@given(field=st.binary(max_size=60))
def test_base64url(field: bytes) -> None:
    """Bytes have exactly one base64url text."""
    text = encoding.to_base64url(field)
    assert encoding.from_base64url(text, len(field)) == field
    with pytest.raises(Malformed):
        encoding.from_base64url(text, len(field) + 1)


LEAF = TEXT | st.integers(-(2**50), 2**50) | st.none() | st.booleans()


@given(shown=st.dictionaries(TEXT, LEAF | st.lists(LEAF, max_size=3), max_size=4))
def test_json(shown: dict[str, Any]) -> None:
    """Display fields are read as they were written."""
    assert encoding.load_json(encoding.dump_json(shown)) == shown
