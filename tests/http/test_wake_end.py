"""A reader who waits is told nothing more once the session is closed."""

from __future__ import annotations

import asyncio

from keys.names import Role
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
