"""Protocol: every request of the HTTP interface as a value, and the reading of its answer.

Owns the routes of docs/protocol.md, parts 13, 16, 23 and 24, a module for each matter and a function for each
route: it returns a `Call`, which knows what to send and what a good answer means. Does no I/O, opens nothing
and verifies nothing. Must never put a name, an address or a secret into a path.
"""

from client_sdk.protocol import (
    about,
    blobs,
    codes,
    engagements,
    envelopes,
    joining,
    keepers,
    mail,
    people,
    records,
    release,
    reopening,
    spoken,
)

__all__ = [
    "about",
    "blobs",
    "codes",
    "engagements",
    "envelopes",
    "joining",
    "keepers",
    "mail",
    "people",
    "records",
    "release",
    "reopening",
    "spoken",
]
