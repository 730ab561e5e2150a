"""A DNS server on loopback, UDP and TCP, over a dictionary zone: good, broken, silent and lying."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.door.zone import FAILS, SILENT

GARBAGE = "GARBAGE"
"""Instead of records: bytes that are no message."""


class NameServer(asyncio.DatagramProtocol):
    """Answers from `{name: {kind: [presentation, …]}}`. Answers over 1,232 bytes are cut in UDP."""

    def __init__(self, records: dict[str, dict[str, Any]]) -> None:
        self.records = records
        self.by_tcp = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """UDP is ready."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One question by UDP."""
        answer = self.answer(data)
        if len(answer) > 1232:
            cut = dns.message.make_response(dns.message.from_wire(data))
            cut.flags |= dns.flags.TC
            answer = cut.to_wire()
        if answer:
            self._transport.sendto(answer, addr)  # type: ignore[attr-defined]

    async def serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question by TCP."""
        self.by_tcp += 1
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        answer = self.answer(await reader.readexactly(length))
        writer.write(struct.pack("!H", len(answer)) + answer)
        writer.close()

    def answer(self, asked: bytes) -> bytes:
        """The answer's bytes; none for what is silent."""
        question = dns.message.from_wire(asked)
        name, kind = question.question[0].name, dns.rdatatype.to_text(question.question[0].rdtype)
        kinds = self.records.get(name.to_text(omit_final_dot=True).lower())
        response = dns.message.make_response(question)
        response.flags |= dns.flags.RA
        if kinds is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
            return response.to_wire(max_size=65_535)
        found = kinds.get(kind, [])
        if found in (SILENT, GARBAGE):
            return b"" if found == SILENT else asked[:2] + b"\xff" * 9
        if found == FAILS:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *found))
        return response.to_wire(max_size=65_535)


@asynccontextmanager
async def serving(records: dict[str, dict[str, Any]]) -> AsyncIterator[tuple[NameServer, tuple[str, int]]]:
    """A running server, and where it is."""
    server, loop = NameServer(records), asyncio.get_running_loop()
    tcp = await asyncio.start_server(server.serve_tcp, "127.0.0.1", 0)
    at = tcp.sockets[0].getsockname()
    udp, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=at)
    try:
        yield server, at
    finally:
        udp.close()
        tcp.close()
