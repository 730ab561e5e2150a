"""The door's limits, each with its unit. Owns numbers only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection, one mail and the whole door may use."""

    max_mail_bytes: int = 26_214_400  # 25 MiB, announced by SIZE
    idle_seconds: float = 60.0  # between two reads
    line_seconds: float = 30.0  # from the first byte of a command to its end, however steadily it drips
    handshake_seconds: float = 20.0  # of TLS
    drip_seconds: float = 45.0  # the span over which the pace of a mail is taken
    drip_bytes_per_second: float = 128.0  # of a mail; who sends less in a span is let go
    connection_seconds: float = 900.0  # a whole connection, however busy
    max_connections: int = 200
    max_connections_per_address: int = 20  # of IPv6, per /64: one customer has all of it
    grace_seconds: float = 10.0  # for so long a connection is not called slow
    slow_bytes_per_second: float = 1024.0  # below it, a connection makes room when all are taken
    max_commands: int = 200  # of one connection
    max_junk_commands: int = 5
    max_command_bytes: int = 1000  # RFC 5321 says 512, and more where an extension does
    max_skipped_bytes: int = 65_536  # of a command over that limit; past them nobody waits for its end
