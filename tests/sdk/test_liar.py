"""A relay that lies: swapped keys, forged and hidden signatures, replays, old vaults, things that should be
gone.

Each lie is told by a server between the SDK and a real relay. What is checked: nothing false is shown,
nothing is sealed to a false key, and after the lie the truth still works.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from client_sdk import AsyncAccount, Attachment, errors
from client_sdk.frames import EnvelopeRow, parse_rows
from client_sdk.wire import Response
from keys.day_keys import DayKey, day_open_key, sign_day_key
from keys.encoding import to_base64url, u32, u64
from keys.suite import SignKey
from tests.sdk.house import ANNAS, House, Liar, Lie, opened_house, subjects
from tests.sdk.pair import ORIGIN, Pair, dice, made_self

KEEP = timedelta(days=3)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house with a liar for all lies that leave no trace."""
    async with opened_house(tmp_path_factory.mktemp("lying"), lying=True) as house:
        yield house


@pytest.fixture
def liar(house: House) -> Iterator[Liar]:
    """The liar, honest again afterwards."""
    assert house.liar is not None
    yield house.liar
    house.liar.lie = None


ENGAGEMENT = r"/v1/engagements/[^/?]+$"
LATER = r"/envelopes\?after"
ANY_PAGE = r"/envelopes\?"


def about(pattern: str, change: Callable[[Response], Response], method: str = "GET") -> Lie:
    """A lie about one route."""

    def lie(asked: str, path: str, honest: Response) -> Response:
        meant = asked == method and re.search(pattern, path) and honest.status < 300
        return change(honest) if meant else honest

    return lie


def fields(change: Callable[[dict[str, Any]], None]) -> Callable[[Response], Response]:
    """A change of an answer's JSON."""

    def changed(honest: Response) -> Response:
        told = json.loads(honest.body)
        change(told)
        return replace(honest, body=json.dumps(told).encode())

    return changed


def rows(*each: tuple[int, bytes]) -> Callable[[Response], Response]:
    """An answer with these envelopes at these orders, and nothing more."""
    body = b"".join(b"\1" + u64(order) + u32(0) + u32(len(raw)) + raw for order, raw in each)
    last = str(each[-1][0] if each else 0)
    return lambda honest: Response(200, {**honest.headers, "quietbox-next": last, "quietbox-more": "0"}, body)


async def stored(house: House, account: AsyncAccount) -> list[EnvelopeRow]:
    """The envelopes of somebody's mailbox as the relay holds them."""
    from client_sdk import protocol

    session = account._core.session
    mailbox = account.engagements()[0].mailbox_id
    page = await session._transport.exchange(
        session._signed(protocol.envelopes.rows_after(mailbox, 0).request)
    )
    return [row for row in parse_rows(page.body, ascending=True) if isinstance(row, EnvelopeRow)]


async def what(account: AsyncAccount) -> list[str]:
    """What each row of the client's mailbox turned out to be: a subject, why it is gone, or the local
    code.
    """
    found = [result async for _, result in account.engagement().since(0)]
    return [str(getattr(one, "subject", getattr(one, "reason", getattr(one, "code", "")))) for one in found]


async def send_refused(house: House, liar: Liar, lie: Lie, reason: str) -> None:
    """Nothing is sent while the lie is told; afterwards sending works."""
    before = house.relay.status()["envelopes"]
    liar.lie = lie
    with pytest.raises(errors.NotTrusted, match=reason):
        await house.to_maya.send(subject="to whom", text="secret")
    assert house.relay.status()["envelopes"] == before
    liar.lie = None
    sent = await house.to_maya.send(subject="after", text="x")
    await house.to_maya.recall(sent.id)


# --- swapped keys -------------------------------------------------------------------------------------------


async def test_a_swapped_card(house: House, liar: Liar) -> None:
    """A card of the relay's own making in the client's place: nothing is sealed to it."""
    forged = made_self("forger", Pair().pins).statement.raw

    def swap(told: dict[str, Any]) -> None:
        told["members"][1]["statement"] = to_base64url(forged)

    await send_refused(house, liar, about(ENGAGEMENT, fields(swap)), "statement-fork")


async def test_a_forged_chain(house: House, liar: Liar) -> None:
    """A chain that leads from the pin to the relay's own card is refused at the first link."""
    forged = to_base64url(made_self("forger", Pair().pins).statement.raw)

    def lie(method: str, path: str, honest: Response) -> Response:
        if "/statements" in path:
            return fields(lambda told: told.update(statements=[forged]))(honest)
        swap = fields(lambda told: told["members"][1].update(statement=forged))
        return about(ENGAGEMENT, swap)(method, path, honest)

    await send_refused(house, liar, lie, "statement-chain")


async def test_my_own_card_swapped(house: House, liar: Liar) -> None:
    """The relay shows others a card of mine that I did not sign: that is found at once."""
    forged = made_self("forger", Pair().pins).statement.raw

    def swap(told: dict[str, Any]) -> None:
        told["members"][0]["statement"] = to_base64url(forged)

    await send_refused(house, liar, about(ENGAGEMENT, fields(swap)), "own-statement")


async def test_a_forged_day_key(house: House, liar: Liar) -> None:
    """A day's key that the pinned keeper did not sign, or of another day, is not sealed to."""
    forger = SignKey.from_seed(bytes(32))

    def forge(honest: Response) -> Response:
        day = int.from_bytes(honest.body[16:20], "big")
        key = DayKey(honest.body[:16], day, day_open_key(bytes(32)).public)
        return replace(honest, body=sign_day_key(key, forger))

    house.anna._core.keepers._days.clear()
    await send_refused(house, liar, about("/days", forge), "keeper-day")
    first = house.anna._core.keepers._days.copy()
    house.anna._core.keepers._days.clear()
    other = await house.anna._core.session.call(_days(house, 1))
    house.anna._core.keepers._days.clear()
    await send_refused(
        house, liar, about("/days", lambda honest: replace(honest, body=other[0])), "keeper-day"
    )
    assert first


def _days(house: House, ahead: int) -> Any:
    from client_sdk import protocol

    keeper_id = house.anna._core.vault.pins.keepers[0].keeper_id
    return protocol.keepers.days(keeper_id, house.anna._core.now() // 86_400 + ahead, 1)


# --- the keeper's answers -----------------------------------------------------------------------------------


async def test_no_answer_concludes_nothing(house: House, liar: Liar) -> None:
    """Changed, replayed or dropped keeper's answers: reading stops, nothing is lost, and goes on
    afterwards.
    """
    sent = await house.to_maya.send(subject="kept", text="x", keep=KEEP)
    heard: list[bytes] = []

    def hear(honest: Response) -> Response:
        heard.append(honest.body)
        return honest

    liar.lie = about("/open", hear, "POST")
    await subjects(house.to_maya)
    for change in (
        lambda honest: replace(honest, body=honest.body[:-1] + bytes([honest.body[-1] ^ 1])),
        lambda honest: replace(honest, body=heard[0]),
        lambda honest: replace(honest, body=b""),
        lambda honest: Response(503, {"content-type": "application/problem+json"}, b'{"code":"keeper-away"}'),
    ):
        fresh = await house.reopen("maya")
        liar.lie = about("/open", change, "POST")
        with pytest.raises(errors.KeeperUnavailable):
            await subjects(fresh.engagement())
        liar.lie = None
        assert "kept" in await subjects(fresh.engagement())
        await fresh.close()
    await house.to_maya.recall(sent.id)


# --- rows ---------------------------------------------------------------------------------------------------


async def test_another_mailboxs_row(house: House, liar: Liar) -> None:
    """A row of the other person's mailbox is not shown in mine."""
    sent = await house.to_maya.send(subject="mine alone", text="x", keep=KEEP)
    own = (await stored(house, house.anna))[-1]
    fresh = await house.elsewhere("maya", "one")
    liar.lie = about(LATER, rows((10_000, own.raw)))
    assert await what(fresh) == ["mailbox"]
    liar.lie = None
    await fresh.close()
    await house.to_maya.recall(sent.id)


async def test_a_replayed_row(house: House, liar: Liar) -> None:
    """One envelope under a second order is shown once: the second is refused as a replay."""
    sent = await house.to_maya.send(subject="once", text="x", keep=KEEP)
    fresh = await house.elsewhere("maya", "two")
    assert "once" in await subjects(fresh.engagement())
    row = (await stored(house, house.maya))[-1]
    liar.lie = about(LATER, rows((20_000, row.raw)))
    assert await what(fresh) == ["replayed"]
    liar.lie = None
    await fresh.close()
    await house.to_maya.recall(sent.id)


async def test_rows_that_go_backwards(house: House, liar: Liar) -> None:
    """A page that does not go on from where it was asked is refused, not read for ever."""
    sent = await house.to_maya.send(subject="x", text="x", keep=KEEP)
    row = (await stored(house, house.maya))[-1]
    liar.lie = about(LATER, rows((row.order, row.raw)))
    with pytest.raises(errors.Incompatible):
        [result async for _, result in house.to_anna.since(row.order)]
    liar.lie = None
    await house.to_maya.recall(sent.id)


async def test_changed_and_foreign_bytes(house: House, liar: Liar) -> None:
    """A changed envelope, and one that is none, are not shown; what stands beside them is."""
    sent = await house.to_maya.send(subject="beside", text="x", keep=KEEP)
    row = (await stored(house, house.maya))[-1]
    changed = row.raw[:-1] + bytes([row.raw[-1] ^ 1])
    fresh = await house.reopen("maya")
    liar.lie = about(
        r"/envelopes\?before", rows((row.order + 2, b"junk"), (row.order + 1, changed), (row.order, row.raw))
    )
    assert await subjects(fresh.engagement()) == ["beside"]
    liar.lie = None
    await fresh.close()
    await house.to_maya.recall(sent.id)


async def test_what_was_recalled_stays_gone(house: House, liar: Liar) -> None:
    """A recalled message that the relay still shows, even with the act hidden from a fresh reader, stays
    gone.
    """
    sent = await house.to_maya.send(subject="taken back", text="x", keep=KEEP)
    raw = (await stored(house, house.maya))[-1].raw
    await house.to_maya.recall(sent.id)
    reader = await house.elsewhere("maya", "three")
    liar.lie = about(ANY_PAGE, rows((30_000, raw)))
    assert await what(reader) == ["due"]
    await reader.close()

    def hide(told: dict[str, Any]) -> None:
        told["acts"] = told["acts"][:1]

    def both(method: str, path: str, honest: Response) -> Response:
        shown = about(ANY_PAGE, rows((30_000, raw)))(method, path, honest)
        return about(ENGAGEMENT, fields(hide))(method, path, shown)

    liar.lie = both
    fresh = await house.elsewhere("maya", "four")
    assert await subjects(fresh.engagement()) == []  # the keeper refuses: its own list holds the recall
    await fresh.close()


async def test_hidden_acts_show(house: House, liar: Liar) -> None:
    """Whoever has seen an act is not shown an engagement without it again."""

    def hide(told: dict[str, Any]) -> None:
        told["acts"] = told["acts"][:1]

    sent = await house.to_maya.send(subject="x", text="x", keep=KEEP)
    await house.to_maya.recall(sent.id)
    await send_refused(house, liar, about(ENGAGEMENT, fields(hide)), "acts-rollback")


async def test_withheld_messages_show(house: House, liar: Liar) -> None:
    """When the relay leaves one message out, the next one says that something before it is missing."""
    for subject in ("first", "withheld", "third"):
        await house.to_maya.send(subject=subject, text="x", keep=KEEP)
    kept = await stored(house, house.maya)
    fresh = await house.elsewhere("maya", "five")
    liar.lie = about(LATER, rows((kept[-3].order, kept[-3].raw)))
    assert await what(fresh) == ["first"]
    liar.lie = about(LATER, rows((kept[-1].order, kept[-1].raw)))
    assert await what(fresh) == ["third"]
    liar.lie = None
    marks = {message.subject: message.marks async for message in fresh.engagement().messages()}
    assert "missing-before" in marks["third"]
    await fresh.close()
    for message in [message async for message in house.to_maya.messages()]:
        await house.to_maya.recall(message.id)


# --- time, vault, files, origin -----------------------------------------------------------------------------


async def test_late(house: House, liar: Liar) -> None:
    """What is due is gone though the relay still shows it, and though it lies about the time as well."""
    await house.to_maya.send(subject="late", text="x", keep=timedelta(seconds=60))
    raw = (await stored(house, house.maya))[-1].raw
    fresh = await house.elsewhere("maya", "six")
    told_at = fresh._core.now()
    house.relay.move_clock(61)
    try:
        liar.lie = about(ANY_PAGE, rows((40_000, raw)))
        await fresh.refresh()
        assert await what(fresh) == ["due"]

        def stop_the_clock(method: str, path: str, honest: Response) -> Response:
            said = about(ANY_PAGE, rows((40_000, raw)))(method, path, honest)
            return replace(said, headers={**said.headers, "quietbox-time": str(told_at)})

        liar.lie = stop_the_clock
        await fresh.refresh()
        assert await what(fresh) == ["due"]  # by the keeper's own clock
        await fresh.close()
    finally:
        house.relay.move_clock(0)


VAULT = "/v1/vault/items"


def in_turn(heard: list[Response]) -> Lie:
    """A vault as it was shown before: its first part, then the rest."""
    answers = iter(heard)
    return about(VAULT, lambda honest: next(answers), "POST")


async def shown_vault(house: House, liar: Liar) -> list[Response]:
    """What an opening of the coach's vault is answered with: the first part, then the rest."""
    heard: list[Response] = []
    liar.lie = about(VAULT, lambda honest: heard.append(honest) or honest, "POST")
    await (await house.reopen("anna")).close()
    liar.lie = None
    assert len(heard) == 2
    return heard


def asked(liar: Liar) -> int:
    """How often a vault was asked for."""
    return liar.told.count(("POST", VAULT))


async def test_an_old_vault(house: House, liar: Liar) -> None:
    """A vault from before the last write is refused at opening, by whoever has seen the later one."""
    heard = await shown_vault(house, liar)
    await house.anna.refresh()
    await house.anna.invite("Tom Field")
    liar.lie = in_turn(heard)
    with pytest.raises(errors.NotTrusted, match="vault-rollback") as told:
        await house.reopen("anna")
    assert "restored" in told.value.hint
    liar.lie = in_turn(heard)
    accepted = await house.reopen("anna", accept_older_vault=True)
    assert "Tom Field" not in [one.name for one in accepted.engagements()]
    await accepted.close()
    liar.lie = in_turn(heard)
    await (await house.reopen("anna")).close()  # it was accepted once for all
    liar.lie = None
    await (await house.reopen("anna")).close()
    liar.lie = in_turn(heard)
    with pytest.raises(errors.NotTrusted, match="vault-rollback"):
        await house.reopen("anna")  # and for what was shown then alone


async def test_an_old_vault_on_a_new_computer(house: House, liar: Liar) -> None:
    """A computer that has seen nothing finds a rollback by its owner's own later messages."""
    heard = await shown_vault(house, liar)
    await house.anna.refresh()
    await house.anna.invite("Lea Brandt")
    await house.anna.engagement("Maya Okafor").send(subject="later", text="x", keep=KEEP)
    liar.lie = in_turn([*heard, heard[0]])
    fresh = await house.elsewhere("anna", "seven")
    with pytest.raises(errors.NotTrusted, match="vault-rollback"):
        await subjects(fresh.engagement("Maya Okafor"))
    liar.lie = None
    await fresh.close()
    await house.anna.refresh()


@pytest.mark.parametrize("which", [0, 1])
async def test_one_answer_for_ever(house: House, liar: Liar, which: int) -> None:
    """One true answer again and again, the first part or the rest, is refused at once, even by somebody who
    accepts an older vault: it answers no question.
    """
    heard = await shown_vault(house, liar)
    liar.lie, before = about(VAULT, lambda honest: heard[which], "POST"), asked(liar)
    with pytest.raises(errors.NotTrusted, match="vault"):
        await house.reopen("anna", accept_older_vault=True)
    assert asked(liar) - before <= 2
    liar.lie = about(VAULT, fields(lambda told: told.update(items=[])), "POST")
    with pytest.raises(errors.NotTrusted, match="vault"):
        await house.reopen("anna", accept_older_vault=True)
    liar.lie = None
    await (await house.reopen("anna")).close()


def without(kind: str) -> Lie:
    """A vault of which all items of a kind are withheld."""

    def withhold(told: dict[str, Any]) -> None:
        told["items"] = [one for one in told["items"] if not one["name"].startswith(kind)]

    return about(VAULT, fields(withhold), "POST")


async def test_what_was_signed_is_withheld(house: House, liar: Liar) -> None:
    """An engagement without what was signed is refused, after one more question, in whose answer an
    engagement that has just gone would be missing.
    """
    liar.lie, before = without("standing/"), asked(liar)
    with pytest.raises(errors.NotTrusted, match="vault-manifest"):
        await house.reopen("anna")
    assert asked(liar) - before == 3
    liar.lie = None
    await (await house.reopen("anna")).close()


async def test_swapped_items(house: House, liar: Liar) -> None:
    """Items that come later are taken by the signed manifest alone: with one changed byte, under the name of
    another, of another version, or not named there at all, they are refused.
    """

    def swap(change: Callable[[dict[str, Any], list[dict[str, Any]]], None]) -> Lie:
        def changed(told: dict[str, Any]) -> None:
            for one in told["items"]:
                if one["name"].startswith("standing/"):
                    change(one, told["items"])

        return about(VAULT, fields(changed), "POST")

    def agreement(items: list[dict[str, Any]]) -> dict[str, Any]:
        return next(one for one in items if one["name"].startswith("agreement/"))

    for change in (
        lambda one, items: one.update(box=("A" if one["box"][0] != "A" else "B") + one["box"][1:]),
        lambda one, items: one.update(box=agreement(items)["box"]),
        lambda one, items: one.update(version=one["version"] + 1),
        lambda one, items: one.update(name="clients/" + "0" * 32),
    ):
        liar.lie = swap(change)
        with pytest.raises(errors.NotTrusted, match="vault"):
            await house.reopen("anna")
    liar.lie = None
    await (await house.reopen("anna")).close()


async def test_a_changed_file(house: House, liar: Liar, tmp_path: Path) -> None:
    """A file with one changed byte, or another length, is refused, and nothing of it is left."""
    sent = await house.to_maya.send(attach=[Attachment.from_bytes(bytes(200_000), "a.bin")], keep=KEEP)
    message = await house.to_anna.message(sent.id)
    for change in (
        lambda honest: replace(honest, body=honest.body[:99] + b"!" + honest.body[100:]),
        lambda honest: replace(honest, body=honest.body[:-1] + bytes([honest.body[-1] ^ 1])),
    ):
        liar.lie = about("/v1/blobs/", change)
        with pytest.raises(errors.NotTrusted, match="file"):
            await message.attachments[0].save_to(tmp_path)
        assert list(tmp_path.iterdir()) == []
    liar.lie = about("/v1/blobs/", lambda honest: replace(honest, body=honest.body[:-1]))
    with pytest.raises(errors.Incompatible):
        await message.attachments[0].read()
    liar.lie = None
    assert (await message.attachments[0].save_to(tmp_path)).read_bytes() == bytes(200_000)
    await house.to_maya.recall(sent.id)


async def test_another_name_for_itself(house: House, liar: Liar, tmp_path: Path) -> None:
    """A relay that calls itself otherwise than the link does is not enrolled at."""
    link = house.relay.command("coach", "invite", "Eve").stdout.strip()
    liar.lie = about("/v1/relay", fields(lambda told: told.update(origin=ORIGIN)))
    with pytest.raises(errors.NotTrusted, match="origin"):
        await AsyncAccount.setup(link, home=tmp_path / "eve", password=ANNAS)
    assert not any((tmp_path / "eve").glob("*@*"))


async def test_a_forged_acceptance(house: House, liar: Liar) -> None:
    """An acceptance that the relay made up is not taken in; the invitation stays open."""
    await house.anna.invite("Nobody Yet")

    def forge(told: dict[str, Any]) -> None:
        if told["invitation"] is not None:
            told["invitation"]["acceptance"] = to_base64url(dice("forged")(300))

    liar.lie = about(ENGAGEMENT, fields(forge))
    with pytest.raises(errors.NotTrusted, match="acceptance"):
        await house.anna.settle()
    liar.lie = None
    assert await house.anna.settle() == []
    assert not house.anna.engagement("Nobody Yet").active
