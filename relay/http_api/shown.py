"""What was shown, over HTTP: a reader's software says which envelopes a person has had before them, and an
author's asks of which of their own that was said.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.http_api.models.envelopes import AcknowledgeAnswer, EnvelopesAsked, OpenedAnswer
from relay.http_api.routes import Call, answer, route


@route("POST /v1/mailboxes/{mailbox_id}/acknowledge", body=EnvelopesAsked, answer=AcknowledgeAnswer)
async def acknowledge(call: Call, asked: EnvelopesAsked) -> web.Response:
    """Say which of the caller's envelopes were shown to a person: told to their author where both have signed
    read marks
    """
    known = await call.context.flows.fetch.acknowledge(
        call.account_id, call.id("mailbox_id"), asked.envelope_ids, call.now
    )
    return answer(AcknowledgeAnswer(acknowledged=known))


@route("POST /v1/mailboxes/{mailbox_id}/opened", body=EnvelopesAsked, answer=OpenedAnswer)
async def opened(call: Call, asked: EnvelopesAsked) -> web.Response:
    """Ask which of the caller's own messages the other has opened; none unless both have signed read marks"""
    found = await call.context.flows.fetch.opened(
        call.account_id, call.id("mailbox_id"), asked.envelope_ids, call.now
    )
    return answer(OpenedAnswer(opened=found))


ROUTES: Final = (acknowledge, opened)
