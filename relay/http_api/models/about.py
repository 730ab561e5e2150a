"""What the relay says of itself, and what it has stored of the caller."""

from __future__ import annotations

from typing import Annotated, Literal

from relay.http_api.models.fields import Bytes32, Count, Id, Instant, Model, Sized


class HealthAnswer(Model):
    """How the relay is."""

    status: Literal["ok", "degraded"]
    keeper: Literal["here", "away"]
    clock: Literal["ok", "stopped"]
    offset_seconds: int


class KeeperFacts(Model):
    """A keeper and its verification key; `further` is one of another operator, as this relay says."""

    keeper_id: Id
    key: Bytes32
    further: bool


class ColourFields(Model):
    """A firm's own colour and its tint, for both themes of the inbox; each as `#rrggbb`."""

    do: str
    do_tint: str
    dark_do: str
    dark_do_tint: str


class RelayAnswer(Model):
    """What a relay says of itself. Nothing here is a pin."""

    name: str
    origin: str
    time: Instant
    relay_key: Bytes32
    log_key: Bytes32
    door_key: Bytes32
    notice_key: Bytes32
    keepers: tuple[KeeperFacts, ...]
    backup_tail_days: int
    max_blob_bytes: int
    max_envelope_bytes: int
    colours: ColourFields | None
    mark: Id | None


class SealedFields(Model):
    """Bytes of a row: how many there are, and the first eight."""

    size_bytes: Count
    begins: Annotated[bytes, Sized(0, 8)]


class TableFields(Model):
    """The newest rows of a table that are about the caller, column by column."""

    table: str
    count: Count
    columns: list[str]
    rows: list[list[int | str | SealedFields | None]]


class RowsAnswer(Model):
    """What this relay has stored of the caller. Columns that hold nothing sealed are given as they lie."""

    tables: list[TableFields]
