"""People in memory. Owns accounts, ways in, sessions, vaults and statements; opens none of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from keys.reopening import REOPENING
from relay.core import lifecycle
from relay.core.errors import Conflict, Gone, NotAllowed, NotFound
from relay.core.model import Account, Enrolment, Member, Session, VaultItem
from relay.core.ports import Choose
from relay.store.memory.reopenings import join_reopening
from relay.store.memory.state import State


class MemoryAccounts:
    """`relay.core.ports.Accounts`."""

    _state: State

    async def enrol(self, enrolment: Enrolment, *, now: int) -> None:
        """Check all, then store all."""
        invitation = self._state.invitations.get(enrolment.invite_id)
        if invitation is None:
            raise NotFound
        if invitation.state == "used" and invitation.redeemed_hash == enrolment.redeemed_hash:
            return
        if invitation.state != "open":
            raise Gone(f"invitation-{invitation.state}")
        if invitation.expires_at <= now:
            raise Gone("invitation-expired")
        account = enrolment.account
        taken = await self.account_by_name(account.name_tag, now=now)
        if taken is not None or account.account_id in self._state.accounts:
            raise Conflict("name-taken")
        if invitation.kind == 1:
            self._join(enrolment, invitation.engagement_id, now)
        elif invitation.kind == REOPENING:
            join_reopening(self._state, invitation.engagement_id, invitation.invite_id, account.account_id)
        ends_at = enrolment.engagement_expires_at if invitation.kind == 1 else invitation.expires_at
        self._state.invitations[invitation.invite_id] = replace(
            invitation,
            state="used",
            used_at=now,
            box=b"",
            redeemed_hash=enrolment.redeemed_hash,
            answer=enrolment.answer,
            acceptance=enrolment.acceptance,
            expires_at=ends_at,
        )
        self._state.drop_code(invitation.invite_id)
        self._state.accounts[account.account_id] = account
        self._state.statements[account.account_id] = [enrolment.statement]
        self._state.log += [enrolment.log_entry] if enrolment.log_entry else []
        for item in enrolment.vault:
            self._state.vaults[account.account_id, item.name] = item
        if invitation.kind == 1:
            self._state.end_engagement_at(invitation.engagement_id, ends_at)

    def _join(self, enrolment: Enrolment, engagement_id: bytes, now: int) -> None:
        engagement = self._state.engagements.get(engagement_id)
        if engagement is None or engagement.expires_at <= now:
            raise Gone("invitation-expired")
        state = lifecycle.after(engagement.state, "accept")
        if any(mailbox.mailbox_id in self._state.mailboxes for mailbox in enrolment.mailboxes):
            raise Conflict("engagement-conflict")
        account = enrolment.account
        members = [
            Member(m.role, account.account_id, m.mailbox_id, account.fp, b"") for m in enrolment.mailboxes
        ]
        for mailbox in enrolment.mailboxes:
            self._state.mailboxes[mailbox.mailbox_id] = replace(mailbox, cursor=0)
        self._state.engagements[engagement_id] = replace(
            engagement,
            state=state,
            members=(*engagement.members, *members),
            policies=(*engagement.policies, enrolment.policy),
            acts=(*engagement.acts, enrolment.act),
        )

    async def account(self, account_id: bytes, *, now: int) -> Account | None:
        """The account, while it is not due."""
        account = self._state.accounts.get(account_id)
        return account if account is not None and account.expires_at > now else None

    async def account_by_name(self, name_tag: bytes, *, now: int) -> Account | None:
        """The living account of that name."""
        for account in self._state.accounts.values():
            if account.name_tag == name_tag and account.expires_at > now:
                return account
        return None

    async def extend_account(self, account_id: bytes, expires_at: int) -> None:
        """Its end moves on, or stays."""
        self._state.extend_account(account_id, expires_at)

    async def put_method(
        self,
        account_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Add a way in, or replace the one of that id, and close others with it."""
        account = await self._living(account_id, now)
        _check_ways(account, known)
        methods = {one: kept for one, kept in account.methods if one not in replaced} | {method_id: sealed}
        self._state.accounts[account_id] = replace(account, methods=tuple(methods.items()))

    async def remove_method(
        self, account_id: bytes, method_id: bytes, *, now: int, known: Collection[bytes] | None = None
    ) -> None:
        """Take a way in away."""
        account = await self._living(account_id, now)
        _check_ways(account, known)
        methods = dict(account.methods)
        if method_id not in methods:
            raise NotFound
        if len(methods) == 1:
            raise NotAllowed
        del methods[method_id]
        self._state.accounts[account_id] = replace(account, methods=tuple(methods.items()))

    async def close_account(self, account_id: bytes, *, now: int) -> None:
        """Ways in, sessions and vault go together."""
        await self._living(account_id, now)
        self._state.close_account(account_id)

    async def open_session(self, session: Session, *, now: int) -> None:
        """Remember a session."""
        await self._living(session.account_id, now)
        self._state.sessions[session.token_tag] = session

    async def session(self, token_tag: bytes, *, now: int) -> Session | None:
        """The open session of that tag, while its account lives."""
        session = self._state.sessions.get(token_tag)
        if (
            session is None
            or session.expires_at <= now
            or await self.account(session.account_id, now=now) is None
        ):
            return None
        return session

    async def sessions(self, token_tags: Sequence[bytes], *, now: int) -> list[Session]:
        """One after the other."""
        found = [await self.session(tag, now=now) for tag in token_tags]
        return [one for one in found if one is not None]

    async def close_session(self, token_tag: bytes) -> None:
        """Forget a session, if there is one."""
        self._state.sessions.pop(token_tag, None)

    async def sessions_of(self, account_id: bytes, *, now: int) -> list[Session]:
        """The open sessions of an account."""
        mine = [one for one in self._state.sessions.values() if one.account_id == account_id]
        return sorted(
            (one for one in mine if one.expires_at > now), key=lambda one: (-one.expires_at, one.token_tag)
        )

    async def vault(self, account_id: bytes, choose: Choose | None = None, *, now: int) -> list[VaultItem]:
        """The items that are not due, by name."""
        items = [item for (owner, _), item in self._state.vaults.items() if owner == account_id]
        living = {item.name: item for item in items if item.expires_at > now}
        wanted = choose({one.name: one.version for one in living.values()}) if choose else living
        return [living[name] for name in sorted(wanted)]

    async def vault_sizes(self, account_id: bytes, *, now: int) -> dict[str, int]:
        """The bytes of each box, by name."""
        return {item.name: len(item.box) for item in await self.vault(account_id, now=now)}

    async def put_vault(
        self, account_id: bytes, items: Sequence[VaultItem], removed: Sequence[str], *, now: int
    ) -> None:
        """Compare every version, then write; a name in both lists is removed."""
        await self._living(account_id, now)
        versions = {item.name: item.version for item in await self.vault(account_id, now=now)}
        for item in items:
            if item.version != versions.get(item.name, 0) + 1:
                raise Conflict("vault-conflict")
            versions[item.name] = item.version
        for item in items:
            self._state.vaults[account_id, item.name] = item
        for name in removed:
            self._state.vaults.pop((account_id, name), None)

    async def add_statement(
        self, account_id: bytes, number: int, statement: bytes, *, now: int, log_entry: bytes = b""
    ) -> None:
        """The next link, or the same one again."""
        await self._living(account_id, now)
        chain = self._state.statements[account_id]
        if 1 <= number <= len(chain) and chain[number - 1] == statement:
            return
        if number != len(chain) + 1:
            raise Conflict("statement-conflict")
        chain.append(statement)
        self._state.log += [log_entry] if log_entry else []

    async def statements(self, account_id: bytes, *, after: int) -> list[bytes]:
        """The links above a number."""
        return self._state.statements.get(account_id, [])[max(after, 0) :]

    async def _living(self, account_id: bytes, now: int) -> Account:
        account = await self.account(account_id, now=now)
        if account is None:
            raise NotFound
        return account


def _check_ways(account: Account, known: Collection[bytes] | None) -> None:
    if known is not None and {method_id for method_id, _ in account.methods} != set(known):
        raise Conflict("ways-changed")
