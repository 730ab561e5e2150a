"""A relay with a coach and a client who enrolled through the SDK, for benches. Owns the house and the
making of envelopes that nobody can open.

The limits on rate and size stay in force; their numbers are set so high that a bench does not meet them.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from client_sdk.account import AsyncAccount
from client_sdk.home import FileCost, Home
from keys.encoding import to_base64url, u16, u32
from keys.envelope import EnvelopeClass, Header, parse_envelope
from keys.locks import (
    KEEPER_LOCK_BYTES,
    KEEPER_PAYLOAD_BYTES,
    LOCK_HEAD_BYTES,
    READER_LOCK_BYTES,
    SHARE_BYTES,
)
from keys.locks import LockType as Lock
from keys.names import day_of
from keys.policy import parse_policy
from keys.stream import sealed_length
from tests.bench import load
from tests.bench.programs import SERVER_CORES, Served, output_of, served

PASSWORD = "five words are never guessed"
CHEAP = FileCost(memory_kib=1024, passes=1)
HIGH = {
    "RELAY_LIMITS__REQUESTS_PER_MINUTE": "1000000000",
    "RELAY_LIMITS__MAILBOX_QUOTA_BYTES": str(1 << 40),
    "RELAY_LIMITS__ACCOUNT_BLOB_BYTES": str(1 << 40),
}
INNER_BYTES = 1_600  # a content of 1,500 bytes
STORED = load.Wanted(201)


@dataclass(frozen=True, slots=True)
class House:
    """A relay's folder and settings, and who uses it."""

    folder: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Settings that differ from what `relay init --local` wrote."""
        places = {
            "RELAY_RELAY__ORIGIN": f"http://127.0.0.1:{self.port}",
            "RELAY_HTTP__LISTEN": f"127.0.0.1:{self.port}",
            "RELAY_SMTP__LISTEN": "127.0.0.1:0",
        }
        return {**HIGH, **places, **self.settings}

    @property
    def serve(self) -> tuple[str, ...]:
        """The words that run it."""
        return ("relay", "serve", "--config", str(self.config))

    @property
    def config(self) -> Path:
        """The file of its settings."""
        return self.folder / "relay" / "relay.toml"

    def relay(self, *words: str) -> str:
        """What a command of `relay` prints."""
        return output_of("relay", *words, "--config", str(self.config), environment=self.environment)

    def envelopes(self) -> int:
        """How many envelopes the relay holds."""
        return int(json.loads(self.relay("status", "--json"))["envelopes"])


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody in an active engagement: a session, both mailboxes, and the policy in force."""

    token: str
    mailbox_ids: tuple[bytes, bytes]
    policy_tag: bytes
    expires_at: int

    def forge(self, count: int, mailbox_ids: Sequence[bytes] = ()) -> list[bytes]:
        """Envelopes whose every clear byte is right and whose sealed bytes are random, mailboxes in turn."""
        heads = [self._header(mailbox_id) for mailbox_id in mailbox_ids or self.mailbox_ids]
        locks = (
            (_lock_head(Lock.READER, SHARE_BYTES, 1), READER_LOCK_BYTES - LOCK_HEAD_BYTES),
            (
                _lock_head(Lock.KEEPER, KEEPER_PAYLOAD_BYTES, day_of(self.expires_at)),
                KEEPER_LOCK_BYTES - LOCK_HEAD_BYTES,
            ),
        )
        return [_forged(heads[number % len(heads)], locks) for number in range(count)]

    def deposits(self, envelopes: Sequence[bytes], groups: int = 1) -> list[bytes]:
        """Requests that deposit so many groups of one envelope each."""
        bodies = self.bodies(envelopes, groups)
        return [load.post("/v1/envelopes", body, self.token) for body in bodies]

    def bodies(self, envelopes: Sequence[bytes], groups: int = 1) -> list[bytes]:
        """The bodies of such requests."""
        return [
            u16(groups)
            + b"".join(u16(1) + u32(len(raw)) + raw + u16(0) for raw in envelopes[at : at + groups])
            for at in range(0, len(envelopes), groups)
        ]

    def page(self, mailbox_id: bytes, after: int, limit: int) -> bytes:
        """A request for rows of a mailbox."""
        path = f"/v1/mailboxes/{to_base64url(mailbox_id)}/envelopes?after={after}&limit={limit}"
        return load.get(path, self.token)

    def _header(self, mailbox_id: bytes) -> bytes:
        body_bytes = sealed_length(INNER_BYTES)
        ends_at = self.expires_at
        return Header(
            EnvelopeClass.MESSAGE, 2, mailbox_id, b"i" * 16, self.policy_tag, ends_at, body_bytes
        ).encode()


def _lock_head(kind: Lock, payload_bytes: int, period: int) -> bytes:
    return struct.pack(">BBH8sI", kind, 0, payload_bytes, b"k" * 8, period)


def _forged(header: bytes, locks: Sequence[tuple[bytes, int]]) -> bytes:
    pieces = [header[:24], os.urandom(16), header[40:]]
    for head, sealed_bytes in locks:
        pieces += (head, os.urandom(sealed_bytes))
    return b"".join((*pieces, os.urandom(sealed_length(INNER_BYTES))))


def home_of(folder: Path, who: str) -> Home:
    """Somebody's local state."""
    return Home(folder / who, file_cost=CHEAP)


@asynccontextmanager
async def housed(
    under: tuple[str, ...] = (),
    *,
    settings: Mapping[str, str] | None = None,
    words: tuple[str, ...] = (),
    cores: set[int] = SERVER_CORES,
) -> AsyncIterator[tuple[House, Served, Writer]]:
    """A serving relay in a folder of its own, its coach signed in, until the block ends. `under` and `cores`
    as for `served`; `settings` by the names of the environment, `words` for `relay serve`.
    """
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        house = House(Path(folder), free_port(), settings or {})
        output_of("relay", "init", "--local", str(house.config.parent))
        serving = served(*house.serve, *words, environment=house.environment, under=under, cores=cores)
        with serving as relay:
            async with await enrol(house) as coach:
                yield house, relay, writer_of(coach)


async def enrol(house: House, pair: str = "") -> AsyncAccount:
    """A coach, signed in, and a client who has accepted and left; `pair` is theirs."""
    printed = house.relay("coach", "invite", "Anna Harrow")
    matched = re.search(r"http://\S+", printed)
    assert matched is not None, printed
    coach = await AsyncAccount.setup(
        matched[0], home=home_of(house.folder, f"coach{pair}"), password=PASSWORD
    )
    invitation = await coach.invite("Maya Okafor")
    client = await AsyncAccount.accept(
        invitation.link, name="Maya Okafor", home=home_of(house.folder, f"client{pair}"), password=PASSWORD
    )
    await client.close()
    assert await coach.settle()
    return coach


def writer_of(account: AsyncAccount) -> Writer:
    """What depositing by hand needs of an open account."""
    core = account._core
    (item,) = core.vault.engagements
    policy = parse_policy(item.policy)
    mailbox_ids = (item.my_mailbox_id, item.their_mailbox_id)
    writer = Writer(core.session._bearer, mailbox_ids, policy.tag, policy.default_expires_at(core.now()))
    parse_envelope(writer.forge(1)[0])
    return writer


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
