"""A process that deposits without end and says each envelope id once it is acknowledged. To be killed.

`python -m tests.contract.depositor FILE RUN`
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from relay.store.sqlite import SqliteStore
from tests.contract.people import NOW, QUOTA, People, envelope, group, named


async def main(path: Path, run: str) -> None:
    """Deposit from 16 tasks; a line goes out only after the answer."""
    store = await SqliteStore.open(path)
    if await store.engagement(named("work"), now=NOW) is None:
        await People(store).settle()

    async def deposit(task: int) -> None:
        number = 0
        while True:
            number += 1
            mail = envelope("work coach", f"{run} {task} {number}", size=2000)
            await store.deposit([group(mail)], now=NOW, quota_bytes=1000 * QUOTA)
            sys.stdout.write(mail.envelope_id.hex() + "\n")
            sys.stdout.flush()

    await asyncio.gather(*(deposit(task) for task in range(16)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
