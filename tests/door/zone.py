"""The DNS in a dictionary: zones with good, empty, failing and silent names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from relay.core.lookups import DnsTrouble

FAILS = "FAILS"
"""Instead of records: a server failed, or a resolver gave up."""
SILENT = "SILENT"
"""Instead of records: nobody ever answers."""


class Zone:
    """Records by name and kind: `{"home.example": {"TXT": ["v=spf1 -all"], "MX": FAILS}}`. It remembers what
    it was asked.
    """

    def __init__(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        self.records = {name.lower(): dict(kinds) for name, kinds in records.items()}
        self.asked: list[tuple[str, str]] = []

    async def ask(self, name: str, kind: str) -> Sequence[str]:
        """Answer from the dictionary, following CNAME."""
        self.asked.append((name, kind))
        kinds = self.records.get(name, {})
        found = kinds.get(kind, ())
        if found == FAILS:
            raise DnsTrouble("zone")
        if found == SILENT:
            await asyncio.Event().wait()
        if not found and "CNAME" in kinds:
            return await self.ask(kinds["CNAME"][0], kind)
        return tuple(found)
