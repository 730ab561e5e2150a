"""A rule's mail and refusals with those who decide at the other end of a socket; what is not of the calls'
table about them ends the worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from keys.errors import KeysError
from relay.core.addresses import Address
from relay.core.rules import Bearer, Claim
from relay.core.sender_checks import Grade
from relay.smtp_door import calls
from relay.smtp_door.calls import BadFrame
from relay.smtp_door.link import FarReception
from relay.store.memory import MemoryStore
from tests.door.test_full_path import ADDRESS, MAIL, standing
from tests.door.test_over_the_link import Ends, arrival, ends_of, over_the_link
from tests.door.test_rules import ELSEWHERE, Ruled, waiting

TOKEN = "A" * 32
BEARER = Bearer("path", "post.example")
CLAIM = Claim((BEARER,), unsure=False, proven=True, token=TOKEN)
BY_RULE = calls.ByRule(1, Address("maya", "home.example"), CLAIM)
WHOLE = calls.asking(1, BY_RULE)


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    """A worker's socket to a settled house."""
    async with standing(MemoryStore()) as step, ends_of(step) as found:
        yield found


async def test_a_rule_and_its_refusals_over_the_calls() -> None:
    """Tested, in use, refused from elsewhere, and told."""
    async with over_the_link(MemoryStore()) as step:
        mine = Ruled(step, await waiting(step))
        await mine.activate()
        assert (await mine.bring()).startswith("250")
        assert await mine.grades() == [Grade.RULE]
        assert (await mine.bring(source=ELSEWHERE)).startswith("550 5.7.1 Only")
        assert (await step.deliver(MAIL.replace(b"maya@", b"otto@"))).startswith("550")
        assert await step.refused() == [("n…@s….example", "rule-bearer"), ("o…@h….example", "sender-unknown")]


def test_a_claim_comes_back_as_it_was() -> None:
    """With and without author, bearers and token."""
    claims = [CLAIM, Claim((), unsure=True, proven=False), Claim((BEARER,) * 3, unsure=True, proven=True)]
    for claim in claims:
        for author in (None, Address("maya", "home.example")):
            call = calls.ByRule(7, author, claim)
            frame = calls.asking(3, call)
            assert calls.parse_call(11, frame[calls.HEAD_BYTES :]) == call
    refused = calls.Refused(None, Address("x", "in.example"), None, "too-large")
    assert calls.parse_call(12, calls.asking(1, refused)[calls.HEAD_BYTES :]) == refused
    for grade in (None, *Grade):
        answer = calls.answering(1, BY_RULE, grade)
        assert calls.parse_answer(32, answer[calls.HEAD_BYTES :], BY_RULE) is grade
    with pytest.raises(BadFrame):
        calls.parse_answer(32, b"\7", BY_RULE)
    with pytest.raises(KeysError):
        calls.asking(1, calls.ByRule(1, None, Claim((), unsure=False, proven=False, token="short")))


@pytest.mark.parametrize(
    "frame",
    [
        WHOLE.replace(TOKEN.encode(), b"a" * 32),
        WHOLE.replace(TOKEN.encode(), b"1" * 32),
        WHOLE.replace(b"post.example", b"post example"),
        WHOLE.replace(b"path", b"PATH"),
        WHOLE.replace(b"home.example", b"home_example"),
        calls.frame(11, 1, WHOLE[calls.HEAD_BYTES : -1]),
        calls.frame(11, 1, WHOLE[calls.HEAD_BYTES :] + b"\0"),
        calls.frame(11, 1, WHOLE[calls.HEAD_BYTES :].replace(b"\0\1\0\4path", b"\0\4\0\4path")),
        WHOLE,  # of a visit that is not open
        calls.frame(12, 1, b"\0" * 8),
    ],
)
async def test_a_claim_that_is_not_of_the_table_ends_the_worker(ends: Ends, frame: bytes) -> None:
    """Wrong signs, too many bearers, cut or too long: nothing is judged by it."""
    ends.frames.send(frame)
    with pytest.raises(BadFrame):
        await asyncio.wait_for(asyncio.shield(ends.serving), 10)


async def test_a_worker_may_not_claim_by_hand_nor_author_by_rule(ends: Ends) -> None:
    """Each address is judged in its own way alone; refusals of unknown inboxes and reasons tell nobody."""
    hearing = asyncio.ensure_future(ends.link.run())
    far, step = FarReception(ends.link), ends.step
    visit = await far.open(await arrival(step))
    with pytest.raises(calls.Refusal):
        await visit.by_rule(Address(*ADDRESS.split("@")), CLAIM)
    await visit.abort()
    local, _, domain = (await step.inbox()).partition("@")
    await far.refused(None, Address("nobody", domain), None, "too-large")
    await far.refused(None, Address(local, domain), None, "not-a-reason")
    assert await step.notices() == []
    await far.refused(None, Address(local, domain), None, "too-large")
    assert await step.refused() == [("", "too-large")]
    await ends.close()
    await hearing
