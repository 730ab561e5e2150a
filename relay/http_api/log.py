"""The log over HTTP: checkpoints, tiles and proofs, open to all. Owns the paths of tiles; tells nothing of
anybody.

A whole tile never changes, and may be kept by whoever passes it on. (docs/protocol.md, parts 13 and 16; C2SP
tlog-tiles.)
"""

from __future__ import annotations

import re
from typing import Final

from aiohttp import hdrs, web

from relay.core.errors import NotFound
from relay.core.log import TILE_WIDTH
from relay.http_api.models.records import ConsistencyQuery, InclusionQuery, ProofAnswer
from relay.http_api.routes import Bytes, Call, answer, binary, route

FOR_LONG: Final = "public, max-age=31536000, immutable"
ENTRIES: Final = "entries"
_LEVEL: Final = re.compile(r"(0|[1-9][0-9]?)\Z")
_PLACE: Final = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


@route("GET /v1/log/checkpoint", session=False)
async def checkpoint(call: Call, _: None) -> web.Response:
    """The newest signed checkpoint, as text"""
    return _text(await call.context.flows.log.checkpoint())


@route("GET /v1/log/checkpoints/{hash}", session=False)
async def checkpoint_of(call: Call, _: None) -> web.Response:
    """The checkpoint with this hash, as text"""
    return _text(await call.context.flows.log.checkpoint_of(call.id("hash", 32)))


@route("GET /v1/log/tile/{level}/{place:.+}", session=False, answer=Bytes)
async def tile(call: Call, _: None) -> web.Response:
    """A tile of hashes, or for the level `entries` of entries"""
    level, log = call.request.match_info["level"], call.context.flows.log
    number, width = read_place(call.request.match_info["place"])
    if level == ENTRIES:
        found = await log.entries(number, width)
    elif _LEVEL.match(level):
        found = await log.tile(int(level), number, width)
    else:
        raise NotFound
    response = binary(found)
    if width == TILE_WIDTH:
        response.headers[hdrs.CACHE_CONTROL] = FOR_LONG
    return response


@route("GET /v1/log/consistency", session=False, query=ConsistencyQuery, answer=ProofAnswer)
async def consistency(call: Call, _: None) -> web.Response:
    """That a log of one size begins with that of another (RFC 6962, 2.1.2)"""
    query: ConsistencyQuery = call.query
    return _proof(await call.context.flows.log.consistency(query.first, query.second))


@route("GET /v1/log/inclusion", session=False, query=InclusionQuery, answer=ProofAnswer)
async def inclusion(call: Call, _: None) -> web.Response:
    """That an entry is in the log of a size (RFC 6962, 2.1.1)"""
    query: InclusionQuery = call.query
    return _proof(await call.context.flows.log.inclusion(query.index, query.size))


def read_place(text: str) -> tuple[int, int]:
    """Number and width of a tile, from its path: groups of three digits, all but the last after an x, and for
    a partial tile `.p/` and its width. Raises NotFound for any other way to write it.
    """
    found = _PLACE.match(text)
    if found is None:
        raise NotFound
    number = int(found[1].replace("x", "").replace("/", ""))
    width = int(found[2]) if found[2] else TILE_WIDTH
    if found[1] != write_number(number) or (found[2] and width >= TILE_WIDTH):
        raise NotFound
    return number, width


def write_number(number: int) -> str:
    """A tile's number as its path has it."""
    text = f"{number % 1000:03d}"
    while number := number // 1000:
        text = f"x{number % 1000:03d}/{text}"
    return text


def _text(note: str) -> web.Response:
    return web.Response(text=note, content_type="text/plain", charset="utf-8")


def _proof(hashes: list[bytes]) -> web.Response:
    return answer(ProofAnswer(proof=hashes))


ROUTES: Final = (checkpoint, checkpoint_of, tile, consistency, inclusion)
