"""Release terms: what coach and client each sign of a release, the fixed part of a content of kind 5.

Owns the bytes. The report stands in them whole, so that a signature covers what the sponsor reads. Must never
hand out terms whose hash is not their report's. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from keys.encoding import Reader, counted, exact, u32, u64
from keys.errors import Malformed
from keys.names import FP_BYTES
from keys.report import MOST_REPORT_BYTES, Report, parse_report, report_hash

_VERSION: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class ReleaseTerms:
    """One party's terms: this report, for the reader of this link, within these dates.

    `version` is the report's, from 1. `not_before` 0 means at once; `ends_at` is the first second at which it
    is gone. The coach's dates are a window, the client's lie in it.
    """

    version: int
    reader_fp: bytes
    not_before: int
    ends_at: int
    report: bytes = field(repr=False)

    @property
    def report_hash(self) -> bytes:
        """The hash of the report."""
        return report_hash(self.report)

    def read_report(self) -> Report:
        """Return the parsed report."""
        return parse_report(self.report)

    def encode(self) -> bytes:
        """Return the fixed part; `Malformed` for what no terms can be."""
        _check(self)
        named = u32(self.version) + self.report_hash + exact(self.reader_fp, FP_BYTES, "fp")
        dates = u64(self.not_before) + u64(self.ends_at)
        return _VERSION + bytes(3) + named + dates + counted(self.report, 4)


def parse_terms(fixed: bytes) -> ReleaseTerms:
    """Parse the fixed part of a content of kind 5 strictly, the report in it included."""
    reader = Reader(fixed)
    reader.expect(_VERSION, "version")
    reader.reserved(3)
    version, hashed = reader.u32(), reader.take(32)
    reader_fp, not_before, ends_at = reader.take(FP_BYTES), reader.u64(), reader.u64()
    terms = ReleaseTerms(version, reader_fp, not_before, ends_at, reader.counted(4, MOST_REPORT_BYTES))
    reader.finish()
    _check(terms)
    if hashed != terms.report_hash:
        raise Malformed("the hash is another report's")
    return terms


def _check(terms: ReleaseTerms) -> None:
    if terms.version < 1:
        raise Malformed("versions of a report begin at 1")
    if terms.not_before >= terms.ends_at:
        raise Malformed("a release begins before it ends")
    parse_report(terms.report)
