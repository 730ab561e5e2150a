"""What an act brings forward is told to the ledger in the same transaction, or a restore would undo it."""

from __future__ import annotations

from pathlib import Path

from relay.core.model import DAY_SECONDS, Step
from relay.store.deletion_files import END, GONE, Ledger, records_since
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

COACH, CLIENT, WORK = "work coach", "work client", named("work")


def u64(number: int) -> bytes:
    """As the ledger has it."""
    return number.to_bytes(8, "big")


async def test_what_acts_and_owners_bring_forward_is_in_the_ledger(path: Path, tmp_path: Path) -> None:
    """Shortened envelopes, own copies, each end, and every date that an earlier end moved: a reopening gives
    none of those back.
    """
    folder, soon = tmp_path / "ledger", NOW + 9 * DAY_SECONDS
    store = await SqliteStore.open(path, Ledger(folder, lambda: NOW))
    try:
        people = People(store)
        await people.settle()
        await people.put(*[envelope(COACH, name) for name in ("m1", "m2", "m3")])
        await people.put(envelope(CLIENT, "m4", expires_at=soon - 1))
        await store.apply_act(WORK, Step(2, b"act 2", [named("m1")], NOW + 60), now=NOW)
        await store.expire_own(named(COACH), [named("m2")], now=NOW)
        await store.apply_act(WORK, Step(3, b"close", ends_at=soon), now=NOW)
        await store.apply_act(WORK, Step(4, b"reopen", ends_at=HOLD_ENDS), now=NOW)
    finally:
        await store.close()
    told = list(records_since(folder, 0))
    ends = [one.body for one in told if one.kind == END]
    assert ends[-2:] == [WORK + u64(soon), WORK + u64(HOLD_ENDS)]
    assert {one.body for one in told if one.kind == GONE} == {
        named("m1") + named(COACH) + u64(NOW + 60),
        named("m2") + named(COACH) + u64(NOW),
        named("m3") + named(COACH) + u64(soon),
    }
