"""How many connections a program may have: as many as its settings say, where the system allows them."""

from __future__ import annotations

import io
import json
import resource

import pytest

from relay.logs import open_log
from relay.open_files import OTHERS, make_room


class System:
    """A system that lets a program have so many files, and more if it asks."""

    def __init__(self, soft: int, hard: int) -> None:
        self.limits = soft, hard

    def getrlimit(self, _: int) -> tuple[int, int]:
        """Both limits."""
        return self.limits

    def setrlimit(self, _: int, limits: tuple[int, int]) -> None:
        """As the kernel: nobody but root passes the hard limit."""
        assert limits[0] <= limits[1] == self.limits[1] or self.limits[1] == resource.RLIM_INFINITY
        self.limits = limits


@pytest.mark.parametrize(
    ("soft", "hard", "then", "told"),
    [
        (1_024, 524_288, 6_000 + OTHERS, False),
        (1_024, 4_096, 4_096, True),
        (1_024, resource.RLIM_INFINITY, 6_000 + OTHERS, False),
        (20_000, 20_000, 20_000, False),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY, False),
    ],
)
def test_connections_find_room(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, then: int, told: bool
) -> None:
    """What the system gives at first is raised to what is needed and no further, never lowered; what it does
    not give is told.
    """
    system, said = System(soft, hard), io.StringIO()
    monkeypatch.setattr(resource, "getrlimit", system.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", system.setrlimit)
    make_room(6_000, open_log(lambda: 0, said))
    assert system.limits == (then, hard)
    events = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(one["event"], one["limit"]) for one in events] == [("files.few", then)] * told
