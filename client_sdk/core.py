"""Core: what an open account works with.

Owns the joining of session, records, local state and keepers, and the two values that sealing and opening
need: my own side, and the place of an engagement. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from client_sdk.errors import NotFound, NotTrusted
from client_sdk.keepers import Keepers
from client_sdk.keyring import SecretPlace
from client_sdk.loghead import LogHead
from client_sdk.parties import Place, Self
from client_sdk.records import Records
from client_sdk.session import Session
from client_sdk.state import State
from client_sdk.vault import Vault
from keys.errors import KeysError
from keys.names import Random, key_id
from keys.statement import parse_statement
from keys.suite import OpenKey, SignKey
from keys.vault import EngagementItem


@dataclass(slots=True)
class Core:
    """One open account."""

    session: Session
    state: State
    records: Records
    keepers: Keepers
    access: SignKey = field(repr=False)
    folder: Path
    random: Random
    secret_place: SecretPlace
    _reading: dict[bytes, OpenKey] = field(default_factory=dict, repr=False)
    _loaded_seeds: set[bytes] = field(default_factory=set, repr=False)
    _head: LogHead | None = field(default=None, repr=False)

    @property
    def vault(self) -> Vault:
        """The vault as it was last read or written."""
        return self.records.vault

    def now(self) -> int:
        """The relay's time."""
        return self.session.now()

    @property
    def head(self) -> LogHead:
        """The relay's log as this computer knows it, under the key pinned with the invitation."""
        if self._head is None:
            self._head = LogHead(self.session, self.state, self.vault.pins.log_public)
        return self._head

    def me(self) -> Self:
        """Return my own side."""
        vault = self.vault
        return Self(
            vault.identity,
            self.access,
            self._reading_keys(),
            parse_statement(vault.card),
            vault.counter,
            self.head.hash,
        )

    def _reading_keys(self) -> dict[bytes, OpenKey]:
        """Load reading keys by their ids, each once: loading costs more than opening."""
        for one in self.vault.reading:
            if one.seed not in self._loaded_seeds:
                loaded = OpenKey.from_seed(one.seed)
                self._reading[key_id(loaded.public)] = loaded
                self._loaded_seeds.add(one.seed)
        return self._reading

    def item(self, engagement_id: bytes) -> EngagementItem:
        """Return what the vault keeps of an engagement."""
        item = self.vault.engagement(engagement_id)
        if item is None:
            raise NotFound
        return item

    def place(self, item: EngagementItem) -> Place:
        """Return the frame of an engagement that both have signed."""
        try:
            other = parse_statement(item.their_statement)
            clients = tuple(parse_statement(raw) for raw in self.vault.clients(item.engagement_id))
        except KeysError as cause:
            raise NotTrusted("vault") from cause
        return Place(item.engagement_id, item.my_role, self.me(), other, self.vault.pins, clients)
