"""Each setting with its meaning, default and limits. Must never do anything but describe and check.

The text under a setting is its meaning: `relay config explain` and `config.example.toml` print it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from relay.config.forms import (
    Address,
    Colour,
    Count,
    Domain,
    Domains,
    Host,
    KeeperAddress,
    KeeperPlace,
    Listen,
    ListenAddress,
    Name,
    Nameservers,
    Origin,
    Port,
    Seconds,
    Size,
    VerificationKey,
    is_loopback,
    parse_keeper_address,
)

MIB = 1 << 20
GIB = 1 << 30


def _is_postgres(url: SecretStr | None) -> SecretStr | None:
    if url is not None and not url.get_secret_value().startswith("postgresql://"):
        raise ValueError("a URL that begins with postgresql://")
    return url


def _is_object_store(url: str | None) -> str | None:
    if url is not None and not url.startswith(("s3://", "gs://", "az://", "file:///")):
        raise ValueError("a URL that begins with s3://, gs://, az:// or file:///")
    return url


class Table(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class RelayTable(Table):
    """The relay itself."""

    origin: Origin
    """The address that people open, as https://relay.example. It goes into their keys: choose it once."""
    name: Name = "Quietbox"
    """What this relay is called, on its pages and in its mails."""
    mark: Path | None = None
    """Image beside that name in the inbox: a PNG of 24, 48 or 72 pixels square, at most 16 KiB. If not set,
    none."""
    colour: Colour | None = None
    """Colour of buttons and links in the inbox, as #1f5a4c; one that cannot be read is refused. If not set,
    green."""
    data_dir: Path = Path()
    """Folder of the database, the secrets and the locks."""


class Database(Table):
    """Where rows are kept."""

    url: Annotated[SecretStr | None, AfterValidator(_is_postgres)] = None
    """A PostgreSQL database, as postgresql://user:password@host/name. Without it a file in data_dir."""


class Objects(Table):
    """Where attachments are kept."""

    url: Annotated[str | None, AfterValidator(_is_object_store)] = None
    """An object store, as s3://bucket/prefix, gs://…, az://… or file:///folder. Without it the database. Its
    credentials and endpoint are those of the environment, as AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL."""


class Http(Table):
    """Web inbox and SDK."""

    listen: ListenAddress = Listen("127.0.0.1", 8080)
    """Where they connect. TLS is what stands in front."""
    header_seconds: Seconds = 10
    """The head of a request must be here by then."""
    body_seconds: Seconds = 120
    """The body of a request must be here by then."""
    max_connections: Count = 6_000
    """Connections at a time, waiting readers among them."""
    max_connections_per_address: Count = 6_000
    """The same from one address. Behind a proxy all come from one; without a proxy 50 is enough."""


class Smtp(Table):
    """Mail coming in."""

    listen: ListenAddress = Listen("127.0.0.1", 8025)
    """Where other mail servers connect."""
    listen_tls: ListenAddress | None = None
    """A second port, TLS from its first byte on, as 0.0.0.0:465; if not set, none. Needs a certificate."""
    domain: Domain
    """Domain of the addresses at which mail comes in, as relay.example."""
    hostname: Domain | None = None
    """The name that greets other mail servers; if not set, the domain."""
    tls_cert: Path | None = None
    """Certificate chain (PEM), read again when it changes; if not set, no TLS."""
    tls_key: Path | None = None
    """The private key of the certificate (PEM)."""
    require_tls: bool = False
    """Whether mail is taken over STARTTLS alone. A few providers cannot, and their mail is then refused."""
    check_senders: bool = True
    """Whether a sender must be proven by DKIM or SPF. False: a mail's own word counts; on loopback alone."""
    nameservers: Nameservers = ()
    """Name servers for these checks, as 192.0.2.53 or [2001:db8::53]:53; if none, those of the machine."""
    sender_check_seconds: Annotated[int, Field(ge=1, le=60)] = 10
    """All lookups for one mail must be done by then; else it is to come again."""
    max_bytes: Size = 25 * MIB
    """Largest mail; other mail servers are told."""
    idle_seconds: Seconds = 60
    """Who says nothing for so long is let go."""
    transaction_seconds: Seconds = 900
    """A whole mail must be here by then."""
    max_connections: Count = 100
    """Connections at a time."""
    max_connections_per_address: Count = 10
    """The same from one address."""
    max_commands: Count = 200
    """Commands in one connection."""
    max_junk_commands: Count = 10
    """Unknown or wrong commands in one connection."""

    @property
    def listeners(self) -> tuple[Listen, ...]:
        """Every port at which mail comes in."""
        return (self.listen,) if self.listen_tls is None else (self.listen, self.listen_tls)

    @property
    def greeting(self) -> str:
        """The name that greets other mail servers."""
        return self.hostname or self.domain

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key come together")
        if self.require_tls and self.tls_cert is None:
            raise ValueError("require_tls needs tls_cert and tls_key")
        if self.listen_tls is not None and self.tls_cert is None:
            raise ValueError("listen_tls needs tls_cert and tls_key")
        return self

    @model_validator(mode="after")
    def _checks(self) -> Self:
        if not self.check_senders and not all(listen.loopback for listen in self.listeners):
            raise ValueError("check_senders = false is for a door on this machine alone")
        return self


class Keeper(Table):
    """The keeper of the days' keys."""

    autostart: bool = True
    """Whether `relay serve` starts it. Not so where it runs as a system user of its own."""
    socket: KeeperPlace = Path("keeper.sock")
    """Unix socket at which it answers; or HOST:PORT, where it runs on another machine with --listen."""
    connections_each: Annotated[int, Field(ge=16, le=1_024)] = 64
    """Connections that one address may have at a time with --listen. A relay has up to 16: so many for each
    relay that comes from one address, as workers of one machine and those behind one router do."""
    folder: Path = Path("keeper")
    """Its own folder, which the relay never opens."""
    mirror: Path | None = None
    """A second folder of the same, on another disk. What cannot be written to both is not promised."""
    ring_backups: Path | None = None
    """Folder for sealed backups of the ring, kept 14 days. With them a day is undecryptable only then."""
    ring_backup_key: Path | None = None
    """File with the public key that they are sealed to. `relay keeper ring-key` prints it and makes its
    other half, which is kept offline."""

    @model_validator(mode="after")
    def _elsewhere(self) -> Self:
        if self.autostart and not isinstance(self.socket, Path):
            raise ValueError("a socket that is HOST:PORT needs autostart = false")
        return self

    @model_validator(mode="after")
    def _backups(self) -> Self:
        if (self.ring_backups is None) != (self.ring_backup_key is None):
            raise ValueError("ring_backups and ring_backup_key come together")
        places = [path for path in (self.folder, self.mirror, self.ring_backups) if path is not None]
        if len(set(places)) < len(places):
            raise ValueError("folder, mirror and ring_backups are different places")
        return self


class FurtherKeeper(Table):
    """A keeper of another operator, whose share is needed too by those who pinned it."""

    address: KeeperAddress
    """Where it answers: the path of a Unix socket, or HOST:PORT."""
    key: VerificationKey
    """Its verification key, as its operator's `relay keeper fingerprint` prints it."""


class Mail(Table):
    """Mail going out: codes, and notices without content."""

    out: Literal["folder", "smarthost"] = "folder"
    """Where it goes: "folder" catches it, "smarthost" hands it on."""
    folder: Path = Path("outbox")
    """Folder in which it is caught, as .eml files."""
    host: Host | None = None
    """The smarthost."""
    port: Port = 587
    """Port of the smarthost."""
    tls: Literal["starttls", "implicit", "off"] = "starttls"
    """How the smarthost is spoken to: "starttls", "implicit" (port 465), or "off" on this machine alone."""
    username: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """Login at the smarthost; if not set, none."""
    password: SecretStr | None = None
    """Password of that login; better set in the environment."""
    from_address: Address | None = None
    """Sender of these mails; if not set, notice@ and the domain of [smtp]."""

    @model_validator(mode="after")
    def _route(self) -> Self:
        if self.out == "smarthost" and self.host is None:
            raise ValueError('out = "smarthost" needs host')
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password come together")
        if self.tls == "off" and self.host is not None and not is_loopback(self.host):
            raise ValueError('tls = "off" is for a smarthost on this machine')
        return self


class Backup(Table):
    """Backups, and the ledger that keeps what they hold from coming back."""

    folder: Path = Path("backups")
    """Folder of the backups, each one sealed file. Better on another disk."""
    ledger: Path = Path("ledger")
    """Folder of the ledger of deletions, that a restore applies. In no backup, and never put back."""
    tail_days: Annotated[int, Field(ge=0, le=365)] = 14
    """A backup goes after so many days, and people are told so. 0: this relay keeps none."""
    every_hours: Annotated[int, Field(ge=0, le=744)] = 0
    """Pause between two backups that `relay serve` makes by itself. 0: it makes none."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.ledger == self.folder or self.folder in self.ledger.parents:
            raise ValueError("the ledger must be outside the folder of the backups")
        if self.every_hours and not self.tail_days:
            raise ValueError("every_hours needs tail_days over 0")
        return self


class DrivenClock(Table):
    """A clock that is moved by hand, for trials."""

    offset_file: Path | None = None
    """File with the seconds to add to the machine's clock. Only where all listeners are loopback."""


class Limits(Table):
    """Sizes, spans and rates."""

    unbound_keep_days: Annotated[int, Field(ge=1, le=3_660)] = 30
    """Longest keep of what no policy governs."""
    max_deposit_bytes: Size = 8 * MIB
    """Largest deposit, all its envelopes together."""
    max_blob_bytes: Size = GIB + MIB
    """Largest attachment as stored: 1 GiB and what sealing adds."""
    mailbox_quota_bytes: Size = 256 * MIB
    """Envelopes that one mailbox holds. A full one refuses; nothing is taken out to make room."""
    account_blob_bytes: Size = 4 * GIB
    """Attachments that one account holds."""
    invitation_days: Annotated[int, Field(ge=1, le=365)] = 14
    """An invitation that nobody used goes then."""
    unlinked_blob_hours: Annotated[int, Field(ge=1, le=744)] = 24
    """An attachment that no message names goes then."""
    session_hours: Annotated[int, Field(ge=1, le=744)] = 12
    """A session ends then."""
    sweep_seconds: Annotated[int, Field(ge=1, le=60)] = 20
    """Pause between two sweeps."""
    sweep_batch_rows: Annotated[int, Field(ge=1, le=10_000)] = 20
    """Rows that a sweep takes in one transaction. More of them delay deposits."""
    login_attempts_per_minute: Count = 6
    """Tries to log in to one account."""
    door_mails_per_hour: Count = 120
    """Mails that one inbound address takes by SMTP. Further ones are asked to come later."""
    requests_per_minute: Count = 1_200
    """Requests in one session."""


class Operator(Table):
    """The operator's own rules."""

    refused_domains: Domains = ()
    """Domains, and all below them, from which no mail is taken and to which no notice goes."""


class Settings(BaseModel):
    """All settings. `relay.config.load` is the way to get them."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    relay: RelayTable
    database: Database = Database()
    objects: Objects = Objects()
    http: Http = Http()
    smtp: Smtp
    keeper: Keeper = Keeper()
    mail: Mail = Mail()
    backup: Backup = Backup()
    clock: DrivenClock = DrivenClock()
    limits: Limits = Limits()
    operator: Operator = Operator()
    further_keepers: Annotated[tuple[FurtherKeeper, ...], Field(max_length=2)] = ()

    @property
    def mail_from(self) -> str:
        """The sender of our own mails."""
        return self.mail.from_address or f"notice@{self.smtp.domain}"

    @model_validator(mode="after")
    def _driven_clock(self) -> Self:
        listeners = (self.http.listen, *self.smtp.listeners)
        if self.clock.offset_file is not None and not all(listen.loopback for listen in listeners):
            raise ValueError("clock.offset_file: only where http.listen and smtp.listen are loopback")
        return self

    def below(self, folder: Path) -> Self:
        """The same settings, with each path that is relative made to start at `folder`."""
        tables = {name: _anchored(table, folder) for name, table in self if isinstance(table, Table)}
        further = tuple(_anchored_keeper(one, folder) for one in self.further_keepers)
        return self.model_copy(update={**tables, "further_keepers": further})


def _anchored_keeper(keeper: FurtherKeeper, folder: Path) -> FurtherKeeper:
    is_path = parse_keeper_address(keeper.address) is None
    return keeper.model_copy(update={"address": str(folder / keeper.address)}) if is_path else keeper


def _anchored(table: Table, folder: Path) -> Table:
    paths = {key: folder / value for key, value in table if isinstance(value, Path)}
    return table.model_copy(update=paths)
