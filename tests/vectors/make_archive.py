"""Cases of locked copies: a whole file, opened with its password. Each that gets as far as the password
costs its stretching, so there are few.
"""

from __future__ import annotations

from keys import archive
from keys.encoding import label
from keys.stream import CHUNK_BYTES, seal_stream
from tests.vectors.cast import secret
from tests.vectors.generate import Cases, flip, patch

OPEN = "archive.open_archive"
PASSWORD = "hazel orbit linen crow amber"
SALT = secret("archive salt", 16)
KEY = archive.archive_key(PASSWORD, SALT)


def _file(plain: bytes, context: bytes = archive.ARCHIVE_CONTEXT) -> bytes:
    return archive.archive_head(SALT) + seal_stream(KEY, context, plain, secret("archive stream", 24))


def archive_cases(cases: Cases) -> None:
    """Fill `archive.json`."""
    sealed = _file(b"PK\3\4 and what a ZIP goes on with")
    cases.good("a short one", OPEN, password=PASSWORD, sealed=sealed)
    cases.good("the password typed otherwise", OPEN, password=f" {PASSWORD}\u00a0 ", sealed=sealed)
    whole = _file(bytes(CHUNK_BYTES))
    cases.good("a whole chunk", OPEN, password=PASSWORD, sealed=whole)
    for name, changed in {
        "empty": b"",
        "another magic": patch(sealed, 0, b"QBA2"),
        "a ZIP": b"PK\3\4" + sealed[4:],
        "cut in the salt": sealed[: archive.LOCK_BYTES - 1],
        "nothing after the salt": sealed[: archive.LOCK_BYTES],
        "another salt": flip(sealed, 4),
        "the commitment changed": flip(sealed, archive.LOCK_BYTES + 24),
        "a bit changed": flip(sealed, -1),
        "without its short last chunk": whole[:-16],
        "of another context": _file(b"PK\3\4", label("blob")),
    }.items():
        cases.bad(name, OPEN, password=PASSWORD, sealed=changed)
    cases.bad("another password", OPEN, password=PASSWORD + "s", sealed=sealed)
    cases.bad("too short for a password", OPEN, password="hazel orbit", sealed=sealed)
