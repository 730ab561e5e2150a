"""Opening over HTTP: what an inbox is opened with, in one answer, because each further question costs a
person a round trip before the list is there.

Owns the answer to a challenge and what may come with it. Must never give anything of an account before the
challenge is answered.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from keys.encoding import to_base64url
from relay.core.errors import NotFound
from relay.core.model import Mailbox, State
from relay.flow.access import Answer
from relay.flow.policy import View
from relay.http_api.engagements import describe_engagement
from relay.http_api.models.account import SessionAsked
from relay.http_api.models.engagements import OpeningAnswer, SessionAnswer
from relay.http_api.models.fields import Model
from relay.http_api.people import LOGIN_BYTES, account_of, describe_vault
from relay.http_api.routes import Call, answer, packed, route

MOST_LOOKED_AT: Final = 8
"""Engagements among which one is looked for that both have signed."""


@route(
    "POST /v1/sessions",
    session=False,
    body=SessionAsked,
    answer=SessionAnswer,
    status=201,
    most_bytes=LOGIN_BYTES,
)
async def open_session(call: Call, asked: SessionAsked) -> web.Response:
    """Answer a challenge, which serves once; with `opening`, what an inbox is opened with comes along"""
    given = Answer(asked.account_id, asked.method_id, asked.challenge, asked.nonce, asked.signature)
    opened = await call.context.flows.access.open(given, call.network(), call.now)
    token = to_base64url(opened.token)
    told = SessionAnswer(session=token, wrap=opened.wrap, expires_at=opened.expires_at)
    if asked.opening:
        told = told.model_copy(update={"opening": await _opening(call, asked.account_id)})
    return _told(call, told, told.opening, 201)


@route("GET /v1/opening", answer=OpeningAnswer)
async def opening(call: Call, _: None) -> web.Response:
    """What an inbox is opened with: the caller's account, the vault's first part, and an only engagement"""
    brought = await _opening(call, call.account_id)
    return _told(call, brought, brought)


async def _opening(call: Call, account_id: bytes) -> OpeningAnswer:
    account, mailboxes = await account_of(call, account_id)
    view = await _likely(call, account_id, mailboxes)
    items = await call.context.flows.vault.items(
        account_id, call.now, engagement_id=view.engagement.engagement_id if view else b""
    )
    alone = view is not None and len({one.engagement_id for one in mailboxes}) == 1
    return OpeningAnswer(
        account=account,
        vault=describe_vault(items),
        engagement=describe_engagement(view) if view and alone else None,
    )


async def _likely(call: Call, account_id: bytes, mailboxes: list[Mailbox]) -> View | None:
    """The engagement that an inbox opens with unless its owner has chosen another, which the relay does not
    know: the first that both have signed, or the only one.
    """
    engagement_ids = sorted({one.engagement_id for one in mailboxes})
    for engagement_id in engagement_ids[:MOST_LOOKED_AT]:
        try:
            view = await call.context.flows.agreements.one(account_id, engagement_id, call.now)
        except NotFound:
            continue
        if view.state in (State.ACTIVE, State.HELD) or len(engagement_ids) == 1:
            return view
    return None


def _told(call: Call, told: Model, brought: OpeningAnswer | None, status: int = 200) -> web.Response:
    """By gzip, but with an engagement: there the other person chooses some of the bytes."""
    if brought is None or brought.engagement is not None:
        return answer(told, status)
    return packed(call, told, status)


ROUTES: Final = (open_session, opening)
