"""Receipts over HTTP: an account's own, signed. Owns their JSON alone."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.core.receipts import Batched, StoredReceipt
from relay.http_api.models.records import (
    BatchFields,
    LeafFields,
    OwnCopiesAnswer,
    OwnCopiesFields,
    OwnCopiesSaid,
    ReceiptFields,
    ReceiptsAnswer,
    ReceiptsQuery,
)
from relay.http_api.routes import Call, answer, done, route


@route("GET /v1/receipts", query=ReceiptsQuery, answer=ReceiptsAnswer)
async def receipts(call: Call, _: None) -> web.Response:
    """The caller's receipts above an order, over all mailboxes"""
    query: ReceiptsQuery = call.query
    found, more = await call.context.flows.receipts.of_account(
        call.account_id, after=query.after, limit=query.limit, now=call.now
    )
    return answer(ReceiptsAnswer(receipts=[_describe(one) for one in found], more=more))


def _describe(one: StoredReceipt) -> ReceiptFields:
    leaves = [
        LeafFields(nonce=leaf.nonce, envelope_id=leaf.envelope_id, envelope_hash=leaf.envelope_hash)
        for leaf in one.leaves
    ]
    return ReceiptFields(order=one.order, receipt=one.note, leaves=leaves, batch=_batch(one.batch))


def _batch(batch: Batched | None) -> BatchFields | None:
    if batch is None:
        return None
    return BatchFields(index=batch.index, day=batch.day, position=batch.position, path=list(batch.path))


@route("PUT /v1/engagements/{engagement_id}/own-copies", body=OwnCopiesSaid, status=204)
async def say_own_copies(call: Call, said: OwnCopiesSaid) -> web.Response:
    """Say, signed, when what one's own program kept was gone"""
    await call.context.flows.own_words.say(
        call.account_id, call.id("engagement_id"), said.statement, call.now
    )
    return done()


@route("GET /v1/own-copies", answer=OwnCopiesAnswer)
async def own_copies(call: Call, _: None) -> web.Response:
    """What others have said to the caller of their own copies"""
    found = await call.context.flows.own_words.said_to(call.account_id, call.now)
    said = [OwnCopiesFields(engagement_id=one.engagement_id, statement=one.statement) for one in found]
    return answer(OwnCopiesAnswer(own_copies=said))


ROUTES: Final = (receipts, say_own_copies, own_copies)
