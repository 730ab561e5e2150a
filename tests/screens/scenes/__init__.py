"""Every screen and state of the web inbox, with the way to it: one module for each part of the inbox.

A scene's name is its picture's name.
"""

from __future__ import annotations

from tests.screens.scenes.agreement import AGREEMENT
from tests.screens.scenes.clients import CLIENTS
from tests.screens.scenes.closing import CLOSING
from tests.screens.scenes.copies import COPIES
from tests.screens.scenes.deleting import DELETING
from tests.screens.scenes.joining import JOINING
from tests.screens.scenes.lists import LISTS
from tests.screens.scenes.noting import NOTING
from tests.screens.scenes.reading import READING
from tests.screens.scenes.receipts import RECEIPTS
from tests.screens.scenes.reopening import REOPENING
from tests.screens.scenes.reporting import REPORTING
from tests.screens.scenes.searching import SEARCHING
from tests.screens.scenes.settings import SETTINGS
from tests.screens.scenes.unlocking import UNLOCKING
from tests.screens.scenes.work import WORK
from tests.screens.scenes.writing import WRITING

SCENES = (
    *JOINING,
    *UNLOCKING,
    *LISTS,
    *SEARCHING,
    *READING,
    *DELETING,
    *WRITING,
    *WORK,
    *REPORTING,
    *NOTING,
    *AGREEMENT,
    *CLOSING,
    *RECEIPTS,
    *CLIENTS,
    *REOPENING,
    *COPIES,
    *SETTINGS,
)
