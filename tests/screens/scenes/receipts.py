"""The receipts of what is gone."""

from __future__ import annotations

from tests.screens.scene import Scene
from tests.screens.steps import SERVER, failing, pressing, reading, then, unlock, waiting

RECEIPTS = (
    Scene("receipts", "/receipts", {}, then(unlock, waiting(".menu"))),
    Scene(
        "receipts-none",
        "/receipts",
        {"receipts": "none"},
        then(unlock, reading("Nothing has been deleted yet")),
    ),
    Scene("receipts-partial", "/receipts", {"receipts": "partial"}, then(unlock, waiting(".menu"))),
    Scene("receipts-server", "/receipts", failing("receipts", SERVER), then(unlock, waiting(".trouble"))),
    Scene("receipt", "/receipts/001f", {}, then(unlock, waiting(".receipt-lines"))),
    Scene(
        "receipt-partial", "/receipts/001f", {"receipts": "partial"}, then(unlock, waiting(".receipt-lines"))
    ),
    Scene(
        "receipt-checked",
        "/receipts/001f",
        {},
        then(unlock, pressing("Check this receipt"), reading("What was checked")),
    ),
    Scene(
        "receipt-waiting",
        "/receipts/001f",
        {"checked": "waiting"},
        then(unlock, pressing("Check this receipt"), reading("What was checked")),
    ),
    Scene(
        "receipt-wrong",
        "/receipts/001f",
        {"checked": "wrong"},
        then(unlock, pressing("Check this receipt"), reading("What was checked")),
    ),
    Scene("receipt-gone", "/receipts/00ff", {}, then(unlock, waiting(".trouble"))),
    Scene(
        "receipt-certificate",
        "/receipts/0020",
        {"receipts": "closed", "state": "gone", "letters": "none"},
        then(unlock, waiting(".certificate")),
    ),
)
