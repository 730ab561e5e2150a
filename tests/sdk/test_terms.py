"""Policies, acts and statements are believed only along the chain from what was pinned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from client_sdk import enrol
from client_sdk.errors import NotTrusted, RecipientKeyChanged
from client_sdk.terms import Terms, chain_to, follow, read_terms
from keys.acts import Act, ActKind
from keys.names import ZERO_HASH
from keys.policy import Policy
from keys.statement import Statement, parse_statement, sign_statement
from keys.suite import SignKey
from tests.sdk.pair import DAY, NOW, Pair, dice, renewed


def terms(pair: Pair, acts: Sequence[Act], policies: Sequence[Policy]) -> Terms:
    """Read what a relay hands over."""
    return read_terms(
        pair.engagement_id,
        [policy.encode() for policy in policies],
        [act.encode() for act in acts],
        pinned_act=pair.acts[0].encode(),
        coach_public=pair.coach.identity.public,
        client_public=pair.client.identity.public,
    )


def test_acts_apply_in_order() -> None:
    """A shortening brings dates forward and never back; a closing ends the work earlier."""
    pair = Pair()
    one, two = bytes(15) + b"\1", bytes(15) + b"\2"
    for date, ids in ((NOW + 50, (one,)), (NOW + 80, (one, two))):
        pair.acts.append(pair.act(ActKind.SHORTEN, pair.client, date=date, envelope_ids=ids))
    found = pair.terms
    assert found.date_of([one], NOW + 99) == NOW + 50
    assert found.date_of([two], NOW + 99) == NOW + 80
    assert found.date_of([two], NOW + 60) == NOW + 60
    assert found.work_ends_at == pair.policy.work_ends_at
    pair.acts.append(pair.act(ActKind.CLOSE, pair.coach, date=NOW + DAY, second_date=NOW + 20 * DAY))
    assert pair.terms.work_ends_at == NOW + DAY


@pytest.mark.parametrize(
    ("reason", "break_it"),
    [
        ("pinned-act", lambda pair, act: []),
        ("acts", lambda pair, act: [act]),
        ("acts", lambda pair, act: [pair.acts[0], act, act]),
        ("acts", lambda pair, act: [pair.acts[0], replace(act, core=replace(act.core, date=NOW + 1))]),
        ("act-of-another", lambda pair, act: [pair.acts[0], elsewhere(pair)]),
        ("pinned-act", lambda pair, act: Pair(recall=False).acts),
    ],
    ids=["none", "first missing", "one twice", "one changed", "another engagement's", "another first"],
)
def test_acts_that_do_not_follow(reason: str, break_it: object) -> None:
    """A missing, repeated, changed, foreign or other first act is refused."""
    pair = Pair()
    act = pair.act(ActKind.SHORTEN, pair.coach, date=NOW, envelope_ids=(bytes(16),))
    with pytest.raises(NotTrusted, match=reason):
        terms(pair, break_it(pair, act), pair.policies)  # type: ignore[operator]


def elsewhere(pair: Pair) -> Act:
    """An act of another engagement of the same two."""
    pair.engagement_id, mine = bytes(16), pair.engagement_id
    act = pair.act(ActKind.CLOSE, pair.coach, date=NOW, second_date=NOW + 9 * DAY)
    pair.engagement_id = mine
    return act


def test_a_stranger_signs_nothing() -> None:
    """An act that somebody else signed is refused."""
    pair, other = Pair(), Pair()
    other.coach = replace(other.coach, identity=SignKey.from_seed(bytes(32)))
    act = other.act(ActKind.CLOSE, other.coach, date=NOW, second_date=NOW + 9 * DAY)
    with pytest.raises(NotTrusted, match="acts"):
        terms(pair, [pair.acts[0], act], pair.policies)


def test_a_policy_may_not_be_withheld() -> None:
    """An act whose policy the relay does not show is no reason to go on."""
    pair = Pair()
    with pytest.raises(NotTrusted, match="policy-withheld"):
        terms(pair, pair.acts, [])


def test_statements_are_followed_from_the_pin() -> None:
    """Any number of rightly signed cards leads to the newest; none leaves the pinned one."""
    pair = Pair()
    second = renewed(pair.client, NOW + DAY, "two")
    third = renewed(second, NOW + 2 * DAY, "three")
    first = pair.client.statement
    assert follow(first, []) == first
    assert follow(first, [second.statement.raw, third.statement.raw]) == third.statement
    chain = chain_to(second.statement, [first.raw, second.statement.raw, third.statement.raw])
    assert set(chain) == {first.hash, second.statement.hash, third.statement.hash}


def foreign(statement: Statement) -> list[bytes]:
    """The next card, signed by a stranger who put their own identity key in."""
    stranger = SignKey.from_seed(bytes(32))
    fresh = enrol.draw_reading(NOW, 5, dice("stranger"))
    card = replace(
        statement.card,
        number=2,
        previous_hash=statement.hash,
        identity_public=stranger.public,
        reading_keys=enrol.publics(fresh),
    )
    return [sign_statement(card, stranger), sign_statement(card, stranger, stranger)]


def test_swapped_keys_are_refused() -> None:
    """A card by another identity key, with one signature or two, is refused; so is a skipped or changed
    one.
    """
    pair = Pair()
    first = pair.client.statement
    second = renewed(pair.client, NOW + DAY, "two")
    third = renewed(second, NOW + 2 * DAY, "three")
    changed = bytearray(second.statement.raw)
    changed[61] ^= 1
    for raw in (*foreign(first), third.statement.raw, bytes(changed), b"", first.raw):
        with pytest.raises(NotTrusted, match="statement-chain"):
            follow(first, [raw])


def test_a_new_identity_asks_a_person() -> None:
    """A new identity key that the old one signed is not sealed to before somebody has asked."""
    pair = Pair()
    fresh = SignKey.from_seed(bytes(32))
    first = pair.client.statement
    card = replace(
        first.card, number=2, previous_hash=first.hash, issued_at=NOW + 9, identity_public=fresh.public
    )
    with pytest.raises(RecipientKeyChanged) as caught:
        follow(first, [sign_statement(card, fresh, pair.client.identity)])
    assert caught.value.since is not None
    assert caught.value.since.timestamp() == NOW + 9


def test_another_place_is_refused() -> None:
    """A card for another origin or other keepers does not follow, though its owner signed it."""
    pair = Pair()
    first = pair.client.statement
    for change in ({"origin_hash": bytes(32)}, {"keeper_set": bytes(32)}):
        card = replace(first.card, number=2, previous_hash=first.hash, **change)
        with pytest.raises(NotTrusted, match="statement-place"):
            follow(first, [sign_statement(card, pair.client.identity)])


def test_a_fork_shows() -> None:
    """A chain from the first card that does not lead through the pinned one is a fork."""
    pair = Pair()
    one, two = renewed(pair.client, NOW + DAY, "one"), renewed(pair.client, NOW + DAY, "two")
    with pytest.raises(NotTrusted, match="statement-fork"):
        chain_to(one.statement, [pair.client.statement.raw, two.statement.raw])
    with pytest.raises(NotTrusted, match="statement-chain"):
        chain_to(one.statement, [one.statement.raw])


def test_renewal_keeps_what_is_needed() -> None:
    """A reading key is kept while it is valid or something living may be sealed to it, and no longer."""
    pair = Pair()
    seeds = enrol.draw_reading(NOW, 1, dice("seeds"))
    assert enrol.still_needed(seeds, [], NOW + 40 * DAY) == seeds[1:]
    assert enrol.still_needed(seeds, [pair.policy], NOW + 40 * DAY) == seeds
    assert enrol.still_needed(seeds, [pair.policy], pair.policy.hold_ends_at)[-1:] == seeds[-1:]
    assert enrol.still_needed(seeds, [pair.policy], NOW + 900 * DAY) == ()


def test_cards_have_three_keys_in_a_row_and_a_fallback() -> None:
    """Some key is valid at any time for 800 days, and for 93 days one that ends within 31."""
    pair = Pair()
    keys = pair.client.statement.card.reading_keys
    assert len(keys) == 4
    assert [one.valid_until - one.valid_from for one in keys] == [31 * DAY] * 3 + [800 * DAY]
    assert keys[0].valid_until == keys[1].valid_from
    assert keys[1].valid_until == keys[2].valid_from
    assert not enrol.card_is_due(pair.client.statement.card, NOW + 30 * DAY - 1)
    assert enrol.card_is_due(pair.client.statement.card, NOW + 30 * DAY)
    assert parse_statement(pair.client.statement.raw).card.previous_hash == ZERO_HASH
