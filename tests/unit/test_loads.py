"""What the keeper and the door load when they start: each is a program of its own, with what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = "import sys, {module}; print(*sorted(name for name in sys.modules if name.startswith('relay.')))"


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("relay.operator.serving", ("flow", "store", "service", "http_api", "smtp_door", "core.model")),
        ("relay.smtp_door.template", ("store", "service", "http_api", "keeper", "core.model", "core.ports")),
    ],
)
def test_it_loads_what_it_needs_alone(module: str, never: tuple[str, ...]) -> None:
    """Neither store nor what decides over it: that costs half of the start, and is no business of theirs."""
    program = ASK.format(module=module)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert module in loaded
    assert [one for one in loaded if one.startswith(tuple(f"relay.{name}" for name in never))] == []
