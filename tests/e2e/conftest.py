"""On which database a story is played, and the browser of tests/browser for one that takes both a program
and a page.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import browser
from tests.postgres.conftest import another, server, url

__all__ = ["another", "browser", "database", "server", "url"]


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """For `open_house` and `made_relay`: no URL, which is the file; and that of an empty database on a real
    server, one for all tests of a module. Each test that asks for it is played on both.
    """
    return "" if request.param == "file" else str(request.getfixturevalue("url"))
