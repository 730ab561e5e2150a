"""An object store that answers wrongly: whoever asks hears that it is away, and is given no part for the
whole.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from relay.core.errors import Busy, NotFound
from relay.store import objects as module
from relay.store.objects import Named, Objects

PIECE = bytes(range(250)) * 4
NAMED = Named(20_000, b"n" * 16)
WRONG = {
    "500": b"HTTP/1.1 500 no\r\nContent-Length: 0\r\n\r\n",
    "403": b"HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n",
    "301": b"HTTP/1.1 301 no\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "closed": b"",
    "cut": b"HTTP/1.1 206 ok\r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/1000\r\n\r\n" + PIECE[:10],
    "short": b"HTTP/1.1 206 ok\r\nContent-Length: 10\r\nContent-Range: bytes 0-9/10\r\n\r\n" + PIECE[:10],
    "nothing": b"HTTP/1.1 206 ok\r\nContent-Length: 0\r\nContent-Range: bytes 0-0/0\r\n\r\n",
}


@asynccontextmanager
async def answering(monkeypatch: pytest.MonkeyPatch, answer: bytes | None) -> AsyncIterator[Objects]:
    """A store whose server says the same to all, or nothing."""
    waits = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await waits.wait()
        writer.write(answer or b"")
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    (host, port) = server.sockets[0].getsockname()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(module, "RETRIES", 0)
    try:
        yield Objects.at("s3://bucket/prefix", os.urandom)
    finally:
        waits.set()
        server.close()


@pytest.mark.parametrize("answer", WRONG)
async def test_a_wrong_answer_is_no_piece(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Not a part of it, not another server's, and never an error that nobody knows."""
    async with answering(monkeypatch, WRONG[answer]) as objects:
        with pytest.raises(Busy):
            await objects.get(NAMED, 0, len(PIECE))


@pytest.mark.parametrize("answer", [name for name in WRONG if name not in {"cut", "short", "nothing"}])
async def test_a_wrong_answer_is_no_receipt(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """What was not acknowledged is not stored, and not gone."""
    async with answering(monkeypatch, WRONG[answer]) as objects:
        with pytest.raises(Busy):
            await objects.put(86_400 * 20_000, PIECE)
        with pytest.raises(Busy):
            await objects.drop([NAMED])


async def test_what_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is another answer than *away*: it is gone, and need not be taken away again."""
    # A line that stays open would be asked again as the server closes it.
    gone = b"HTTP/1.1 404 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with answering(monkeypatch, gone) as objects:
        with pytest.raises(NotFound):
            await objects.get(NAMED, 0, len(PIECE))
        assert await objects.drop([NAMED]) == [NAMED]


async def test_no_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the deadline."""
    monkeypatch.setattr(module, "MOST_SECONDS", 0.2)
    async with answering(monkeypatch, None) as objects:
        with pytest.raises(Busy):
            await objects.get(NAMED, 0, len(PIECE))
        with pytest.raises(Busy):
            await objects.put(86_400 * 20_000, PIECE)
