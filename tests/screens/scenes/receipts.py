"""The receipts of what is gone, in the inbox and on the page that checks a file of them."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.async_api import FilePayload, Page

from tests.screens.scene import Scene
from tests.screens.steps import SERVER, Steps, failing, pressing, reading, then, unlock, waiting

VECTORS = Path(__file__).parents[2] / "vectors" / "receipts.json"
CHOOSE = "The file that you saved"


def vector(name: str) -> str:
    """A file of receipts from the vectors."""
    cases = json.loads(VECTORS.read_text())["cases"]
    check = "receipt_check.check_receipt_file"
    text: str = next(
        one["inputs"]["file"] for one in cases if (one["operation"], one["name"]) == (check, name)
    )
    return text


def giving(content: str) -> Steps:
    """Choose a file of these words."""
    file = FilePayload(name="receipts.json", mimeType="application/json", buffer=content.encode())

    async def give(page: Page) -> None:
        await page.get_by_label(CHOOSE).set_input_files(file)

    return give


async def unfolded(page: Page) -> None:
    """Every receipt and the numbers, shown."""
    await page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")


CHECKING = (
    Scene("check", "/check/", steps=reading("You can also drop it")),
    Scene(
        "check-elsewhere",
        "/check/",
        steps=then(giving(vector("its own keys")), reading("Nobody here knows"), unfolded),
    ),
    Scene(
        "check-wrong",
        "/check/",
        steps=then(giving(vector("another's signature")), reading("What is not right"), unfolded),
    ),
    Scene("check-damaged", "/check/", steps=then(giving(vector("its own keys")[:-9]), reading("its end is"))),
)
RECEIPTS = (
    *CHECKING,
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
