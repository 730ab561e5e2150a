"""Reopening over HTTP: a coach lets a client back; and what happened to the caller's account."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.flow.reopening import ReopeningView, Reopens
from relay.http_api.models.account import HappeningFields, HappeningsAnswer, HappeningsQuery
from relay.http_api.models.reopening import (
    ClaimAsked,
    NextAct,
    ReopeningAnswer,
    ReopeningAsked,
    ReopeningFields,
)
from relay.http_api.routes import Call, answer, done, route

PATH: Final = "/v1/engagements/{engagement_id}/reopening"


@route(f"POST {PATH}", body=ReopeningAsked, status=204)
async def open_reopening(call: Call, asked: ReopeningAsked) -> web.Response:
    """Invite a client whose mailbox is lost; ends a reopening that was not taken"""
    offer = Reopens(asked.invite_id, asked.redemption_key, asked.box, asked.expires_at)
    await call.context.flows.reopenings.open(call.account_id, call.id("engagement_id"), offer, call.now)
    return done()


@route(f"GET {PATH}", answer=ReopeningAnswer)
async def reopening(call: Call, _: None) -> web.Response:
    """The reopening that is under way, to coach, client, newcomer and former client"""
    view = await call.context.flows.reopenings.view(call.account_id, call.id("engagement_id"), call.now)
    return answer(ReopeningAnswer(reopening=_describe(view) if view else None))


@route(f"DELETE {PATH}", status=204)
async def drop_reopening(call: Call, _: None) -> web.Response:
    """End a reopening before it was taken"""
    await call.context.flows.reopenings.drop(call.account_id, call.id("engagement_id"), call.now)
    return done()


@route(f"PUT {PATH}/claim", body=ClaimAsked, status=204)
async def put_claim(call: Call, asked: ClaimAsked) -> web.Response:
    """The newcomer's word on the spoken check, and the act"""
    await call.context.flows.reopenings.claim(
        call.account_id, call.id("engagement_id"), asked.claim, call.now
    )
    return done()


@route("GET /v1/account/happenings", query=HappeningsQuery, answer=HappeningsAnswer)
async def happenings(call: Call, _: None) -> web.Response:
    """What happened to the caller's account, above a number"""
    after = call.query.after if call.query else 0
    found = await call.context.flows.happenings.since(call.account_id, after, call.now)
    mine = call.context.flows.access.session_id(call.token)
    return answer(
        HappeningsAnswer(
            happenings=[
                HappeningFields(
                    number=one.number,
                    kind=one.kind,
                    at=one.at,
                    method_id=one.method_id,
                    own=one.session_id == mine,
                )
                for one in found
            ]
        )
    )


def _describe(view: ReopeningView) -> ReopeningFields:
    found, coach = view.reopening, view.you == "coach"
    return ReopeningFields(
        state=found.state,  # type: ignore[arg-type]  # one of the four
        invite_id=found.invite_id,
        opened_at=found.opened_at,
        expires_at=found.expires_at,
        you=view.you,  # type: ignore[arg-type]  # one of the four
        statement=found.statement,
        acceptance=found.acceptance if coach else b"",
        claim=found.claim,
        next=NextAct(number=view.number, previous=view.previous_hash, policy=view.policy_hash),
    )


ROUTES: Final = (open_reopening, reopening, drop_reopening, put_claim, happenings)
