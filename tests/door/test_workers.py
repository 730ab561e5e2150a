"""The door's workers, forked by a real template: they hand over, die and misbehave, and no mail is lost or
doubled."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import trustme

from relay import confine
from relay.logs import open_log
from relay.service import door_workers
from relay.service.door_workers import DoorWorkers, Times
from relay.smtp_door.limits import Limits
from relay.smtp_door.listening import listening
from relay.smtp_door.plan import Checks
from relay.store.sqlite import SqliteStore
from tests.door.test_full_path import MAIL, Doorstep, deliver_slowly, stuffed
from tests.door.workers import AT_ONCE, NEVER, STAY, Far, far, plan_of, until

LARGE = MAIL + (b"z" * 78 + b"\r\n") * 8_000  # more than a piece once it is sealed

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A real store."""
    body = await SqliteStore.open(tmp_path / "db")
    yield body
    await body.close()


async def finish(step: Doorstep, peer: Any, mail: bytes = MAIL) -> str:
    """A mail over a connection that is open already; the reply to it."""
    said = await step.to_data(peer)
    return await peer.say(stuffed(mail) + b".\r\n") if said.startswith("354") else said


async def lost(peer: Any) -> bool:
    """Whether the connection ends without a reply."""
    try:
        return not await asyncio.wait_for(peer.reader.readline(), 30)
    except OSError:
        return True
    finally:
        peer.writer.close()


async def test_a_worker_seals_and_is_gone(store: SqliteStore) -> None:
    """What came in through a worker is what the reader opens; then another accepts, and it is gone."""
    async with far(store, AT_ONCE) as house:
        first = await house.accepting()
        assert (await house.step.deliver()).startswith("250")
        (raw,) = await house.step.rows()
        assert await house.step.mail_of(house.step.open(raw)) == MAIL
        second = await house.accepting(but=first)
        await house.gone(first)
        assert (await house.step.deliver(MAIL + b"again\r\n")).startswith("250")
        await house.gone(second)
        contents = [house.step.open(raw) for raw in await house.step.rows()]
        assert [content.count for content in contents] == [1, 2]
        assert len({content.writer for content in contents}) == 1
    assert "error" not in house.log.getvalue()


async def test_a_batch_shares_a_worker(store: SqliteStore) -> None:
    """Within the window no worker is forked for a mail."""
    async with far(store, STAY) as house:
        first = await house.accepting()
        replies = await asyncio.gather(*(house.step.deliver(MAIL + b"%d\r\n" % n) for n in range(10)))
        assert all(reply.startswith("250") for reply in replies)
        assert [worker.pid for worker in house.living()] == [first]


async def test_draining_loses_no_connection(store: SqliteStore) -> None:
    """Who was connected when a worker handed over is served to the end: a mail in the middle of its bytes,
    and one that has not begun."""
    async with far(store, AT_ONCE) as house:
        first = await house.accepting()
        waiting, halfway = await house.step.peer(), await house.step.peer()
        await house.step.to_data(halfway)
        halfway.writer.write(stuffed(MAIL))
        assert (await house.step.deliver()).startswith("250")
        await house.accepting(but=first)
        assert (await finish(house.step, waiting, MAIL + b"waiting\r\n")).startswith("250")
        assert (await halfway.say(b"halfway\r\n.\r\n")).startswith("250")
        for peer in (waiting, halfway):
            assert (await peer.say(b"QUIT\r\n")).startswith("221")
            peer.writer.close()
        await house.gone(first)
        assert (await house.step.kept())[0] == 3


async def test_who_waits_at_a_hand_over_is_accepted(store: SqliteStore) -> None:
    """Connections that come while workers change, one after the other and at once, are all served."""
    async with far(store, AT_ONCE, Limits(max_connections_per_address=100)) as house:
        replies = []
        for some in range(5):
            numbers = (2 * some, 2 * some + 1)
            replies += await asyncio.gather(*(house.step.deliver(MAIL + b"%d\r\n" % n) for n in numbers))
        assert [reply[:3] for reply in replies] == ["250"] * 10
        assert await house.step.kept() == (10, 10)


async def test_idle_peers_are_let_go(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that says nothing keeps no worker: it is told 421, and all that the worker saw is gone."""
    async with far(store, Times(batch_seconds=0.0, end_seconds=0.5, kill_seconds=NEVER)) as house:
        first = await house.accepting()
        idle = await house.step.peer()
        assert (await house.step.deliver()).startswith("250")
        assert (await idle.reply()).startswith("421 4.3.2")
        idle.writer.close()
        await house.gone(first)


async def test_nothing_keeps_a_worker_for_longer(store: SqliteStore) -> None:
    """A mail that drips on does not keep the one before it in memory: it is to come again."""
    async with far(store, Times(batch_seconds=0.0, end_seconds=NEVER, kill_seconds=0.5)) as house:
        first = await house.accepting()
        dripping = await house.step.peer()
        await house.step.to_data(dripping)
        dripping.writer.write(stuffed(MAIL))
        assert (await house.step.deliver()).startswith("250")
        assert await lost(dripping)
        await house.gone(first)
        assert await house.step.kept() == (1, 1)
        assert (await house.step.deliver(MAIL + b"again\r\n")).startswith("250")


async def test_a_mail_that_is_alone_has_its_time(store: SqliteStore) -> None:
    """No hand-over and no limit of a worker cuts the only mail that it has seen: they count from its end."""
    async with far(store, Times(batch_seconds=0.0, end_seconds=2.0, kill_seconds=4.0)) as house:
        first = await house.accepting()
        peer = await house.step.peer()
        await house.step.to_data(peer)
        peer.writer.write(stuffed(MAIL))
        await house.accepting(but=first)
        assert (await peer.say(b".\r\n")).startswith("250")
        peer.writer.close()
        await house.gone(first)
        assert await house.step.kept() == (1, 1)


async def refused(house: Far, source: str = "127.0.0.1") -> bytes:
    """What a connection is greeted with that is closed at once."""
    reader, writer = await asyncio.open_connection(*house.step.at, local_addr=(source, 0))
    greeting = await reader.readline()
    writer.close()
    return greeting


async def test_connections_are_counted_over_all_workers(store: SqliteStore) -> None:
    """Who has all places of an address in the worker before gets none in the next one, until one leaves."""
    limits = Limits(max_connections_per_address=2, max_connections=3)
    async with far(store, AT_ONCE, limits) as house:
        first = await house.accepting()
        here = await house.step.peer()
        assert (await finish(house.step, here)).startswith("250")
        await house.accepting(but=first)
        second = await house.step.peer()
        assert (await second.say(b"NOOP\r\n")).startswith("250")
        assert (await refused(house)).startswith(b"421 4.7.0")
        elsewhere = await house.step.peer("127.0.0.2")
        assert (await refused(house, "127.0.0.3")).startswith(b"421 4.7.0")
        here.writer.close()
        await house.gone(first)
        another = await house.step.peer()
        assert (await another.say(b"NOOP\r\n")).startswith("250")
        for peer in (second, elsewhere, another):
            peer.writer.close()


async def test_a_crowd_at_once_ends_no_worker(store: SqliteStore) -> None:
    """Five hundred connections in one instant are refused, and the mail beside them is taken by the worker
    that it began with.
    """
    limits = Limits(max_connections_per_address=2, max_connections=3)
    async with far(store, STAY, limits) as house:
        first = await house.accepting()
        peer = await house.step.peer("127.0.0.2")
        await house.step.to_data(peer)
        os.kill(first, signal.SIGSTOP)
        crowd = await asyncio.gather(*(asyncio.open_connection(*house.step.at) for _ in range(500)))
        os.kill(first, signal.SIGCONT)
        greetings = await asyncio.gather(*(reader.readline() for reader, _ in crowd))
        assert sum(greeting.startswith(b"421 4.7.0") for greeting in greetings) == 498
        assert (await peer.say(stuffed(MAIL) + b".\r\n")).startswith("250")
        assert await house.accepting() == first
        for _, writer in (*crowd, (None, peer.writer)):
            writer.close()


async def test_a_worker_that_cannot_hand_over_ends_all_the_same(store: SqliteStore) -> None:
    """What has been seen is gone in time also where nobody has come to accept in its place."""
    async with far(store, Times(NEVER, NEVER, end_seconds=0.1, kill_seconds=NEVER)) as house:
        first = await house.accepting()
        assert (await house.step.deliver()).startswith("250")
        await house.gone(first)
        await house.accepting(but=first)
        assert (await house.step.deliver(MAIL + b"again\r\n")).startswith("250")


async def test_a_worker_that_never_ends_its_mail_is_killed(store: SqliteStore) -> None:
    """One that was taken over could say for ever that its first mail is under way, and go on to accept: it
    is killed once the longest connection must be over.
    """
    times = Times(batch_seconds=0.0, end_seconds=NEVER, kill_seconds=0.2)
    async with far(store, times, Limits(connection_seconds=1.0)) as house:
        first = await house.accepting()
        peer = await house.step.peer()
        await house.step.to_data(peer)
        os.kill(first, signal.SIGSTOP)  # what it does itself to end counts for nothing
        await house.gone(first)
        assert await lost(peer)
        assert (await house.step.deliver()).startswith("250")


# crashes


async def test_killed_in_data(store: SqliteStore) -> None:
    """Of a mail whose worker dies nothing stays, its places are free, and it is taken when it comes again."""
    async with far(store, STAY, Limits(max_connections_per_address=1)) as house:
        pid = await house.accepting()
        peer = await house.step.peer()
        await house.step.to_data(peer)
        peer.writer.write(stuffed(MAIL) * 20_000)
        await peer.writer.drain()
        await until(
            lambda: any(guest.staged_bytes for w in house.living() for guest in w.attendant._guests.values())
        )
        os.kill(pid, signal.SIGKILL)
        assert await lost(peer)
        await house.accepting(but=pid)
        assert await house.step.kept() == (0, 0)
        assert (await house.step.deliver()).startswith("250")
        assert await house.step.kept() == (1, 1)
    assert '"exit_code": 247' in house.log.getvalue()


def holding(
    step: Doorstep, name: str, patched: pytest.MonkeyPatch, *, after: bool
) -> tuple[asyncio.Event, asyncio.Event]:
    """Hold a call to the store, before or after it is done; tells when it has come, and goes on when told."""
    reached, goes_on, plain = asyncio.Event(), asyncio.Event(), getattr(step.store, name)

    async def held(*args: Any, **options: Any) -> Any:
        done = await plain(*args, **options) if after else None
        reached.set()
        await goes_on.wait()
        return done if after else await plain(*args, **options)

    patched.setattr(step.store, name, held)
    return reached, goes_on


@pytest.mark.parametrize(
    ("call", "after", "kept", "mail"),
    [
        ("senders_of", False, 0, MAIL),
        ("finish_blob", False, 0, LARGE),
        ("deposit", False, 1, MAIL),
        ("deposit", True, 1, MAIL),
        ("deposit", False, 1, LARGE),
        ("deposit", True, 1, LARGE),
    ],
    ids=[
        "before it is sealed", "before a large one is sealed", "before the commit", "between commit and 250",
        "before a large one's commit", "between a large one's commit and 250",
    ],
)  # fmt: skip
async def test_killed_around_the_commit(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, call: str, after: bool, kept: int, mail: bytes
) -> None:
    """A peer that had no answer tries again and has 250; there is one copy, wherever its worker died."""
    async with far(store, STAY) as house:
        pid, peer = await house.accepting(), await house.step.peer()
        await house.step.to_data(peer)
        with monkeypatch.context() as patched:
            reached, goes_on = holding(house.step, call, patched, after=after)
            peer.writer.write(stuffed(mail) + b".\r\n")
            await reached.wait()
            os.kill(pid, signal.SIGKILL)
            assert await lost(peer)
            goes_on.set()
            await until(lambda: not any(w.pid == pid for w in house.living()))
        assert await house.step.kept() == (kept, kept)
        await house.accepting(but=pid)
        assert (await house.step.deliver(mail)).startswith("250")
        assert await house.step.kept() == (1, 1)


async def test_the_template_dies(store: SqliteStore) -> None:
    """Its workers die with it, nothing that was said 250 is lost, and the door opens again."""
    async with far(store, STAY) as house:
        pid = await house.accepting()
        assert (await house.step.deliver()).startswith("250")
        template = house.workers._template
        assert template is not None
        os.kill(template._program.pid, signal.SIGKILL)
        await house.gone(pid)
        await house.accepting(but=pid)
        assert (await house.step.deliver(MAIL + b"again\r\n")).startswith("250")
        assert await house.step.kept() == (2, 2)


async def test_a_door_that_cannot_begin_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that does not start keeps the relay from saying that it is ready."""
    monkeypatch.setattr(door_workers, "COMMAND", ("false",))
    log = open_log(lambda: 0, io.StringIO())
    with (
        listening("127.0.0.1", 0) as listener,
        pytest.raises(door_workers.TemplateGone, match="first process"),
    ):
        await DoorWorkers(plan_of(listener), cast(Any, None), log).start()


WITHOUT_NAMES = """
import dns.resolver
def missing(self, file):
    raise dns.resolver.NoResolverConfiguration
dns.resolver.BaseResolver.read_resolv_conf = missing
from relay.smtp_door import template
template.run()
"""


async def test_a_door_without_name_servers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that names none keeps a relay that checks senders from saying that it is ready."""
    monkeypatch.setattr(door_workers, "COMMAND", (sys.executable, "-c", WITHOUT_NAMES))
    log = open_log(lambda: 0, io.StringIO())
    with listening("127.0.0.1", 0) as listener:
        plan = replace(plan_of(listener), checks=Checks((), 1.0))
        with pytest.raises(door_workers.NoNameServers, match="nameservers is empty"):
            await DoorWorkers(plan, cast(Any, None), log).start()


BAD = """
import os, pathlib
from relay.smtp_door import template, worker
good = worker.work
def work(plan, relay, *rest):
    flag = pathlib.Path({flag!r})
    if flag.exists():
        good(plan, relay, *rest)
    flag.touch()
    relay.sendall({said!r})
    relay.recv(1)
    os._exit(0)
worker.work = work
template.run()
"""


async def test_a_worker_that_says_nonsense_is_replaced(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One frame that is not of the table: the worker is ended, another accepts, and the log says so."""
    program = BAD.format(flag=str(tmp_path / "flag"), said=b"\0\0\0\0\xff\0\0\0\1")
    monkeypatch.setattr(door_workers, "COMMAND", (door_workers.sys.executable, "-c", program))
    async with far(store, STAY) as house:
        assert (await house.step.deliver()).startswith("250")
        assert "BadFrame" in house.log.getvalue()


# what it costs, and what it may


def peak_bytes(pid: int) -> int:
    """The most memory that a process has had since it was last told to forget."""
    line = next(
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmHWM")
    )
    return int(line.split()[1]) * 1024


async def test_a_large_mail_costs_little_memory(store: SqliteStore) -> None:
    """25 MiB pass through under two of growth, in the worker and here."""
    async with far(store, STAY) as house:
        pid = await house.accepting()
        for _ in range(3):  # of four pieces each: the allocator has its arenas by then
            assert await deliver_slowly(house.step, 1 << 20) > 0
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        before = peak_bytes(pid)
        assert await deliver_slowly(house.step, 24 << 20) < 2 << 20
        assert peak_bytes(pid) - before < 2 << 20


async def test_nothing_of_it_may_be_dumped(store: SqliteStore) -> None:
    """Template and worker write no core, hold no file of the store, and know no secret of the environment,
    whatever program it is for.
    """
    secrets = ("RELAY_MAIL__PASSWORD", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "ANY_TOKEN")
    with pytest.MonkeyPatch.context() as patched:
        for name in secrets:
            patched.setenv(name, "secret-canary")
        async with far(store, STAY) as house:
            pid = await house.accepting()
            template = house.workers._template
            assert template is not None
            for number in (template._program.pid, pid):
                limits = Path(f"/proc/{number}/limits").read_text()
                assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)
                open_files = [str(one.readlink()) for one in Path(f"/proc/{number}/fd").iterdir()]
                assert not [one for one in open_files if "/db" in one]
                assert b"secret-canary" not in Path(f"/proc/{number}/environ").read_bytes()


CURIOUS = """
import pathlib, traceback
from relay.smtp_door import template, worker
good = worker.work
def work(*all):
    for path, allowed in {paths!r}:
        try:
            pathlib.Path(path).read_bytes()
        except PermissionError:
            assert not allowed, path
        else:
            assert allowed, path
    good(*all)
worker.work = work
template.run()
"""


@pytest.mark.skipif(not confine.is_known(), reason="this kernel has no Landlock")
async def test_a_worker_opens_nothing_of_the_relays(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its memory may be a stranger's one day, and it runs as the relay's own user: what lies in the relay's
    folders it cannot open, by whatever path, whatever it runs; the certificate beside them it can.
    """
    closed, tls = tmp_path / "closed", tmp_path / "closed" / "tls"
    tls.mkdir(parents=True)
    for path in (closed / "pepper", tls / "chain.pem", tmp_path / "other"):
        path.write_bytes(b"x")
    (tmp_path / "alias").symlink_to(closed / "pepper")
    certified = trustme.CA().issue_cert("in.harrow.example")
    certified.private_key_pem.write_to_path(tls / "key.pem")
    certified.cert_chain_pems[0].write_to_path(tls / "chain.pem")
    paths = [
        (closed / "pepper", False),
        (tmp_path / "alias", False),
        (tls / "chain.pem", True),
        (tmp_path / "other", True),
    ]
    program = CURIOUS.format(paths=[(str(path), allowed) for path, allowed in paths])
    monkeypatch.setattr(door_workers, "COMMAND", (sys.executable, "-c", program))
    async with far(store, STAY, tls=(tls / "chain.pem", tls / "key.pem"), closed=[closed]) as house:
        assert (await house.step.deliver()).startswith("250")
        status = Path(f"/proc/{await house.accepting()}/status").read_text()
        assert "NoNewPrivs:\t1\n" in status


async def test_each_worker_reads_the_certificate(store: SqliteStore, tmp_path: Path) -> None:
    """A certificate that was renewed is shown by the door, through STARTTLS. Where its files cannot be used
    the one before is shown, by workers that begin after that, too: once the door was gone with the next one.
    """
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"

    def renewed() -> trustme.CA:
        authority = trustme.CA()
        found = authority.issue_cert("in.harrow.example")
        found.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(one.bytes() for one in found.cert_chain_pems))
        return authority

    async def accepted(authority: trustme.CA) -> bool:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        peer = await house.step.peer()
        try:
            await peer.say(b"EHLO mail.home.example\r\n")
            assert (await peer.say(b"STARTTLS\r\n")).startswith("220")
            await peer.writer.start_tls(context, server_hostname="in.harrow.example")
            assert (await finish(house.step, peer, MAIL + os.urandom(4).hex().encode() + b"\r\n")).startswith(
                "250"
            )
        except ssl.SSLError:
            return False
        finally:
            peer.writer.close()
        return True

    old = renewed()
    async with far(store, AT_ONCE, tls=(chain, key)) as house:
        first = await house.accepting()
        assert await accepted(old)
        new = renewed()
        await house.accepting(but=first)
        assert await accepted(new)
        assert not await accepted(old)
        last = await house.accepting()
        chain.write_bytes(b"-----BEGIN CERTIFICATE-----\nspoilt")
        key.unlink()
        for _ in range(2):
            assert await accepted(new)
            last = await house.accepting(but=last)
        assert await accepted(new)
