"""The file with the firm's mark. Owns reading it; what it must be is decided in `relay.core.mark`."""

from __future__ import annotations

from pathlib import Path

from relay.core.errors import Malformed
from relay.core.mark import MOST_BYTES, check_mark


class MarkRefused(Exception):
    """The mark cannot be used. The text is a sentence for the operator."""


def read_mark(path: Path | None) -> bytes | None:
    """The image of the setting `relay.mark`, if there is one. Raises MarkRefused."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            image = file.read(MOST_BYTES + 1)
        check_mark(image)
    except OSError as failure:
        raise MarkRefused(f"relay.mark: {path}: {failure.strerror}") from None
    except Malformed as fault:
        raise MarkRefused(f"relay.mark: {path}: {fault.private}") from None
    return image
