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
from relay.core.model import Mailbox
from relay.flow.access import Answer
from relay.http_api.engagements import describe_engagement
from relay.http_api.models.account import SessionAsked
from relay.http_api.models.engagements import EngagementAnswer, OpeningAnswer, SessionAnswer
from relay.http_api.people import LOGIN_BYTES, account_of, vault_of
from relay.http_api.routes import Call, answer, route


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
    return answer(told, 201)


@route("GET /v1/opening", answer=OpeningAnswer)
async def opening(call: Call, _: None) -> web.Response:
    """What an inbox is opened with: the caller's account, vault, and engagement where there is one alone"""
    return answer(await _opening(call, call.account_id))


async def _opening(call: Call, account_id: bytes) -> OpeningAnswer:
    account, mailboxes = await account_of(call, account_id)
    return OpeningAnswer(
        account=account,
        vault=await vault_of(call, account_id),
        engagement=await _only_engagement(call, account_id, mailboxes),
    )


async def _only_engagement(
    call: Call, account_id: bytes, mailboxes: list[Mailbox]
) -> EngagementAnswer | None:
    """A coach with several clients opens one of them, which the relay does not know."""
    engagement_ids = {one.engagement_id for one in mailboxes}
    if len(engagement_ids) != 1:
        return None
    try:
        view = await call.context.flows.agreements.one(account_id, engagement_ids.pop(), call.now)
    except NotFound:
        return None
    return describe_engagement(view)


ROUTES: Final = (open_session, opening)
