"""Pieces of attachments in an object store, in the place of chunks in the database. Owns their names, and
that nothing stays there whose day is over.

An object is named by its blob's own day and 16 random bytes, so no name is used twice and none tells whose it
is. Whoever asks is answered by a deadline, whether the store answers or not. What is written but never noted
in the database (a crash between both) goes with its day; what both have agreed to keep longer stays under it.
Must never say that a piece is stored before the object store has said so, nor give one out that the database
does not name. (docs/decisions/0018-object-store.md)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from relay.core.errors import Busy, NotFound
from relay.core.model import DAY_SECONDS

NAME_BYTES: Final = 16
MOST_SECONDS: Final = 30
"""A piece is there, or read, by then; the same for a page of a list."""
DROP_SECONDS: Final = 20
"""So long several are taken away together; what is left then is left for another time."""
DROPPED_TOGETHER: Final = 16
RETRIES: Final = 3
LOOPBACK: Final = ("http://127.0.0.1:", "http://[::1]:", "http://localhost:")
"""Where an endpoint without TLS is allowed."""
LISTED_TOGETHER: Final = 500


class Named(NamedTuple):
    """One object: the day of its blob's own date, and its name."""

    day: int
    name: bytes

    @property
    def path(self) -> str:
        """Where it is, below the store's prefix."""
        return f"{self.day:06d}/{self.name.hex()}"


class Objects:
    """The object store behind a URL. Every method raises Busy while it cannot be reached."""

    def __init__(self, store: Any, random: Callable[[int], bytes], folder: Path | None = None) -> None:
        """`store` is one of obstore; `random` gives names. `folder` is where it writes, if that is here: its
        files are synced, which the library leaves to us.
        """
        self._store = store
        self._random = random
        self._folder = folder
        self._room = asyncio.Semaphore(DROPPED_TOGETHER)

    @classmethod
    def at(cls, url: str, random: Callable[[int], bytes]) -> Self:
        """`s3://bucket/prefix`, `gs://…`, `az://…`, `file:///folder`; credentials and endpoint are those of
        the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on).

        Raises ValueError where that is no place for objects.
        """
        from obstore.exceptions import BaseError
        from obstore.store import LocalStore, from_url

        folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:///") else None
        near = os.environ.get("AWS_ENDPOINT_URL", "").startswith(LOOPBACK)
        options: Any = {"timeout": timedelta(seconds=MOST_SECONDS), "allow_http": near}
        retries: Any = {"max_retries": RETRIES, "retry_timeout": timedelta(seconds=MOST_SECONDS)}
        try:
            if folder is not None:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                return cls(LocalStore(folder), random, folder)
            return cls(from_url(url, client_options=options, retry_config=retries), random)
        except (BaseError, ValueError, OSError) as fault:
            raise ValueError(f"no object store: {str(fault).partition(chr(10))[0]}") from None

    async def put(self, expires_at: int, piece: bytes) -> Named:
        """Store a piece of a blob of this date under a new name; it is there when this returns."""
        import obstore

        named = Named(-(-expires_at // DAY_SECONDS), self._random(NAME_BYTES))
        async with _reached():
            await obstore.put_async(self._store, named.path, piece, use_multipart=False)
            if self._folder is not None:
                await asyncio.to_thread(_sync, self._folder / named.path)
        return named

    async def get(self, named: Named, start: int, length: int) -> bytes:
        """So many bytes of a piece. Raises NotFound where it is not there."""
        import obstore

        async with _reached():
            found = await obstore.get_range_async(self._store, named.path, start=start, length=length)
        if len(found) != length:
            raise Busy("object store: a piece is not all there")
        return bytes(found)

    async def drop(self, some: Sequence[Named], seconds: float = DROP_SECONDS) -> list[Named]:
        """Take them away, several at once, for so long; those that are gone then, also those that were gone
        before. Raises Busy where none is.
        """
        gone = await self._drop([one.path for one in some], seconds)
        if some and not gone:
            raise Busy("object store: nothing could be taken away")
        return [one for one in some if one.path in gone]

    async def drop_days_before(self, day: int, but: Collection[Named] = ()) -> int:
        """Take away whatever stands under a day that is over, but these; returns how many that were. Raises
        Busy where some could not be, after all others.
        """
        kept, dropped, left = {one.path for one in but}, 0, 0
        for prefix in await self._days_before(day):
            async for page in self._pages(prefix):
                over = [path for path in page if path not in kept]
                gone = await self._drop(over, DROP_SECONDS)
                dropped, left = dropped + len(gone), left + len(over) - len(gone)
        if left:
            raise Busy(f"object store: {left} could not be taken away")
        return dropped

    async def _drop(self, paths: Sequence[str], seconds: float) -> set[str]:
        gone: set[str] = set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for path in paths:
                    group.create_task(self._drop_one(path, gone))
        return gone

    async def _drop_one(self, path: str, gone: set[str]) -> None:
        import obstore
        from obstore.exceptions import BaseError

        try:
            async with self._room:
                await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            pass
        except (BaseError, OSError):
            return
        gone.add(path)

    async def _days_before(self, day: int) -> list[str]:
        import obstore

        async with _reached():
            found = await obstore.list_with_delimiter_async(self._store)
        return sorted(prefix for prefix in found["common_prefixes"] if _day_of(prefix) < day)

    async def _pages(self, prefix: str) -> AsyncIterator[list[str]]:
        """Paths of what is below it."""
        import obstore

        found = aiter(obstore.list(self._store, prefix, chunk_size=LISTED_TOGETHER))
        while True:
            async with _reached():
                page = await anext(found, None)
            if page is None:
                return
            yield [one["path"] for one in page]


def _sync(path: Path) -> None:
    """The file, its folder, and the folder that names that one."""
    for one in (path, path.parent, path.parent.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _day_of(prefix: str) -> int:
    """The day that a prefix stands for; of what is not ours, one that is never over."""
    name = prefix.rstrip("/").rpartition("/")[2]
    return int(name) if len(name) == 6 and name.isascii() and name.isdigit() else 1 << 62


@asynccontextmanager
async def _reached() -> AsyncIterator[None]:
    """Faults of the object store by the relay's names, and a deadline."""
    from obstore.exceptions import BaseError

    try:
        async with asyncio.timeout(MOST_SECONDS):
            yield
    except FileNotFoundError:
        raise NotFound from None
    except (BaseError, OSError) as fault:
        raise Busy(f"object store: {type(fault).__name__}") from fault
