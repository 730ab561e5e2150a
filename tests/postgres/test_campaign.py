"""A connection that is lost at any exchange with the server, and a server that refuses any: of each operation
all is done or nothing (`python3 -m tests.postgres.campaign` is the long form).
"""

from __future__ import annotations

import pytest

from tests.postgres.campaign import OPERATIONS, SHORT, trial
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
