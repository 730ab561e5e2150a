"""Being told by mail, over HTTP: the caller's own channel."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from relay.core.telling import Times, Words
from relay.flow.notice_channel import Shown
from relay.http_api.models.mail import CodeAsked, NoticeChannelAnswer, NoticeChannelAsked
from relay.http_api.routes import Call, answer, done, route


@route("GET /v1/notice-channel", answer=NoticeChannelAnswer)
async def channel(call: Call, _: None) -> web.Response:
    """How the caller is told by mail, and whether that works"""
    return _told(await call.context.flows.notice_channel.shown(call.account_id, call.now))


@route("PUT /v1/notice-channel", body=NoticeChannelAsked, answer=NoticeChannelAnswer)
async def put_channel(call: Call, asked: NoticeChannelAsked) -> web.Response:
    """Set it all; a code goes to an address that is not the confirmed one"""
    words = Words(asked.address, asked.subject, asked.phrase)
    times = Times(
        asked.when, asked.warnings, asked.hour, asked.quiet_from, asked.quiet_until, asked.offset_minutes
    )
    return _told(await call.context.flows.notice_channel.put(call.account_id, words, times, call.now))


@route("DELETE /v1/notice-channel", status=204)
async def end_channel(call: Call, _: None) -> web.Response:
    """Be told no more; address and words are forgotten"""
    await call.context.flows.notice_channel.remove(call.account_id, call.now)
    return done()


@route("POST /v1/notice-channel/confirm", body=CodeAsked, answer=NoticeChannelAnswer)
async def confirm_channel(call: Call, asked: CodeAsked) -> web.Response:
    """Confirm the address by its code; five tries an hour"""
    return _told(await call.context.flows.notice_channel.confirm(call.account_id, asked.code, call.now))


@route("POST /v1/notice-channel/test", answer=NoticeChannelAnswer)
async def try_channel(call: Call, _: None) -> web.Response:
    """Send one notice now; it counts as any other"""
    return _told(await call.context.flows.notice_channel.test(call.account_id, call.now))


def _told(shown: Shown) -> web.Response:
    words, times = shown.words, shown.times
    return answer(
        NoticeChannelAnswer(
            state=shown.state,
            address=words.address,
            subject=words.subject,
            phrase=words.phrase,
            when=times.timing,
            warnings=times.warnings,
            hour=times.hour,
            quiet_from=times.quiet_from,
            quiet_until=times.quiet_until,
            offset_minutes=times.offset_minutes,
        )
    )


ROUTES: Final = (channel, put_channel, end_channel, confirm_channel, try_channel)
