"""Cases of the report: its bytes and the steps by which it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keys import report_steps
from keys.content import Content, ContentKind
from keys.encoding import counted, u16, u32, u64
from keys.envelope import EnvelopeClass
from keys.names import ZERO_HASH
from keys.release import link_reader_fp, release_content
from keys.release_terms import ReleaseTerms
from keys.report import Goal, Report, report_hash
from keys.report_steps import AnswerStep, SignedStep, VersionStep
from keys.sealing import sign_content
from tests.vectors.cast import (
    CLIENT,
    COACH,
    DAY,
    ENGAGEMENT_ID,
    EXPIRES_AT,
    NOW,
    POLICY,
    Person,
    message,
    secret,
)
from tests.vectors.generate import Cases, patch

PARSE = "report.parse_report"
STEP = "report_steps.parse_step"
LINK_SECRET = secret("release link")
READER_FP = link_reader_fp(LINK_SECRET)
BEGINS_AT = 20_610 * DAY

REPORT = Report(
    engagement_id=ENGAGEMENT_ID,
    coach_fp=COACH.fp,
    client_fp=CLIENT.fp,
    period_begins_at=BEGINS_AT,
    period_ends_at=BEGINS_AT + 112 * DAY,
    coach_name="Anna Harrow",
    client_name="Maya Lindqvist",
    sponsor_name=POLICY.sponsor_name,
    sponsor_person="Joan Reyes, personnel",
    goals=(
        Goal(
            "Lead the merger team through its first quarter.",
            "The team says in May what it said in March.",
            "On course.\nTwo of three milestones.",
        ),
        Goal("Say no earlier. Älskar te. 🌿"),
    ),
    client_words="I used to answer at midnight.\n\nI do not any more.",
    next_steps="A short look back in spring.",
)
SECOND = replace(REPORT, client_words="I used to answer at midnight.")
RAW = REPORT.encode()
_NAMES_AT = 100
_UNSAFE = (1 << 53).to_bytes(8, "big")


def report_cases(cases: Cases) -> None:
    """Fill `report.json`."""
    _reports(cases)
    _bad_heads(cases)
    _bad_names(cases)
    _bad_goals(cases)
    _bad_words(cases)
    _bad_calls(cases)
    _steps(cases)
    _bad_steps(cases)


def _reports(cases: Cases) -> None:
    bare = replace(REPORT, sponsor_person="", goals=(), client_words="", next_steps="")
    longest = Goal("g" * 4_000, "ä" * 2_000, "w" * 4_000)
    full = (longest, longest, longest, Goal("g" * 4_000, "h" * 3_400))
    for name, one in {
        "two goals": REPORT,
        "another version": SECOND,
        "nothing yet": bare,
        "the longest texts": replace(bare, goals=full[:3], client_words="ä" * 4_000, next_steps="n" * 8_000),
        "12 goals": replace(REPORT, goals=(Goal("one"),) * 12),
        "names of 255 bytes": replace(REPORT, coach_name="c" * 255, sponsor_person="ä" * 127 + "p"),
        "calls named": replace(REPORT, call_days=(20_611, 20_625, 20_625, 20_639)),
        "calls named, none held": replace(REPORT, call_days=()),
        "366 calls": replace(REPORT, call_days=tuple(range(20_000, 20_366))),
        "marks of direction, which turn nothing": replace(REPORT, client_words="\u200e\u05de\u05d0\u200f"),
    }.items():
        cases.good(name, PARSE, raw=one.encode())


def with_names(*names: bytes) -> bytes:
    """The report with these four names, whatever they are."""
    old = b"".join(counted(name.encode(), 1) for name in _four(REPORT))
    return RAW[:_NAMES_AT] + b"".join(counted(name, 1) for name in names) + RAW[_NAMES_AT + len(old) :]


def _four(one: Report) -> tuple[str, str, str, str]:
    return (one.coach_name, one.client_name, one.sponsor_name, one.sponsor_person)


def with_body(goals: bytes, words: bytes = b"\0\0\0\0", calls: bytes = b"\0\0", flags: int = 0) -> bytes:
    """The report with these goals (their count first), words and calls, whatever they are."""
    names = b"".join(counted(name.encode(), 1) for name in _four(REPORT))
    return patch(RAW[:_NAMES_AT], 1, bytes([flags])) + names + goals + words + calls


def goal(*texts: bytes) -> bytes:
    """The three texts of a goal, whatever they are."""
    return b"".join(counted(text, 2) for text in texts)


def _bad_heads(cases: Cases) -> None:
    full = goal(b"g" * 4_000, b"h" * 4_000, b"w" * 4_000)
    for name, raw in {
        "empty": b"",
        "version 2": patch(RAW, 0, b"\2"),
        "flag 2": patch(RAW, 1, b"\2"),
        "first reserved byte": patch(RAW, 2, b"\1"),
        "second reserved byte": patch(RAW, 3, b"\1"),
        "period begins within a day": patch(RAW, 84, u64(BEGINS_AT + 1)),
        "period ends within a day": patch(RAW, 92, u64(BEGINS_AT + DAY + 1)),
        "period of no day": patch(RAW, 92, u64(BEGINS_AT)),
        "period that ends before it begins": patch(RAW, 92, u64(BEGINS_AT - DAY)),
        "period above 2**53": patch(RAW, 92, _UNSAFE),
        "cut short": RAW[:-1],
        "a byte after": RAW + b"\0",
        "60,001 bytes": _of_size(60_001, full),
    }.items():
        cases.bad(name, PARSE, raw=raw)
    cases.good("60,000 bytes", PARSE, raw=_of_size(60_000, full))


def _of_size(size_bytes: int, full: bytes) -> bytes:
    base = with_body(b"\5" + full * 4 + goal(b"g", b"", b""), bytes(4))
    left = size_bytes - len(base)
    last = goal(b"g" * min(4_000, left), b"", b"")
    words = counted(b"c" * (left + 1 - min(4_000, left)), 2)
    return with_body(b"\5" + full * 4 + last, words + b"\0\0")


def _bad_names(cases: Cases) -> None:
    good = [name.encode() for name in _four(REPORT)]
    for name, changed in {
        "coach without a name": [b"", *good[1:]],
        "client without a name": [good[0], b"", *good[2:]],
        "sponsor without a name": [*good[:2], b"", good[3]],
        "name of two lines": [b"Anna\nHarrow", *good[1:]],
        "person of two lines": [*good[:3], b"Joan\nReyes"],
        "name not UTF-8": [b"Anna\xff", *good[1:]],
        "name with half of a surrogate pair": [b"Anna\xed\xa0\x80", *good[1:]],
        "name that turns direction": ["Anna \u202eworraH".encode(), *good[1:]],
        "name with a tab": [b"Anna\tHarrow", *good[1:]],
        "name with a zero byte": [good[0], b"Maya\0", *good[2:]],
    }.items():
        cases.bad(name, PARSE, raw=with_names(*changed))


def _bad_goals(cases: Cases) -> None:
    one = goal(b"one", b"", b"")
    for name, goals in {
        "13 goals": b"\x0d" + one * 13,
        "a goal less than said": b"\2" + one,
        "a goal more than said": b"\1" + one * 2,
        "a goal that is empty": b"\1" + goal(b"", b"how", b"where"),
        "goal of 4,001 bytes": b"\1" + goal(b"g" * 4_001, b"", b""),
        "how we will know of 4,001 bytes": b"\1" + goal(b"g", b"h" * 4_001, b""),
        "where it stands of 4,001 bytes": b"\1" + goal(b"g", b"", "ä".encode() * 2_000 + b"w"),
        "goal not UTF-8": b"\1" + goal(b"\xc3", b"", b""),
        "goal with a carriage return": b"\1" + goal(b"one\r\ntwo", b"", b""),
        "goal with an escape": b"\1" + goal(b"\x1b[31mred", b"", b""),
        "goal with DEL": b"\1" + goal(b"one\x7f", b"", b""),
        "goal with a C1 control": b"\1" + goal("one\u0085".encode(), b"", b""),
    }.items():
        cases.bad(name, PARSE, raw=with_body(goals))


def _bad_words(cases: Cases) -> None:
    for name, words in {
        "client's words of 8,001 bytes": counted(b"c" * 8_001, 2) + b"\0\0",
        "next of 8,001 bytes": b"\0\0" + counted(b"n" * 8_001, 2),
        "client's words not UTF-8": counted(b"\xff", 2) + b"\0\0",
        "words over-long in UTF-8": counted(b"\xc0\xaf", 2) + b"\0\0",
        "next with a zero byte": b"\0\0" + counted(b"a\0b", 2),
        "words that embed left to right": counted("a\u202ab".encode(), 2) + b"\0\0",
        "words that isolate": counted("a\u2066b".encode(), 2) + b"\0\0",
        "words that end an isolate": counted("a\u2069b".encode(), 2) + b"\0\0",
    }.items():
        cases.bad(name, PARSE, raw=with_body(b"\0", words))


def _bad_calls(cases: Cases) -> None:
    two = u16(2) + u32(20_611) + u32(20_625)
    for name, calls, flags in (
        ("calls without the flag", two, 0),
        ("calls not ascending", u16(2) + u32(20_625) + u32(20_611), 1),
        ("a call less than said", u16(3) + two[2:], 1),
        ("a call more than said", u16(1) + two[2:], 1),
        ("367 calls", u16(367) + u32(20_611) * 367, 1),
        ("no count of calls", b"", 1),
    ):
        cases.bad(name, PARSE, raw=with_body(b"\0", bytes(4), calls, flags))


# --- steps ---


def terms_of(**changes: Any) -> ReleaseTerms:
    """The coach's terms, with changes."""
    fields: dict[str, Any] = {
        "version": 2,
        "reader_fp": READER_FP,
        "not_before": 0,
        "ends_at": EXPIRES_AT,
        "report": SECOND.encode(),
    }
    return ReleaseTerms(**(fields | changes))


def signed_content(who: Person, terms: ReleaseTerms, **changes: Any) -> Content:
    """One party's content of kind 5, with changes."""
    return replace(release_content(message(who, COACH if who is CLIENT else CLIENT), terms), **changes)


def signed_step(who: Person, terms: ReleaseTerms, *, link: bytes | None = None) -> SignedStep:
    """One party's step that signs these terms."""
    part = sign_content(signed_content(who, terms).encode(), EnvelopeClass.RELEASE, who.identity)
    given = link if link is not None else (LINK_SECRET if who is COACH else report_steps.NO_LINK)
    return SignedStep(terms.version, report_hash(RAW), given, part.signature, part.content)


def steps() -> dict[str, report_steps.Step]:
    """Return one step of each shape."""
    return {
        "version 1": VersionStep(1, ZERO_HASH, RAW),
        "version 2": VersionStep(2, report_hash(RAW), SECOND.encode()),
        "signed by the coach": signed_step(COACH, terms_of()),
        "signed by the client": signed_step(CLIENT, terms_of(not_before=NOW + DAY)),
        "an answer": AnswerStep(2, report_hash(RAW), report_hash(SECOND.encode())),
    }


def _steps(cases: Cases) -> None:
    for name, step in steps().items():
        cases.good(name, STEP, fixed=report_steps.encode_step(step))


def _bad_steps(cases: Cases) -> None:
    made = {name: report_steps.encode_step(step) for name, step in steps().items()}
    version, signed, answer = made["version 2"], made["signed by the coach"], made["an answer"]
    first = made["version 1"]
    for name, fixed in {
        "empty": b"",
        "format 2": patch(version, 0, b"\2"),
        "step 0": patch(version, 1, b"\0"),
        "step 4": patch(version, 1, b"\4"),
        "first reserved byte": patch(version, 2, b"\1"),
        "second reserved byte": patch(version, 3, b"\1"),
        "version 0": patch(version, 4, u32(0)),
        "version 1 with a version before": patch(first, 8, secret("hash")),
        "version 2 without a version before": patch(version, 8, ZERO_HASH),
        "a report that is none": patch(version, 44, b"\2"),
        "a report cut short": version[:40] + counted(RAW[:-1], 4),
        "a report of 60,001 bytes": version[:40] + u32(60_001) + bytes(60_001),
        "a version cut short": version[:-1],
        "a byte after a version": version + b"\0",
        "a signature cut short": signed[:-1],
        "a byte after a signature": signed + b"\0",
        "a signed content of more than 64 KiB": signed[:136] + u32(65_537) + bytes(65_537),
        "an answer to no report": patch(answer, 40, ZERO_HASH),
        "an answer cut short": answer[:-1],
        "a byte after an answer": answer + b"\0",
    }.items():
        cases.bad(name, STEP, fixed=fixed)


def step_content(step: report_steps.Step, who: Person = COACH, **changes: Any) -> Content:
    """A content of kind 13 that carries a step."""
    other = COACH if who is CLIENT else CLIENT
    shown = {"answer": "change", "note": "The second goal."} if isinstance(step, AnswerStep) else {}
    fields: dict[str, Any] = {
        "kind": ContentKind.REPORT,
        "fixed": report_steps.encode_step(step),
        "shown": shown,
    }
    return message(who, other, **(fields | changes))
