"""kill -9 under load: every message that was acknowledged is there afterwards, once, and none is doubled by
its retry. On the file; of a relay on PostgreSQL, and of its server, tests/postgres/test_relay.py says so.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from client_sdk import errors
from tests.e2e.house import open_house

MESSAGES = 60


async def test_kill_9_under_load(tmp_path: Path) -> None:
    """Sends run from both sides when the relay is killed; after the restart acknowledged ones are there,
    waiting ones go out once."""
    async with open_house(tmp_path / "relay") as house:
        acknowledged: set[str] = set()
        killed = asyncio.Event()

        async def send_many(side: str) -> None:
            engagement = house.to_maya if side == "anna" else house.to_anna
            for number in range(MESSAGES):
                try:
                    sent = await engagement.send(subject=f"{side} {number}", text="x", timeout=20)
                except (errors.RelayError, TimeoutError):
                    return
                if sent.waiting:
                    return
                acknowledged.add(f"{side} {number}")
                if len(acknowledged) >= MESSAGES // 2:
                    killed.set()

        sending = [asyncio.create_task(send_many(side)) for side in ("anna", "maya")]
        await asyncio.wait_for(killed.wait(), 60)
        house.relay.end(signal.SIGKILL)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        house.relay.start()
        await house.anna.send_waiting()
        await house.maya.send_waiting()
        seen = [message.subject async for message in house.to_anna.messages()]
        assert len(seen) == len(set(seen))
        assert acknowledged <= set(seen)
        assert sorted(seen) == sorted([message.subject async for message in house.to_maya.messages()])
