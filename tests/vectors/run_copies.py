"""Runs one vector of people's word on their own copies, in terms of `keys`. README.md says the same for
others.
"""

from __future__ import annotations

from keys import copies_gone, receipt_check
from tests.vectors.operations import Outputs, operation


@operation("copies_gone.open_copies_gone")
def _open(raw: bytes, engagement_id: bytes, public: bytes, due_at: int) -> Outputs:
    gone = copies_gone.open_copies_gone(raw, engagement_id, public)
    return _outputs(gone) | {"gone_at": gone.gone_at(due_at)}


@operation("receipt_check.own_copies")
def _file(file: str) -> Outputs:
    found = receipt_check.check_receipt_file(file.encode("utf-8"))
    said = [
        {"public": one.identity_public} | (_outputs(one.gone) if one.gone else {"computer": None})
        for one in found.own_copies
    ]
    return {"sound": found.sound, "own_copies": said}


def _outputs(gone: copies_gone.CopiesGone) -> Outputs:
    moments = [[one.through, one.gone_at] for one in gone.moments]
    return {"computer": gone.computer, "moments": moments}
