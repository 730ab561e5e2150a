"""When a notice goes and what it says: delays, hours, ceilings, warnings, and words without links."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.core.errors import Malformed
from relay.core.model import DAY_SECONDS
from relay.core.telling import (
    MOST_DELAY_SECONDS,
    Channel,
    Pending,
    Times,
    Window,
    check_times,
    check_words,
    delay_seconds,
    due_at,
    held_until,
    notice_text,
    retry_at,
    warned_until,
    windows,
    with_sent,
)

MIDNIGHT = 20_000 * DAY_SECONDS
HOUR = 3600
AT_ONCE = Times("at-once", True, 8, 0, 0, 0)
EVERY_PENDING = [Pending(bits) for bits in range(16)]

hours = st.integers(0, 23)
times = st.builds(
    Times, st.sampled_from(["at-once", "daily"]), st.just(True), hours, hours, hours, st.integers(-840, 840)
)
instants = st.integers(MIDNIGHT, MIDNIGHT + 40 * DAY_SECONDS)


def channel(times: Times = AT_ONCE, sent: tuple[int, ...] = ()) -> Channel:
    """A confirmed channel after these notices."""
    remembered = b"".join(at.to_bytes(8, "big") for at in sent)
    return Channel(bytes(16), bytes(8), b"", "confirmed", times, b"", 0, MIDNIGHT * 2, sent=remembered)


def local_hour(times: Times, at: int) -> int:
    """What the person's clock shows."""
    return (at + times.offset_minutes * 60) % DAY_SECONDS // HOUR


@given(st.binary(min_size=8, max_size=8))
def test_the_delay_is_two_to_twenty_minutes(drawn: bytes) -> None:
    """Whatever was drawn."""
    assert 120 <= delay_seconds(drawn) <= 1200


@pytest.mark.parametrize(
    ("given_times", "now", "due"),
    [
        (AT_ONCE, MIDNIGHT, MIDNIGHT + 300),
        (replace(AT_ONCE, quiet_from=22, quiet_until=7), MIDNIGHT, MIDNIGHT + 7 * HOUR + 300),
        (
            replace(AT_ONCE, quiet_from=22, quiet_until=7),
            MIDNIGHT + 22 * HOUR - 300,
            MIDNIGHT + 31 * HOUR + 300,
        ),
        (
            replace(AT_ONCE, quiet_from=22, quiet_until=7),
            MIDNIGHT + 22 * HOUR - 301,
            MIDNIGHT + 22 * HOUR - 1,
        ),
        (replace(AT_ONCE, quiet_from=9, quiet_until=17), MIDNIGHT + 9 * HOUR, MIDNIGHT + 17 * HOUR + 300),
        (
            replace(AT_ONCE, quiet_from=22, quiet_until=7, offset_minutes=-300),
            MIDNIGHT + 4 * HOUR,
            MIDNIGHT + 12 * HOUR + 300,
        ),
        (replace(AT_ONCE, timing="daily"), MIDNIGHT + 7 * HOUR, MIDNIGHT + 8 * HOUR + 300),
        (replace(AT_ONCE, timing="daily"), MIDNIGHT + 8 * HOUR, MIDNIGHT + 32 * HOUR + 300),
        (
            replace(AT_ONCE, timing="daily", offset_minutes=90),
            MIDNIGHT,
            MIDNIGHT + 6 * HOUR + 1800 + 300,
        ),
        (
            replace(AT_ONCE, timing="daily", quiet_from=6, quiet_until=10),
            MIDNIGHT,
            MIDNIGHT + 10 * HOUR + 300,
        ),
    ],
)
def test_an_arrival_is_told_after_the_delay_or_at_the_hour(given_times: Times, now: int, due: int) -> None:
    """By the person's own clock; what falls into quiet hours comes after them."""
    assert due_at(channel(given_times), Pending.ARRIVED, now, 300) == due


def test_a_warning_alone_waits_for_the_hour() -> None:
    """It is no news of this minute."""
    assert due_at(channel(), Pending.IN_A_WEEK, MIDNIGHT, 300) == MIDNIGHT + 8 * HOUR + 300


@given(times, st.integers(0, 3), instants, st.integers(120, 1200))
def test_no_notice_falls_into_quiet_hours(one: Times, sent: int, now: int, delay: int) -> None:
    """Not when it is dated, not when it is looked at again; and never before now, nor a day late."""
    before = channel(one, tuple(now - 60 * number for number in range(sent, 0, -1)))
    due, held = due_at(before, Pending.ARRIVED, now, delay), held_until(before, now)
    for at in (due, held):
        hour = local_hour(one, at)
        inside = (
            one.quiet_from <= hour < one.quiet_until
            if one.quiet_from <= one.quiet_until
            else not one.quiet_until <= hour < one.quiet_from
        )
        assert not inside
    assert now + 120 <= due <= now + 2 * DAY_SECONDS + HOUR + 2 * MOST_DELAY_SECONDS
    assert now <= held <= now + DAY_SECONDS + HOUR


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=80))
def test_two_an_hour_and_six_a_day_at_most(pauses: list[int]) -> None:
    """However things arrive: no hour holds three notices, no day seven."""
    now, sent, gone = MIDNIGHT, b"", list[int]()
    for pause in pauses:
        now = max(held_until(replace(channel(), sent=sent), now + pause), now)
        sent = with_sent(sent, now)
        gone.append(now)
    assert all(later - gone[at] >= HOUR for at, later in enumerate(gone[2:]))
    assert all(later - gone[at] >= DAY_SECONDS for at, later in enumerate(gone[6:]))
    assert len(sent) <= 48


def test_what_no_ceiling_needs_is_forgotten() -> None:
    """Instants older than a day are not kept, and none that a clock put right says is to come."""
    sent = b"".join((MIDNIGHT + at).to_bytes(8, "big") for at in (-DAY_SECONDS, -1, 99))
    assert with_sent(sent, MIDNIGHT) == b"".join((MIDNIGHT + at).to_bytes(8, "big") for at in (-1, 0))


def test_tries_are_further_and_further_apart() -> None:
    """One minute, twice as long each time, four hours at most."""
    waits = [retry_at(attempts, 0) for attempts in (1, 2, 3, 8, 9, 500)]
    assert waits == [60, 120, 240, 7680, 4 * HOUR, 4 * HOUR]


def test_days_of_warnings_meet_without_gap_or_overlap() -> None:
    """From one look to the next, however many days lie between, each end falls into each kind once."""
    first, second = windows(10, 11), windows(11, 15)
    assert first[2] == Window(Pending.IN_A_DAY, 12 * DAY_SECONDS, 13 * DAY_SECONDS)
    assert [one.until for one in first] == [one.after for one in second]
    assert [one.what for one in first] == [Pending.IN_A_MONTH, Pending.IN_A_WEEK, Pending.IN_A_DAY]
    assert warned_until(Pending.IN_A_DAY | Pending.IN_A_WEEK, 0) == 8 * DAY_SECONDS


@pytest.mark.parametrize("pending", EVERY_PENDING)
def test_a_notice_holds_no_number_link_or_name(pending: Pending) -> None:
    """Moment 8: every notice there is, with the phrase and nothing of anybody."""
    text = notice_text(pending, "blue heron on the lake")
    assert text.isascii()
    assert not re.search(r"[0-9@/<>{}]|www|http|\.[a-z]", text)
    assert text.endswith("\n\nblue heron on the lake\n")
    assert all(
        word.islower() or word in {"Something", "This", "Go"} for word in re.findall(r"[A-Za-z]+", text)
    )
    assert ("deleted" in text) == bool(pending.warnings)
    assert ("waiting" in text) == (Pending.ARRIVED in pending)


def test_the_soonest_warning_is_the_one_that_is_said() -> None:
    """One sentence, of the one that presses."""
    assert "in a day" in notice_text(Pending.IN_A_DAY | Pending.IN_A_MONTH, "x")
    assert "month" not in notice_text(Pending.IN_A_DAY | Pending.IN_A_MONTH, "x")


@pytest.mark.parametrize(
    "words", ["blue heron on the lake", "Grüße vom See", "z.B. morgen", "a" * 60, "1.5 kg"]
)
def test_plain_words_are_taken(words: str) -> None:
    """Of any language, up to 60 characters."""
    check_words(words, words)


@pytest.mark.parametrize(
    "words",
    [
        "", " ", " heron", "heron ", "a" * 61, "blue\r\nBcc: x", "blue\nheron", "blue\theron", "nul\0",
        "\u202eheron", "https://lake", "see WWW.lake", "heron@lake", "heron.example", "go to lake.io/x",
        "größe.example", "a\u2028b",
    ],
)  # fmt: skip
def test_words_that_break_a_header_or_make_a_link_are_refused(words: str) -> None:
    """As subject line and as phrase."""
    for pair in ((words, "fine"), ("fine", words)):
        with pytest.raises(Malformed):
            check_words(*pair)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timing": "often"},
        {"hour": 24},
        {"hour": -1},
        {"quiet_from": 24},
        {"quiet_until": 99},
        {"offset_minutes": 841},
        {"offset_minutes": -841},
    ],
)
def test_hours_that_no_clock_shows_are_refused(wrong: dict[str, int]) -> None:
    """Each field for itself."""
    check_times(AT_ONCE)
    with pytest.raises(Malformed):
        check_times(replace(AT_ONCE, **wrong))  # type: ignore[arg-type]
