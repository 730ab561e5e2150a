"""Words for people, names for people, mail as it comes, and twins that are alike."""

from __future__ import annotations

import inspect
import json
import secrets
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from client_sdk import (
    account,
    agreements,
    attachments,
    calls,
    ending,
    engagement,
    errors,
    mail,
    notes,
    sync,
    sync_agreement,
    sync_engagement,
    sync_messages,
    sync_records,
)
from client_sdk.cli.terminal import clean, clean_lines, tell_json
from client_sdk.finding import find, slug
from client_sdk.keep import keep_until
from client_sdk.mail import html_to_text, open_mail
from client_sdk.words import (
    day_of_end,
    in_words,
    instant_in_words,
    parse_day,
    parse_duration,
    plural,
    size_in_words,
)
from keys.names import Role
from keys.vault import EngagementItem

NOW = datetime(2026, 9, 15, 18, 0, tzinfo=UTC)


# --- words --------------------------------------------------------------------------------------------------


def test_dates_in_words() -> None:
    """A date within a year has no year; what is over at midnight is kept until the day before."""
    assert in_words(date(2026, 9, 18), NOW.date()) == "Friday 18 September"
    assert in_words(date(2027, 9, 18), NOW.date()) == "Saturday 18 September 2027"
    assert in_words(date(2026, 3, 1)) == "Sunday 1 March 2026"
    assert day_of_end(int(datetime(2026, 9, 19, tzinfo=UTC).timestamp())) == date(2026, 9, 18)
    assert day_of_end(2**62).year == 9999
    soon, later = NOW + timedelta(hours=3), NOW + timedelta(days=30)
    assert instant_in_words(soon, NOW) == "Tuesday 15 September, 21:00 UTC"
    assert instant_in_words(NOW + timedelta(seconds=90), NOW) == "Tuesday 15 September, 18:01:30 UTC"
    assert instant_in_words(later, NOW) == "Thursday 15 October"
    assert instant_in_words(datetime(2026, 9, 17, tzinfo=UTC), NOW) == "Wednesday 16 September"


def test_numbers_in_words() -> None:
    """Sizes have two figures, and one is one."""
    assert [size_in_words(size) for size in (0, 1, 999, 1000, 2_400_000, 99_960_000, 5_000_000_000)] == [
        "0 bytes",
        "1 byte",
        "999 bytes",
        "1.0 kB",
        "2.4 MB",
        "100 MB",
        "5.0 GB",
    ]
    assert plural(1, "day") == "1 day"
    assert plural(1200, "day") == "1,200 days"


def test_what_people_type() -> None:
    """Lengths of time and days are read as documented, and nothing else is."""
    assert [parse_duration(typed) for typed in ("30d", "12h", "2m", " 90 S ")] == [
        timedelta(days=30),
        timedelta(hours=12),
        timedelta(minutes=2),
        timedelta(seconds=90),
    ]
    assert parse_day("2027-02-28") == date(2027, 2, 28)
    for wrong in ("", "30", "d", "-3d", "0d", "3w", "1.5h", "9999999d"):
        with pytest.raises(errors.Misused):
            parse_duration(wrong)
    for wrong in ("28.2.2027", "2027-02-30", ""):
        with pytest.raises(errors.Misused):
            parse_day(wrong)


def test_how_long_to_keep() -> None:
    """A length counts from now, a day is kept whole, an instant is exact and needs its zone."""
    assert keep_until(None, 100) is None
    assert keep_until(timedelta(seconds=5), 100) == 105
    assert keep_until(date(1970, 1, 2), 100) == 2 * 86_400
    assert keep_until(datetime(1970, 1, 1, 0, 1, tzinfo=UTC), 0) == 60
    with pytest.raises(errors.Misused):
        keep_until(datetime(2026, 1, 1), 0)  # noqa: DTZ001 (that is what is refused)


def test_the_terminal_obeys_nobody() -> None:
    """Control and direction signs of others do not reach the terminal."""
    assert clean("a\x1b[31mb\x07\u202ec\r\nd") == "a[31mbcd"
    assert clean_lines("one\x1b\n\ttwo\n") == ["one", "    two"]


def test_programs_read_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    """In JSON signs that a terminal obeys (a CSI of one sign among them) or that end a line stand by their
    numbers, so that nothing is obeyed where a person looks at it, and a program reads the text as it was.
    """
    text = "a\x1b[31m\x7f\x85\x9b31m\u202e\u2028\u2029\U000e0001 caf\u00e9 \u0416\u00a0\\u009b"
    tell_json("message", subject=text)
    told = capsys.readouterr().out.removesuffix("\n")
    assert clean(told) == told
    assert told.splitlines() == [told]
    assert json.loads(told)["subject"] == text
    assert "caf\u00e9 \u0416" in told


# --- finding ------------------------------------------------------------------------------------------------


def item(name: str, number: int) -> EngagementItem:
    """An engagement with somebody."""
    ids = (bytes([number]) * 16, bytes(16), bytes(16), bytes(16))
    return EngagementItem(Role.COACH, True, *ids, bytes(32), b"", b"", b"", "Anna", name)


PEOPLE = [item("Maya Okafor", 1), item("Tom Field", 2), item("Tomás Ferreira", 3), item("Maya-Lee", 4)]


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("Maya Okafor", "Maya Okafor"),
        ("maya-okafor", "Maya Okafor"),
        ("okafor", "Maya Okafor"),
        ("TOM", "Tom Field"),
        ("tomas", "Tomás Ferreira"),
        ("okaf", "Maya Okafor"),
        ("04" * 16, "Maya-Lee"),
        ("040404", "Maya-Lee"),
    ],
)
def test_who_is_meant(who: str, name: str) -> None:
    """Name, handle, word, beginning and id are understood, the better kind of fit first."""
    assert find(PEOPLE, who).their_name == name


def test_never_guessing() -> None:
    """Between two nobody is chosen; the nearest names are offered."""
    with pytest.raises(errors.NotFound) as caught:
        find(PEOPLE, "maya")
    assert set(caught.value.nearest) == {"Maya Okafor", "Maya-Lee"}
    with pytest.raises(errors.NotFound) as caught:
        find(PEOPLE, "mia-okafor")
    assert caught.value.nearest == ("Maya Okafor",)
    with pytest.raises(errors.NotFound):
        find(PEOPLE, None)
    with pytest.raises(errors.NotFound):
        find([], None)
    assert find(PEOPLE[:1], None) is PEOPLE[0]
    assert slug("  Żółć & Söhne ") == "zołc-sohne"


# --- mail ---------------------------------------------------------------------------------------------------


def test_mail_is_opened(tmp_path: Path) -> None:
    """Subject, text and files of a mail come out; the sender is the address, not the name that it chose."""
    message = EmailMessage(policy=SMTP)
    message["From"] = '"Your Bank" <maya@home.example>'
    message["Subject"] = "Für Anna\u202e"
    message.set_content("Hello\r\nthere\n")
    message.add_alternative("<p>Hello <b>there</b></p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../plan.pdf")
    opened = open_mail(message.as_bytes(), 1)
    assert opened.sender == "maya@home.example"
    assert opened.grade == "sender not checked"
    assert opened.subject == "Für Anna"
    assert opened.text == "Hello\nthere\n"
    names = [one.name for one in opened.attachments]
    assert "plan.pdf" in names
    saved = opened.attachments[names.index("plan.pdf")].save_to(tmp_path, secrets.token_bytes)
    assert saved.read_bytes() == b"%PDF"
    assert "maya" not in repr(opened)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"no headers at all",
        b"From: \xff\r\nSubject: =?utf-8?b?////?=\r\n\r\nx",
        b"From: =?x?q?=\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xe9",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n--a\r\n",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 3000,
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b'Content-Type: application/x; name="=?utf-8?q?=00=0d=0a?="\r\n\r\nx',
        b"Content-Type: message/rfc822\r\n\r\nFrom: a@b\r\n\r\ninner",
    ],
    ids=range(10),
)
def test_broken_mail_is_still_mail(raw: bytes) -> None:
    """Whatever somebody sends, it opens to something printable and never raises."""
    opened = open_mail(raw, 9)
    assert opened.grade == "sender not checked"
    assert all(sign.isprintable() for sign in opened.subject + opened.sender)
    assert len(opened.attachments) <= mail.MOST_PARTS


def test_html_becomes_text() -> None:
    """Text and breaks remain; scripts, styles, pictures and hidden links do not."""
    html = (
        "<head><title>t</title><style>p{}</style></head><p>One<br>two</p><script>alert(1)</script>"
        "<img src='https://track.example/x'><a href='https://evil.example'>press</a> &amp; &lt;b&gt;"
    )
    assert html_to_text(html) == "One\ntwo\npress & <b>\n"


# --- twins --------------------------------------------------------------------------------------------------


def public(kind: type) -> dict[str, object]:
    """The public names of a class."""
    return {name: value for name, value in vars(kind).items() if not name.startswith("_")}


@pytest.mark.parametrize(
    ("plain", "twin"),
    [
        (account.AsyncAccount, sync.Account),
        (engagement.AsyncEngagement, sync_engagement.Engagement),
        (agreements.AsyncAgreement, sync_agreement.Agreement),
        (ending.AsyncClosePlan, sync_agreement.ClosePlan),
        (notes.AsyncNotes, sync_records.Notes),
        (calls.AsyncCalls, sync_records.Calls),
        (attachments.AsyncReceivedFile, sync_messages.ReceivedFile),
        (mail.AsyncMailMessage, sync_messages.MailMessage),
    ],
)
def test_twins_are_alike(plain: type, twin: type) -> None:
    """Both twins have the same names, arguments, defaults, order and documented promise."""
    own_alone = {"since", "refresh", "mailbox_id"} if plain is engagement.AsyncEngagement else set[str]()
    own_alone |= {"follow", "propose_longer", "propose_reopening"} & set(public(plain))
    ours, theirs = public(plain), public(twin)
    made_inside = {"recovery_sheet", "delivered", "plan"}  # attributes of one, properties of the other
    assert set(ours) - own_alone - made_inside == set(theirs) - made_inside
    for name in set(theirs) - made_inside:
        one, other = getattr(plain, name), getattr(twin, name)
        assert callable(one) == callable(other), name
        if callable(one):
            assert arguments(one) == arguments(other), name
            assert other.__doc__, name


def arguments(function: object) -> list[tuple[str, object, object]]:
    """Names, kinds and defaults of what a function takes."""
    found = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return [(one.name, one.kind, one.default) for one in found]


def test_importing_costs_little() -> None:
    """Importing the names that a program begins with loads no network library, no command line and no
    keychain.
    """
    heavy = "('aiohttp', 'nacl', 'cryptography', 'typer', 'rich', 'keyring', 'email', 'sqlite3', 'pydantic')"
    program = (
        "import sys; from client_sdk import Account, AsyncAccount, Attachment, errors; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_the_command_line_begins_with_little() -> None:
    """The names of all commands come without cryptography, database, network and mail library: what a command
    needs is loaded when it is called.
    """
    heavy = (
        "('aiohttp', 'nacl', 'cryptography', 'rich', 'keyring', 'email', 'sqlite3', 'client_sdk.engagement')"
    )
    program = (
        "import sys; from client_sdk.cli.app import app; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_everything_exported_is_there() -> None:
    """Each name of the package can be had, and no other."""
    import client_sdk

    for name in client_sdk.__all__:
        assert getattr(client_sdk, name).__name__
    with pytest.raises(AttributeError):
        _ = client_sdk.Nothing


def test_errors_are_one_tree() -> None:
    """Every error of the tree has a code, a sentence, a hint, and says whether to try again."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)]
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert issubclass(kind, errors.RelayError)
        assert kind.hint.endswith(".")
        assert isinstance(kind.retryable, bool)
        assert kind.__doc__
