"""Sealing and opening between two people in memory, and every refusal of the receiving steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from client_sdk import errors
from client_sdk.compose import Draft, FileLabel, Step, check_draft, choose_date
from client_sdk.judging import BROKEN, check_statements, gap_before, sealed_to_old_key
from client_sdk.parties import Self
from client_sdk.receive import Due, Unreadable, finish
from client_sdk.state_writers import WriterHead
from keys.acts import ActKind
from keys.content import Content, ContentKind, Recipient, content_id
from keys.envelope import HEADER_BYTES, EnvelopeClass, parse_envelope
from keys.keeper_wire import Grant, Status
from keys.names import ZERO_HASH, fingerprint
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.statement import choose_reading_key
from keys.suite import SealKey, SignKey
from tests.sdk.pair import DAY, NOTICE, NOW, Keeper, Pair, envelopes, made_self, renewed

EXPIRES = NOW + 3 * DAY


@pytest.fixture(params=[1, 2], ids=["one keeper", "two keepers"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """A coach and a client with one keeper, and with two."""
    return Pair((Keeper("one"), Keeper("two"))[: request.param])


@pytest.mark.parametrize("recall", [True, False], ids=["recall", "no recall"])
def test_both_read_what_one_wrote(pair: Pair, recall: bool) -> None:
    """Recipient and author open their own envelope to the same content, under one content id."""
    pair = Pair(pair.keepers, recall)
    sent = pair.compose(pair.coach, text="Three questions")
    theirs, own = (
        pair.open(raw, me) for raw, me in zip(envelopes(sent.group), (pair.client, pair.coach), strict=True)
    )
    assert theirs.content == own.content
    assert theirs.content_id == own.content_id == sent.content_id
    assert theirs.content.text == "Three questions"
    assert parse_envelope(envelopes(sent.group)[0]).header.envelope_id == sent.their_envelope_id
    assert parse_envelope(envelopes(sent.group)[1]).header.envelope_id == sent.own_envelope_id


def test_the_client_writes_too(pair: Pair) -> None:
    """The other direction holds as well."""
    raw = envelopes(pair.compose(pair.client).group)[0]
    assert pair.open(raw, pair.coach).content.sender_fp == pair.client.fp


# --- refused before the keepers are asked -------------------------------------------------------------------


def refused(code: str, call: Callable[[], object]) -> None:
    """Something is refused with exactly this code."""
    with pytest.raises(Unreadable) as caught:
        call()
    assert caught.value.code == code


def test_a_row_that_is_no_envelope(pair: Pair) -> None:
    """Bytes of another form are refused, cut short or one too long."""
    raw = envelopes(pair.compose(pair.coach).group)[0]
    for wrong in (b"", raw[:-1], raw + b"\0", b"QBX2" + raw[4:]):
        refused("header", lambda wrong=wrong: pair.examine(wrong, pair.client))


def test_another_mailbox(pair: Pair) -> None:
    """An envelope of the other person's mailbox is refused in mine."""
    raw = envelopes(pair.compose(pair.coach).group)[1]
    refused("mailbox", lambda: pair.examine(raw, pair.client))


def test_missing_keeper(pair: Pair) -> None:
    """A lock too few, or a lock of a keeper that is not required, is refused."""
    stranger = Keeper("stranger")
    with pytest.raises(errors.NotTrusted, match="keeper-missing"):
        pair.compose(pair.coach, day_keys={stranger.keeper_id: stranger.day_key(1)})
    others = Pair((*pair.keepers, stranger))
    raw = envelopes(others.compose(others.coach).group)[0]
    refused("keepers", lambda: Pair(pair.keepers).examine(raw, pair.client))
    if len(pair.keepers) == 2:
        swapped = Pair((pair.keepers[0], stranger))
        raw = envelopes(swapped.compose(swapped.coach).group)[0]
        refused("keepers", lambda: pair.examine(raw, pair.client))


def test_due_is_gone(pair: Pair) -> None:
    """At its second, and from the instant that an act gave it, an envelope is gone whatever the relay
    shows.
    """
    sent = pair.compose(pair.coach)
    raw = envelopes(sent.group)[0]
    pair.examine(raw, pair.client, now=EXPIRES - 1)
    with pytest.raises(Due):
        pair.examine(raw, pair.client, now=EXPIRES)
    pair.acts.append(
        pair.act(ActKind.SHORTEN, pair.client, date=NOW + 10, envelope_ids=(sent.their_envelope_id,))
    )
    pair.examine(raw, pair.client, now=NOW + 9)
    with pytest.raises(Due):
        pair.examine(raw, pair.client, now=NOW + 10)


def test_a_foreign_reading_key(pair: Pair) -> None:
    """What was sealed to a key that I do not have, or changed in its lock, is refused."""
    raw = envelopes(pair.compose(pair.coach).group)[0]
    without = replace(pair.client, reading={})
    place = replace(pair.at_client, me=without)
    pair.client = without
    assert place.me is without
    refused("reader-key", lambda: pair.examine(raw, without))


def test_a_changed_reader_lock(pair: Pair) -> None:
    """One bit changed in the reader's lock, and it does not open."""
    raw = bytearray(envelopes(pair.compose(pair.coach).group)[0])
    raw[HEADER_BYTES + 500] ^= 1
    refused("reader-lock", lambda: pair.examine(bytes(raw), pair.client))


def test_a_policy_that_nobody_signed(pair: Pair) -> None:
    """An envelope under a policy tag that is not in force is refused."""
    other = Pair(pair.keepers)
    other.agree(replace(other.policy, hold_days=400))
    raw = envelopes(other.compose(other.coach).group)[0]
    refused("policy", lambda: pair.examine(raw, pair.client))


# --- refused with the keepers' answers ----------------------------------------------------------------------


def test_what_keepers_refuse(pair: Pair) -> None:
    """Gone is gone; not yet, refused, and another date or revoker than the header's are codes of their
    own.
    """
    raw = envelopes(pair.compose(pair.coach).group)[0]
    examined = pair.examine(raw, pair.client)
    good = pair.grants(examined, pair.client)
    first = pair.keepers[0].keeper_id

    def opening(grant: Grant) -> Callable[[], object]:
        return lambda: finish(examined, good | {first: grant}, pair.at_client, pair.terms, NOW)

    with pytest.raises(Due):
        opening(Grant(Status.GONE))()
    refused("not-yet", opening(Grant(Status.NOT_YET)))
    refused("keeper", opening(Grant(Status.REFUSED)))
    refused("expiry", opening(replace(good[first], expires_at=EXPIRES + 1)))
    refused("revoker", opening(replace(good[first], revoker_hash=bytes(32))))
    refused("not-yet", opening(replace(good[first], not_before=NOW + 5)))
    refused("not-opened", opening(replace(good[first], share=bytes(32))))
    missing = {one: grant for one, grant in good.items() if one != first}
    refused("keeper", lambda: finish(examined, missing, pair.at_client, pair.terms, NOW))


def test_a_changed_body(pair: Pair) -> None:
    """One bit changed in the body, and nothing of it is shown."""
    raw = bytearray(envelopes(pair.compose(pair.coach).group)[0])
    raw[-1] ^= 1
    refused("not-opened", lambda: pair.open(bytes(raw), pair.client))


# --- refused for what the content says ----------------------------------------------------------------------


def forged(
    pair: Pair, *, signer: SignKey | None = None, to: EnvelopeClass = EnvelopeClass.MESSAGE, **fields: object
) -> bytes:
    """An envelope to the client, rightly sealed, whose content is what a test wants; signed by the coach
    or another.
    """
    coach, client = pair.coach, pair.client
    good = Content(
        kind=ContentKind.MESSAGE,
        nonce=bytes(16),
        thread_id=bytes(16),
        writer=7,
        count=1,
        previous_id=ZERO_HASH,
        created_at=NOW,
        expires_at=EXPIRES,
        policy_hash=pair.policy.hash,
        sender_fp=coach.fp,
        checkpoint_hash=ZERO_HASH,
        vault_counter=1,
        sender_statement_hash=coach.statement.hash,
        recipients=(Recipient(client.fp, client.statement.hash),),
        shown={"subject": "", "text": "forged"},
    )
    content = replace(good, **fields)  # type: ignore[arg-type]
    part = sign_content(content.encode(), to, signer or coach.identity)
    key = choose_reading_key(client.statement.card, NOW)
    addressing = Addressing(
        envelope_class=to,
        mailbox_id=pair.at_client.my_mailbox,
        policy_tag=pair.policy.tag,
        expires_at=EXPIRES,
        recipient_fp=client.fp,
        target=ReaderTarget(SealKey.from_bytes(key.public), key.epoch),
        reader_access=client.access.public,
        revoker_access=coach.access.public,
    )
    days = list(pair.day_keys(EXPIRES).values())
    return seal_envelope(addressing, [part], days, pair.random)


def test_the_forger_is_believed_where_nothing_is_wrong(pair: Pair) -> None:
    """The forgeries below fail for their one fault: without it the envelope opens."""
    assert pair.open(forged(pair), pair.client).content.text == "forged"


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("signer", {"sender_fp": bytes(32)}),
        ("signature", {"signer": made_self("stranger", Pair().pins).identity}),
        ("expiry", {"expires_at": EXPIRES + 1}),
        ("policy", {"policy_hash": bytes(31) + b"\1"}),
        ("recipient", {"recipients": (Recipient(bytes(32), bytes(32)),)}),
        ("signer", {"to": EnvelopeClass.DOOR}),
        ("signer", {"to": EnvelopeClass.NOTICE, "kind": ContentKind.NOTICE}),
    ],
)
def test_what_the_content_says_must_fit(pair: Pair, code: str, fields: dict[str, object]) -> None:
    """Signer, signature, date, policy and recipients of a content are each refused when they do not fit."""
    refused(code, lambda: pair.open(forged(pair, **fields), pair.client))  # type: ignore[arg-type]


def test_the_client_does_not_sign_as_the_coach(pair: Pair) -> None:
    """Coach and client are never interchanged: a content that names the coach is not opened by the
    client's key.
    """
    raw = forged(pair, signer=pair.client.identity)
    refused("signature", lambda: pair.open(raw, pair.client))


def test_a_kind_of_another_class(pair: Pair) -> None:
    """A person's envelope cannot carry the relay's notice."""
    refused("class", lambda: pair.open(forged(pair, kind=ContentKind.NOTICE), pair.client))


def test_a_notice_by_the_notice_key(pair: Pair) -> None:
    """The relay's own notice opens by the pinned notice key and no other."""
    raw = forged(
        pair,
        signer=NOTICE,
        to=EnvelopeClass.NOTICE,
        kind=ContentKind.NOTICE,
        sender_fp=fingerprint(NOTICE.public),
        sender_statement_hash=ZERO_HASH,
    )
    assert pair.open(raw, pair.client).class_of_origin is EnvelopeClass.NOTICE


def test_statements_must_be_of_the_chain(pair: Pair) -> None:
    """A content that names a statement which no chain holds is refused, on either side."""
    mine = {pair.client.statement.hash: pair.client.statement}
    theirs = {pair.coach.statement.hash: pair.coach.statement}
    for code, fields in (
        ("sender-statement", {"sender_statement_hash": bytes(32)}),
        ("recipient-statement", {"recipients": (Recipient(pair.client.fp, bytes(32)),)}),
    ):
        opened = pair.open(forged(pair, **fields), pair.client)
        refused(code, lambda opened=opened: check_statements(opened, pair.at_client, mine, theirs))


def test_an_old_key_shows(pair: Pair) -> None:
    """What is sealed to a card of mine that had been replaced for over two days is marked, what is
    younger is not.
    """
    early = pair.open(envelopes(pair.compose(pair.coach, now=NOW + DAY).group)[0], pair.client)
    late = pair.open(
        envelopes(pair.compose(pair.coach, now=NOW + 3 * DAY - 10).group)[0],
        pair.client,
        now=NOW + 3 * DAY - 9,
    )
    pair.client = renewed(pair.client, NOW)
    assert not sealed_to_old_key(early, pair.at_client)
    assert sealed_to_old_key(late, pair.at_client)


# --- what is missing before ---------------------------------------------------------------------------------


def step(count: int, previous: bytes) -> Content:
    """A content that is the given step of its writer."""
    pair = Pair()
    raw = envelopes(pair.compose(pair.coach, step=Step(7, count, previous)).group)[0]
    return pair.open(raw, pair.client).content


def test_gaps() -> None:
    """A chain goes on by one with the hash before; missing ones are counted, a wrong hash or a count used
    twice is
    broken, and what is older than the head is neither."""
    some, other = b"\1" * 32, b"\2" * 32
    head = WriterHead(bytes(32), 7, 5, some)
    assert gap_before(step(1, ZERO_HASH), other, None) == 0
    assert gap_before(step(3, some), other, None) == 2
    assert gap_before(step(2, ZERO_HASH), other, None) == BROKEN
    assert gap_before(step(6, some), other, head) == 0
    assert gap_before(step(6, other), other, head) == BROKEN
    assert gap_before(step(8, some), other, head) == 2
    assert gap_before(step(4, other), other, head) == 0
    assert gap_before(step(5, other), some, head) == 0
    assert gap_before(step(5, other), other, head) == BROKEN


# --- what is not sealed -------------------------------------------------------------------------------------


def test_no_date_past_what_both_signed(pair: Pair) -> None:
    """A date past the hold or not to come is refused with the latest allowed; none means the agreement's."""
    ends = pair.policy.hold_ends_at
    assert choose_date(pair.policy, None, NOW) == ends
    assert choose_date(pair.policy, ends, NOW) == ends
    with pytest.raises(errors.RetentionExceeded) as caught:
        choose_date(pair.policy, ends + 1, NOW)
    assert caught.value.latest is not None
    assert caught.value.latest.timestamp() == ends
    with pytest.raises(errors.Misused):
        choose_date(pair.policy, NOW, NOW)
    with pytest.raises(errors.EngagementClosed):
        choose_date(pair.policy, None, ends)


def test_never_to_a_stale_key(pair: Pair) -> None:
    """Nothing is sealed to a person none of whose keys is valid any more."""
    late = NOW + 801 * DAY
    pair.agree(replace(pair.policy, hold_days=3000))
    with pytest.raises(errors.RecipientKeyStale):
        pair.compose(pair.coach, now=late, expires_at=late + DAY)


def test_never_to_other_keepers(pair: Pair) -> None:
    """Nothing is sealed where the other's card names another set of keepers than the pinned one."""
    elsewhere = Pair((Keeper("elsewhere"),))
    pair.client = elsewhere.client
    with pytest.raises(errors.NotTrusted, match="keeper-set"):
        pair.compose(pair.coach)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (errors.Misused, ("s" * 301, "", [])),
        (errors.Misused, ("\ud800", "", [])),
        (errors.TooLarge, ("", "ä" * 450_001, [])),
        (errors.Misused, ("", "", [FileLabel("a", "b")] * 33)),
        (errors.Misused, ("", "", [FileLabel("", "b")])),
        (errors.Misused, ("", "", [FileLabel("n" * 256, "b")])),
        (errors.Misused, ("", "", [FileLabel("n", "t" * 128)])),
    ],
)
def test_drafts_have_limits(
    kind: type[errors.RelayError], arguments: tuple[str, str, list[FileLabel]]
) -> None:
    """Subject, text, number of files, names and types each have their limit, refused before anything is
    sealed.
    """
    with pytest.raises(kind):
        check_draft(*arguments)
    check_draft("s" * 300, "x" * 900_000, [FileLabel("n" * 255, "t" * 127)] * 32)


def test_the_longest_text_fits(pair: Pair) -> None:
    """A text of the largest allowed size, with 32 files' names, still fits into one envelope."""
    sent = pair.compose(pair.coach, draft=Draft("s" * 300, "x" * 900_000))
    assert pair.open(envelopes(sent.group)[0], pair.client).content.text == "x" * 900_000


def test_content_id_is_of_the_content(pair: Pair) -> None:
    """The id that is kept before the deposit is the one that the reader computes."""
    sent = pair.compose(pair.coach)
    opened = pair.open(envelopes(sent.group)[0], pair.client)
    assert content_id(EnvelopeClass.MESSAGE, opened.content.encode()) == sent.content_id


def test_secrets_do_not_show() -> None:
    """Nothing of a key is in the repr of the sides of an engagement."""
    pair = Pair()
    shown = repr((pair.at_coach, pair.coach, pair.compose(pair.coach)))
    me: Self = pair.coach
    for secret in (me.identity.seed, me.access.seed, *(key.seed for key in me.reading.values())):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
