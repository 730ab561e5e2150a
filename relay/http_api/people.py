"""People over HTTP: sessions, ways in, the account, its vault, its key cards, its personal addresses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from keys.names import Role
from relay.core.errors import NotFound
from relay.core.model import Cell, Mailbox, Method, SealedCell, TableRows, VaultItem
from relay.core.pepper import WayIn
from relay.flow.tabs import Tab
from relay.http_api.models.about import RowsAnswer, SealedFields, TableFields
from relay.http_api.models.account import (
    AccountAnswer,
    LeaveAsked,
    MailboxFields,
    MethodAsked,
    MethodFields,
    MethodsAnswer,
    ResumeAsked,
    SessionFields,
    SessionsAnswer,
    StartAnswer,
    StartAsked,
    StatementAsked,
    TabAnswer,
    TabAsked,
    VaultAnswer,
    VaultAsked,
    VaultItemFields,
    VaultWanted,
    WayInFields,
)
from relay.http_api.models.mail import CodeAsked, SenderAsked, SenderFields, SendersAnswer
from relay.http_api.routes import Call, answer, done, packed, route

VAULT_BYTES: Final = 4 * 1024 * 1024
LOGIN_BYTES: Final = 8192
"""Anybody may send these, so they are small."""


@route(
    "POST /v1/sessions/start",
    session=False,
    body=StartAsked,
    answer=StartAnswer,
    most_bytes=LOGIN_BYTES,
)
async def start_session(call: Call, asked: StartAsked) -> web.Response:
    """Begin to sign in; of the same shape for a name that nobody has"""
    started = await call.context.flows.access.start(asked.name, call.now)
    ways = describe_ways(started.ways)
    return answer(StartAnswer(account_id=started.account_id, methods=ways, challenge=started.challenge))


@route("DELETE /v1/sessions", status=204)
async def close_session(call: Call, _: None) -> web.Response:
    """Lock: the session ends"""
    await call.context.flows.access.close(call.token)
    return done()


@route("GET /v1/sessions", answer=SessionsAnswer)
async def sessions(call: Call, _: None) -> web.Response:
    """What is open: the caller's sessions"""
    found = await call.context.flows.access.sessions(call.token, call.account_id, call.now)
    fields = [
        SessionFields(
            session_id=one.session_id,
            expires_at=one.expires_at,
            seen_at=one.seen_at,
            label=one.label,
            current=one.current,
        )
        for one in found
    ]
    return answer(SessionsAnswer(sessions=fields))


@route("DELETE /v1/sessions/{session_id}", status=204)
async def end_session(call: Call, _: None) -> web.Response:
    """End one of the caller's sessions, at its next request"""
    await call.context.flows.access.end_session(call.account_id, call.id("session_id"), call.now)
    return done()


@route("PUT /v1/sessions/tab", body=TabAsked, status=204)
async def keep_tab(call: Call, asked: TabAsked) -> web.Response:
    """Leave the relay's half of what this page needs to be reloaded"""
    tab = Tab(asked.token, asked.half, asked.box, asked.idle_seconds, asked.label)
    call.context.flows.access.keep_tab(call.token, tab, call.now)
    return done()


@route(
    "POST /v1/sessions/resume",
    session=False,
    body=ResumeAsked,
    answer=TabAnswer,
    most_bytes=LOGIN_BYTES,
)
async def resume(call: Call, asked: ResumeAsked) -> web.Response:
    """The relay's half, for a page that is reloaded while its session is open"""
    tab = await call.context.flows.access.resume(asked.token, call.now)
    return answer(TabAnswer(half=tab.half, box=tab.box))


@route("POST /v1/sessions/leave", session=False, body=LeaveAsked, status=204, most_bytes=LOGIN_BYTES)
async def leave(call: Call, asked: LeaveAsked) -> web.Response:
    """A page is being left: unless it comes back within a minute, its session ends; at once if locked"""
    if asked.locked:
        await call.context.flows.access.lock_tab(asked.token)
    else:
        call.context.flows.access.leave(asked.token, call.now)
    return done()


@route("GET /v1/account", answer=AccountAnswer)
async def account(call: Call, _: None) -> web.Response:
    """The caller's account and mailboxes"""
    return packed(call, (await account_of(call, call.account_id))[0])


async def account_of(call: Call, account_id: bytes) -> tuple[AccountAnswer, list[Mailbox]]:
    """How an account is described to its owner, and its mailboxes."""
    found, mailboxes = await call.context.flows.fetch.account(account_id, call.now)
    told = AccountAnswer(
        account_id=found.account_id,
        role="coach" if found.role is Role.COACH else "client",
        expires_at=found.expires_at,
        mailboxes=describe_mailboxes(mailboxes, call.context.facts.mail_domain),
    )
    return told, mailboxes


@route("DELETE /v1/account", status=204)
async def leave_account(call: Call, _: None) -> web.Response:
    """Leave: addresses and words are forgotten, no way in remains. A client's alone"""
    flows = call.context.flows
    await flows.access.check_may_leave(call.account_id, call.now)
    with contextlib.suppress(NotFound):  # not everybody is told by mail
        await flows.notice_channel.remove(call.account_id, call.now)
    for sender in await flows.senders.all_of(call.account_id, call.now):
        await flows.senders.remove(call.account_id, sender.sender_id, call.now)
    await flows.releases.leave(call.account_id, call.now)
    await flows.access.close_account(call.account_id, call.now)
    return done()


@route("GET /v1/account/rows", answer=RowsAnswer)
async def account_rows(call: Call, _: None) -> web.Response:
    """What this relay has stored of the caller, row by row"""
    found = await call.context.flows.fetch.rows_about(call.account_id, call.now)
    return answer(RowsAnswer(tables=[_table(one) for one in found]))


@route("POST /v1/vault/items", body=VaultWanted, answer=VaultAnswer)
async def vault(call: Call, asked: VaultWanted) -> web.Response:
    """Items of the caller's vault, and its first part where that has changed"""
    vault = call.context.flows.vault
    return packed(
        call,
        describe_vault(await vault.items(call.account_id, call.now, known=asked.known, names=asked.names)),
    )


def describe_vault(items: Iterable[VaultItem]) -> VaultAnswer:
    """Items of a vault as their owner is told of them."""
    fields = [
        VaultItemFields(name=item.name, version=item.version, expires_at=item.expires_at, box=item.box)
        for item in items
    ]
    return VaultAnswer(items=fields)


@route("PUT /v1/vault", body=VaultAsked, status=204, most_bytes=VAULT_BYTES)
async def put_vault(call: Call, asked: VaultAsked) -> web.Response:
    """Write the vault, all or nothing"""
    items = read_items(asked.items)
    await call.context.flows.vault.put(call.account_id, items, asked.removed, call.now)
    return done()


@route("GET /v1/methods", answer=MethodsAnswer)
async def methods(call: Call, _: None) -> web.Response:
    """The caller's ways in"""
    ways = await call.context.flows.ways.all(call.account_id, call.now)
    return answer(MethodsAnswer(methods=describe_ways(ways)))


@route("POST /v1/methods", body=MethodAsked, status=204)
async def add_method(call: Call, asked: MethodAsked) -> web.Response:
    """Add a way in; a password or a sheet takes the place of the one before"""
    method = read_method(asked.method)
    flows = call.context.flows
    mine = flows.access.session_id(call.token)
    await flows.ways.add(call.account_id, method, call.now, session_id=mine)
    return done()


@route("DELETE /v1/methods/{method_id}", status=204)
async def remove_method(call: Call, _: None) -> web.Response:
    """Remove a way in, never the last password or sheet"""
    await call.context.flows.ways.remove(call.account_id, call.id("method_id"), call.now)
    return done()


@route("POST /v1/statements", body=StatementAsked, status=204)
async def add_statement(call: Call, asked: StatementAsked) -> web.Response:
    """Store the next card of the caller's chain"""
    leaf = asked.leaf or b""
    await call.context.flows.statements.add(call.account_id, asked.statement, call.now, leaf)
    return done()


@route("POST /v1/senders", body=SenderAsked, status=202)
async def add_sender(call: Call, asked: SenderAsked) -> web.Response:
    """Register a personal address: a code goes to it"""
    await call.context.flows.senders.add(call.account_id, asked.address, call.now)
    return web.Response(status=202)


@route("POST /v1/senders/confirm", body=CodeAsked, status=204)
async def confirm_sender(call: Call, asked: CodeAsked) -> web.Response:
    """Confirm an address by its code; five tries an hour"""
    await call.context.flows.senders.confirm(call.account_id, asked.code, call.now)
    return done()


@route("GET /v1/senders", answer=SendersAnswer)
async def senders(call: Call, _: None) -> web.Response:
    """The caller's registered addresses, without the addresses"""
    found = await call.context.flows.senders.all_of(call.account_id, call.now)
    fields = [SenderFields(sender_id=one.sender_id, state=one.state, added_on=one.added_on) for one in found]
    return answer(SendersAnswer(senders=fields))


@route("DELETE /v1/senders/{sender_id}", status=204)
async def remove_sender(call: Call, _: None) -> web.Response:
    """Forget an address"""
    await call.context.flows.senders.remove(call.account_id, call.id("sender_id"), call.now)
    return done()


def _table(found: TableRows) -> TableFields:
    rows = [[_cell(cell) for cell in row] for row in found.rows]
    return TableFields(table=found.table, count=found.count, columns=list(found.columns), rows=rows)


def _cell(cell: Cell) -> int | str | SealedFields | None:
    if isinstance(cell, SealedCell):
        return SealedFields(size_bytes=cell.size_bytes, begins=cell.begins)
    return cell


def describe_ways(ways: Iterable[WayIn]) -> list[WayInFields]:
    """Ways in as a login answer, and their owner, are told of them."""
    return [WayInFields(method_id=way.method_id, kind=way.kind, kdf=way.kdf, salt=way.salt) for way in ways]


def describe_mailboxes(mailboxes: Iterable[Mailbox], mail_domain: str) -> list[MailboxFields]:
    """Mailboxes as their owner is told of them."""
    return [
        MailboxFields(
            mailbox_id=one.mailbox_id,
            role=int(one.role),
            engagement_id=one.engagement_id,
            address=f"{one.address}@{mail_domain}",
            expires_at=one.expires_at,
            cursor=one.cursor,
        )
        for one in mailboxes
    ]


def read_method(fields: MethodFields) -> Method:
    """A way in as the flows know it."""
    return Method(fields.method_id, fields.kind, fields.kdf, fields.salt, fields.login_key, fields.wrap)


def read_items(items: Iterable[VaultItemFields]) -> tuple[VaultItem, ...]:
    """Vault items as the flows know them."""
    return tuple(VaultItem(one.name, one.version, one.expires_at, one.box) for one in items)


ROUTES: Final = (
    start_session,
    close_session,
    sessions,
    end_session,
    keep_tab,
    resume,
    leave,
    account,
    account_rows,
    leave_account,
    vault,
    put_vault,
    methods,
    add_method,
    remove_method,
    add_statement,
    add_sender,
    confirm_sender,
    senders,
    remove_sender,
)
