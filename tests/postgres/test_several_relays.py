"""Several relays on one database of PostgreSQL: whoever answers, it is one relay to those who use it.

One server, three relays and two people serve all tests; each leaves them as it found them.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client_sdk import Account
from keys.encoding import to_base64url
from relay.__main__ import app
from relay.service import control
from relay.service.places import Places
from tests.postgres.front import Front, open_front
from tests.postgres.server import Server
from tests.service.programs import DEADLINE_SECONDS, Relay, eventually

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

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


def made(folder: Path, front: Front, url: str) -> Relay:
    """A relay's folder, for this front and database."""
    relay = Relay(folder)
    relay.command("init", "--local", str(folder), config=False)
    text = relay.config.read_text().replace("127.0.0.1:8025", "127.0.0.1:0")
    text = text.replace('"127.0.0.1:8080"', '"127.0.0.1:0"')
    text = re.sub(r'origin = ".*?"', f'origin = "http://127.0.0.1:{front.port}"', text)
    relay.config.write_text(f'{text}\n[database]\nurl = "{url}"\n')
    return relay


def others(relay: Relay) -> int:
    """How many other relays it knows of."""
    status = control.ask_one(Places(relay.folder).controls, "status", {})
    return int(asyncio.run(status)["other_relays"])


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
    """The first is two workers, and their keeper; the second reaches it by its socket, the third by TCP, as
    from afar. At the end the workers end in order.
    """
    folder = tmp_path_factory.mktemp("town")
    server.psql("CREATE DATABASE town")
    with ExitStack() as ending:
        front, afar = ending.enter_context(open_front()), ending.enter_context(open_front())
        relays = [made(folder / "1", front, server.url("town"))]
        fresh = shutil.copytree(relays[0].folder, folder / "fresh")
        afar.targets = [relays[0].folder / "keeper.sock"]
        for number, where in (2, f"{afar.targets[0]}"), (3, f"127.0.0.1:{afar.port}"):
            relays.append(Relay(shutil.copytree(fresh, folder / str(number))))
            text = relays[-1].config.read_text()
            keeper = f'autostart = false\nsocket = "{where}"'
            relays[-1].config.write_text(text.replace("autostart = true", keeper))
        for relay in relays:
            ending.callback(killed, relay)
        with ThreadPoolExecutor() as together:
            workers = together.submit(relays[0].start, "--workers", "2")
            list(together.map(Relay.start, relays[1:]))
            workers.result()
        front.targets = [port_of(relay) for relay in relays]
        anna, maya = ending.enter_context(people(folder, relays[0]))
        yield Town(server, front, relays, anna, maya)
        assert relays[0].stop() == (0, "")
        assert not list(relays[0].folder.glob("*.sock"))


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
        assert eventually(lambda relay=relay: others(relay) == 3)
        assert relay.health()["keeper"] == "here"
    assert town.relays[0].status()["other_relays"] == 3
    assert town.relays[2].status()["keeper"] == "here"


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
    """Wrong answers at two relays, at neither more than are free, slow the guesser down at the third."""
    for relay in town.relays[1:]:
        assert {wrong(relay) for _ in range(5)} <= {403, 429}
    tried = [wrong(town.relays[0])]
    while tried[-1] == 403 and len(tried) < 5:
        threading.Event().wait(0.5)  # what was counted is told each second
        tried.append(wrong(town.relays[0]))
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
    first, _, third = town.relays
    third.end(signal.SIGKILL)
    try:
        for number in range(4):
            town.send(f"without it {number}")
        assert {f"without it {number}" for number in range(4)} <= set(town.messages())
        eventually(lambda: others(first) == 2)
    finally:
        third.start()
        town.front.targets = town.ports
    eventually(lambda: others(first) == 3)
    town.send("with it")
    assert "with it" in town.messages()


def test_a_worker_is_started_again(town: Town) -> None:
    """One line says that all are ready; one that is killed is followed by another, and its mail door too."""
    first = town.relays[0]
    assert re.fullmatch(r"ready http=127\.0\.0\.1:\d+ smtp=127\.0\.0\.1:\d+\n", first.ready)
    before = first.workers()
    assert len(before) == 2
    lines = len(first.events("line.stands"))
    os.kill(before[0], signal.SIGKILL)
    with town.front.to(town.ports[0]):
        town.send("while it starts")
        eventually(lambda: len(first.events("line.stands")) > lines)
        assert "while it starts" in town.messages()
    assert len(set(first.workers()) - set(before)) == 1
    ended = [event["exit_code"] for event in first.events("worker.ended")]
    assert ended == [-signal.SIGKILL]  # and none by itself, also when its lines were cut


def test_what_is_no_telling_changes_nothing(town: Town) -> None:
    """Whoever may write to the database may say anything on the channel: it is passed over, and the line
    stands.
    """
    lost = [len(relay.events("line.lost")) for relay in town.relays]
    for text in ("", "no base64!", "AAAA" * 1900, "é" * 2000):
        town.server.psql(f"NOTIFY quietbox, '{text}'", "town")
    with waiting(town.relays[1], town.bearer(town.maya)) as second, town.front.to(town.ports[2]):
        town.send("after noise")
        assert eventually(lambda: b"event: wake" in second.readline())
    assert [len(relay.events("line.lost")) for relay in town.relays] == lost


def test_workers_need_a_shared_database(tmp_path: Path) -> None:
    """Without PostgreSQL the command says what is missing, and starts nothing; no number is none."""
    relay = Relay(tmp_path)
    relay.config.write_text('[relay]\norigin = "http://127.0.0.1:8080"\n[smtp]\ndomain = "relay.example"\n')
    assert "[database] url" in relay.command("serve", "--workers", "2", code=1).stderr
    for number in "0", "65", "two":
        done = CliRunner().invoke(app, ["serve", "--config", str(relay.config), "--workers", number])
        assert done.exit_code == 2
