"""About the relay over HTTP: health, its keys and limits. Open to all; tells nothing of anybody."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.http_api.models.about import HealthAnswer, KeeperFacts, RelayAnswer
from relay.http_api.routes import Call, answer, route


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
        )
    )


ROUTES: Final = (health, relay)
