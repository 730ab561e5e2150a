"""Rules over HTTP: a provider's automatic forwarding into one's own mailbox."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.http_api.models.mail import (
    ChallengeAnswer,
    ChallengeAsked,
    NewRuleAnswer,
    RuleAsked,
    RuleFields,
    RulesAnswer,
)
from relay.http_api.routes import Call, answer, done, route


@route("POST /v1/mailboxes/{mailbox_id}/rules", body=RuleAsked, answer=NewRuleAnswer, status=201)
async def add_rule(call: Call, asked: RuleAsked) -> web.Response:
    """Begin a rule for a confirmed address; at most four a mailbox"""
    mailbox_id = call.id("mailbox_id")
    rule = await call.context.flows.rules.add(call.account_id, mailbox_id, asked.sender_id, call.now)
    told = NewRuleAnswer(
        rule_id=rule.rule_id,
        address=f"{rule.address}@{call.context.facts.mail_domain}",
        state=rule.state,
        expires_at=rule.expires_at,
    )
    return answer(told, 201)


@route("POST /v1/rules/{rule_id}/challenge", body=ChallengeAsked, answer=ChallengeAnswer)
async def challenge_rule(call: Call, asked: ChallengeAsked) -> web.Response:
    """Mail a challenge to the rule's address; five an hour"""
    rule_id = call.id("rule_id")
    ends_at = await call.context.flows.rules.challenge(call.account_id, rule_id, asked.address, call.now)
    return answer(ChallengeAnswer(expires_at=ends_at))


@route("GET /v1/rules", answer=RulesAnswer)
async def rules(call: Call, _: None) -> web.Response:
    """The caller's rules"""
    found = await call.context.flows.rules.all_of(call.account_id, call.now)
    fields = [
        RuleFields(
            rule_id=one.rule_id,
            mailbox_id=one.mailbox_id,
            sender_id=one.sender_id,
            address=f"{one.address}@{call.context.facts.mail_domain}",
            state=one.state,
            expires_at=one.expires_at,
        )
        for one in found
    ]
    return answer(RulesAnswer(rules=fields))


@route("DELETE /v1/rules/{rule_id}", status=204)
async def remove_rule(call: Call, _: None) -> web.Response:
    """End a rule and its address"""
    await call.context.flows.rules.remove(call.account_id, call.id("rule_id"), call.now)
    return done()


ROUTES: Final = (add_rule, challenge_rule, rules, remove_rule)
