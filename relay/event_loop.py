"""Which event loop the relay's programs run on. Loaded with this module: a door's worker is a fork, and its
template has loaded all that it needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

try:
    import uvloop
except ImportError:  # not to be had on Windows
    _faster: Callable[[], asyncio.AbstractEventLoop] | None = None
else:
    _faster = uvloop.new_event_loop


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop, where it is to be had."""
    return _faster
