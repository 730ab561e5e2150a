"""The words with which tests, pictures and measurements start Chromium. Starts nothing itself."""

from __future__ import annotations

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

IN_TESTS = (*FLAGS, "--in-process-gpu")
"""What paints has no process of its own, which takes a tenth less of a processor (decision 26). Measurements
and pictures keep to what people have.
"""
