"""Runs one vector. Owns no operation: each is in the module that stands beside its generator
(`run_keepers.py` beside `make_keepers.py`), and importing that announces it.
"""

from __future__ import annotations

from tests.vectors import (
    run_accounts,
    run_archive,
    run_codes,
    run_copies,
    run_drafts,
    run_envelopes,
    run_index,
    run_keepers,
    run_primitives,
    run_records,
    run_release,
    run_reopening,
    run_reply,
    run_signed,
)
from tests.vectors.operations import OPERATIONS, run, to_json

__all__ = [
    "OPERATIONS",
    "run",
    "run_accounts",
    "run_archive",
    "run_codes",
    "run_copies",
    "run_drafts",
    "run_envelopes",
    "run_index",
    "run_keepers",
    "run_primitives",
    "run_records",
    "run_release",
    "run_reopening",
    "run_reply",
    "run_signed",
    "to_json",
]
