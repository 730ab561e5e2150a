"""Several hundred dialogues with a whole relay: each with what must be answered, and what its reader opens.

They are held first, eight at a time, by strangers on real sockets; then the inbox is read once, by its owner.
A case that fails says which of its answers was another. What each is from stands beside it (`talks`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from tests.smtp.conftest import standing
from tests.smtp.talk import HALF, TLS, Heard, Peer, Talk, faults_of, wanted_of
from tests.smtp.talks import dots, ends, greetings, groups, heads, lines, order, parameters, paths, shapes

TALKS = [
    one
    for about in (order, greetings, paths, parameters, ends, dots, lines, groups, heads, shapes)
    for one in about.TALKS
]
AT_ONCE = 8
IN_CLEAR = {TLS, HALF}  # steps that there are only there
OVER_TLS = [one for one in TALKS if one.stored and IN_CLEAR.isdisjoint(sent for sent, _ in one.steps)][::12]
"""A few of all kinds again at the port that begins with TLS."""


@dataclass(frozen=True)
class Held:
    """All that was answered, and all mails that are kept."""

    heard: dict[str, Heard]
    mails: Counter[bytes]
    peer: Peer


@pytest.fixture(scope="module")
async def held(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Held]:
    """Every dialogue, held once."""
    async with standing(tmp_path_factory.mktemp("talks")) as relay:
        trust = ssl.create_default_context()
        relay.authority.configure_trust(trust)
        heard, turns = {}, asyncio.Semaphore(AT_ONCE)

        async def hold(peer: Peer, case: Talk) -> None:
            async with turns:
                heard[case.name] = await peer.hold(case)

        second = Peer(relay.place("smtps"), relay.inbox.encode(), trust, implicit_tls=True)
        peer = relay.peer(trust=trust)
        await asyncio.gather(
            *(hold(peer, case) for case in TALKS), *(hold(second, again(case)) for case in OVER_TLS)
        )
        mails = await relay.mails()
        assert relay.house.relay.events("door.trouble") == []
        assert "canary" not in relay.house.relay.log()
        yield Held(heard, Counter(mails), peer)


def again(case: Talk) -> Talk:
    """The same case under another name."""
    return replace(case, name=f"{case.name} (port of TLS)")


def test_no_two_dialogues_have_one_name() -> None:
    """A case is known by its name, and there are some hundreds."""
    names = Counter(one.name for one in TALKS)
    assert [name for name, count in names.items() if count > 1] == []
    assert len(names) > 300


@pytest.mark.parametrize("case", [*TALKS, *map(again, OVER_TLS)], ids=lambda case: case.name)
async def test_dialogue(held: Held, case: Talk) -> None:
    """Each answer has the code that it must have, in a form that any client reads and with nothing of what
    was sent in it; what is to be stored is, once, byte for byte.
    """
    answers = held.heard[case.name].answers
    for number, (got, wanted) in enumerate(zip(answers, wanted_of(case), strict=True)):
        fits = [last_line(one).startswith(want) for one, want in zip(got, wanted, strict=True)]
        assert all(fits), f"{case.source}\nstep {number}: {got} where {wanted} was to come"
        for one in got:
            assert faults_of(one, greeting=number == 0) == []
    for raw in case.stored:
        assert held.mails[held.peer.filled(raw, case)] == 1, f"{case.source}: not kept as it was sent"


def last_line(answer: str) -> str:
    """The line that ends an answer."""
    return answer.rpartition("\n")[2]


def test_nothing_else_is_kept(held: Held) -> None:
    """What no case says is stored is not: no refused mail, none that was smuggled, none twice."""
    wanted = Counter(
        held.peer.filled(raw, case) for case in [*TALKS, *map(again, OVER_TLS)] for raw in case.stored
    )
    assert held.mails - wanted == Counter()
