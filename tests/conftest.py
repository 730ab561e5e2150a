"""What holds for every test: which Hypothesis profile, and whether campaigns go their whole length. Nothing
that one folder alone needs.
"""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a busy machine is no fault of the code. The same examples everywhere: red runs can be repeated.
settings.register_profile(
    "quietbox",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", settings.get_profile("quietbox"), derandomize=False, max_examples=20_000)
settings.load_profile("quietbox")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ten thousand tests stay until the end: the collector of garbage need not look at them, neither while
    they come nor each time after that.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope="session")
def long_form(pytestconfig: pytest.Config) -> bool:
    """Whether the long form of campaigns was asked for: `--hypothesis-profile long` (CONTRIBUTING.md)."""
    return bool(pytestconfig.getoption("--hypothesis-profile") == "long")
