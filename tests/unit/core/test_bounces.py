"""Return addresses are signed and end; reports of failure are told from everything else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import KeysError
from relay.core.bounces import MOST_BYTES, says_failed
from relay.core.model import DAY_SECONDS
from relay.core.pepper import Pepper
from relay.core.telling import Words

NOW = 1_800_000_000
ACCOUNT, NUMBER, NONCE = b"a" * 16, b"n" * 8, b"o" * 24
WORDS = Words("maya@home.example", "A note", "blue heron on the lake")
SEAL = Pepper(b"p" * 32).notices
SEALED_HASH = "8d78a6534f6c2c3d2560f6c2fdfa90ac34b304da6105ef6f100d3e0acc63b507"
RETURN_LOCAL = "b.nzxg43tonzxg4aaakfupafwpogkbtduy"

REPORT = b"""From: Mail System <mailer-daemon@home.example>\r
Subject: Undelivered Mail Returned to Sender\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status;\r
\tboundary="8F1.1/home.example"\r
\r
Some words for people.\r
--8F1.1/home.example\r
Content-Type: text/plain\r
\r
Action: failed\r
\r
--8F1.1/home.example\r
Content-Description: Delivery report\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.home.example\r
Arrival-Date: Fri, 15 Jan 2027 08:00:00 +0000\r
\r
Final-Recipient: rfc822; maya@home.example\r
Action: ACTION\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
\r
--8F1.1/home.example\r
Content-Type: text/rfc822-headers\r
\r
Subject: A note\r
\r
--8F1.1/home.example--\r
"""


def report(action: bytes = b"failed", *swaps: tuple[bytes, bytes]) -> bytes:
    """A report as Postfix writes it, with parts of it swapped."""
    made = REPORT.replace(b"ACTION", action)
    for old, new in swaps:
        assert old in made
        made = made.replace(old, new)
    return made


@pytest.mark.parametrize("action", [b"failed", b"Failed", b"FAILED (permanent)"])
def test_a_failure_is_understood(action: bytes) -> None:
    """In any case, with a comment behind it."""
    assert says_failed(report(action))


@pytest.mark.parametrize(
    "swap",
    [
        (b'"8F1.1/home.example"', b'"8F1.1/home.example"; x=y'),
        (b"message/delivery-status", b"Message/Global-Delivery-Status; charset=utf-8"),
        (b"report-type=delivery-status", b'REPORT-TYPE="delivery-status"'),
        (b"Status: 5.1.1\r\n", b"Status: 5.1.1\r\n\r\nFinal-Recipient: rfc822; b\r\nAction: relayed\r\n"),
    ],
)
def test_other_spellings_are_understood(swap: tuple[bytes, bytes]) -> None:
    """What the RFCs allow."""
    assert says_failed(report(b"failed", swap))


@pytest.mark.parametrize("action", [b"delayed", b"delivered", b"relayed", b"expanded", b"", b"not failed"])
def test_other_actions_say_nothing(action: bytes) -> None:
    """Only a failure is one."""
    assert not says_failed(report(action))


@pytest.mark.parametrize(
    "swap",
    [
        (b"multipart/report", b"multipart/mixed"),
        (b"report-type=delivery-status", b"report-type=disposition-notification"),
        (b"report-type=delivery-status;", b"report-type=delivery-status; report-type=x;"),
        (b'boundary="8F1.1/home.example"', b'boundary="other"'),
        (b'boundary="8F1.1/home.example"', b"boundary=(comment)8F1"),
        (b"MIME-Version: 1.0", b"Content-Type: text/plain"),
        (b"message/delivery-status", b"text/plain"),
        (b"Content-Description: Delivery report", b"Content-Transfer-Encoding: base64"),
        (b"Reporting-MTA: dns; mx.home.example\r\n", b""),
        (b"Final-Recipient: rfc822; maya@home.example\r\n", b""),
        (b"Status: 5.1.1\r\n", b""),
        (b"Action: failed\r\nStatus", b"Action: delayed\r\nAction: failed\r\nStatus"),
        (b"Status: 5.1.1\r\nDiagnostic", b"Status: 5.1.1\r\nno field here\r\nDiagnostic"),
        (b"Subject: Undelivered", b"no field here\r\nSubject: Undelivered"),
    ],
)
def test_what_is_not_exactly_a_report_says_nothing(swap: tuple[bytes, bytes]) -> None:
    """Not the words in another part, not a report that two readers could understand differently."""
    assert not says_failed(report(b"failed", swap))


def test_no_more_is_read_than_the_limit() -> None:
    """A mail that is longer says nothing, nor does one whose report is behind many parts."""
    assert says_failed(report() + b"x" * (MOST_BYTES - len(report())))
    assert not says_failed(report() + b"x" * (MOST_BYTES - len(report()) + 1))
    many = b"--8F1.1/home.example\r\n\r\n\r\n" * 20
    assert not says_failed(report(b"failed", (b"Some words for people.\r\n", many)))


@given(st.binary(max_size=400), st.integers(0, len(REPORT)))
def test_nothing_in_a_mail_raises(junk: bytes, at: int) -> None:
    """Any bytes, alone and in the middle of a report."""
    says_failed(junk)
    says_failed(REPORT[:at] + junk + REPORT[at:])


def test_words_open_under_their_pepper_and_account_alone() -> None:
    """All have one size, none shows in the bytes, and a changed byte opens nothing."""
    sealed = SEAL.seal(ACCOUNT, WORDS, NONCE)
    assert SEAL.open(ACCOUNT, sealed) == WORDS
    long = Words("a" * 242 + "@home.example", "ü" * 60, "𝄞" * 60)
    assert len(SEAL.seal(ACCOUNT, long, NONCE)) == len(sealed) == 840
    assert SEAL.open(ACCOUNT, SEAL.seal(ACCOUNT, long, NONCE)) == long
    assert b"maya" not in sealed
    assert "maya" not in repr(WORDS)
    for seal, account, box in (
        (SEAL, b"b" * 16, sealed),
        (Pepper(b"q" * 32).notices, ACCOUNT, sealed),
        (SEAL, ACCOUNT, sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (SEAL, ACCOUNT, b""),
    ):
        with pytest.raises(KeysError):
            seal.open(account, box)


def test_a_return_address_is_good_for_its_days_and_not_beyond() -> None:
    """Through the seventh day after, then no more."""
    local = SEAL.bounce_local(NUMBER, NOW)
    last = (NOW // DAY_SECONDS + 8) * DAY_SECONDS - 1
    assert len(local) == 34
    assert SEAL.read_bounce(local, NOW) == NUMBER
    assert SEAL.read_bounce(local, last) == NUMBER
    assert SEAL.read_bounce(local, last + 1) is None


def test_a_return_address_cannot_be_made_or_changed() -> None:
    """No other pepper's, no other character anywhere, no other form."""
    local = SEAL.bounce_local(NUMBER, NOW)
    assert Pepper(b"q" * 32).notices.read_bounce(local, NOW) is None
    for at in range(2, len(local)):
        other = local[:at] + ("a" if local[at] != "a" else "b") + local[at + 1 :]
        assert SEAL.read_bounce(other, NOW) is None
    for wrong in (
        "",
        "b.",
        local[2:],
        local[:-1],
        local + "a",
        local.upper(),
        "b." + "0" * 32,
        "b." + "=" * 32,
    ):
        assert SEAL.read_bounce(wrong, NOW) is None


def test_the_bytes_stay_what_they_are() -> None:
    """What an older release sealed opens, and its return addresses are good: frozen here, as no client has
    the keys.
    """
    sealed = SEAL.seal(ACCOUNT, WORDS, NONCE)
    assert hashlib.sha256(sealed).hexdigest() == SEALED_HASH
    assert SEAL.bounce_local(NUMBER, NOW) == RETURN_LOCAL
