"""Envelopes over HTTP: deposit, rows, own copies, inbound addresses."""

from __future__ import annotations

import json
from typing import Final

from aiohttp import web

from relay.core.errors import TooLarge
from relay.core.model import Outcome
from relay.core.rows import encode_rows
from relay.http_api.bodies import BINARY_TYPE, JSON_TYPE
from relay.http_api.frames import parse_deposit
from relay.http_api.models.envelopes import DepositAnswer, EnvelopesAsked, ExpireAnswer, RowsQuery
from relay.http_api.models.mail import AddressAnswer
from relay.http_api.responses import Ready
from relay.http_api.routes import Bytes, Call, answer, route

DEPOSIT_BYTES: Final = 8 * 1024 * 1024
STORED: Final = b'{"groups":[{"status":"stored"}]}'


@route(
    "POST /v1/envelopes",
    body=Bytes,
    answer=DepositAnswer,
    status=201,
    most_bytes=DEPOSIT_BYTES,
)
async def deposit(call: Call, body: bytes) -> web.Response:
    """Deposit groups of envelopes, each all or nothing"""
    if len(body) > call.context.limits.max_deposit_bytes:
        raise TooLarge
    groups = parse_deposit(body)
    outcomes = await call.context.flows.accept.deposit(call.account_id, groups, call.now)
    if len(outcomes) == 1 and outcomes[0].status == "stored":
        return Ready(call.context, call.now, JSON_TYPE, STORED, status=201)
    refused = any(outcome.status == "refused" for outcome in outcomes)
    told = json.dumps({"groups": [_describe(outcome) for outcome in outcomes]}).encode("ascii")
    return web.Response(body=told, status=207 if refused else 201, content_type=JSON_TYPE)


@route("GET /v1/mailboxes/{mailbox_id}/envelopes", query=RowsQuery, answer=Bytes)
async def rows(call: Call, _: None) -> web.Response:
    """A page of a mailbox: envelopes and tombstones"""
    query: RowsQuery = call.query
    page = await call.context.flows.fetch.rows(
        call.account_id,
        call.id("mailbox_id"),
        after=query.after,
        before=query.before,
        limit=query.limit,
        now=call.now,
        shape=encode_rows,
    )
    told = {"Quietbox-Next": str(page.next), "Quietbox-More": "1" if page.more else "0"}
    return Ready(call.context, call.now, BINARY_TYPE, page.rows, told=told)


@route("POST /v1/mailboxes/{mailbox_id}/expire", body=EnvelopesAsked, answer=ExpireAnswer)
async def expire(call: Call, asked: EnvelopesAsked) -> web.Response:
    """Take the caller's own copies away, now"""
    expired = await call.context.flows.expire.own_copies(
        call.account_id, call.id("mailbox_id"), asked.envelope_ids, call.now
    )
    return answer(ExpireAnswer(expired=expired))


@route("POST /v1/mailboxes/{mailbox_id}/address", answer=AddressAnswer)
async def change_address(call: Call, _: None) -> web.Response:
    """Give a mailbox a new inbound address; the old one ends"""
    local_part = await call.context.flows.agreements.change_address(
        call.account_id, call.id("mailbox_id"), call.now
    )
    return answer(AddressAnswer(address=f"{local_part}@{call.context.facts.mail_domain}"))


def _describe(outcome: Outcome) -> dict[str, str]:
    told = {"status": outcome.status}
    return told | {"code": outcome.code} if outcome.code else told


ROUTES: Final = (deposit, rows, expire, change_address)
