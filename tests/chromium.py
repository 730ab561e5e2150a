"""With which words Chromium is started, by tests, pictures and measurements alike."""

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
"""What paints has no process of its own: a tenth less of a processor. Measurements and pictures keep to what
people have."""
