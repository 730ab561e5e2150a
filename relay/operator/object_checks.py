"""What `relay doctor` looks at of an object store: whether it answers, takes a piece, gives it back, lets it
go and lists what it has; and whether others may look into it.

Owns these checks alone; `relay.operator.examination` owns the list, and what a finding is. Leaves nothing
there; a trial piece that it cannot take away goes with its day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from relay.clock import ClockError
from relay.config import Settings
from relay.core.errors import Busy, NotFound
from relay.core.model import DAY_SECONDS
from relay.operator.backup import now_of
from relay.operator.findings import FINE, WRONG, Finding
from relay.service.opening import objects_of
from relay.store.engine import SettingRefused
from relay.store.objects import Named, Objects

TRIAL: Final = b"relay doctor"
ANSWER_SECONDS: Final = 20.0
"""For each step: a relay would wait longer, an operator at a terminal should not."""
RIGHTS: Final = "its key needs the rights to put, get, delete and list objects below that prefix"
ADVICE: Final = {
    "UnauthenticatedError": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment",
    "PermissionDeniedError": RIGHTS,
    "PermissionError": RIGHTS,
    "NotFound": "make the bucket, or mend its name in objects.url",
}
AWAY: Final = "see whether objects.url, AWS_ENDPOINT_URL and AWS_REGION are right, and the store is up"


def examine_objects(settings: Settings) -> Iterator[Finding]:
    """All of them; nothing where attachments are in the database. The credentials are those of the command's
    environment.
    """
    url = settings.objects.url
    if url is None:
        return
    try:
        objects = objects_of(settings)
        now = now_of(settings)
    except (SettingRefused, ClockError) as failure:
        yield Finding("objects", "settings", WRONG, f"{failure}")
        return
    if objects is not None:
        yield from asyncio.run(_tried(objects, now))
    if url.startswith("file:///"):
        yield _private(Path(unquote(urlsplit(url).path)))


async def _tried(objects: Objects, now: int) -> list[Finding]:
    """What a relay does there, step by step, up to the first that fails."""
    step, told = "put", list[Finding]()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            named = await objects.put(now + DAY_SECONDS, TRIAL)
        told.append(Finding("objects", step, FINE, "it answers, and takes a piece"))
        step = "get"
        async with asyncio.timeout(ANSWER_SECONDS):
            same = await objects.get(named, 0, len(TRIAL)) == TRIAL
        told.append(_judged(step, same, "it gives the piece back", "it gives back other bytes"))
        step = "delete"
        await objects.drop([named], ANSWER_SECONDS)
        told.append(
            _judged(step, await _is_gone(objects, named), "it lets it go", "the piece is still there")
        )
        step = "list"
        async with asyncio.timeout(ANSWER_SECONDS):
            await objects.drop_days_before(0)
        told.append(Finding("objects", step, FINE, "it lists what it has"))
    except (Busy, NotFound, TimeoutError) as failure:
        told.append(_failed(step, failure))
    return told


async def _is_gone(objects: Objects, named: Named) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await objects.get(named, 0, len(TRIAL))
    except NotFound:
        return True
    return False


def _judged(step: str, is_right: bool, right: str, wrong: str) -> Finding:
    if is_right:
        return Finding("objects", step, FINE, right)
    return Finding("objects", step, WRONG, wrong, "use a store that does what it has acknowledged")


def _failed(step: str, failure: Exception) -> Finding:
    """By the name that its driver gave the trouble: the rest may name a bucket's owner, and is long."""
    name = type(failure.__cause__ or failure if isinstance(failure, Busy) else failure).__name__
    said = {"TimeoutError": "no answer", "Busy": "refused"}.get(name, name)
    advice = ADVICE.get(name, AWAY if step == "put" else RIGHTS)
    return Finding("objects", step, WRONG, f"it does not {step}: {said}", advice)


def _private(folder: Path) -> Finding:
    if folder.stat().st_mode & 0o077:
        return Finding("objects", "private", WRONG, f"{folder} is open to other users", f"chmod 700 {folder}")
    return Finding("objects", "private", FINE, "for its owner alone")
