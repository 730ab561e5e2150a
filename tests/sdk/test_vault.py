"""What is opened of a vault is what its signed manifest names, and it never goes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from client_sdk import enrol
from client_sdk.errors import NotTrusted
from client_sdk.protocol.people import StoredItem
from client_sdk.vault import Change, Vault, Written
from client_sdk.vault_items import (
    AgreementItem,
    ProfileItem,
    ReadItem,
    encode_invitation,
    parse_agreement,
    parse_invitation,
    parse_profile,
    parse_read,
)
from keys.errors import Malformed
from keys.vault import seal_item
from tests.sdk.pair import NOW, ORIGIN, Pair, dice

SEEDS = enrol.draw_seeds(NOW, dice("owner"))
KEY = SEEDS.keys.vault_key
WORK, SIGNED, TEXT = (f"{kind}/" + "0a" * 16 for kind in ("engagement", "standing", "agreement"))


def first() -> Written:
    """A new account's vault."""
    pins = Pair().pins
    card = enrol.first_card(SEEDS, pins, ORIGIN, NOW)
    more = {name: Change(b"x", NOW + 9) for name in (WORK, SIGNED, TEXT, "profile")}
    return enrol.first_vault(SEEDS, card, pins, NOW, dice("vault"), more)


def opened(items: object, least: int = 0) -> Vault:
    """Open what a relay shows."""
    return Vault.open(SEEDS.account_id, KEY, items, least)  # type: ignore[arg-type]


def test_what_was_written_opens() -> None:
    """Every item comes back, and the counter rises by one with each write."""
    written = first()
    vault = opened(written.items)
    assert vault.counter == written.vault.counter == 1
    assert vault.entries == written.vault.entries
    assert vault.identity.public == SEEDS.identity.public
    assert vault.reading == SEEDS.reading
    gone = dict.fromkeys((WORK, SIGNED, TEXT))
    again = vault.write({"profile": Change(b"z", NOW + 9)} | gone, dice("again"))
    assert again.removed == (WORK, SIGNED, TEXT)
    stored = {item.name: item for item in written.items} | {item.name: item for item in again.items}
    for name in gone:
        del stored[name]
    assert {item.name: item.version for item in again.items} == {"profile": 2, "manifest": 2}
    second = opened(stored.values(), least=2)
    assert (second.counter, second.entries["profile"].plain) == (2, b"z")


def test_a_rollback_shows() -> None:
    """A vault with a lower counter than was seen is refused, however well signed."""
    with pytest.raises(NotTrusted, match="vault-rollback"):
        opened(first().items, least=2)


def test_one_old_item_shows() -> None:
    """An item of an earlier write among those of a later one is refused."""
    written = first()
    later = written.vault.write({"profile": Change(b"z", NOW + 9)}, dice("later"))
    mixed = {item.name: item for item in written.items} | {item.name: item for item in later.items}
    mixed["profile"] = next(item for item in written.items if item.name == "profile")
    with pytest.raises(NotTrusted, match="vault-manifest"):
        opened(mixed.values())


@pytest.mark.parametrize("name", ["identity", "manifest", "card", "reading", "relay", "profile"])
def test_a_missing_item_shows(name: str) -> None:
    """No item of the account itself may be left out."""
    with pytest.raises(NotTrusted, match="vault"):
        opened([item for item in first().items if item.name != name])


def taken(vault: Vault, items: object, asked: Sequence[str] = (), known: int = 0, now: int = NOW) -> Vault:
    """Take an answer in."""
    return vault.take(items, asked, known, 0, now)  # type: ignore[arg-type]


def parts(written: Written) -> tuple[list[StoredItem], list[StoredItem]]:
    """The first part of a vault, and the rest."""
    later = [one for one in written.items if one.name in (SIGNED, TEXT)]
    return [one for one in written.items if one not in later], later


def test_what_went_with_its_engagement_may_be_missing() -> None:
    """An engagement's items go with the engagement, though the manifest still names them: also while they
    are being fetched, or held.
    """
    first_part, later = parts(first())
    without = [one for one in first_part if one.name != WORK]
    nobody = Vault.empty(SEEDS.account_id, KEY)
    assert WORK not in opened(without).entries
    begun = taken(nobody, first_part)
    assert begun.pending.keys() == {SIGNED, TEXT}
    doubtful = taken(begun, [], [SIGNED, TEXT], 1)
    assert doubtful.pending.keys() == {SIGNED}
    assert taken(doubtful, without, [SIGNED]).pending.keys() == {TEXT}
    held = taken(begun, later, [SIGNED, TEXT], 1)
    assert held.entries == first().vault.entries
    fresh = taken(held, without)
    assert fresh.pending.keys() == {SIGNED, TEXT}
    assert fresh.entries.keys().isdisjoint((WORK, SIGNED, TEXT))


def test_what_is_held_is_not_fetched_again() -> None:
    """What has not changed stays; what has changed, or is due, is asked for."""
    written = first()
    first_part, later = parts(written)
    vault = taken(taken(Vault.empty(SEEDS.account_id, KEY), first_part), later, [SIGNED, TEXT], 1)
    assert not taken(vault, first_part).pending
    assert taken(vault, first_part, now=NOW + 9).pending.keys() == {SIGNED, TEXT}
    changed = written.vault.write({TEXT: Change(b"z", NOW + 9)}, dice("later"))
    stored = {one.name: one for one in first_part} | {one.name: one for one in changed.items}
    del stored[TEXT]
    assert taken(vault, stored.values(), known=1).pending.keys() == {TEXT}


def test_what_was_signed_is_not_withheld() -> None:
    """An engagement without what was signed is refused, where one answer shows that it is there; and one of
    which the manifest itself names nothing that was signed.
    """
    first_part, _ = parts(first())
    begun = taken(Vault.empty(SEEDS.account_id, KEY), first_part)
    with pytest.raises(NotTrusted, match="vault-manifest"):
        taken(begun, first_part, [SIGNED])
    bare = first().vault.write({SIGNED: None}, dice("bare"))
    stored = {one.name: one for one in first_part} | {one.name: one for one in bare.items}
    with pytest.raises(NotTrusted, match="vault-manifest"):
        opened(stored.values())


def test_an_answer_to_another_question_shows() -> None:
    """The first part is not left out where it was asked for; and what comes as newer than what is held is
    newer.
    """
    first_part, later = parts(first())
    nobody = Vault.empty(SEEDS.account_id, KEY)
    for answer in ([], later):
        with pytest.raises(NotTrusted, match="vault"):
            taken(nobody, answer)
    with pytest.raises(NotTrusted, match="vault-rollback"):
        taken(taken(nobody, first_part), first_part, [SIGNED], known=1)


def test_swapped_and_changed_items_show() -> None:
    """An item under another name, version or with a changed byte does not open; one that is not listed is
    refused.
    """
    items = {item.name: item for item in first().items}
    card = items["card"]
    for wrong in (
        replace(items["reading"], name="card"),
        replace(card, version=2),
        replace(card, box=card.box[:-1] + bytes([card.box[-1] ^ 1])),
    ):
        with pytest.raises(NotTrusted, match="vault"):
            opened((items | {"card": wrong}).values())
    box = seal_item(KEY, SEEDS.account_id, "more", 1, b"", dice("more")(24))
    with pytest.raises(NotTrusted, match="vault-manifest"):
        opened([*items.values(), StoredItem("more", 1, NOW + 9, box)])


def test_another_key_opens_nothing() -> None:
    """The wrong account key opens no vault."""
    with pytest.raises(NotTrusted, match="vault"):
        Vault.open(SEEDS.account_id, bytes(32), first().items, 0)


def test_read_orders() -> None:
    """What was read comes back ascending and each once; what lies below the mark is left out. What was marked
    unread stands beside both, and nothing follows it.
    """
    assert parse_read(ReadItem(5, (9, 7, 7, 3)).encode()) == ReadItem(5, (7, 9))
    again = ReadItem(5, (9, 7), (7, 3))
    assert parse_read(again.encode()) == ReadItem(5, (9,), (3, 7))
    for wrong in (
        b"\1" + bytes(8) + b"\x08\x01",
        ReadItem(5, (7, 9)).encode()[:-16] + bytes(16),
        b"\2" + ReadItem(5, (7, 9)).encode()[1:] + bytes(2),
        b"\3" + again.encode()[1:],
        again.encode() + b"\0",
        b"\1" + again.encode()[1:],
        again.encode()[:-8] + (9).to_bytes(8),
        again.encode()[:-8] + (3).to_bytes(8),
    ):
        with pytest.raises(Malformed):
            parse_read(wrong)


def test_items_of_the_sdk() -> None:
    """Agreement, invitation and profile come back as they were, and nothing may follow them."""
    agreement = AgreementItem(bytes(32), "text ü")
    assert parse_agreement(agreement.encode()) == agreement
    assert parse_invitation(encode_invitation(b"box", NOW)) == (b"box", NOW)
    profile = ProfileItem("Anna", "Harrow Coaching")
    assert parse_profile(profile.encode()) == profile
    for parse, raw in (
        (parse_agreement, agreement.encode()),
        (parse_invitation, encode_invitation(b"box", NOW)),
        (parse_profile, profile.encode()),
    ):
        for wrong in (raw + b"\0", raw[:-1], b"\2" + raw[1:], b""):
            with pytest.raises(Malformed):
                parse(wrong)  # type: ignore[operator]
