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
    """Answers from `{name: {kind: [presentation, …]}}`; `CNAME x.` stands for a name that is that of x, and
    x that of it. Answers over 1,232 bytes are cut in UDP.
    """

    def __init__(self, records: dict[str, dict[str, Any]]) -> None:
        self.records = records
        self.by_tcp = 0
        self.is_overtaken = False  # somebody else's answers come first, who has not seen the question

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
        for forged in forgeries(data) if self.is_overtaken else ():
            self._transport.sendto(forged, addr)  # type: ignore[attr-defined]
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
        elif found and found[0].startswith("CNAME "):
            aliases = [(name.to_text(), found[0][6:])]
            aliases += [(one, name.to_text()) for _, one in aliases]
            response.answer += [dns.rrset.from_text(one, 60, "IN", "CNAME", other) for one, other in aliases]
        elif found:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *found))
        return response.to_wire(max_size=65_535)


def forgeries(asked: bytes) -> list[bytes]:
    """Answers of another number, to another question, and that are none at all."""
    question = dns.message.from_wire(asked).question[0]
    other = dns.message.make_query("other.example", question.rdtype, id=int.from_bytes(asked[:2], "big"))
    responses = [dns.message.make_response(one) for one in (dns.message.from_wire(asked), other)]
    for response in responses:
        response.answer.append(dns.rrset.from_text(response.question[0].name, 60, "IN", "A", "203.0.113.66"))
    responses[0].id ^= 1
    return [*(one.to_wire() for one in responses), asked, asked[:2] + b"\xff" * 40]


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
