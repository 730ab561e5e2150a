"""A relay, or one of the two, that lies about what was signed: hidden, reordered and forged acts, dates that
nobody alone may move, things kept longer by nobody's signature.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from client_sdk import errors, receive
from client_sdk.acting import Acting
from client_sdk.errors import NotTrusted
from client_sdk.lengthening import Lengthening
from client_sdk.receive import Due, Unreadable, finish
from client_sdk.terms import Signed, Terms
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.content import content_id
from keys.encoding import from_base64url, to_base64url
from keys.envelope import EnvelopeClass, parse_envelope
from keys.names import envelope_id
from keys.policy import Policy, agreement_hash
from keys.resealing import reseal
from keys.sealing import Addressing, Part, ReaderTarget, check_grants, open_parts
from keys.statement import choose_reading_key
from keys.suite import SealKey, SignKey
from tests.sdk.house import House, Standing, standing, subjects
from tests.sdk.pair import DAY, NOW, Pair, envelopes
from tests.sdk.test_liar import ENGAGEMENT, about, fields

LATE = NOW + 20 * DAY


# --- what acts put in force ---------------------------------------------------------------------------------


def both(pair: Pair, kind: ActKind, **more: Any) -> Act:
    """The next act, signed by both."""
    one = pair.act(kind, pair.coach, **more)
    return sign_act(one.core, pair.client.identity, one)


def ends(pair: Pair) -> int:
    """The end of the hold in force."""
    return pair.terms.ends_at


@pytest.mark.parametrize(
    ("dates", "alone", "good"),
    [
        ({"date": NOW, "second_date": NOW + 7 * DAY}, True, True),
        ({"date": NOW, "second_date": NOW + 7 * DAY - 1}, True, False),
        ({"date": NOW, "second_date": NOW + DAY}, False, True),
        ({"date": NOW - 1, "second_date": NOW + 9 * DAY}, True, False),
        ({"date": NOW + 400 * DAY, "second_date": NOW + 400 * DAY}, False, False),
        ({"date": NOW, "second_date": NOW + 4000 * DAY}, False, False),
    ],
    ids=["seven days", "less", "less by both", "before it was signed", "later work", "longer hold"],
)
def test_a_closing_beyond_its_right(dates: dict[str, int], alone: bool, good: bool) -> None:
    """A closing that no relay may take is not believed, whoever stored it."""
    pair = Pair()
    act = pair.act(ActKind.CLOSE, pair.coach, **dates) if alone else both(pair, ActKind.CLOSE, **dates)
    pair.acts.append(act)
    if good:
        assert ends(pair) == dates["second_date"]
    else:
        with pytest.raises(NotTrusted, match="act-dates"):
            ends(pair)


def test_nobody_alone_ends_a_hold_without_recall() -> None:
    """Where the policy denies recall, one alone may close but the end of the hold stays."""
    pair = Pair(recall=False)
    whole = pair.policy.hold_ends_at
    pair.acts.append(pair.act(ActKind.CLOSE, pair.client, date=NOW, second_date=whole))
    assert ends(pair) == whole
    pair = Pair(recall=False)
    pair.acts.append(pair.act(ActKind.CLOSE, pair.client, date=NOW, second_date=NOW + 30 * DAY))
    with pytest.raises(NotTrusted, match="act-dates"):
        ends(pair)


def test_the_other_shortens_their_own_copy_alone() -> None:
    """Without recall the other's lone act does not reach my mailbox; mine does, and so does one of both."""
    pair, named = Pair(recall=False), bytes(15) + b"\1"
    pair.acts.append(pair.act(ActKind.SHORTEN, pair.client, date=NOW + 5, envelope_ids=(named,)))
    assert pair.terms.date_of([named], NOW + 99) == NOW + 99  # the coach's reading
    pair.acts.append(pair.act(ActKind.SHORTEN, pair.coach, date=NOW + 9, envelope_ids=(named,)))
    assert pair.terms.date_of([named], NOW + 99) == NOW + 9
    pair.acts.append(both(pair, ActKind.SHORTEN, date=NOW + 3, envelope_ids=(named,)))
    assert pair.terms.date_of([named], NOW + 99) == NOW + 3


@pytest.mark.parametrize("kind", [ActKind.EXTEND, ActKind.REOPEN])
def test_later_needs_both_and_an_end(kind: ActKind) -> None:
    """One signature lengthens nothing; two do, but not past the end of the hold."""
    more = {"envelope_ids": (bytes(16),)} if kind is ActKind.EXTEND else {}
    for act in (
        lambda pair: pair.act(kind, pair.coach, date=LATE, **more),
        lambda pair: pair.act(kind, pair.client, date=LATE, **more),
        lambda pair: both(pair, kind, date=pair.policy.hold_ends_at + 1, **more),
    ):
        pair = Pair()
        pair.acts.append(act(pair))
        with pytest.raises(NotTrusted):
            ends(pair)


def next_policy(pair: Pair, **changes: Any) -> Policy:
    """The next policy of the pair."""
    before = pair.policies[-1]
    policy = replace(
        before, number=2, previous_hash=before.hash, agreement_hash=agreement_hash(bytes(32), "x")
    )
    return replace(policy, **changes)


def adopt(pair: Pair, policy: Policy, *, alone: bool = False) -> None:
    """The act that puts a policy in force; alone: with one signature."""
    last = pair.acts[-1].core
    core = ActCore(
        ActKind.POLICY, pair.engagement_id, policy.hash, last.number + 1, last.hash, NOW, subject=policy.hash
    )
    act = sign_act(core, pair.coach.identity)
    pair.acts.append(act if alone else sign_act(core, pair.client.identity, act))
    pair.policies.append(policy)


@pytest.mark.parametrize(
    ("reason", "changes", "alone"),
    [
        ("acts", {}, True),
        ("policy-coach", {"coach_fp": bytes([7]) * 32}, False),
        ("policy-order", {"number": 3}, False),
        ("policy-order", {"previous_hash": bytes([7]) * 32}, False),
        ("policy-order", {"engagement_id": bytes([7]) * 16}, False),
    ],
    ids=["one signature", "another coach", "a number left out", "another before it", "of another"],
)
def test_a_policy_nobody_agreed_to(reason: str, changes: dict[str, Any], alone: bool) -> None:
    """A policy that one signed, or that does not follow the one in force, is not believed."""
    pair = Pair()
    adopt(pair, next_policy(pair))
    assert pair.terms.policy.number == 2
    pair = Pair()
    adopt(pair, next_policy(pair, **changes), alone=alone)
    with pytest.raises(NotTrusted, match=reason):
        ends(pair)


def test_an_act_under_another_policy() -> None:
    """An act names the policy in force; one under an older policy is not believed."""
    pair = Pair()
    adopt(pair, next_policy(pair))
    pair.acts.append(pair.act(ActKind.SHORTEN, pair.coach, date=NOW, envelope_ids=(bytes(16),)))
    with pytest.raises(NotTrusted, match="act-policy"):  # `pair.policy` is still the first
        ends(pair)


def test_an_older_pin_still_holds() -> None:
    """Whoever pinned the second policy, or the first, reads the same terms; another act there is refused."""
    pair = Pair()
    adopt(pair, next_policy(pair, hold_days=10))
    raw = [act.encode() for act in pair.acts]
    for pinned in raw:
        pair_terms = _read(pair, raw, pinned)
        assert pair_terms.policy.hold_days == 10
    with pytest.raises(NotTrusted, match="pinned-act"):
        _read(pair, raw[:1], raw[1])
    other = Pair()
    adopt(other, next_policy(other, hold_days=11))
    with pytest.raises(NotTrusted, match="pinned-act"):
        _read(pair, raw, other.acts[1].encode())


def _read(pair: Pair, raw: list[bytes], pinned: bytes) -> Terms:
    from client_sdk.terms import read_terms

    return read_terms(
        pair.engagement_id,
        [policy.encode() for policy in pair.policies],
        raw,
        pinned_act=pinned,
        coach_public=pair.coach.identity.public,
        client_public=pair.client.identity.public,
    )


# --- re-sealed ----------------------------------------------------------------------------------------------


def original(pair: Pair) -> tuple[bytes, Part, bytes]:
    """A message of the coach in the client's mailbox: its bytes, its part, its content id."""
    raw = envelopes(pair.compose(pair.coach).group)[0]
    examined = pair.examine(raw, pair.client)
    grants = [pair.grants(examined, pair.client)[one] for one in examined.locks]
    shares = check_grants(examined.envelope, grants, examined.revoker_hash, NOW)
    part = open_parts(examined.envelope, examined.reader_share, shares)[0]
    return raw, part, content_id(EnvelopeClass.MESSAGE, part.content)


def sealed_again(pair: Pair, part: Part, until: int = LATE) -> bytes:
    """The client's own copy under a later date."""
    key = choose_reading_key(pair.client.statement.card, NOW)
    to = Addressing(
        EnvelopeClass.RESEALED,
        pair.at_client.my_mailbox,
        pair.policy.tag,
        until,
        pair.client.fp,
        ReaderTarget(SealKey.from_bytes(key.public), key.epoch),
        pair.client.access.public,
        pair.coach.access.public,
    )
    return reseal(to, part, list(pair.day_keys(until).values()), pair.random)


def extend(pair: Pair, cid: bytes, until: int = LATE) -> None:
    """Both sign that a content is kept until a date."""
    ids = (envelope_id(EnvelopeClass.RESEALED, cid, one.fp, until) for one in (pair.coach, pair.client))
    pair.acts.append(both(pair, ActKind.EXTEND, date=until, envelope_ids=tuple(sorted(ids))))


def test_kept_longer_only_by_an_act_that_names_it() -> None:
    """A re-sealed copy opens under exactly the act of both that names it, and under no other."""
    pair = Pair()
    _, part, cid = original(pair)
    raw = sealed_again(pair, part)
    with pytest.raises(Unreadable, match="not-extended"):
        pair.open(raw, pair.client)
    extend(pair, cid)
    assert pair.open(raw, pair.client, now=NOW + 10 * DAY).content.text == "hello"
    with pytest.raises(Unreadable, match="not-extended"):
        pair.open(sealed_again(pair, part, LATE + DAY), pair.client)
    other = Pair()
    other.acts.append(both(other, ActKind.EXTEND, date=LATE, envelope_ids=(bytes(16),)))
    with pytest.raises(Unreadable, match="not-extended"):
        other.open(raw, other.client)


def test_what_was_shortened_since_is_not_kept_longer() -> None:
    """An act after the extension that names the original, or the copy, brings it forward; one from before
    does not.
    """
    for after, named in ((True, "original"), (True, "copy"), (False, "original")):
        pair = Pair()
        raw, part, cid = original(pair)
        ids = {
            "original": parse_envelope(raw).header.envelope_id,
            "copy": envelope_id(EnvelopeClass.RESEALED, cid, pair.client.fp, LATE),
        }
        shorten = {"date": NOW + 5, "envelope_ids": (ids[named],)}
        if not after:
            pair.acts.append(pair.act(ActKind.SHORTEN, pair.coach, **shorten))
        extend(pair, cid)
        if after:
            pair.acts.append(pair.act(ActKind.SHORTEN, pair.coach, **shorten))
            with pytest.raises(Due):
                pair.open(sealed_again(pair, part), pair.client, now=NOW + 6)
        else:
            assert pair.open(sealed_again(pair, part), pair.client, now=NOW + 6).content.text == "hello"


def test_a_stranger_seals_nothing_again() -> None:
    """A re-sealed copy counts by the original's signature: a door's or a stranger's word is none."""
    pair = Pair()
    _, part, cid = original(pair)
    forged = replace(part, signature=SignKey.from_seed(bytes(32)).sign(b"", part.content))
    extend(pair, cid)
    with pytest.raises(Unreadable, match="signature"):
        pair.open(sealed_again(pair, forged), pair.client)


def test_a_closing_takes_longer_dates_along() -> None:
    """What was kept longer goes with the end of the hold that one brings forward afterwards."""
    pair = Pair()
    _, part, cid = original(pair)
    extend(pair, cid)
    soon = NOW + 8 * DAY
    pair.acts.append(pair.act(ActKind.CLOSE, pair.coach, date=NOW + 1, second_date=soon, issued_at=NOW + 1))
    examined = pair.examine(sealed_again(pair, part), pair.client)
    place, terms = pair.at_client, pair.terms
    opened = finish(examined, pair.grants(examined, pair.client), place, terms, NOW)
    assert receive.goes_at(examined, opened, place, terms) == soon


# --- through a real relay -----------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """A relay with a liar in its place."""
    async with standing(tmp_path_factory.mktemp("terms"), lying=True) as found:
        yield found


@pytest_asyncio.fixture
async def house(relay: Standing, tmp_path: Path) -> AsyncIterator[House]:
    """Two people of one's own, who have agreed something and shortened something."""
    async with relay.house(tmp_path) as house:
        sent = await house.to_maya.send(subject="shortened", text="x")
        made = await house.to_maya.agreement.propose(hold=timedelta(days=180))
        await house.to_anna.agreement.agree(made.id)
        await house.to_anna.shorten(sent.id, timedelta(days=1))
        await house.to_maya.summary()
        yield house


def dropped(told: dict[str, Any]) -> None:
    """The relay hides the newest act."""
    told["acts"].pop()


def reordered(told: dict[str, Any]) -> None:
    """The relay exchanges two acts."""
    told["acts"][1:] = told["acts"][:0:-1]


def forged(told: dict[str, Any]) -> None:
    """The relay changes a date in an act."""
    raw = bytearray(from_base64url(told["acts"][-1]))
    raw[140] ^= 1
    told["acts"][-1] = to_base64url(bytes(raw))


def withheld(told: dict[str, Any]) -> None:
    """The relay hides the policy in force."""
    told["policies"].pop()


@pytest.mark.parametrize("lie", [dropped, reordered, forged, withheld])
async def test_lies_about_acts(house: House, lie: Callable[[dict[str, Any]], None]) -> None:
    """Hidden, exchanged and forged acts are refused by both; nothing is sent or signed meanwhile, and the
    truth works again.
    """
    assert house.liar is not None
    house.liar.lie = about(ENGAGEMENT, fields(lie))
    for side in (house.to_maya, house.to_anna):
        with pytest.raises(NotTrusted):
            await side.send(text="x")
        with pytest.raises(NotTrusted):
            await side.agreement.proposals()
        with pytest.raises(NotTrusted):
            await side.plan_close()
    house.liar.lie = None
    assert (await house.to_maya.summary()).state == "active"


async def test_a_proposal_that_nobody_made(house: House) -> None:
    """What waits at the relay counts by the proposer's own signature: a stranger's is not shown, and cannot
    be agreed to.
    """
    assert house.liar is not None
    standing, stranger = house.anna.engagement("maya")._standing, SignKey.from_seed(bytes(32))
    acting = Acting(house.anna._core, standing)
    until = standing.terms.ends_at
    core = acting.next_core(ActKind.EXTEND, date=until, envelope_ids=(bytes(16),))
    good = acting.sign(core).encode()
    late = acting.sign(replace(core, date=until + 1)).encode()
    both_signed = sign_act(core, stranger, acting.sign(core)).encode()
    for raw in (sign_act(core, stranger).encode(), late, both_signed, b"", good[:-1]):
        told = [to_base64url(raw)]
        house.liar.lie = about(ENGAGEMENT, fields(lambda facts, told=told: facts.update(proposals=told)))
        assert [one.kind for one in await house.to_anna.agreement.proposals()] == ["agreement"]
    house.liar.lie = about(ENGAGEMENT, fields(lambda facts: facts.update(proposals=[to_base64url(good)])))
    (shown,) = [one for one in await house.to_anna.agreement.proposals() if one.kind == "extend"]
    with pytest.raises(errors.Refused, match="not-held"):  # signed, but it names nothing that is here
        await house.to_anna.agreement.agree(shown.id)


async def test_sealed_again_under_no_act(house: House) -> None:
    """One of the two re-seals without an act: the relay takes it not; and a relay that did shows it to
    nobody.
    """
    side = house.to_maya
    sent = await side.send(subject="alone", text="x", keep=timedelta(days=3))
    await side.summary()
    lengthening: Lengthening = side._lengthening
    core = house.anna._core
    seen = core.state.mailboxes.seen_between(side.mailbox_id, *(bytes.fromhex(sent.id),) * 2)[0]
    until = side._standing.terms.ends_at
    act = Acting(core, side._standing).next_core(ActKind.EXTEND, date=until, envelope_ids=(bytes(16),))
    with pytest.raises(errors.RelayError):
        await lengthening._reseal(seen, Signed(act, frozenset()))
    assert await subjects(side) == ["shortened", "alone"]
    assert (await side.message(sent.id)).kept_until == sent.kept_until
