"""`relay status` and `relay expire run|due|overdue`: what a relay holds, and what it is late with. Totals
alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from relay.config import Settings
from relay.operator.asking import do

JSON_FIELDS: Final = ("envelopes", "blobs", "due", "overdue", "last_sweep_at", "keeper")


def status(settings: Settings) -> dict[str, Any]:
    """The fields of `relay status --json`. Raises Stopped."""
    found = do(settings, "status")
    return {name: found[name] for name in (*JSON_FIELDS, "clock", "offset_seconds", "stored_bytes", "now")}


def told(fields: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    last = fields["last_sweep_at"]
    yield f"envelopes   {fields['envelopes']}"
    yield f"blobs       {fields['blobs']}"
    yield f"stored      {fields['stored_bytes'] / 1e6:.1f} MB"
    yield f"due         {fields['due']}"
    yield f"overdue     {fields['overdue']}"
    yield f"last sweep  {'never' if last is None else instant(last)}"
    yield f"keeper      {fields['keeper']}"
    yield f"clock       {fields['clock']}"
    if fields["offset_seconds"]:
        yield f"            moved by {fields['offset_seconds']} seconds: {instant(fields['now'])}"


def swept(settings: Settings) -> tuple[str, bool]:
    """Sweep now; a sentence on what went, and whether nothing of it can remain on disk. Raises Stopped."""
    done = do(settings, "sweep")
    sentence = f"{done['envelopes']} envelopes and {done['blobs']} blobs expired."
    return sentence, bool(done["shredded"])


def instant(at: int) -> str:
    """An instant as people read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
