"""What the relay says of itself: `GET /v1/relay`. Nothing of it is a pin."""

from __future__ import annotations

from dataclasses import dataclass

from client_sdk.wire import Call, Fields, Response, get


@dataclass(frozen=True, slots=True)
class RelayKeeper:
    """A keeper as the relay names it: `further` says that it is of another operator, by the relay's word."""

    keeper_id: bytes
    public: bytes
    further: bool


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """What a relay says of itself. Nothing here is a pin: those come with an invitation."""

    name: str
    origin: str
    max_blob_bytes: int
    max_envelope_bytes: int
    backup_tail_days: int
    keepers: tuple[RelayKeeper, ...]


def relay_facts() -> Call[RelayFacts]:
    """`GET /v1/relay`."""

    def parse(response: Response) -> RelayFacts:
        fields = Fields.of(response)
        return RelayFacts(
            fields.text("name"),
            fields.text("origin"),
            fields.whole("max_blob_bytes"),
            fields.whole("max_envelope_bytes"),
            fields.whole("backup_tail_days"),
            tuple(map(_relay_keeper, fields.objects("keepers"))),
        )

    return get("/v1/relay", parse)


def _relay_keeper(fields: Fields) -> RelayKeeper:
    return RelayKeeper(fields.blob("keeper_id", 16), fields.blob("key", 32), fields.flag("further"))
