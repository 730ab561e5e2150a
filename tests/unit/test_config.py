"""Settings: what is given counts, what is wrong is named, and nothing is guessed."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.config import ConfigError, Listen, Setting, Settings, described, load, read_table
from relay.config.forms import Remote, is_loopback, parse_listen, parse_origin
from tests.unit import example_config

LEAST = '[relay]\norigin = "https://relay.example"\n[smtp]\ndomain = "relay.example"\n'
Load = Callable[[str], Settings]
SETTINGS = {setting.name: setting for setting in described()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "relay.toml"


@pytest.fixture
def from_text(path: Path) -> Load:
    """Loads a file with a given text."""

    def load_text(text: str) -> Settings:
        path.write_text(text, encoding="utf-8")
        return load(path)

    return load_text


@pytest.fixture
def refusal(from_text: Load) -> Callable[[str], str]:
    """What is said of a file that must not load."""

    def text_of(text: str) -> str:
        with pytest.raises(ConfigError) as caught:
            from_text(text)
        return str(caught.value)

    return text_of


Refusal = Callable[[str], str]


def test_least(from_text: Load, tmp_path: Path) -> None:
    """Origin and domain are enough; the rest has defaults, and paths start at the file's folder."""
    settings = from_text(LEAST)
    assert settings.relay.data_dir == tmp_path
    assert settings.keeper.socket == tmp_path / "keeper.sock"
    assert settings.mail.folder == tmp_path / "outbox"
    assert settings.http.listen == Listen("127.0.0.1", 8080)
    assert settings.smtp.greeting == "relay.example"
    assert settings.mail_from == "notice@relay.example"
    assert settings.limits.max_deposit_bytes == 8 << 20


def test_file(from_text: Load) -> None:
    """What the file says counts, absolute paths as they are."""
    more = '[keeper]\nfolder = "/srv/keeper"\n[mail]\nfrom_address = "Relay@Relay.Example"\n[operator]\n'
    settings = from_text(
        LEAST + 'hostname = "mx.relay.example"\n' + more + 'refused_domains = ["Corp.Example"]\n'
    )
    assert settings.keeper.folder == Path("/srv/keeper")
    assert settings.mail_from == "relay@relay.example"
    assert settings.operator.refused_domains == ("corp.example",)
    assert settings.smtp.greeting == "mx.relay.example"


def test_keeper_elsewhere(from_text: Load, refusal: Refusal, tmp_path: Path) -> None:
    """A keeper on another machine has a host and a port, and is nobody's child; anything else is a path."""
    far = '[keeper]\nautostart = false\nsocket = "{}"\n'
    for host, port in ("keeper.example", 8443), ("2001:db8::1", 1):
        at = from_text(LEAST + far.format(Remote(host, port))).keeper.socket
        assert at == Remote(host, port)
    assert from_text(LEAST + far.format("a:b")).keeper.socket == tmp_path / "a:b"
    assert "autostart = false" in refusal(LEAST + '[keeper]\nsocket = "keeper.example:8443"\n')
    assert "HOST:PORT" in refusal(LEAST + far.format("keeper.example:70000"))
    assert "keeper.socket" in refusal(LEAST + "[keeper]\nsocket = 8443\n")


def test_backups(from_text: Load, refusal: Refusal, tmp_path: Path) -> None:
    """The ledger stands beside the backups, never in their folder, and no schedule without a tail."""
    settings = from_text(LEAST)
    assert settings.backup.ledger == tmp_path / "ledger"
    assert (settings.backup.tail_days, settings.backup.every_hours) == (14, 0)
    apart = "backup: the ledger must be outside the folder of the backups"
    for ledger in ("backups", "backups/ledger"):
        assert refusal(f'{LEAST}[backup]\nledger = "{ledger}"\n') == apart
    assert refusal(LEAST + "[backup]\ntail_days = 0\nevery_hours = 6\n") == (
        "backup: every_hours needs tail_days over 0"
    )
    assert "backup.tail_days" in refusal(LEAST + "[backup]\ntail_days = 366\n")
    assert "backup.every_hours" in refusal(LEAST + "[backup]\nevery_hours = -1\n")


def test_environment_first(from_text: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable goes before the file, setting by setting, and is held to the same forms."""
    for name, value in {
        "RELAY_HTTP__LISTEN": "[::1]:0",
        "RELAY_SMTP__IDLE_SECONDS": "5",
        "RELAY_OPERATOR__REFUSED_DOMAINS": "corp.example, firm.example",
        "RELAY_KEEPER__AUTOSTART": "false",
        "RELAY_CLOCK__OFFSET_FILE": "offset",
        "RELAY_MAIL__USERNAME": "relay",
        "RELAY_MAIL__PASSWORD": "lantern",
    }.items():
        monkeypatch.setenv(name, value)
    settings = from_text(LEAST + "idle_seconds = 6\nmax_commands = 7\n")
    assert settings.http.listen == Listen("::1", 0)
    assert (settings.smtp.idle_seconds, settings.smtp.max_commands) == (5, 7)
    assert settings.operator.refused_domains == ("corp.example", "firm.example")
    assert settings.keeper.autostart is False
    assert settings.clock.offset_file == tmp_path / "offset"
    assert settings.mail.password
    assert settings.mail.password.get_secret_value() == "lantern"
    assert "lantern" not in repr(settings) + str(settings.mail.model_dump())


def test_environment_alone(from_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty file is enough where the environment has the rest."""
    monkeypatch.setenv("RELAY_RELAY__ORIGIN", "http://127.0.0.1:8080")
    monkeypatch.setenv("RELAY_SMTP__DOMAIN", "relay.test")
    assert from_text("").relay.origin == "http://127.0.0.1:8080"


NO_NAME = "there is no such name here"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[htpp]\n", f"htpp: {NO_NAME}; did you mean http?"),
        ("[http]\nlisen = 1\n", f"http.lisen: {NO_NAME}; did you mean listen?"),
        ("[limits]\nsession_hour = 1\n", f"limits.session_hour: {NO_NAME}; did you mean session_hours?"),
        ("[limits]\nzzz = 1\n", f"limits.zzz: {NO_NAME}"),
        ("[self]\n", f"self: {NO_NAME}"),
    ],
)
def test_unknown_key(refusal: Refusal, text: str, said: str) -> None:
    """A mistyped table or key stops the start and the nearest name is told."""
    assert refusal(LEAST + text) == said


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("RELAY_HTTP__LISEN", "; did you mean RELAY_HTTP__LISTEN?"),
        ("RELAY_HTTP_LISTEN", "; did you mean RELAY_HTTP__LISTEN?"),
        ("RELAY_ZZZ", ""),
        ("relay_smtp__domain", "; did you mean RELAY_SMTP__DOMAIN?"),
    ],
)
def test_unknown_variable(refusal: Refusal, monkeypatch: pytest.MonkeyPatch, name: str, near: str) -> None:
    """A mistyped variable stops the start and the nearest name is told; its value is not."""
    monkeypatch.setenv(name, '{"password": "lantern"}')
    said = refusal(LEAST)
    assert f"{name}: no such variable{near}" in said.splitlines()
    assert "lantern" not in said


def test_all_mistakes(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    """All mistakes are told at once, one a line, without what was written."""
    monkeypatch.setenv("RELAY_SMTP__MAX_BYTES", "lantern")
    said = refusal('[htp]\n[http]\nlisten = "heron"\nbody_seconds = 0\n[relay]\norigin = "heron"\n[smtp]\n')
    assert sorted(line.split(":")[0] for line in said.splitlines()) == sorted(
        [
            "htp",
            "relay.origin",
            "http.listen",
            "http.body_seconds",
            "smtp.domain",
            "smtp.max_bytes",
        ]
    )
    assert "smtp.domain: missing" in said.splitlines()
    assert "heron" not in said
    assert "lantern" not in said


BAD_LISTEN = (
    '""',
    '"8080"',
    '":8080"',
    '"127.0.0.1"',
    '"127.0.0.1:"',
    '"127.0.0.1:65536"',
    '"127.0.0.1:-1"',
    '"127.0.0.1:123456"',
    '"256.0.0.1:80"',
    '"127.1:80"',
    '"::1:80"',
    '"[::1]"',
    '"[127.0.0.1:80"',
    '"relay.example:80"',
    '"127.0.0.1:80 "',
    '"127.0.0.1:80\\n"',
    '"127.0.0.1:٨"',
    "8080",
    "[]",
    "true",
)


@pytest.mark.parametrize("value", BAD_LISTEN)
def test_bad_listen(refusal: Refusal, value: str) -> None:
    """Anything but an IP address, or localhost, and a port is refused with the form that is wanted."""
    assert refusal(f"{LEAST}[http]\nlisten = {value}\n").startswith("http.listen: must be ADDRESS:PORT")


@pytest.mark.parametrize(
    "text", ["127.0.0.1:8080", "[::1]:0", "localhost:65535", "0.0.0.0:25", "[fe80::1]:25"]
)
def test_listen(text: str) -> None:
    """A listener is written as it is read."""
    assert str(parse_listen(text)) == text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("::ffff:192.0.2.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    """Only what cannot be reached from elsewhere counts as loopback."""
    assert is_loopback(host) is expected


@pytest.mark.parametrize("table", ["http", "smtp"])
def test_driven_clock(refusal: Refusal, from_text: Load, table: str) -> None:
    """A clock that is moved by hand is refused as soon as one listener can be reached from elsewhere."""
    driven = '[clock]\noffset_file = "offset"\n'
    texts = {
        name: f'listen = "{"0.0.0.0" if name == table else "127.0.0.1"}:0"\n' for name in ("http", "smtp")
    }
    said = refusal(LEAST + texts["smtp"] + "[http]\n" + texts["http"] + driven)
    assert said == "clock.offset_file: only where http.listen and smtp.listen are loopback"
    assert from_text(LEAST + driven).clock.offset_file
    second = 'listen_tls = "0.0.0.0:465"\ntls_cert = "c.pem"\ntls_key = "k.pem"\n'
    assert refusal(LEAST + second + driven) == said
    assert "this machine alone" in refusal(LEAST + second + "check_senders = false\n")


@pytest.mark.parametrize("origin", ["https://relay.example", "https://relay.example:8443"])
def test_origin(origin: str) -> None:
    """An origin is taken as it is."""
    assert parse_origin(origin) == origin


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost"])
def test_plain_origin(from_text: Load, origin: str) -> None:
    """Plain http is for this machine."""
    assert from_text(LEAST.replace("https://relay.example", origin)).relay.origin == origin


@pytest.mark.parametrize(
    "origin", ["http://relay.example", "http://192.0.2.1:8080", "http://127.0.0.1.example"]
)
def test_plain_origin_elsewhere(refusal: Refusal, origin: str) -> None:
    """Off this machine plain http is refused."""
    said = refusal(LEAST.replace("https://relay.example", origin))
    assert said.startswith("relay.origin: must begin with https://")


BAD_ORIGIN = (
    "",
    "relay.example",
    "https://",
    "https://Relay.example",
    "HTTPS://relay.example",
    "https://relay.example/",
    "https://a@relay.example",
    "https://relay.example?x",
    "https://relay.example#x",
    "https://relay.example:443",
    "http://127.0.0.1:80",
    "https://relay.example:0",
    "https://relay.example:65536",
    "https://relay.example:",
    "https://relay.example\n",
    "ftp://relay.example",
    "https://relé.example",
    "https://[::1",
    "https://[zz]",
    " https://relay.example",
)


@pytest.mark.parametrize("origin", BAD_ORIGIN)
def test_bad_origin(origin: str) -> None:
    """An origin has one spelling, as it goes into salts; every other is refused."""
    with pytest.raises(ValueError, match=r"^must be"):
        parse_origin(origin)


@given(st.text())
def test_forms_refuse_or_take(text: str) -> None:
    """Whatever is written, a form takes it or refuses it, and does nothing else."""
    for form in (parse_origin, parse_listen):
        with contextlib.suppress(ValueError):
            form(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('tls_cert = "c.pem"\n', "smtp: tls_cert and tls_key come together"),
        ('tls_key = "k.pem"\n', "smtp: tls_cert and tls_key come together"),
        ("require_tls = true\n", "smtp: require_tls needs tls_cert and tls_key"),
        ('listen_tls = "127.0.0.1:465"\n', "smtp: listen_tls needs tls_cert and tls_key"),
        ('[mail]\nout = "smarthost"\n', 'mail: out = "smarthost" needs host'),
        ('[mail]\nusername = "relay"\n', "mail: username and password come together"),
        ('[mail]\npassword = "lantern"\n', "mail: username and password come together"),
        (
            '[mail]\ntls = "off"\nhost = "mx.example"\n',
            'mail: tls = "off" is for a smarthost on this machine',
        ),
        ('[mail]\nout = "pigeon"\n', "mail.out: Input should be 'folder' or 'smarthost'"),
        (
            'hostname = "localhost"\n',
            "smtp.hostname: must be a domain in ASCII of two labels or more, as relay.example",
        ),
        (
            '[mail]\nfrom_address = "relay"\n',
            "mail.from_address: must be a mail address, as notice@relay.example",
        ),
        ("[relay.more]\n", f"relay.more: {NO_NAME}"),
    ],
)
def test_contradiction(refusal: Refusal, text: str, said: str) -> None:
    """Settings that need or exclude each other say so."""
    assert refusal(LEAST + text) == said


@pytest.mark.parametrize(
    "text",
    [
        "[limits]\nsweep_batch_rows = 0\n",
        "[limits]\nsweep_batch_rows = -1\n",
        "[limits]\nsweep_seconds = 61\n",
        "[limits]\nsession_hours = 1.5\n",
        "[limits]\ninvitation_days = 99999999999999999999\n",
        '[limits]\nmax_blob_bytes = "much"\n',
        "[mail]\nport = 0\n",
        '[mail]\nhost = "a b"\n',
        '[keeper]\nautostart = "perhaps"\n',
        '[operator]\nrefused_domains = ["corp"]\n',
        "[operator]\nrefused_domains = [1]\n",
        "[operator]\nrefused_domains = 1\n",
        "http = 1\n",
        "[http]\nlisten = {}\n",
    ],
)
def test_bad_value(refusal: Refusal, text: str) -> None:
    """A value outside its form or its limits is refused under the setting's name."""
    before, after = (text, "") if text.startswith("http") else ("", text)
    assert re.match(r"(limits|mail|keeper|operator|http)(\.\w+)*: ", refusal(before + LEAST + after))


@pytest.mark.parametrize("name", ["", "a" * 81, "a\\nb", "\\u0000"])
def test_bad_name(refusal: Refusal, name: str) -> None:
    """The relay's name is one line of at most 80 characters."""
    assert refusal(LEAST.replace("[smtp]", f'name = "{name}"\n[smtp]')).startswith("relay.name: ")


def test_a_firms_colour(path: Path) -> None:
    """Capital letters are taken, and kept small."""
    path.write_text(LEAST.replace("[smtp]", 'colour = "#7A1F5C"\n[smtp]'))
    assert load(path).relay.colour == "#7a1f5c"


@pytest.mark.parametrize(
    ("colour", "said"),
    [
        ("purple", "must be a colour as #1f5a4c"),
        ("#fff", "must be a colour as #1f5a4c"),
        ("#7a1f5c;", "must be a colour as #1f5a4c"),
        ("#0078D4", "cannot be read everywhere (3.7:1, and 4.5:1 is needed); nearest is #016bbe"),
        ("#ffffff", "cannot be read everywhere (1.0:1, and 4.5:1 is needed); nearest is #696969"),
    ],
)
def test_bad_colour(refusal: Refusal, colour: str, said: str) -> None:
    """A colour that is none, or that could not be read, is refused, with the nearest that can be."""
    assert refusal(LEAST.replace("[smtp]", f'colour = "{colour}"\n[smtp]')) == f"relay.colour: {said}"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"[relay", "Expected ']'"),
        (b"relay = \xff", "not UTF-8"),
        (b"a = 1\na = 2", "Cannot overwrite a value"),
        (b"#" * (1 << 20) + b"#", "larger than 1 MiB"),
    ],
)
def test_bad_file(path: Path, raw: bytes, said: str) -> None:
    """A file that is no TOML, or too large, is named with the reason."""
    path.write_bytes(raw)
    with pytest.raises(ConfigError, match=re.escape(said)) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))


def test_no_file(path: Path) -> None:
    """A missing file is named, and a folder is none."""
    with pytest.raises(ConfigError, match="No such file"):
        load(path)
    with pytest.raises(ConfigError, match="Is a directory"):
        load(path.parent)


def test_every_setting_is_described() -> None:
    """Each setting has a meaning of one sentence or more, and a variable that no other has."""
    assert all(len(setting.meaning) > 9 and setting.meaning.endswith(".") for setting in SETTINGS.values())
    assert len({setting.variable for setting in SETTINGS.values()}) == len(SETTINGS)
    assert [name for name, setting in SETTINGS.items() if setting.required] == ["relay.origin", "smtp.domain"]


def test_explained(from_text: Load, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each setting its value in force and where that comes from can be told, of secrets that there is
    one."""
    monkeypatch.setenv("RELAY_MAIL__PASSWORD", "lantern")
    settings = from_text(
        LEAST + '[mail]\nusername = "re\\"lay"\n[operator]\nrefused_domains = ["corp.example"]\n'
    )
    file = read_table(path)

    def told(name: str) -> tuple[str | None, str]:
        setting: Setting = SETTINGS[name]
        return setting.value(settings), setting.source(file)

    assert told("mail.password") == ('"***"', "environment")
    assert told("mail.username") == ('"re\\"lay"', "file")
    assert told("operator.refused_domains") == ('["corp.example"]', "file")
    assert told("keeper.autostart") == ("true", "default")
    assert told("http.listen") == ('"127.0.0.1:8080"', "default")
    assert told("clock.offset_file") == (None, "default")


def test_example() -> None:
    """`config.example.toml` is what the settings themselves say: each key, its meaning and its default."""
    assert example_config.EXAMPLE.read_text(encoding="utf-8") == example_config.render()


def test_example_loads(from_text: Load) -> None:
    """The example loads as it stands, and with every setting in it put in force."""
    text = example_config.render()
    assert from_text(text) == from_text(LEAST)
    whole = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    settings = from_text(whole)
    given_keys = {f"{table}.{key}" for table, keys in tomllib.loads(whole).items() for key in keys}
    assert given_keys == set(SETTINGS)
    assert settings.limits == from_text(LEAST).limits


KEEPER_KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


def further(*addresses: str, key: str = KEEPER_KEY) -> str:
    """Tables of further keepers."""
    return "".join(f'[[further_keepers]]\naddress = "{one}"\nkey = "{key}"\n' for one in addresses)


def test_further_keepers(from_text: Load, path: Path) -> None:
    """Up to two; an address is HOST:PORT or a path, which starts at the file's folder."""
    settings = from_text(LEAST + further("keeper.second.example:8443", "run/third.sock"))
    addresses = [keeper.address for keeper in settings.further_keepers]
    assert addresses == ["keeper.second.example:8443", str(path.parent / "run" / "third.sock")]
    assert from_text(LEAST).further_keepers == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (further("a.sock", "b.sock", "c.sock"), "further_keepers"),
        (further("keeper.example:99999"), "HOST:PORT"),
        (further(""), "address"),
        (further("a.sock", key="AAAA"), "fingerprint"),
        (further("a.sock", key="A" * 43), "fingerprint"),
        ('[[further_keepers]]\naddress = "a.sock"\n', "key"),
        (further("a.sock") + "word = 1\n", "word"),
        ("further_keepers = 1\n", "further_keepers"),
    ],
)
def test_wrong_further_keepers(refusal: Callable[[str], str], text: str, said: str) -> None:
    """What is wrong with one is named."""
    assert said in refusal(text + LEAST if text.startswith("further") else LEAST + text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('ring_backups = "ring"', "come together"),
        ('ring_backup_key = "ring.pub"', "come together"),
        ('mirror = "keeper"', "different places"),
        ('mirror = "second"\nring_backups = "second"\nring_backup_key = "k"', "different places"),
    ],
)
def test_wrong_places_of_a_keeper(refusal: Callable[[str], str], text: str, said: str) -> None:
    """A mirror in the folder itself is none, and a backup without a key is none."""
    assert said in refusal(f"{LEAST}[keeper]\n{text}\n")


SMTP = LEAST + 'listen = "192.0.2.1:25"\n'


def test_senders_are_checked(from_text: Load, refusal: Refusal) -> None:
    """By default they are; not to is for a door on this machine."""
    assert from_text(SMTP).smtp.check_senders
    assert not from_text(LEAST + "check_senders = false\n").smtp.check_senders
    assert "on this machine alone" in refusal(SMTP + "check_senders = false\n")


@pytest.mark.parametrize(
    ("text", "at"),
    [("192.0.2.53", Listen("192.0.2.53", 53)), ("[2001:db8::1]:5353", Listen("2001:db8::1", 5353))],
)
def test_name_servers(from_text: Load, text: str, at: Listen) -> None:
    """Addresses, with a port or without."""
    assert from_text(LEAST + f'nameservers = ["{text}"]\n').smtp.nameservers == (at,)


@pytest.mark.parametrize("text", ["dns.example", "localhost:53", "192.0.2.53:0", "192.0.2.53:99999", ""])
def test_what_is_no_name_server(refusal: Refusal, text: str) -> None:
    """A name would have to be asked of whom it names."""
    assert "smtp.nameservers" in refusal(LEAST + f'nameservers = ["{text}"]\n')
