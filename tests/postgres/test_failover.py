"""Three relays on one database, under load, while one is killed, the server fails over to its synchronous
replica, and the keeper is started anew: what was acknowledged is there, once, and nothing is read late.

Depositors note what was acknowledged; what was not they give again, byte for byte, until it is. So at the end
each envelope that was ever given must be there exactly once, in the same order at each relay.
"""

from __future__ import annotations

import http.client
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import cycle

import pytest

from client_sdk import Account
from client_sdk.frames import EnvelopeRow, Row, parse_rows
from keys.encoding import to_base64url
from keys.envelope import parse_envelope
from tests.bench.house import Writer, writer_of
from tests.postgres.front import Front, open_front
from tests.postgres.server import NoPostgres, Server
from tests.postgres.test_several_relays import killed, made, people, port_of
from tests.service.programs import DEADLINE_SECONDS, Relay, eventually

pytestmark = pytest.mark.postgres

DEPOSITORS = 3
EACH_STAGE = 30
SOON_SECONDS = 6


@dataclass
class Load:
    """Depositors at work behind the front, and what was acknowledged to them."""

    front: Front
    writer: Writer
    acknowledged: list[bytes] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator[Load]:
        """Deposit until the end of the block; what is under way then is seen through."""
        threads = [threading.Thread(target=self._run) for _ in range(DEPOSITORS)]
        for one in threads:
            one.start()
        try:
            yield self
        finally:
            self.ended.set()
            for one in threads:
                one.join(DEADLINE_SECONDS)

    def goes_on(self) -> None:
        """Wait until so many more were acknowledged."""
        enough = len(self.acknowledged) + EACH_STAGE
        eventually(lambda: len(self.acknowledged) >= enough)

    def give(self, raw: bytes) -> None:
        """Deposit one, again and again until it is acknowledged."""
        (body,) = self.writer.bodies([raw])
        while not self._given(body):
            self.again.append(1)
            threading.Event().wait(0.05)

    def _run(self) -> None:
        for mailbox_id in cycle(self.writer.mailbox_ids):
            if self.ended.is_set():
                return
            (raw,) = self.writer.forge(1, [mailbox_id])
            self.give(raw)
            self.acknowledged.append(raw)

    def _given(self, body: bytes) -> bool:
        headers = {
            "Authorization": f"Bearer {self.writer.token}",
            "Content-Type": "application/octet-stream",
        }
        line = http.client.HTTPConnection("127.0.0.1", self.front.port, timeout=10)
        with closing(line), suppress(OSError, http.client.HTTPException):
            line.request("POST", "/v1/envelopes", body, headers)
            return line.getresponse().status == 201
        return False


def held(relay: Relay, token: str, mailbox_id: bytes) -> list[bytes]:
    """All envelopes of a mailbox, by order, as this relay gives them."""
    found: list[bytes] = []
    after = 0
    while page := rows(relay, token, mailbox_id, after):
        found += [row.raw for row in page if isinstance(row, EnvelopeRow)]
        after = page[-1].order
    return found


def rows(relay: Relay, token: str, mailbox_id: bytes, after: int) -> tuple[Row, ...]:
    """A page."""
    path = f"/v1/mailboxes/{to_base64url(mailbox_id)}/envelopes?after={after}&limit=200"
    with closing(http.client.HTTPConnection("127.0.0.1", port_of(relay), timeout=DEADLINE_SECONDS)) as line:
        line.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        body = answer.read()
    assert answer.status == 200, body
    return parse_rows(body, ascending=True)


@dataclass
class Pair:
    """A server and the replica that every commit waits for."""

    first: Server
    second: Server

    @property
    def url(self) -> str:
        """Whichever of them takes writes."""
        hosts = f"{self.first.socket},{self.second.socket}"
        return f"postgresql://postgres@/town?host={hosts}&port=5432,5432&target_session_attrs=read-write"

    def fail_over(self) -> None:
        """The first is lost, as by a power cut; the second takes its place."""
        self.first.stop("immediate")
        self.second.psql("ALTER SYSTEM RESET synchronous_standby_names")
        self.second.promote()


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Both run, and commits wait for the replica."""
    with ExitStack() as ending:
        try:
            first = Server()
        except NoPostgres as missing:
            pytest.skip(str(missing))
        ending.callback(first.remove)
        first.start()
        first.psql("CREATE DATABASE town")
        second = Server(of=first)
        ending.callback(second.remove)
        second.start()
        first.psql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        first.psql("SELECT pg_reload_conf()")
        state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        eventually(lambda: first.psql(state) == "1")
        yield Pair(first, second)


@dataclass
class Town:
    """Three relays and their keeper behind one address, and who uses them."""

    front: Front
    relays: list[Relay]
    keeper: Relay
    anna: Account
    maya: Account

    def restart_keeper(self) -> None:
        """Killed, and there again."""
        killed(self.keeper)
        self.keeper.process = self.keeper.program("keeper")
        eventually(lambda: self.relays[0].status()["keeper"] == "here")


@pytest.fixture(scope="module")
def town(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """All of them run."""
    folder = tmp_path_factory.mktemp("town")
    with ExitStack() as ending:
        front = ending.enter_context(open_front())
        first = made(folder / "1", front, pair.url)
        socket = first.folder / "keeper.sock"
        relays = [first, *(Relay(shutil.copytree(first.folder, folder / name)) for name in ("2", "3"))]
        for relay in relays:
            text = relay.config.read_text()
            relay.config.write_text(
                text.replace("autostart = true", f'autostart = false\nsocket = "{socket}"')
            )
        keeper = Relay(first.folder)
        keeper.process = keeper.program("keeper")
        ending.callback(killed, keeper)
        eventually(lambda: keeper.events("keeper.ready"))
        for relay in relays:
            ending.callback(killed, relay)
            relay.start()
        front.targets = [port_of(relay) for relay in relays]
        anna, maya = ending.enter_context(people(folder, first))
        yield Town(front, relays, keeper, anna, maya)


@pytest.mark.timeout(240)
def test_what_was_acknowledged_outlives_them_all(pair: Pair, town: Town) -> None:
    """A relay, the server and the keeper go, one after the other; deposits go on, none is lost or doubled,
    what came due meanwhile is not read, and both people go on writing.
    """
    coach, client = (writer_of(one._account) for one in (town.anna, town.maya))
    soon = replace(coach, expires_at=town.relays[0].now() + SOON_SECONDS)
    load = Load(town.front, coach)
    with load.running():
        load.goes_on()
        for raw in soon.forge(10):
            load.give(raw)
        town.relays[2].end(signal.SIGKILL)
        load.goes_on()
        pair.fail_over()
        load.goes_on()
        town.restart_keeper()
        load.goes_on()
    assert load.again, "nothing was ever refused: the failures were not felt"
    eventually(lambda: town.relays[0].now() > soon.expires_at)
    town.anna.engagement("Maya Okafor").send(subject="we are still here", text="x")
    assert "we are still here" in [one.subject for one in town.maya.engagement().messages()]
    for who in coach, client:
        mailbox_id = who.mailbox_ids[0]
        wanted = sorted(raw for raw in load.acknowledged if mailbox_id in raw[:40])
        seen = [held(relay, who.token, mailbox_id) for relay in town.relays[:2]]
        assert seen[0] == seen[1]
        given = set(wanted)
        assert sorted(raw for raw in seen[0] if raw in given) == wanted
        assert not [raw for raw in seen[0] if parse_envelope(raw).header.expires_at <= soon.expires_at]
