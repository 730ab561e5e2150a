"""What was shown, over HTTP: a reader's software says which envelopes a person has had before them."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.http_api.models import AcknowledgeAnswer, AcknowledgeAsked
from relay.http_api.routes import Call, answer, route


@route("POST /v1/mailboxes/{mailbox_id}/acknowledge", body=AcknowledgeAsked, answer=AcknowledgeAnswer)
async def acknowledge(call: Call, asked: AcknowledgeAsked) -> web.Response:
    """Say which of the caller's envelopes were shown to a person; nobody is told while they live"""
    known = await call.context.flows.fetch.acknowledge(
        call.account_id, call.id("mailbox_id"), asked.envelope_ids, call.now
    )
    return answer(AcknowledgeAnswer(acknowledged=known))


ROUTES: Final = (acknowledge,)
