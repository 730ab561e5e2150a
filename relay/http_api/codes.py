"""Typed codes and offers to new browsers over HTTP (docs/protocol.md, part 24)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from keys.codes import check_nameplate
from keys.errors import Malformed as MalformedFormat
from relay.core.errors import NotFound
from relay.core.model import BrowserOffer
from relay.http_api.models.codes import (
    CodeAnswer,
    CodeSealed,
    CodeTyped,
    NewCodeAnswer,
    NewCodeAsked,
    OfferAnswer,
    OfferAsked,
    OfferLook,
    OfferState,
    OfferTaken,
)
from relay.http_api.people import LOGIN_BYTES, read_method
from relay.http_api.routes import Call, answer, done, route

OFFER: Final = "/v1/browser-offer"


@route("POST /v1/codes", body=NewCodeAsked, answer=NewCodeAnswer)
async def new_code(call: Call, asked: NewCodeAsked) -> web.Response:
    """A nameplate for one's own open invitation or offer; the same again for the same"""
    code = await call.context.flows.codes.assign(call.account_id, asked.subject, call.now)
    return answer(NewCodeAnswer(nameplate=code.nameplate, expires_at=code.expires_at))


@route("PUT /v1/codes/{nameplate}", body=CodeSealed, status=204)
async def seal_code(call: Call, asked: CodeSealed) -> web.Response:
    """Lay down what the words of one's own code open"""
    try:
        nameplate = check_nameplate(call.request.match_info["nameplate"])
    except MalformedFormat:
        raise NotFound from None
    await call.context.flows.codes.seal(call.account_id, nameplate, asked.check, asked.box, call.now)
    return done()


@route("POST /v1/codes/open", session=False, body=CodeTyped, answer=CodeAnswer, most_bytes=LOGIN_BYTES)
async def open_code(call: Call, asked: CodeTyped) -> web.Response:
    """What a code's words open, for their proof; every other answer is the same"""
    box = await call.context.flows.codes.open(asked.nameplate, asked.proof, call.network(), call.now)
    return answer(CodeAnswer(box=box))


@route(f"PUT {OFFER}", body=OfferAsked, status=204)
async def put_offer(call: Call, asked: OfferAsked) -> web.Response:
    """Offer the account key, sealed, to one new browser, for at most five minutes"""
    offer = BrowserOffer(asked.offer_id, call.account_id, asked.check, asked.box, asked.expires_at)
    await call.context.flows.offers.put(offer, call.now)
    return done()


@route(f"GET {OFFER}", answer=OfferState)
async def offer_state(call: Call, _: None) -> web.Response:
    """How the caller's offer stands"""
    found = await call.context.flows.offers.standing(call.account_id, call.now)
    if found is None:
        return answer(OfferState(state="none", expires_at=0))
    return answer(OfferState(state="used" if found.taken_by else "open", expires_at=found.expires_at))


@route(f"DELETE {OFFER}", status=204)
async def take_back_offer(call: Call, _: None) -> web.Response:
    """Take the offer back"""
    await call.context.flows.offers.take_back(call.account_id, call.now)
    return done()


@route(f"POST {OFFER}/look", session=False, body=OfferLook, answer=OfferAnswer, most_bytes=LOGIN_BYTES)
async def look_at_offer(call: Call, asked: OfferLook) -> web.Response:
    """An open offer, for its proof; looking has no effect"""
    found = await call.context.flows.offers.look(asked.offer_id, asked.proof, call.now)
    return answer(OfferAnswer(box=found.box, expires_at=found.expires_at))


@route(f"POST {OFFER}/take", session=False, body=OfferTaken, status=204, most_bytes=LOGIN_BYTES)
async def take_offer(call: Call, asked: OfferTaken) -> web.Response:
    """Add a new browser's own way in, which uses the offer up"""
    method = read_method(asked.method)
    await call.context.flows.offers.take(asked.offer_id, asked.proof, method, call.now)
    return done()


ROUTES: Final = (
    new_code,
    seal_code,
    open_code,
    put_offer,
    offer_state,
    take_back_offer,
    look_at_offer,
    take_offer,
)
