"""A play: random acts, deposits, proposals, replays and forgeries of two parties and a stranger, through the
real flows, with what must hold after each step. Owns its own reckoning of what both have signed, made without
the relay's; takes no step but by the flows.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from keys.acts import Act, ActCore, ActKind, parse_act, sign_act
from keys.envelope import ZERO_TAG, EnvelopeClass
from keys.names import DAY_SECONDS, Role
from keys.policy import Policy, parse_policy
from relay.core import admission
from relay.core.errors import NotFound, RelayError
from relay.store.memory import MemoryStore
from tests.flow.cast import Person
from tests.flow.house import SETTINGS, House

BOTH = ("coach", "client")
SIDES = {"coach": Role.COACH, "client": Role.CLIENT}
OPERATORS = (
    SETTINGS,
    replace(
        SETTINGS,
        unbound_keep_seconds=9000 * DAY_SECONDS,
        invitation_keep_seconds=9000 * DAY_SECONDS,
        unlinked_keep_seconds=9000 * DAY_SECONDS,
        session_seconds=9000 * DAY_SECONDS,
    ),
)
NEITHER = ActCore(
    ActKind.RELEASE, bytes(16), bytes(32), 1, bytes(32), 0, date=1, second_date=2, subject=b"s" * 32
)


@dataclass(frozen=True)
class Stored:
    """What the store holds: dates by (mailbox id, envelope id), of linked blobs, of mailboxes, the end."""

    rows: dict[tuple[bytes, bytes], tuple[int, int]]  # date, class
    blobs: dict[bytes, int]
    mailboxes: set[int]
    ends_at: int | None


@dataclass
class Message:
    """One message in both mailboxes: the envelope of each side, and the file that hangs on it."""

    raw: dict[str, bytes]
    blob_id: bytes = b""


@dataclass
class Play:
    """The house, and what both have signed by the play's own reckoning."""

    house: House
    path: Path | None
    policies: list[Policy] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    tried: list[tuple[bytes, bytes]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    later: list[tuple[str, bytes, bytes]] = field(default_factory=list)  # side, envelope, blob
    agreed: set[tuple[bytes, int]] = field(default_factory=set)
    work_ends_at: int = 0
    ends_at: int = 0

    async def begin(self) -> None:
        """Everybody is there; both have signed the first policy."""
        await self.house.settle()
        self.policies = [self.house.work.policy]
        self.taken = [self.house.work.agreed().encode()]
        self.work_ends_at, self.ends_at = self.policy.work_ends_at, self.policy.hold_ends_at

    @property
    def policy(self) -> Policy:
        """The newest that both have signed."""
        return self.policies[-1]

    async def take(self, step: tuple[Any, ...]) -> None:
        """Take a step, and check what must hold after it; a refusal is an answer too."""
        before, acts = self.stored(), len(self.taken)
        name, *arguments = step
        try:
            await getattr(self, name)(*arguments)
        except RelayError:
            assert len(self.taken) == acts or name in ("extend", "close_and_reopen")
        fresh = parse_act(self.taken[-1]) if len(self.taken) > acts else None
        self.check(before, self.stored(), fresh, name)
        await self.check_view()

    # --- what people, the operator and the clock do ---------------------------------------------------------

    async def send(self, who: str, date: str, has_file: bool) -> None:
        """A message into both mailboxes, perhaps with a file."""
        person, until = self.person(who), self.date(date)
        raw = {
            side: self.house.work.envelope(person, SIDES[side], expires_at=until, policy=self.policy)
            for side in BOTH
        }
        blob_id = hashlib.sha256(raw["coach"]).digest() if has_file else b""
        ids = (blob_id,) if has_file else ()
        if has_file:
            blobs, owner = self.house.flows.blobs, person.account_id
            await blobs.create(owner, blob_id, until, self.house.now)
            await blobs.append(owner, blob_id, 0, b"sealed", self.house.now)
            digest = hashlib.sha256(b"sealed").digest()
            await blobs.finish(owner, blob_id, 6, digest, self.house.now)
        self.messages.append(Message(raw, blob_id))
        group = [admission.read(one, ids) for one in raw.values()]
        await self.house.flows.accept.deposit(person.account_id, [group], self.house.now)

    async def record(self, who: str, date: str) -> None:
        """A record of one's own, that no policy dates."""
        role = Role.NOTES if who == "coach" else Role.CLIENT
        own = self.house.work.envelope(
            self.person(who), role, expires_at=self.date(date), tag=ZERO_TAG, envelope_class=EnvelopeClass.OWN
        )
        group = [admission.read(own)]
        await self.house.flows.accept.deposit(self.person(who).account_id, [group], self.house.now)

    async def act(
        self, kind: ActKind, signers: Sequence[str], dates: Any, which: int, forged: str, by: str
    ) -> None:
        """Post an act of kinds 2 to 5, signed by whoever, rightly or not."""
        signed = self.forge(self.core(kind, dates, which), signers, forged)
        await self.post(signed, b"", by)

    async def agree(self, signers: Sequence[str], days: Any, may_recall: bool, forged: str, by: str) -> None:
        """Post a new policy."""
        work_days, hold_days = days
        midnight = self.house.now - self.house.now % DAY_SECONDS
        policy = replace(
            self.policy,
            number=self.policy.number + 1,
            previous_hash=self.policy.hash,
            work_ends_at=midnight + work_days * DAY_SECONDS,
            hold_days=hold_days,
            author_may_recall=may_recall,
        )
        core = replace(self.following(ActKind.POLICY), policy_hash=policy.hash, subject=policy.hash)
        await self.post(self.forge(core, signers, forged), policy.encode(), by)

    async def replay(self, which: int, by: str) -> None:
        """Post again what was posted before, taken or not."""
        if self.tried:
            await self.post(*self.tried[which % len(self.tried)], by)

    async def keep(self, which: int, by: str, odd: str) -> None:
        """Deposit a later copy, agreed to or not, rightly or not."""
        if not self.later:
            return
        side, raw, blob_id = self.later[-1 - which % len(self.later)]
        other = self.messages[which % len(self.messages)].blob_id
        blob_id = other if odd == "another file" else blob_id
        if odd == "another date":
            date = int.from_bytes(raw[56:64], "big") + DAY_SECONDS
            person = self.person(side)
            later = self.house.work.envelope(person, SIDES[side], expires_at=date, policy=self.policy)
            raw = later[:6] + raw[6:7] + later[7:24] + raw[24:40] + later[40:]
        if odd == "another mailbox":
            there = self.house.work.mailbox(SIDES["client" if side == "coach" else "coach"])
            raw = raw[:8] + there + raw[24:]
        by = side if by == "owner" else by
        group = [admission.read(raw, (blob_id,) if blob_id else ())]
        await self.house.flows.accept.deposit(self.person(by).account_id, [group], self.house.now)

    async def shorten_alone(self, who: str, date: str, which: int) -> None:
        """One brings both copies of a message forward."""
        core = self.core(ActKind.SHORTEN, ("now", date, "now"), which)
        await self.post(self.forge(core, (who,), ""), b"", who)

    async def extend(self, date: str, which: int, odd: str) -> None:
        """Both agree to a later date, and each owner seals anew, perhaps for longer than that."""
        core = self.core(ActKind.EXTEND, ("now", date, "now"), which)
        await self.post(self.forge(core, BOTH, ""), b"", "coach")
        for back in range(min(2, len(self.later))):
            with suppress(RelayError):
                await self.keep(back, "owner", odd)
            await self.keep(back, "owner", "")

    async def close_and_reopen(self, closing: Sequence[str], end: str, reopening: Sequence[str]) -> None:
        """Whoever closes, and whoever then reopens."""
        for kind, signers, date in ((ActKind.CLOSE, closing, "now"), (ActKind.REOPEN, reopening, "hold")):
            await self.post(self.forge(self.core(kind, ("now", date, end), 0), signers, ""), b"", "coach")

    async def propose(self, kind: ActKind, signers: Sequence[str], dates: Any, which: int, by: str) -> None:
        """Show an act for the other's signature: by itself it changes nothing."""
        raw = self.forge(self.core(kind, dates, which), signers, "")
        self.tried.append((raw, b""))
        agreements, work = self.house.flows.agreements, self.house.work
        await agreements.propose(self.person(by).account_id, work.engagement_id, raw, self.house.now)

    async def drop(self, by: str) -> None:
        """Withdraw or decline."""
        agreements, work = self.house.flows.agreements, self.house.work
        await agreements.drop_proposals(self.person(by).account_id, work.engagement_id, self.house.now)

    async def let_go(self, who: str, which: int) -> None:
        """An own copy goes."""
        if self.messages:
            raw = self.messages[which % len(self.messages)].raw[who]
            box = self.house.work.mailbox(SIDES[who])
            account_id = self.person(who).account_id
            await self.house.flows.expire.own_copies(account_id, box, [raw[24:40]], self.house.now)

    async def wait(self, seconds: int) -> None:
        """Time passes."""
        self.house.now += seconds

    async def sweep(self) -> None:
        """What is due goes."""
        await self.house.flows.expire.sweep(self.house.now, _at_once)

    async def restart(self, operator: int) -> None:
        """The relay forgets what it remembered; its operator has other numbers."""
        work, self.house.settings = self.house.work, OPERATORS[operator]
        self.house.__post_init__()
        self.house.work = work

    # --- acts -----------------------------------------------------------------------------------------------

    def following(self, kind: ActKind) -> ActCore:
        """The start of the next act."""
        previous, work = parse_act(self.taken[-1]).core, self.house.work
        number, now = previous.number + 1, self.house.now
        return replace(
            NEITHER,
            kind=kind,
            engagement_id=work.engagement_id,
            policy_hash=self.policy.hash,
            number=number,
            previous_hash=previous.hash,
            issued_at=now,
            date=0,
            second_date=0,
            subject=bytes(32),
        )

    def core(self, kind: ActKind, dates: Any, which: int) -> ActCore:
        """An act of kinds 2 to 5 with dates by name."""
        issued, date, second = (self.date(name) for name in dates)
        core = replace(self.following(kind), date=date, issued_at=issued)
        if kind is ActKind.CLOSE:
            return replace(core, second_date=max(second, date))
        return core if kind is ActKind.REOPEN else replace(core, envelope_ids=self.ids(kind, date, which))

    def ids(self, kind: ActKind, date: int, which: int) -> tuple[bytes, ...]:
        """The envelopes of a message, or the later copies of it, which are then there to be deposited."""
        if not self.messages:
            return (b"n" * 16,)
        message, work = self.messages[which % len(self.messages)], self.house.work
        if kind is ActKind.SHORTEN:
            named = [raw[24:40] for _, raw, _ in self.later[-2:]]
            return tuple(raw[24:40] for raw in message.raw.values()) + tuple(named)
        anew = {s: work.anew(raw, SIDES[s], date, policy=self.policy) for s, raw in message.raw.items()}
        self.later += [(side, raw, message.blob_id) for side, raw in anew.items()]
        return tuple(raw[24:40] for raw in anew.values())

    def forge(self, core: ActCore, signers: Sequence[str], forged: str) -> bytes:
        """The act as posted; `forged` says what is wrong with it."""
        if forged == "number":
            core = replace(core, number=core.number + 1)
        if forged == "previous":
            core = replace(core, previous_hash=b"p" * 32)
        signed: Act | None = None
        for name in signers:
            signed = sign_act(core, self.person(name).identity, signed)
        assert signed is not None
        raw = bytearray(signed.encode())
        if forged == "signature":
            raw[-1] ^= 1
        if forged == "date":
            raw[100:108] = (int.from_bytes(raw[100:108], "big") + DAY_SECONDS).to_bytes(8, "big")
        if forged == "fingerprint":
            raw[-96:-64] = self.house.coach.fp
        return bytes(raw)

    async def post(self, raw: bytes, policy: bytes, by: str) -> None:
        """Post an act; where it was taken, reckon what it put in force."""
        self.tried.append((raw, policy))
        agreements, work = self.house.flows.agreements, self.house.work
        await agreements.act(self.person(by).account_id, work.engagement_id, raw, policy, self.house.now)
        if raw in self.taken:
            return
        self.taken.append(raw)
        core = parse_act(raw).core
        if core.kind is ActKind.POLICY:
            self.policies.append(parse_policy(policy))
            assert self.policy.hash == core.subject
            self.work_ends_at, self.ends_at = self.policy.work_ends_at, self.policy.hold_ends_at
        elif core.kind is ActKind.CLOSE:
            self.work_ends_at, self.ends_at = core.date, core.second_date
        elif core.kind is ActKind.REOPEN:
            self.work_ends_at, self.ends_at = core.date, self.policy.hold_ends_at
        elif core.kind is ActKind.EXTEND:
            self.agreed |= {(name, core.date) for name in core.envelope_ids}

    # --- what must hold -------------------------------------------------------------------------------------

    def check(self, before: Stored, after: Stored, fresh: Act | None, step: str) -> None:
        """Nothing lives longer by the word of one; nothing outlives what both have signed."""
        both = fresh is not None and set(fresh.signatures) == {self.house.coach.fp, self.house.client.fp}
        for name, (date, kind) in after.rows.items():
            assert after.ends_at is None or date <= after.ends_at
            if name in before.rows:
                assert date <= before.rows[name][0]
            elif kind == EnvelopeClass.RESEALED:
                assert (name[1], date) in self.agreed
            else:
                assert date <= self.ends_at
                assert kind == EnvelopeClass.OWN or self.house.now < self.work_ends_at
        for blob_id, date in after.blobs.items():
            if date > before.blobs.get(blob_id, date):
                assert step in ("keep", "extend")
                assert date in {agreed for _, agreed in self.agreed}
        if after.ends_at is not None and before.ends_at is not None:
            assert after.mailboxes <= {after.ends_at}
            assert after.ends_at <= max(policy.hold_ends_at for policy in self.policies)
            if after.ends_at > before.ends_at:
                assert both
                assert fresh is not None
                assert fresh.core.kind in (ActKind.POLICY, ActKind.REOPEN)
        if fresh is not None:
            self.check_act(before, after, fresh, both)

    def check_act(self, before: Stored, after: Stored, fresh: Act, both: bool) -> None:
        """Both have signed what only both may do; what one alone did without recall leaves the other all."""
        if fresh.core.kind in (ActKind.POLICY, ActKind.EXTEND, ActKind.REOPEN):
            assert both
        if both or self.policy.author_may_recall:
            return
        assert after.ends_at == before.ends_at
        others = Role.CLIENT if self.house.coach.fp in fresh.signatures else Role.COACH
        box = self.house.work.mailbox(others)
        kept = [{name: row for name, row in one.rows.items() if name[0] == box} for one in (before, after)]
        assert kept[0] == kept[1]

    async def check_view(self) -> None:
        """Both see the state and the end that both have signed; past the end there is nothing to see."""
        house, now = self.house, self.house.now
        for person in (house.coach, house.client):
            try:
                view = await house.flows.agreements.one(person.account_id, house.work.engagement_id, now)
            except NotFound:
                assert now >= self.ends_at
                continue
            assert now < self.ends_at
            assert view.ends_at == self.ends_at
            assert view.state.value == ("active" if now < self.work_ends_at else "held")

    def stored(self) -> Stored:
        """What is in the store, read past all its methods."""
        return (
            _in_file(self.path) if self.path else _in_memory(self.house.store, self.house.work.engagement_id)
        )

    # --- names ----------------------------------------------------------------------------------------------

    def person(self, name: str) -> Person:
        """Somebody."""
        found: Person = getattr(self.house, name)
        return found

    def date(self, name: str) -> int:
        """A date by name, near all that matters."""
        now = self.house.now
        return {
            "long ago": now - 8 * DAY_SECONDS,
            "just now": now - 1,
            "now": now,
            "soon": now + DAY_SECONDS,
            "week": now + 7 * DAY_SECONDS,
            "month": now + 30 * DAY_SECONDS,
            "work": self.work_ends_at,
            "end": self.ends_at,
            "past end": self.ends_at + 1,
            "hold": self.policy.hold_ends_at,
            "past hold": self.policy.hold_ends_at + 1,
        }[name]


def _in_file(path: Path) -> Stored:
    database = sqlite3.connect(path)
    try:
        rows = database.execute(
            "SELECT mailbox_id, envelope_id, expires_at, raw FROM mailbox_rows WHERE reason = 0"
        ).fetchall()
        blobs = database.execute("SELECT blob_id, expires_at FROM blobs WHERE state = 'linked'").fetchall()
        mailboxes = database.execute("SELECT DISTINCT expires_at FROM mailboxes").fetchall()
        ends = database.execute("SELECT expires_at FROM engagements WHERE state <> 'gone'").fetchone()
    finally:
        database.close()
    dates = {(box, name): (date, raw[6]) for box, name, date, raw in rows}
    return Stored(dates, dict(blobs), {date for (date,) in mailboxes}, ends[0] if ends else None)


def _in_memory(store: Any, engagement_id: bytes) -> Stored:
    assert isinstance(store, MemoryStore)
    state = store._state
    rows = {
        name: (entry.expires_at, entry.raw[6])
        for name, entry in state.entries.items()
        if entry.reason is None
    }
    blobs = {name: one.due_at for name, one in state.uploads.items() if one.blob.state == "linked"}
    engagement = state.engagements.get(engagement_id)
    living = engagement is not None and engagement.state != "gone"
    ends_at = engagement.expires_at if engagement is not None and living else None
    return Stored(rows, blobs, {one.expires_at for one in state.mailboxes.values()}, ends_at)


async def _at_once() -> None:
    return None
