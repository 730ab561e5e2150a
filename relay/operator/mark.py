"""The firm's mark before anybody is shown it: at `relay serve`, `relay config check` and `relay doctor`.

Apart from the settings' own check, because who runs the keeper need not be let at the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from relay.config import Settings
from relay.core.colours import worst
from relay.operator.findings import FINE, WRONG, Finding
from relay.operator.stopped import Stopped
from relay.service.mark import MarkRefused, read_mark


def checked_mark(settings: Settings) -> None:
    """Raises Stopped where there is a mark that cannot be used."""
    try:
        read_mark(settings.relay.mark)
    except MarkRefused as refused:
        raise Stopped(f"{refused}") from None


def examine_firm(settings: Settings) -> Iterator[Finding]:
    """What an operator set of a firm's own: a colour, which could not be read if it were refused, and a
    mark.
    """
    if settings.relay.colour is not None:
        found = f"{settings.relay.colour} has {worst(settings.relay.colour):.1f}:1 at least"
        yield Finding("config", "colour", FINE, found)
    if settings.relay.mark is None:
        return
    try:
        image = read_mark(settings.relay.mark) or b""
    except MarkRefused as refused:
        yield Finding("config", "mark", WRONG, f"{refused}", "relay config explain relay.mark")
    else:
        yield Finding("config", "mark", FINE, f"a PNG of {len(image)} bytes")
