"""Receipts and the log over HTTP: to whom, in which form, and what is refused."""

from __future__ import annotations

import pytest

from keys.encoding import from_base64url
from keys.log import checkpoint_hash, leaf_hash, parse_checkpoint, tree_root, verify_inclusion
from keys.notes import open_note
from relay.core.errors import NotFound
from relay.http_api.log import FOR_LONG, read_place, write_number
from tests.flow.cast import KEEPER_ID
from tests.flow.house import LOG_KEY, House
from tests.flow.test_log import NAME, TODAY
from tests.flow.test_receipts import next_day, send, sweep
from tests.http.served import Served, b64


async def grow(house: House, count: int) -> list[bytes]:
    """A signed log of so many days; its leaf hashes."""
    for first in range(0, count, 500):
        await house.flows.keepers.days(KEEPER_ID, TODAY + first, min(500, count - first), house.now)
    await house.flows.log.sign()
    return [leaf_hash(entry) for entry in await house.store.log_entries(0, 10_000)]


async def test_receipts_are_their_owners(served: Served) -> None:
    """Each sees own ones alone, page by page, with leaves and the place in the log."""
    house = served.house
    await send(house, 2, until=house.now + 5)
    await sweep(house, house.now + 5)
    await next_day(house)
    told = await served.ask("GET", "/v1/receipts", who=house.client)
    (one,) = told.json["receipts"]
    assert (told.status, told.json["more"], len(one["leaves"])) == (200, False, 2)
    assert one["receipt"].startswith("quietbox/receipt/v1\n")
    assert set(one["batch"]) == {"index", "day", "position", "path"}
    assert (await served.ask("GET", "/v1/receipts", who=house.coach)).json == {"receipts": [], "more": False}
    rest = await served.ask("GET", f"/v1/receipts?after={one['order']}&limit=1", who=house.client)
    assert rest.json == {"receipts": [], "more": False}
    for query in ("limit=0", "limit=101", "after=-1", "after=x", "after=99999999999999999999"):
        assert (await served.ask("GET", f"/v1/receipts?{query}", who=house.client)).code == "malformed"


async def test_everybody_reads_the_log(served: Served) -> None:
    """Checkpoint, tile and proof without a session; they fit each other."""
    leaves = await grow(served.house, 300)
    told = await served.ask("GET", "/v1/log/checkpoint")
    assert (told.status, told.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    text = open_note(told.body.decode(), NAME, LOG_KEY.public)
    assert parse_checkpoint(text).root == tree_root(leaves)
    same = await served.ask("GET", f"/v1/log/checkpoints/{b64(checkpoint_hash(text))}")
    assert same.body == told.body
    whole = await served.ask("GET", "/v1/log/tile/0/000")
    assert (whole.body, whole.headers["cache-control"]) == (b"".join(leaves[:256]), FOR_LONG)
    part = await served.ask("GET", "/v1/log/tile/0/001.p/44")
    assert (part.body, part.headers["cache-control"]) == (b"".join(leaves[256:]), "no-store")
    entries = await served.ask("GET", "/v1/log/tile/entries/000")
    assert leaf_hash(entries.body[2:35]) == leaves[0]
    assert len(entries.body) == 256 * 35
    proof = (await served.ask("GET", "/v1/log/inclusion?index=270&size=300")).json["proof"]
    verify_inclusion(270, 300, leaves[270], [from_base64url(one) for one in proof], tree_root(leaves))
    assert (await served.ask("GET", "/v1/log/consistency?first=100&second=300")).status == 200


async def test_what_the_log_has_not_is_not_found(served: Served) -> None:
    """Other ways to write a tile, tiles and sizes beyond the checkpoint, hashes that were never signed."""
    assert (await served.ask("GET", "/v1/log/checkpoint")).status == 404
    await grow(served.house, 300)
    for path in (
        "tile/0/0",
        "tile/0/1.p/3",
        "tile/0/x000/001.p/3",
        "tile/0/001/",
        "tile/0/001",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/001.p/45",
        "tile/00/000",
        "tile/64/000",
        "tile/x/000",
        "tile/Entries/000",
        "tile/entries/001",
        "tile/0/-01",
        "tile/0/%30%30%30x",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "inclusion?index=0&size=301",
        f"checkpoints/{b64(bytes(32))}",
        "checkpoints/AAAA",
    ):
        assert (await served.ask("GET", f"/v1/log/{path}")).status == 404, path
    for path in (
        "inclusion",
        "inclusion?index=300&size=300",
        "inclusion?index=1",
        "consistency?first=0&second=3",
        "consistency?first=4&second=3",
        "consistency?first=1&second=2&third=3",
        "consistency?first=1&second=1e2",
    ):
        assert (await served.ask("GET", f"/v1/log/{path}")).code == "malformed", path


@pytest.mark.parametrize(
    ("text", "number"), [("000", 0), ("067", 67), ("x001/000", 1_000), ("x001/x234/067", 1_234_067)]
)
def test_a_tiles_number_has_one_way_to_be_written(text: str, number: int) -> None:
    """As C2SP tlog-tiles writes it, both ways."""
    assert write_number(number) == text
    assert read_place(text) == (number, 256)
    assert read_place(f"{text}.p/7") == (number, 7)
    for odd in (f"x000/{text}", f"{text}.p/256", f"{text}.p", f" {text}", f"{text}\n"):
        with pytest.raises(NotFound):
            read_place(odd)


async def test_a_statements_hash_is_logged(served: Served) -> None:
    """Given with the card, 32 bytes; another length changes nothing."""
    house, person = served.house, served.house.client
    card, size = person.statement(2, person.statement()), await house.store.log_size()
    for leaf in ("A", b64(bytes(31)), b64(bytes(33)), 5, [], ""):
        body = {"statement": b64(card), "leaf": leaf}
        assert (await served.ask("POST", "/v1/statements", who=person, body=body)).code == "malformed"
    body = {"statement": b64(card), "leaf": b64(b"h" * 32)}
    assert (await served.ask("POST", "/v1/statements", who=person, body=body)).status == 204
    assert await house.store.log_entries(size, 9) == [b"\x01" + b"h" * 32]
