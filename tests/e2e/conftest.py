"""The browser of tests/browser, for a story that takes both a program and a page."""

from __future__ import annotations

from tests.browser.conftest import browser

__all__ = ["browser"]
