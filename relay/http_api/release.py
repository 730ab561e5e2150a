"""The sponsor's slot over HTTP: the coach's link, the client's ticket, and the sponsor's page without a
session. What is not served is answered in one way, whatever the reason.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from keys.encoding import Reader, counted, u8
from keys.errors import Malformed as MalformedFormat
from relay.core.errors import Malformed
from relay.core.release import MOST_RELEASE_BYTES
from relay.http_api.models.release import (
    ReleaseFields,
    ReleasesAnswer,
    SlotAnswer,
    SlotAsked,
    SlotFields,
    SponsorAsked,
    SponsorKeeperAsked,
)
from relay.http_api.routes import Bytes, Call, answer, binary, done, route

MOST_ACT_BYTES: Final = 4096
MOST_BODY_BYTES: Final = MOST_RELEASE_BYTES + MOST_ACT_BYTES + 8


@route("PUT /v1/engagements/{engagement_id}/slot", body=SlotAsked, answer=SlotAnswer)
async def open_slot(call: Call, asked: SlotAsked) -> web.Response:
    """Open the slot of a sponsor's link, in the place of an earlier one"""
    mailbox_id = await call.context.flows.releases.open_slot(
        call.account_id, call.id("engagement_id"), asked.link_id, asked.reader_key, asked.digits, call.now
    )
    return answer(SlotAnswer(mailbox_id=mailbox_id))


@route("DELETE /v1/engagements/{engagement_id}/slot", status=204)
async def close_slot(call: Call, _: None) -> web.Response:
    """Close the slot; what was released into it goes"""
    await call.context.flows.releases.close_slot(call.account_id, call.id("engagement_id"), call.now)
    return done()


@route("POST /v1/engagements/{engagement_id}/release", body=Bytes, status=201, most_bytes=MOST_BODY_BYTES)
async def release(call: Call, body: bytes) -> web.Response:
    """Release: a signed ticket and its envelope; the same again changes nothing"""
    act, envelope = _parts(body)
    is_new = await call.context.flows.releases.release(
        call.account_id, call.id("engagement_id"), act, envelope, call.now
    )
    return web.Response(status=201 if is_new else 200)


@route("GET /v1/engagements/{engagement_id}/release", answer=ReleasesAnswer)
async def releases(call: Call, _: None) -> web.Response:
    """What the sponsor sees, and will see"""
    slot, living = await call.context.flows.releases.view(call.account_id, call.id("engagement_id"), call.now)
    return answer(
        ReleasesAnswer(
            slot=SlotFields(link_id=slot.link_id, mailbox_id=slot.mailbox_id, opened_at=slot.opened_at)
            if slot
            else None,
            releases=[
                ReleaseFields(
                    act_number=one.act_number,
                    not_before=one.not_before,
                    ends_at=one.ends_at,
                    envelope=one.envelope,
                )
                for one in living
            ],
        )
    )


@route("POST /v1/release", session=False, body=SponsorAsked, answer=Bytes)
async def shown(call: Call, asked: SponsorAsked) -> web.Response:
    """What link and digits lead to: keys, ticket, keepers and the sealed release"""
    found = await call.context.flows.releases.shown(asked.link_id, asked.digits, call.network(), call.now)
    keepers = u8(len(found.keeper_ids)) + b"".join(found.keeper_ids)
    keys = found.coach_public + found.client_public
    return binary(keys + counted(found.ticket, 4) + keepers + counted(found.envelope, 4))


@route("POST /v1/release/keepers/{keeper_id}/open", session=False, body=SponsorKeeperAsked, answer=Bytes)
async def ask_keeper(call: Call, asked: SponsorKeeperAsked) -> web.Response:
    """Ask a keeper for its shares, by a link's access key"""
    told = await call.context.flows.releases.ask_keeper(
        asked.link_id, asked.digits, call.id("keeper_id"), asked.request, call.network(), call.now
    )
    return binary(told)


def _parts(body: bytes) -> tuple[bytes, bytes]:
    reader = Reader(body)
    try:
        act, envelope = reader.counted(4, MOST_ACT_BYTES), reader.counted(4)
        reader.finish()
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    return act, envelope


ROUTES: Final = (open_slot, close_slot, release, releases, shown, ask_keeper)
