"""`relay status` and `relay expire run|due|overdue`: what a relay holds, and what it is late with. Totals
alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from relay.config import Settings
from relay.core.model import DAY_SECONDS
from relay.operator.asking import do
from relay.operator.stopped import Stopped
from relay.store.backup_file import backups

JSON_FIELDS: Final = ("envelopes", "blobs", "due", "overdue", "last_sweep_at", "keeper")


def status(settings: Settings) -> dict[str, Any]:
    """The fields of `relay status --json`. Raises Stopped."""
    found = do(settings, "status")
    names = (
        *JSON_FIELDS,
        "keeper_facts",
        "further_keepers",
        "other_relays",
        "clock",
        "offset_seconds",
        "stored_bytes",
        "now",
    )
    return {name: found[name] for name in names} | backed_up(settings, found["now"])


def backed_up(settings: Settings, now: int) -> dict[str, Any]:
    """The instants of the oldest and the newest backup in the folder of the settings, null without one, and
    how many are past their tail. Raises Stopped.
    """
    try:
        made = [backup.head.created_at for backup in backups(settings.backup.folder)]
    except OSError as failure:
        raise Stopped(f"The folder of the backups cannot be read: {failure}") from None
    tail_at = now - settings.backup.tail_days * DAY_SECONDS
    return {
        "first_backup_at": made[0] if made else None,
        "last_backup_at": made[-1] if made else None,
        "backups_past_tail": sum(at < tail_at for at in made),
    }


def told(fields: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    last = fields["last_sweep_at"]
    yield f"envelopes   {fields['envelopes']}"
    yield f"blobs       {fields['blobs']}"
    yield f"stored      {fields['stored_bytes'] / 1e6:.1f} MB"
    yield f"due         {fields['due']}"
    yield f"overdue     {fields['overdue']}"
    yield f"last sweep  {'never' if last is None else instant(last)}"
    backup = fields["last_backup_at"]
    yield f"last backup {'never' if backup is None else instant(backup)}"
    if fields["backups_past_tail"]:
        yield f"            {fields['backups_past_tail']} past their tail: relay backup prune"
    yield f"keeper      {fields['keeper']}"
    if fields["keeper_facts"].get("tail_days"):
        yield f"            undecryptable after the tick plus {fields['keeper_facts']['tail_days']} days"
    for one in fields["further_keepers"]:
        yield f"further     {one['fingerprint']} {one['state']}"
    if fields["other_relays"]:
        yield f"relays      {fields['other_relays'] + 1}"
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
