"""How a command reaches the store: through a running relay's control socket, or, with none running, by
opening it.

Owns that choice and the sentences for its failures. Nothing else in `relay.operator` writes to a store.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from relay.config import Settings
from relay.core.errors import RelayError
from relay.operator.stopped import Stopped
from relay.service import control
from relay.service.desk import ClockNotTrusted
from relay.service.places import Places

EACH: Final = frozenset({"accept-clock"})
"""What each of several relays on this machine has to be told."""
SENTENCES: Final = {
    "clock": "The clock has jumped: nothing was swept. If it is right: relay clock accept",
    "no-answer": "The running relay did not answer.",
    "internal": "The running relay could not do it; its log says why.",
}


def do(settings: Settings, verb: str, **fields: object) -> Mapping[str, Any]:
    """Do a verb of the desk, wherever the store is open. Raises Stopped."""
    try:
        return asyncio.run(_do(settings, verb, fields))
    except control.Refused as refused:
        raise Stopped(SENTENCES.get(refused.code, f"Refused: {refused.code}.")) from None
    except ClockNotTrusted:
        raise Stopped(SENTENCES["clock"]) from None
    except (RelayError, OSError, sqlite3.Error) as failure:
        raise Stopped(f"It could not be done: {failure}") from None


async def _do(settings: Settings, verb: str, fields: Mapping[str, object]) -> Mapping[str, Any]:
    ask = control.ask_all if verb in EACH else control.ask_one
    try:
        return await ask(Places(settings.relay.data_dir).controls, verb, fields)
    except control.NoRelay:
        return await _do_here(settings, verb, fields)


async def _do_here(settings: Settings, verb: str, fields: Mapping[str, object]) -> Mapping[str, Any]:
    from relay.service.opening import (
        START_FAILURES,
        opened,
    )  # a running relay spares us the store's libraries

    try:
        async with opened(settings) as house:
            return await house.desk.serve(verb, fields)
    except START_FAILURES as failure:
        raise Stopped(f"{failure}") from None
