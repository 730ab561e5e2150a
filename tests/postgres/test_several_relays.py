"""Several relays on one database of PostgreSQL: whoever answers, it is one relay to those who use it.

One server, three relays and two people serve all tests; each leaves them as it found them.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client_sdk import Account
from keys.encoding import to_base64url
from tests.postgres.front import Front, open_front
from tests.postgres.server import Server
from tests.service.programs import DEADLINE_SECONDS, Relay, eventually

pytestmark = pytest.mark.postgres

PASSWORDS = {"anna": "walnut harbour lantern bridge", "maya": "pepper meadow candle orchard"}
LINES = "application_name = 'quietbox line'"


@dataclass
class Town:
    """Three relays behind one address, and who uses them."""

    server: Server
    front: Front
    relays: list[Relay]
    anna: Account
    maya: Account

    @property
    def ports(self) -> list[int]:
        return [port_of(relay) for relay in self.relays]

    def messages(self) -> list[str]:
        """What the client has got."""
        return [message.subject for message in self.maya.engagement().messages()]

    def send(self, subject: str) -> None:
        """The coach writes."""
        assert not self.anna.engagement("Maya Okafor").send(subject=subject, text="x").waiting

    def bearer(self, account: Account) -> dict[str, str]:
        """The header of somebody's session."""
        account.engagement("Maya Okafor" if account is self.anna else None).address()
        return {"Authorization": f"Bearer {account._account._core.session._bearer}"}


def port_of(relay: Relay) -> int:
    """Where it answers HTTP."""
    matched = re.search(r"http=\S+:(\d+)", relay.ready)
    assert matched is not None
    return int(matched[1])


def made(folder: Path, front: Front, url: str, *more: tuple[str, str]) -> Relay:
    """A relay's folder, for this front and database."""
    relay = Relay(folder)
    relay.command("init", "--local", str(folder), config=False)
    text = relay.config.read_text().replace("127.0.0.1:8025", "127.0.0.1:0")
    text = text.replace('"127.0.0.1:8080"', '"127.0.0.1:0"')
    text = re.sub(r'origin = ".*?"', f'origin = "http://127.0.0.1:{front.port}"', text)
    for old, new in more:
        assert old in text
        text = text.replace(old, new)
    relay.config.write_text(f'{text}\n[database]\nurl = "{url}"\n')
    return relay


@contextmanager
def people(folder: Path, relay: Relay) -> Iterator[tuple[Account, Account]]:
    """A coach and a client with an agreement."""
    link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
    with ExitStack() as ending:
        anna = Account.setup(link, home=folder / "anna", password=PASSWORDS["anna"])
        ending.callback(anna.close)
        ends = datetime.fromtimestamp(relay.now(), UTC).date() + timedelta(days=20)
        offered = anna.invite("Maya Okafor", work_ends=ends, hold=timedelta(days=5), refuse=("corp.example",))
        maya = Account.accept(
            offered.link, name="Maya Okafor", home=folder / "maya", password=PASSWORDS["maya"]
        )
        ending.callback(maya.close)
        anna.settle()
        yield anna, maya


@pytest.fixture(scope="module")
def town(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The keeper runs by itself; two relays reach it by its socket, the third by TCP as from afar."""
    folder = tmp_path_factory.mktemp("town")
    server.psql("CREATE DATABASE town")
    url = server.url("town")
    with ExitStack() as ending:
        front = ending.enter_context(open_front())
        first = made(folder / "1", front, url, ("autostart = true", "autostart = false"))
        keeper = Relay(first.folder)
        keeper.process = keeper.program("keeper", "--listen", "127.0.0.1:0")
        ending.callback(killed, keeper)
        at = eventually(lambda: keeper.events("keeper.ready"))[0]["listen"]
        relays = [first]
        for number, where in (2, f"{first.folder}/keeper.sock"), (3, at):
            socket = f'autostart = false\nsocket = "{where}"'
            relays.append(made(folder / str(number), front, url, ("autostart = true", socket)))
            shutil.rmtree(relays[-1].folder / "secrets")
            shutil.copytree(first.folder / "secrets", relays[-1].folder / "secrets")
        for relay in relays:
            ending.callback(killed, relay)
            relay.start()
        front.targets = [port_of(relay) for relay in relays]
        anna, maya = ending.enter_context(people(folder, first))
        yield Town(server, front, relays, anna, maya)


def killed(relay: Relay) -> None:
    """End it at once, if it still runs."""
    if relay.process is not None:
        relay.process.kill()
        relay.process.communicate()


@contextmanager
def waiting(relay: Relay, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    """A reader who waits at this relay."""
    with closing(http.client.HTTPConnection("127.0.0.1", port_of(relay), timeout=DEADLINE_SECONDS)) as line:
        line.request("GET", "/v1/wake", headers=headers)
        answer = line.getresponse()
        assert answer.readline() == b":\n"
        yield answer


def test_whoever_answers_it_is_one_relay(town: Town) -> None:
    """Messages pass whichever relay takes each request; one whose answer was lost, and which is given again
    to another relay, is there once; all three know of each other, and reach the keeper.
    """
    town.send("one")
    town.front.lose = b"POST /v1/envelopes"
    town.send("two")
    assert not town.front.lose
    assert sorted(town.messages()) == ["one", "two"]
    for relay in town.relays:
        assert eventually(lambda relay=relay: relay.status()["other_relays"] == 2)
        assert relay.status()["keeper"] == "here"
        assert relay.health()["keeper"] == "here"


def test_a_reader_is_woken_at_another_relay(town: Town) -> None:
    """What one relay takes wakes who waits at the others."""
    headers = town.bearer(town.maya)
    with waiting(town.relays[1], headers) as second, waiting(town.relays[2], headers) as third:
        with town.front.to(town.ports[0]):
            town.send("wake up")
        for reader in second, third:
            assert eventually(lambda reader=reader: b"event: wake" in reader.readline())


def test_a_session_that_ended_is_refused_everywhere(town: Town) -> None:
    """Also where it was remembered. A page's half is found at each relay before, and at none after."""
    headers = town.bearer(town.maya)
    first, second, third = town.relays
    half = {"token": bytes(range(32)), "half": b"h" * 32, "box": b"b" * 234, "label": b"l" * 136}
    tab: dict[str, Any] = {name: to_base64url(value) for name, value in half.items()}
    assert first.call("PUT", "/v1/sessions/tab", {**tab, "idle_seconds": 600}, **headers)[0] == 204
    for relay in second, third:
        assert relay.call("GET", "/v1/account", **headers)[0] == 200
        found = eventually(lambda relay=relay: resumed(relay, tab["token"]))
        assert found["half"] == tab["half"]
    assert second.call("DELETE", "/v1/sessions", **headers)[0] == 204
    for relay in first, third:
        eventually(lambda relay=relay: relay.call("GET", "/v1/account", **headers)[0] == 401)
        eventually(lambda relay=relay: resumed(relay, tab["token"]) is None)


def resumed(relay: Relay, token: str) -> dict[str, Any] | None:
    """What a page that is loaded anew is given."""
    status, found = relay.call("POST", "/v1/sessions/resume", {"token": token})
    return found if status == 200 else None


def test_guessing_is_counted_by_all(town: Town) -> None:
    """Wrong answers at two relays, at each as many as are free, slow the guesser down at the third."""
    for relay in town.relays[:2]:
        assert [wrong(relay) for _ in range(5)] == [403] * 5
    tried = [wrong(town.relays[2])]
    while tried[-1] == 403 and len(tried) < 5:
        threading.Event().wait(0.5)  # what was counted is told each second
        tried.append(wrong(town.relays[2]))
    assert tried[-1] == 429


def wrong(relay: Relay) -> int:
    """A login that proves nothing: the status."""
    _, begun = relay.call("POST", "/v1/sessions/start", {"name": "nobody-at-all"})
    fields = {
        "account_id": begun["account_id"],
        "method_id": begun["methods"][0]["method_id"],
        "challenge": begun["challenge"],
        "nonce": to_base64url(bytes(32)),
        "signature": to_base64url(bytes(64)),
    }
    return relay.call("POST", "/v1/sessions", fields)[0]


def test_nothing_is_missed_over_a_lost_line(town: Town) -> None:
    """All lines between the relays are cut, again and again while messages come: who waits sees each one."""
    seen: list[str] = []
    with town.front.to(town.ports[1]):
        threading.Thread(target=follow, args=(town.maya, seen), daemon=True).start()
        with town.front.to(town.ports[0]):
            town.send("before")
        eventually(lambda: "before" in seen)
        with town.front.to(town.ports[0]):
            for number in range(3):
                town.server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {LINES}")
                town.send(f"cut {number}")
        eventually(lambda: {f"cut {number}" for number in range(3)} <= set(seen))
    assert len(seen) == len(set(seen))
    assert any(relay.events("line.lost") for relay in town.relays)


def follow(account: Account, seen: list[str]) -> None:
    """Note the subject of each message that arrives."""
    for event in account.watch():
        if event.kind == "message":
            assert event.message is not None
            seen.append(event.message.subject)


def test_one_is_killed_and_the_others_go_on(town: Town) -> None:
    """Nothing that was acknowledged is missing, the others miss it after a while, and it comes back."""
    third = town.relays[2]
    third.end(signal.SIGKILL)
    try:
        for number in range(4):
            town.send(f"without it {number}")
        assert {f"without it {number}" for number in range(4)} <= set(town.messages())
        eventually(lambda: town.relays[0].status()["other_relays"] == 1)
    finally:
        third.start()
        town.front.targets = town.ports
    eventually(lambda: town.relays[0].status()["other_relays"] == 2)
    town.send("with it")
    assert "with it" in town.messages()


def test_two_workers_on_one_port(server: Server, url: str, tmp_path: Path) -> None:
    """`--workers 2`: one line says that they are ready; people and commands use them as one; one that is
    killed is started again; all end in order, with the keeper.
    """
    with ExitStack() as ending:
        front = ending.enter_context(open_front())
        relay = made(tmp_path / "relay", front, url)
        ending.callback(killed, relay)
        relay.start("--workers", "2")
        front.targets = [port_of(relay)]
        anna, maya = ending.enter_context(people(tmp_path, relay))
        for number in range(4):
            anna.engagement("Maya Okafor").send(subject=f"{number}", text="x")
        assert len(list(maya.engagement().messages())) == 4
        eventually(lambda: relay.status()["other_relays"] == 1)
        assert re.search(r"smtp=\S+:\d+", relay.ready)
        workers = relay.workers()
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        eventually(lambda: len(relay.events("line.stands")) == 3)
        assert len(set(relay.workers()) - set(workers)) == 1
        assert len(list(maya.engagement().messages())) == 4
        assert relay.events("worker.ended")
        code, rest = relay.stop()
        assert (code, rest) == (0, "")
        assert not list(relay.folder.glob("control*.sock"))


def test_workers_need_a_shared_database(tmp_path: Path) -> None:
    """Without PostgreSQL the command says what is missing, and starts nothing."""
    relay = Relay(tmp_path / "relay")
    relay.command("init", "--local", str(relay.folder), config=False)
    done = relay.command("serve", "--workers", "2", code=1)
    assert "[database] url" in done.stderr
    assert relay.command("serve", "--workers", "0", code=2).stdout == ""
