"""Vaults: all or nothing, by versions, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.vault import MOST_ITEM_BOX_BYTES, MOST_ITEM_BYTES, seal_item
from relay.core.errors import Conflict, Malformed, TooLarge
from relay.core.model import VaultItem
from tests.flow.house import House


async def test_a_write_replaces_adds_and_removes(house: House) -> None:
    """After a write the vault holds exactly what was written, at the new versions."""
    items = house.items(house.client, version=2)
    extra = replace(items[0], name="engagement/ab", version=1)
    await house.flows.vault.put(house.client.account_id, (*items, extra), [], house.now)
    found = await house.flows.vault.items(house.client.account_id, house.now)
    assert {(one.name, one.version) for one in found} == {
        ("identity", 2),
        ("manifest", 2),
        ("engagement/ab", 1),
    }
    manifest = replace(items[1], version=3)
    await house.flows.vault.put(house.client.account_id, (manifest,), ["engagement/ab"], house.now)
    found = await house.flows.vault.items(house.client.account_id, house.now)
    assert [one.name for one in found] == ["identity", "manifest"]


async def test_a_version_that_does_not_follow_is_a_conflict_and_changes_nothing(house: House) -> None:
    """Two writers never lose each other's write in silence."""
    before = await house.flows.vault.items(house.client.account_id, house.now)
    identity, manifest = house.items(house.client, version=2)
    for odd in (1, 3):
        with pytest.raises(Conflict) as refused:
            await house.flows.vault.put(
                house.client.account_id, (manifest, replace(identity, version=odd)), [], house.now
            )
        assert refused.value.code == "vault-conflict"
    assert await house.flows.vault.items(house.client.account_id, house.now) == before


async def test_malformed_writes_are_refused(house: House) -> None:
    """No manifest, a name twice, odd names, versions and dates, and removing the manifest."""
    identity, manifest = house.items(house.client, version=2)
    writes: list[tuple[tuple[VaultItem, ...], list[str]]] = [
        ((identity,), []),
        ((manifest, manifest), []),
        ((manifest, identity), ["identity"]),
        ((manifest,), ["manifest"]),
        ((manifest,), ["identity", "identity"]),
        ((manifest, replace(identity, name="Identity")), []),
        ((manifest, replace(identity, name="")), []),
        ((manifest, replace(identity, version=0)), []),
        ((manifest, replace(identity, expires_at=house.now)), []),
        ((manifest, replace(identity, expires_at=2**50)), []),
    ]
    for items, removed in writes:
        with pytest.raises(Malformed):
            await house.flows.vault.put(house.client.account_id, items, removed, house.now)


async def test_the_largest_item_that_is_sealed_is_taken(house: House) -> None:
    """The limit means the plain bytes: whoever may seal an item may store it."""
    identity, manifest = house.items(house.client, version=2)
    client_id, name = house.client.account_id, "engagement/ab"
    box = seal_item(bytes(32), client_id, name, 1, bytes(MOST_ITEM_BYTES), bytes(24))
    large = replace(identity, name=name, version=1, box=box)
    await house.flows.vault.put(client_id, (manifest, large), [], house.now)
    found = {one.name: one.box for one in await house.flows.vault.items(client_id, house.now)}
    assert found[name] == box


async def test_an_item_and_a_vault_have_limits(house: House) -> None:
    """An item has at most 1 MiB of plain bytes, a vault at most 32 MiB and 4,096 items."""
    identity, manifest = house.items(house.client, version=2)
    huge = replace(identity, box=bytes(MOST_ITEM_BOX_BYTES + 1))
    with pytest.raises(TooLarge):
        await house.flows.vault.put(house.client.account_id, (manifest, huge), [], house.now)
    many = [replace(identity, name=f"n{number}", version=1) for number in range(4096)]
    with pytest.raises(TooLarge):
        await house.flows.vault.put(house.client.account_id, (manifest, *many), [], house.now)
    big = [
        replace(identity, name=f"n{number}", version=1, box=bytes(MOST_ITEM_BOX_BYTES))
        for number in range(33)
    ]
    with pytest.raises(TooLarge):
        await house.flows.vault.put(house.client.account_id, (manifest, *big), [], house.now)
