"""Engagements over HTTP: invitations and enrolment, drafts, statements of the parties, signed acts."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from keys.encoding import from_base64url
from keys.errors import Malformed as MalformedFormat
from relay.core.errors import NotAllowed
from relay.core.model import Invitation
from relay.core.reopening import is_of_reopening
from relay.flow.enrol import Finish, Said
from relay.flow.policy import Listed, Offer, View
from relay.http_api.bodies import JSON_TYPE
from relay.http_api.models.account import InvitationAnswer, RedeemAnswer, RedeemAsked, ReplyAsked
from relay.http_api.models.engagements import (
    ActAsked,
    ActsAnswer,
    ActsQuery,
    EngagementAnswer,
    EngagementAsked,
    EngagementsAnswer,
    InvitationAsked,
    InvitationState,
    ListedEngagement,
    ListedInvitation,
    MemberFields,
    NotesFields,
    ProposalAsked,
    StatementsAnswer,
    StatementsQuery,
)
from relay.http_api.people import VAULT_BYTES, read_items, read_method
from relay.http_api.routes import Call, answer, done, route

REDEEM_HEADER: Final = "Quietbox-Redeem"


@route("GET /v1/invitations/{invite_id}", session=False, answer=InvitationAnswer)
async def invitation(call: Call, _: None) -> web.Response:
    """An open invitation; looking has no effect"""
    found = await call.context.flows.enrol.invitation(call.id("invite_id"), call.now)
    return answer(InvitationAnswer(kind=found.kind, box=found.box, expires_at=found.expires_at))


async def _known(call: Call) -> None:
    """Refuse a *Finish* of nobody's invitation before its body, which is large, is read."""
    await call.context.flows.enrol.check_known(call.id("invite_id"), call.now)


@route(
    "POST /v1/invitations/{invite_id}/redeem",
    session=False,
    body=RedeemAsked,
    answer=RedeemAnswer,
    status=201,
    most_bytes=VAULT_BYTES,
    gate=_known,
)
async def redeem(call: Call, asked: RedeemAsked) -> web.Response:
    """Enrol, in one transaction; the same bytes again give the same answer"""
    finish = Finish(
        raw=call.raw,
        signature=_redemption_signature(call),
        account_id=asked.account_id,
        name=asked.name,
        methods=tuple(read_method(one) for one in asked.methods),
        statement=asked.statement,
        vault=read_items(asked.vault),
        acceptance=asked.acceptance or b"",
        act=asked.act or b"",
        leaf=asked.leaf or b"",
    )
    told = await call.context.flows.enrol.finish(call.id("invite_id"), finish, call.now)
    return web.Response(body=told, status=201, content_type=JSON_TYPE)


@route("PUT /v1/invitations/{invite_id}/reply", session=False, body=ReplyAsked, status=204, gate=_known)
async def reply(call: Call, asked: ReplyAsked) -> web.Response:
    """Say something to the coach without joining; in the place of what was said before"""
    said = Said(raw=call.raw, signature=_redemption_signature(call), box=asked.box, ends=asked.ends)
    await call.context.flows.enrol.reply(call.id("invite_id"), said, call.now)
    return done()


@route("POST /v1/engagements", body=EngagementAsked, answer=EngagementAnswer, status=201)
async def create_engagement(call: Call, asked: EngagementAsked) -> web.Response:
    """Begin a draft with the coach's and the notes mailbox"""
    view = await call.context.flows.agreements.create(call.account_id, asked.engagement_id, call.now)
    return answer(describe_engagement(view), 201)


@route("GET /v1/engagements", answer=EngagementsAnswer)
async def engagements(call: Call, _: None) -> web.Response:
    """All engagements of the caller, of each what a list says"""
    found = await call.context.flows.agreements.all_of(call.account_id, call.now)
    return answer(EngagementsAnswer(engagements=[_describe_listed(one) for one in found]))


@route("GET /v1/engagements/{engagement_id}", answer=EngagementAnswer)
async def engagement(call: Call, _: None) -> web.Response:
    """An engagement, to a member"""
    view = await call.context.flows.agreements.one(call.account_id, call.id("engagement_id"), call.now)
    return answer(describe_engagement(view))


@route("GET /v1/engagements/{engagement_id}/statements", query=StatementsQuery, answer=StatementsAnswer)
async def statements(call: Call, _: None) -> web.Response:
    """A party's chain of key cards, after a number"""
    query: StatementsQuery = call.query
    chain = await call.context.flows.statements.chain(
        call.account_id, call.id("engagement_id"), query.role, query.after, call.now
    )
    return answer(StatementsAnswer(statements=chain))


@route("GET /v1/engagements/{engagement_id}/acts", query=ActsQuery, answer=ActsAnswer)
async def acts(call: Call, _: None) -> web.Response:
    """The signed acts of an engagement, after a number"""
    view = await call.context.flows.agreements.one(call.account_id, call.id("engagement_id"), call.now)
    return answer(ActsAnswer(acts=list(view.engagement.acts[call.query.after :])))


@route("POST /v1/engagements/{engagement_id}/invitation", body=InvitationAsked, status=204)
async def invite(call: Call, asked: InvitationAsked) -> web.Response:
    """Invite a client; replaces an unused invitation"""
    offer = Offer(asked.invite_id, asked.redemption_key, asked.box, asked.expires_at, asked.policy, asked.act)
    await call.context.flows.agreements.invite(call.account_id, call.id("engagement_id"), offer, call.now)
    return done()


@route("DELETE /v1/invitations/{invite_id}", status=204)
async def withdraw(call: Call, _: None) -> web.Response:
    """Withdraw an unused invitation"""
    await call.context.flows.agreements.withdraw(call.account_id, call.id("invite_id"), call.now)
    return done()


@route("POST /v1/engagements/{engagement_id}/acts", body=ActAsked, status=204)
async def add_act(call: Call, asked: ActAsked) -> web.Response:
    """Take the next signed act"""
    if is_of_reopening(asked.act):
        reopenings = call.context.flows.reopenings
        await reopenings.act(call.account_id, call.id("engagement_id"), asked.act, call.now)
        return done()
    await call.context.flows.agreements.act(
        call.account_id, call.id("engagement_id"), asked.act, asked.policy or b"", call.now
    )
    return done()


@route("PUT /v1/engagements/{engagement_id}/proposal", body=ProposalAsked, status=204)
async def propose(call: Call, asked: ProposalAsked) -> web.Response:
    """Show the other an act that waits for their signature"""
    await call.context.flows.agreements.propose(
        call.account_id, call.id("engagement_id"), asked.act, call.now
    )
    return done()


@route("DELETE /v1/engagements/{engagement_id}/proposal", status=204)
async def drop_proposals(call: Call, _: None) -> web.Response:
    """Withdraw one's own proposal and decline the other's"""
    await call.context.flows.agreements.drop_proposals(call.account_id, call.id("engagement_id"), call.now)
    return done()


def _redemption_signature(call: Call) -> bytes:
    try:
        return from_base64url(call.request.headers.get(REDEEM_HEADER, ""), 64)
    except MalformedFormat:
        raise NotAllowed("redemption signature") from None


def describe_engagement(view: View) -> EngagementAnswer:
    """An engagement as a member sees it."""
    return EngagementAnswer(
        engagement_id=view.engagement.engagement_id,
        state=view.state.value,
        ends_at=view.ends_at,
        notes=NotesFields(count=view.notes.count, expires_at=view.notes.expires_at),
        members=[
            MemberFields(
                role=int(member.role),
                mailbox_id=member.mailbox_id,
                account_id=member.account_id,
                statement=member.statement,
            )
            for member in view.engagement.members
        ],
        policies=list(view.engagement.policies),
        acts=list(view.engagement.acts),
        proposals=list(view.engagement.proposals),
        invitation=_describe_invitation(view.invitation),
    )


def _describe_listed(one: Listed) -> ListedEngagement:
    invitation, waiting = None, _describe_invitation(one.invitation)
    if waiting is not None:
        invitation = ListedInvitation(state=waiting.state, expires_at=waiting.expires_at, reply=waiting.reply)
    return ListedEngagement(
        engagement_id=one.engagement.engagement_id,
        state=one.state.value,
        ends_at=one.ends_at,
        acts=len(one.engagement.acts),
        asked=one.asked,
        invitation=invitation,
    )


def _describe_invitation(invitation: Invitation | None) -> InvitationState | None:
    if invitation is None:
        return None
    used = invitation.state == "used"
    return InvitationState(
        invite_id=invitation.invite_id,
        state=invitation.state,
        expires_at=invitation.expires_at,
        acceptance=invitation.acceptance if used else b"",
        reply=b"" if used else invitation.acceptance,
    )


ROUTES: Final = (
    invitation,
    redeem,
    reply,
    create_engagement,
    engagements,
    engagement,
    statements,
    acts,
    invite,
    withdraw,
    add_act,
    propose,
    drop_proposals,
)
