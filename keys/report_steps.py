"""Report steps: how a report is made, the fixed part of a content of kind 13: a version, a signature, an
answer.

Owns the bytes of the three. A signature here is half a release: what is in it is judged by `keys.release`.
Must never take a step that names a version without naming the one before. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from keys.encoding import Reader, counted, exact, u32
from keys.errors import Malformed
from keys.locks import LINK_SECRET_BYTES
from keys.names import ZERO_HASH
from keys.report import MOST_REPORT_BYTES, parse_report, report_hash
from keys.suite import SIGNATURE_BYTES

DECLINED: Final = "declined"
CHANGE: Final = "change"
NO_LINK: Final = bytes(LINK_SECRET_BYTES)
MOST_CONTENT_BYTES: Final = 64 * 1024
"""Above every content of kind 5."""

_VERSION: Final = b"\x01"


class StepKind(IntEnum):
    """What a step does."""

    VERSION = 1
    SIGNED = 2
    ANSWER = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What all steps have: the version of the report that they are about, from 1, and the hash of the report
    of the version before (zeros for version 1).
    """

    version: int
    previous_hash: bytes


@dataclass(frozen=True, slots=True)
class VersionStep(Step):
    """A version; its author wrote what differs from the one before."""

    report: bytes = field(repr=False)

    @property
    def report_hash(self) -> bytes:
        """The hash of the report."""
        return report_hash(self.report)


@dataclass(frozen=True, slots=True)
class SignedStep(Step):
    """One party's signature: a content of kind 5 and the signature over it. The coach's brings the link's
    secret, the client's zeros.
    """

    link_secret: bytes = field(repr=False)
    signature: bytes
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnswerStep(Step):
    """Not released, or a change is asked for, of the version with this hash; which, stands in the JSON."""

    report_hash: bytes


def encode_step(step: Step) -> bytes:
    """Return the fixed part; `Malformed` for a field that the format forbids."""
    _check(step)
    if isinstance(step, VersionStep):
        return _head(StepKind.VERSION, step) + counted(step.report, 4)
    if isinstance(step, SignedStep):
        signed = exact(step.signature, SIGNATURE_BYTES, "signature") + counted(step.content, 4)
        return _head(StepKind.SIGNED, step) + exact(step.link_secret, LINK_SECRET_BYTES, "secret") + signed
    if isinstance(step, AnswerStep):
        return _head(StepKind.ANSWER, step) + exact(step.report_hash, 32, "report hash")
    raise Malformed("not a step")


def parse_step(fixed: bytes) -> Step:
    """Parse the fixed part of a content of kind 13 strictly, a report in it included. The content inside a
    signature is parsed by `keys.content`, and verified by nobody yet.
    """
    reader = Reader(fixed)
    reader.expect(_VERSION, "version")
    kind = reader.between(reader.u8(), StepKind.VERSION, StepKind.ANSWER, "step")
    reader.reserved(2)
    about = (reader.u32(), reader.take(32))
    step = _read_rest(StepKind(kind), about, reader)
    reader.finish()
    _check(step)
    return step


def check_shown(step: Step, shown: Mapping[str, Any]) -> None:
    """Check the answer among the display fields; `Malformed` where it is none. Its note is bounded as every
    note is.
    """
    if isinstance(step, AnswerStep) and shown.get("answer") not in (DECLINED, CHANGE):
        raise Malformed("an answer declines or asks for a change")


def _read_rest(kind: StepKind, about: tuple[int, bytes], reader: Reader) -> Step:
    if kind is StepKind.VERSION:
        return VersionStep(*about, reader.counted(4, MOST_REPORT_BYTES))
    if kind is StepKind.SIGNED:
        secret, signature = reader.take(LINK_SECRET_BYTES), reader.take(SIGNATURE_BYTES)
        return SignedStep(*about, secret, signature, reader.counted(4, MOST_CONTENT_BYTES))
    return AnswerStep(*about, reader.take(32))


def _head(kind: StepKind, step: Step) -> bytes:
    previous = exact(step.previous_hash, 32, "report hash")
    return _VERSION + bytes([kind, 0, 0]) + u32(step.version) + previous


def _check(step: Step) -> None:
    if step.version < 1 or (step.version == 1) != (step.previous_hash == ZERO_HASH):
        raise Malformed("only version 1 has none before")
    if isinstance(step, VersionStep):
        parse_report(step.report)
    if isinstance(step, AnswerStep) and step.report_hash == ZERO_HASH:
        raise Malformed("an answer is to a report")
