"""Downloads that cannot be finished: what has gone out stays as it was, and nothing follows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from keys.names import DAY_SECONDS
from relay.core.errors import NotFound
from tests.http.served import Served, b64

BLOB_ID = b"B" * 32
STORED = b"s" * 3000


async def upload(served: Served) -> None:
    """A blob of the client's, not yet finished."""
    house = served.house
    blobs, owner = house.flows.blobs, house.client.account_id
    await blobs.create(owner, BLOB_ID, house.now + DAY_SECONDS, house.now)
    await blobs.append(owner, BLOB_ID, 0, STORED, house.now)


@pytest.mark.parametrize("failure", [NotFound(), TimeoutError(), ZeroDivisionError("s" * 40)])
async def test_what_ends_in_the_middle_is_cut_and_nothing_follows(
    served: Served, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """A blob that goes while it is read ends the connection: no second answer stands in its bytes, where a
    proxy might take it for the answer to somebody else."""
    await upload(served)

    async def read(*_: Any) -> AsyncIterator[bytes]:
        yield STORED[:1000]
        raise failure

    monkeypatch.setattr(type(served.house.flows.blobs), "read", read)
    request = (
        f"GET /v1/blobs/{b64(BLOB_ID)} HTTP/1.1\r\nHost: inbox.harrow.example\r\n"
        f"Authorization: Bearer {await served.token(served.house.client)}\r\n\r\n"
    )
    head, _, body = (await served.talk(request.encode() * 2)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == STORED[:1000]
