"""A process that deposits without end, each envelope with a blob, and says each envelope id once it is
acknowledged. To be killed.

`python -m tests.contract.depositor FILE RUN`
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from relay.core.model import DAY_SECONDS, Blob, WholeBlob
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, QUOTA, People, envelope, group, named

ANNA = named("anna account")
CONTENT = named("content", 9_000)


async def main(path: Path, run: str) -> None:
    """Deposit from 16 tasks; a line goes out only after the answer."""
    store = await SqliteStore.open(path)
    if await store.engagement(named("work"), now=NOW) is None:
        await People(store).settle()

    async def deposit(task: int) -> None:
        number = 0
        while True:
            number += 1
            name = f"{run} {task} {number}"
            blob = Blob(named(name, 32), ANNA, "finished", len(CONTENT), HOLD_ENDS - 1, NOW + DAY_SECONDS)
            mail = envelope("work coach", name, size=2000, blob_ids=(blob.blob_id,))
            brings = replace(group(mail), blobs=(WholeBlob(blob, sha256(CONTENT).digest(), CONTENT),))
            await store.deposit([brings], now=NOW, quota_bytes=1000 * QUOTA)
            sys.stdout.write(mail.envelope_id.hex() + "\n")
            sys.stdout.flush()

    await asyncio.gather(*(deposit(task) for task in range(16)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
