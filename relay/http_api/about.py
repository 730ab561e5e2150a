"""About the relay over HTTP: health, its keys and limits. Open to all; tells nothing of anybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from aiohttp import web

from keys.suite import H
from relay.core.errors import NotFound
from relay.http_api.models.about import ColourFields, HealthAnswer, KeeperFacts, RelayAnswer
from relay.http_api.routes import Call, answer, route

MARK_HEADERS: Final = {
    "Content-Type": "image/png",
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@route("GET /healthz", session=False, answer=HealthAnswer)
async def health(call: Call, _: None) -> web.Response:
    """How the relay is"""
    found = await call.context.health()
    well = found.keeper_here and found.clock_ok
    return answer(
        HealthAnswer(
            status="ok" if well else "degraded",
            keeper="here" if found.keeper_here else "away",
            clock="ok" if found.clock_ok else "stopped",
            offset_seconds=found.offset_seconds,
        )
    )


@route("GET /v1/relay", session=False, answer=RelayAnswer)
async def relay(call: Call, _: None) -> web.Response:
    """What the relay says of itself; pins come with an invitation"""
    facts = call.context.facts
    return answer(
        RelayAnswer(
            name=facts.name,
            origin=facts.origin,
            time=call.now,
            relay_key=facts.relay_key,
            log_key=facts.log_key,
            door_key=facts.door_key,
            notice_key=facts.notice_key,
            keepers=tuple(
                KeeperFacts(keeper_id=one, key=key, further=number > 0)
                for number, (one, key) in enumerate(facts.keepers)
            ),
            backup_tail_days=facts.backup_tail_days,
            max_blob_bytes=facts.max_blob_bytes,
            max_envelope_bytes=facts.max_envelope_bytes,
            colours=ColourFields(**asdict(facts.colours)) if facts.colours else None,
            mark=_mark_id(facts.mark) if facts.mark else None,
        )
    )


def _mark_id(image: bytes) -> bytes:
    return H(image)[:16]


@route("GET /v1/relay/mark/{mark_id}", session=False)
async def mark(call: Call, _: None) -> web.Response:
    """The image beside the firm's name; another one has another address"""
    image = call.context.facts.mark
    if image is None or call.id("mark_id") != _mark_id(image):
        raise NotFound
    return web.Response(body=image, headers=MARK_HEADERS)


ROUTES: Final = (health, relay, mark)
