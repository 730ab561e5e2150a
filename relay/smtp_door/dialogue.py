"""One connection's dialogue (RFC 5321). Owns the command loop, its states and its counts; decides nothing
about who may write.

Nothing that a peer sent is echoed or logged; whatever goes wrong on our side is a 451 with nothing of it in
the reply. The commit of a mail is shielded: a peer that hangs up in that instant gets no answer, and one
copy. Above 300 lines, because each command is a few of them and a dialogue is read from greeting to goodbye.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from relay.core.addresses import Address, parse_address, split_path
from relay.core.errors import Malformed, RelayError, TooLarge
from relay.flow.visit import Arrival
from relay.smtp_door import replies
from relay.smtp_door.data import DataReader
from relay.smtp_door.limits import Limits
from relay.smtp_door.wire import Fault, Wire

if TYPE_CHECKING:
    from relay.core.ports import Sink

_CUT_OFF_FACTOR = 2  # a mail that goes on to twice the limit is not read to its end
_MOST_SIZE_DIGITS = 20  # RFC 1870, 4
_GREETING = re.compile(rb"[!-~]{1,255}")  # a name or an address literal; what it says is believed nowhere
_OTHER_PROTOCOLS = (b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"CONNECT")
"""A browser or a proxy that was led here: what follows in its request must not be heard as commands."""


class Admission(Protocol):
    """What the door asks of `relay.flow.mail_sink`. Each raises a RelayError to refuse."""

    async def recipient(self, reverse_path: Address | None, recipient: Address) -> None:
        """Whether mail with this reverse path may come to this inbox at all."""

    async def open(self, arrival: Arrival) -> Sink:
        """A sink for one mail."""

    async def refused(self, reverse_path: Address | None, recipient: Address, code: str) -> None:
        """The dialogue itself has refused a mail: its recipient may be told. Never raises a RelayError."""


class Ended(Exception):
    """The dialogue is over; `last_words` is the reply before closing."""

    def __init__(self, last_words: str) -> None:
        super().__init__(last_words)
        self.last_words = last_words


@dataclass(slots=True)
class _Mail:
    """An SMTP transaction that has begun."""

    reverse_path: Address | None
    recipient: Address | None = None
    too_big: bool = False  # by its own word; refused at RCPT, so that whom it was for is told (RFC 1870, 6.2)


class Dialogue:
    """The states of one connection. `record(verdict, bytes)` is told of each mail."""

    __slots__ = (
        "_admission", "_commands_left", "_greeting", "_hostname", "_junk_left", "_limits", "_mail", "_record",
        "_require_tls", "_tls_context", "_wire",
    )  # fmt: skip

    def __init__(
        self,
        wire: Wire,
        admission: Admission,
        limits: Limits,
        *,
        hostname: str,
        tls_context: ssl.SSLContext | None,
        require_tls: bool,
        record: Callable[[str, int], None],
    ) -> None:
        self._wire, self._admission, self._limits, self._record = wire, admission, limits, record
        self._hostname, self._tls_context, self._require_tls = hostname, tls_context, require_tls
        self._greeting = ""
        self._mail: _Mail | None = None
        self._commands_left, self._junk_left = limits.max_commands, limits.max_junk_commands

    async def run(self) -> None:
        """Talk until the peer quits, goes, or a limit is hit."""
        try:
            await self._wire.say(f"220 {self._hostname} ESMTP")
            while True:
                self._count()
                try:  # here, and not a call further on: each silent connection would hold one frame more
                    line = await self._wire.line(self._limits.max_command_bytes)
                except Fault as fault:
                    await self._bear(fault)
                else:
                    await self._obey(line)
        except Ended as ended:
            self._wire.close(ended.last_words)
        except TimeoutError:
            self._wire.close(replies.TIMED_OUT)
        except asyncio.CancelledError:
            self._wire.close(self._wire.farewell)
            raise
        except OSError:
            self._wire.close()

    def _count(self) -> None:
        self._commands_left -= 1
        if self._commands_left < 0:
            raise Ended(replies.TOO_MANY_COMMANDS)

    async def _bear(self, fault: Fault) -> None:
        if fault.fatal:
            raise Ended(fault.reply) from None
        await self._junk(fault.reply)

    async def _obey(self, line: bytes) -> None:
        verb, _, argument = line.rstrip(b" \t").partition(b" ")  # RFC 5321, 4.1.1: trailing space is borne
        command = _COMMANDS.get(verb.upper())
        if command is None:
            if verb.upper() in _OTHER_PROTOCOLS:
                raise Ended(replies.UNKNOWN)
            return await self._junk(replies.UNKNOWN)
        if self._require_tls and not self._wire.tls and verb.upper() in {b"MAIL", b"RCPT", b"DATA"}:
            return await self._wire.say(replies.TLS_FIRST)
        try:
            await command(self, argument)
        except RelayError as refusal:
            await self._wire.say(replies.for_error(refusal))
        return None

    async def _junk(self, reply: str) -> None:
        self._junk_left -= 1
        if self._junk_left < 0:
            raise Ended(replies.TOO_MANY_COMMANDS)
        await self._wire.say(reply)

    # commands

    async def _ehlo(self, argument: bytes) -> None:
        if not await self._greet(argument):
            return
        offers = [f"SIZE {self._limits.max_mail_bytes}", "8BITMIME", "PIPELINING", "ENHANCEDSTATUSCODES"]
        if self._tls_context is not None and not self._wire.tls:
            offers.append("STARTTLS")
        await self._wire.say(f"250-{self._hostname}", *(f"250-{o}" for o in offers[:-1]), f"250 {offers[-1]}")

    async def _helo(self, argument: bytes) -> None:
        if await self._greet(argument):
            await self._wire.say(f"250 {self._hostname}")

    async def _greet(self, argument: bytes) -> bool:
        name = argument.strip()
        if not _GREETING.fullmatch(name):
            await self._wire.say(replies.BAD_ARGUMENT)
            return False
        self._greeting, self._mail = name.decode("ascii"), None
        return True

    async def _mail_from(self, argument: bytes) -> None:
        if not self._greeting:
            return await self._wire.say(replies.GREET_FIRST)
        if self._mail is not None:
            return await self._wire.say(replies.SENDER_TWICE)
        try:
            path, parameters = _path(argument, b"FROM:")
            reverse_path = parse_address(path) if path else None
        except Malformed:
            return await self._wire.say(replies.BAD_SENDER)
        reply = self._parameters(parameters)
        if reply is not None and reply != replies.TOO_BIG:
            return await self._wire.say(reply)
        self._mail = _Mail(reverse_path, too_big=reply is not None)
        return await self._wire.say(replies.SENDER_OK)

    def _parameters(self, parameters: list[bytes]) -> str | None:
        """Why the parameters of MAIL cannot be taken: SIZE (RFC 1870) and BODY (RFC 6152) can, once each,
        and no other."""
        too_big = None
        names = [parameter.partition(b"=")[0].upper() for parameter in parameters]
        if len(set(names)) != len(names):
            return replies.BAD_ARGUMENT
        for name, parameter in zip(names, parameters, strict=True):
            value = parameter.partition(b"=")[2]
            if name == b"SIZE":
                if not value.isdigit() or len(value) > _MOST_SIZE_DIGITS:
                    return replies.BAD_ARGUMENT
                if int(value) > self._limits.max_mail_bytes:
                    too_big = replies.TOO_BIG
            elif name != b"BODY" or value.upper() not in {b"7BIT", b"8BITMIME"}:
                return replies.BAD_PARAMETER
        return too_big

    async def _rcpt_to(self, argument: bytes) -> None:
        if self._mail is None:
            return await self._wire.say(replies.SENDER_FIRST)
        if self._mail.recipient is not None:
            return await self._wire.say(replies.ONE_RECIPIENT)
        try:
            path, parameters = _path(argument, b"TO:")
            if path.lower() == b"postmaster":  # the one path without a domain (RFC 5321, 4.5.1)
                return await self._junk(replies.NO_POSTMASTER)
            recipient = parse_address(path)
        except Malformed:
            return await self._junk(replies.BAD_RECIPIENT)
        if parameters:
            return await self._wire.say(replies.BAD_PARAMETER)
        try:
            await self._admission.recipient(self._mail.reverse_path, recipient)
        except RelayError as refusal:
            self._record(refusal.code, 0)
            return await self._junk(replies.for_error(refusal))
        if self._mail.too_big:
            self._record(TooLarge.code, 0)
            await self._admission.refused(self._mail.reverse_path, recipient, TooLarge.code)
            return await self._junk(replies.TOO_BIG)
        self._mail.recipient = recipient
        return await self._wire.say(replies.RECIPIENT_OK)

    async def _data(self, argument: bytes) -> None:
        if argument:
            return await self._wire.say(replies.BAD_ARGUMENT)
        mail, self._mail = self._mail, None
        if mail is None or mail.recipient is None:
            self._mail = mail
            return await self._wire.say(replies.RECIPIENT_FIRST)
        if self._wire.has_more:  # RFC 2920, 3.1: who cannot wait for 354 does not read our answers
            raise Ended(replies.TOO_EAGER)
        arrival = Arrival(self._wire.peer, self._greeting, self._wire.tls, mail.reverse_path, mail.recipient)
        sink = await self._admission.open(arrival)
        try:
            self._wire.begin_mail()
            await self._wire.say(replies.SEND_DATA)
        except BaseException:
            await _to_the_end(sink.abort())
            raise
        return await self._wire.say(await self._take(sink), at_once=True)

    async def _take(self, sink: Sink) -> str:
        """Read one mail into the sink and commit it; the reply to give. A mail that is not committed is
        aborted."""
        reader = DataReader(self._limits.max_mail_bytes)
        try:
            refusal = await self._read(reader, sink)
        except Ended as ended:
            await _to_the_end(sink.abort(_code_of(ended.last_words)))
            raise
        except BaseException:
            await _to_the_end(sink.abort())
            raise
        verdict, reply = "taken", replies.TAKEN
        if reader.fault is not None:
            await _to_the_end(sink.abort(_code_of(reader.fault)))
            verdict, reply = "faulty", reader.fault
        elif refusal is not None:
            await _to_the_end(sink.abort(refusal.code))
            verdict, reply = refusal.code, replies.for_error(refusal)
        else:
            try:
                await _to_the_end(sink.commit())
            except RelayError as refused:
                verdict, reply = refused.code, replies.for_error(refused)
        self._record(verdict, reader.size_bytes)
        if reader.fault == replies.BARE_LINE_ENDING:
            raise Ended(reply)  # another server may see the end elsewhere: nothing behind it is believed
        return reply

    async def _read(self, reader: DataReader, sink: Sink) -> RelayError | None:
        """Feed the sink until the lone dot. A refusal in the middle is kept for the end, where its reply
        belongs."""
        refusal: RelayError | None = None
        read_bytes = 0
        while not reader.ended:
            arrived = await self._wire.mail_piece()
            read_bytes += len(arrived)
            if read_bytes > _CUT_OFF_FACTOR * self._limits.max_mail_bytes:
                raise Ended(replies.TOO_BIG)
            mail = reader.feed(arrived)
            if mail and refusal is None:
                try:
                    await sink.write(mail)
                except RelayError as refused:
                    refusal = refused
        self._wire.put_back(reader.rest)
        return refusal

    async def _rset(self, argument: bytes) -> None:
        self._mail = None
        await self._wire.say(replies.BAD_ARGUMENT if argument else replies.OK)

    async def _noop(self, _argument: bytes) -> None:
        await self._wire.say(replies.OK)

    async def _quit(self, argument: bytes) -> None:
        if argument:
            return await self._wire.say(replies.BAD_ARGUMENT)
        raise Ended(replies.BYE)

    async def _starttls(self, argument: bytes) -> None:
        if self._tls_context is None:
            return await self._wire.say(replies.NOT_HERE)
        if argument or self._wire.tls:
            return await self._wire.say(replies.BAD_ARGUMENT if argument else replies.TLS_ALREADY)
        self._greeting, self._mail = "", None
        await self._wire.start_tls(self._tls_context)
        return None

    async def _vrfy(self, argument: bytes) -> None:
        await self._wire.say(replies.CANNOT_VERIFY if argument else replies.BAD_ARGUMENT)

    async def _help(self, _argument: bytes) -> None:
        await self._wire.say(replies.HELP)


_COMMANDS: Final[Mapping[bytes, Callable[[Dialogue, bytes], Awaitable[None]]]] = {
    b"EHLO": Dialogue._ehlo,
    b"HELO": Dialogue._helo,
    b"MAIL": Dialogue._mail_from,
    b"RCPT": Dialogue._rcpt_to,
    b"DATA": Dialogue._data,
    b"RSET": Dialogue._rset,
    b"NOOP": Dialogue._noop,
    b"QUIT": Dialogue._quit,
    b"STARTTLS": Dialogue._starttls,
    b"VRFY": Dialogue._vrfy,
    b"HELP": Dialogue._help,
}


def _code_of(reply: str) -> str:
    """The code of a refusal that the dialogue makes by itself, where it has one."""
    return TooLarge.code if reply == replies.TOO_BIG else ""


def _path(argument: bytes, keyword: bytes) -> tuple[bytes, list[bytes]]:
    if argument[: len(keyword)].upper() != keyword:
        raise Malformed("keyword")
    return split_path(argument[len(keyword) :])


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do work that a cancelled dialogue must not leave half done: it is finished first, then the dialogue
    ends."""
    task, cancelled = asyncio.ensure_future(work), False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:  # however often it comes
            cancelled = True
    if cancelled:
        with contextlib.suppress(Exception, asyncio.CancelledError):  # nobody is left to be told
            task.result()
        raise asyncio.CancelledError
    task.result()
