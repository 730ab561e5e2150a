"""A reader who waits is told nothing more once the session is closed."""

from __future__ import annotations

import asyncio

import pytest

from keys.names import Role
from relay.flow.company import Company
from relay.http_api.events import AMONG_OTHERS_SECONDS
from tests.http.served import Served


async def test_a_closed_session_hears_of_nothing(served: Served) -> None:
    """Locking ends the stream before the next event, however many follow each other."""
    house, mailbox_id = served.house, served.house.work.mailbox(Role.CLIENT)
    sent = {"Authorization": f"Bearer {await served.token(house.client)}"}
    async with served.http.get(served.origin + "/v1/wake", headers=sent) as waiting:
        assert await waiting.content.readuntil(b"\n\n") == b":\n\n"
        house.wake.mailbox(mailbox_id, 1)
        assert b'"cursor": 1' in await waiting.content.readuntil(b"\n\n")
        assert (await served.ask("DELETE", "/v1/sessions", who=house.client)).status == 204
        house.wake.mailbox(mailbox_id, 2)
        async with asyncio.timeout(10):
            assert await waiting.content.read() == b""


@pytest.mark.parametrize("alone", [True, False])
async def test_among_several_relays_a_reader_looks_again_in_time(
    served: Served, monkeypatch: pytest.MonkeyPatch, alone: bool
) -> None:
    """Where others write too a stream ends after a quarter of an hour, so that what nobody could tell is
    seen; where there is no other it stays.
    """
    monkeypatch.setattr(Company, "is_alone", alone)
    house, mailbox_id = served.house, served.house.work.mailbox(Role.CLIENT)
    sent = {"Authorization": f"Bearer {await served.token(house.client)}"}
    async with served.http.get(served.origin + "/v1/wake", headers=sent) as waiting:
        assert await waiting.content.readuntil(b"\n\n") == b":\n\n"
        house.now += AMONG_OTHERS_SECONDS
        house.wake.mailbox(mailbox_id, 1)
        async with asyncio.timeout(10):
            told = await waiting.content.readuntil(b"\n\n") if alone else await waiting.content.read()
        assert (b'"cursor": 1' in told) is alone
