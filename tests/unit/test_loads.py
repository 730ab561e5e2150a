"""What each program loads when it starts: it has memory for what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = "import sys, {module}; print(*sorted(sys.modules))"
LIBRARIES = ("aiohttp", "pydantic", "sqlalchemy", "typer")


@pytest.mark.parametrize(
    ("module", "never"),
    [
        (
            "relay.keeper.child",
            ("flow", "store", "service", "http_api", "smtp_door", "core.model", "config", *LIBRARIES),
        ),
        (
            "relay.smtp_door.template",
            ("store", "service", "http_api", "keeper", "core.model", "core.ports", "config", *LIBRARIES),
        ),
        (
            "relay.service.doors",
            ("smtp_door.worker", "smtp_door.dialogue", "smtp_door.resolver", "flow.mail_sink"),
        ),
        (
            "relay.operator.serving",
            ("keeper.run", "keeper.server", "notify.smarthost", "store.postgres", "store.upgrade"),
        ),
    ],
)
def test_it_loads_what_it_needs_alone(module: str, never: tuple[str, ...]) -> None:
    """A keeper and a door have no store and nothing that decides over it, a relay has no dialogue."""
    program = ASK.format(module=module)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = [one.removeprefix("relay.") for one in done.stdout.split()]
    assert module.removeprefix("relay.") in loaded
    assert [one for one in loaded for name in never if f"{one}.".startswith(f"{name}.")] == []
