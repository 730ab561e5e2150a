"""A connection that is lost at any exchange with the server, and a server that refuses any: of each operation
all is done or nothing (`python3 -m tests.postgres.campaign` is the long form).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from relay.core.errors import Busy
from relay.store.postgres.partitions import Past
from tests.contract.people import NOW
from tests.postgres.campaign import MOST_EXCHANGES, trial
from tests.postgres.operations import OPERATIONS, SHORT
from tests.postgres.server import Server
from tests.postgres.wire import AFTER, BEFORE

pytestmark = pytest.mark.postgres


@pytest.mark.timeout(240)
async def test_every_exchange_goes_wrong_once(server: Server) -> None:
    """Nothing is done by half, nothing answered that is not done, nothing done twice, and the ledger is told
    of what went.
    """
    tried = dict[str, int]()
    for number, operation in enumerate(one for one in OPERATIONS if one.name in SHORT):
        server.psql(f"CREATE DATABASE trial_{number}")
        async with trial(server, f"trial_{number}") as one:
            await one.operation(operation, (BEFORE, AFTER, "40001", "53100"))
            tried[operation.name] = one.tried
    assert tried.keys() == set(SHORT)
    assert all(tried.values())


@pytest.mark.timeout(240)
async def test_no_lock_outlives_a_look_at_periods(server: Server) -> None:
    """Whichever exchange of it the server refuses: a connection of the pool would keep the lock from all
    relays, and no period would go any more.
    """
    server.psql("CREATE DATABASE looking")
    async with trial(server, "looking") as one:
        store: Any = one.people.store
        for at in range(MOST_EXCHANGES):
            one.wire.arm("57014", at)
            with suppress(Busy):
                await Past(store._engine).drop(NOW)
            if not one.wire.fired:
                break
            await one.check_let_go(f"exchange {at}")
        assert at


@pytest.mark.timeout(240)
async def test_what_shares_a_transaction_is_not_undone_with_another(server: Server) -> None:
    """Of two that share one, whichever exchange the server refuses: who was answered finds it done. The end
    of the first travels with the beginning of the second.
    """
    server.psql("CREATE DATABASE sharing")
    async with trial(server, "sharing") as one:
        store: Any = one.people.store

        async def note(name: str) -> None:
            await store._write(lambda database: database.execute(f"INSERT INTO notes VALUES ('{name}', 1)"))

        for at in range(MOST_EXCHANGES):
            one.wire.arm("57014", at)
            names = f"first {at}", f"second {at}"
            ends = await asyncio.gather(*map(note, names), return_exceptions=True)
            fired = one.wire.fired
            one.wire.arm("", 0)
            for name, end in zip(names, ends, strict=True):
                assert isinstance(end, Busy) or await store.noted(name) == 1, name
            if not fired:
                break
        assert at
