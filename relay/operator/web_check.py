"""`relay verify-web`: the web inbox as it lies on this disk, and as people get it through what is in front.

Owns comparing both with the list of files that came with the installed release. It only looks. It cannot say
what a page is worth to somebody who does not trust this machine: that is `mailbox verify-web`, run elsewhere.
(docs/protocol.md, part 21.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import aiohttp

from keys import web
from keys.errors import KeysError
from relay.operator.findings import FINE, WARNING, WRONG, Finding

FETCH_SECONDS: Final = 30.0
REINSTALL: Final = "install the release again; find out who changed it"
IN_FRONT: Final = "let what stands in front pass the relay's answers on unchanged, headers too"


def examine_disk(static: Path) -> Iterator[Finding]:
    """Whether the files on disk are the release's, none changed, none missing, none more."""
    try:
        files = web.parse_manifest((static / web.MANIFEST).read_text("ascii"))
    except (OSError, ValueError, KeysError):
        yield Finding("web", "list", WARNING, "there is no list of the inbox's files", REINSTALL)
        return
    there = {
        path.relative_to(static).as_posix(): path
        for path in static.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(static).parts)
    }
    wrong = [one.name for one in files if one.name not in there or not _is(one, there[one.name])]
    wrong += sorted(there.keys() - {one.name for one in files} - {web.MANIFEST})
    for name in wrong:
        yield Finding("web", "files", WRONG, f"{name} is not the release's", REINSTALL)
    if not wrong:
        yield Finding("web", "files", FINE, f"{len(files)} files on disk are the release's")


def _is(file: web.WebFile, path: Path) -> bool:
    return web.WebFile.of(file.name, path.read_bytes()) == file


def examine_served(static: Path, origin: str) -> Iterator[Finding]:
    """Whether people get these files, bytes and headers, at an origin."""
    try:
        files = web.parse_manifest((static / web.MANIFEST).read_text("ascii"))
    except (OSError, ValueError, KeysError):
        return
    asked = web.addresses_of(files)
    try:
        faults = asyncio.run(_faults(origin, asked))
    except (aiohttp.ClientError, TimeoutError, OSError):
        yield Finding("web", "served", WRONG, f"{origin} does not answer", "start the relay and its proxy")
        return
    for path, what in faults:
        yield Finding("web", "served", WRONG, f"{path} {what}", IN_FRONT)
    if not faults:
        yield Finding("web", "served", FINE, f"{len(asked)} answers of {origin} are as released")


async def _faults(origin: str, asked: list[tuple[str, web.WebFile]]) -> list[tuple[str, str]]:
    limit = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    found = []
    async with aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar()) as session:
        for path, file in asked:
            async with session.get(origin + path, allow_redirects=False) as answer:
                body = await _read(answer, file.size_bytes)
                headers = {one.lower(): ", ".join(answer.headers.getall(one)) for one in answer.headers}
            found += [(path, what) for what in web.judge(file, answer.status, headers, body)]
    return found


async def _read(answer: aiohttp.ClientResponse, size_bytes: int) -> bytes:
    """Read what should have that size, and one byte more at most."""
    body = bytearray()
    while len(body) <= size_bytes and (piece := await answer.content.readany()):
        body += piece
    return bytes(body[: size_bytes + 1])
