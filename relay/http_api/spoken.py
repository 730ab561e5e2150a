"""The spoken check over HTTP: what coach and client give each other while they are on the telephone."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.core.model import SpokenRun
from relay.http_api.models.engagements import SpokenAnswer, SpokenAsked
from relay.http_api.routes import Call, answer, route

PATH: Final = "/v1/engagements/{engagement_id}/spoken-check"


@route(f"GET {PATH}", answer=SpokenAnswer)
async def spoken_run(call: Call, _: None) -> web.Response:
    """The run of the spoken check that is under way"""
    run = await call.context.flows.spoken.run(call.account_id, call.id("engagement_id"), call.now)
    return answer(_describe(run))


@route(f"PUT {PATH}", body=SpokenAsked, answer=SpokenAnswer)
async def spoken_step(call: Call, asked: SpokenAsked) -> web.Response:
    """Begin a run, or add one's random number to it"""
    run = await call.context.flows.spoken.step(
        call.account_id, call.id("engagement_id"), asked.commitment, asked.random, call.now
    )
    return answer(_describe(run))


def _describe(run: SpokenRun | None) -> SpokenAnswer:
    if run is None:
        return SpokenAnswer(commitment=None, client_random=None, coach_random=None, expires_at=None)
    return SpokenAnswer(
        commitment=run.commitment,
        client_random=run.client_random or None,
        coach_random=run.coach_random or None,
        expires_at=run.expires_at,
    )


ROUTES: Final = (spoken_run, spoken_step)
