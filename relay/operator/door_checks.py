"""What `relay doctor` says of mail coming in: ports, certificate, name servers, MX record, workers.

Owns these findings. It asks as any other mail server would, and delivers nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography import x509

from relay import confine
from relay.clock import SystemClock
from relay.config import Listen, Settings
from relay.core.lookups import DnsTrouble
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.smtp_door.resolver import DnsResolver

GROUP: Final = "mail in"
SOON_SECONDS: Final = 14 * 86_400
PORT_SECONDS: Final = 5.0
ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not where to listen
NO_PAIR: Final = "the certificate and its key cannot be used: the door does not start with them"


def examine_mail_in(settings: Settings) -> Iterator[Finding]:
    """All of them."""
    smtp = settings.smtp
    yield _port("port", smtp.listen, begins_with_tls=False)
    if smtp.listen_tls is not None:
        yield _port("port of TLS", smtp.listen_tls, begins_with_tls=True)
    yield _certificate(settings)
    is_local = all(listen.loopback for listen in smtp.listeners)
    if not smtp.check_senders:
        yield Finding(GROUP, "senders", WARNING, "a mail's own word counts, on this machine alone")
    elif not is_local:
        yield from _names(settings)
    yield _fence()


def _fence() -> Finding:
    """Whether the kernel shuts workers out of the relay's folders. No promise rests on it."""
    if confine.is_known():
        return Finding(GROUP, "fence", FINE, "the kernel shuts the door's workers out of the relay's folders")
    found = "this kernel has no Landlock: who takes over a worker of the door opens what the relay can"
    return Finding(GROUP, "fence", WARNING, found, "Linux 5.13 or later with Landlock switched on (lsm=)")


def _port(check: str, listen: Listen, *, begins_with_tls: bool) -> Finding:
    if not listen.port:
        return Finding(GROUP, check, FINE, "any free one, which `relay serve` tells")
    try:
        said = _greeting((ANYWHERE.get(listen.host, listen.host), listen.port), begins_with_tls)
    except OSError:
        return Finding(GROUP, check, WRONG, "nobody answers", "relay serve; then its log")
    if said.startswith(b"220 "):
        return Finding(GROUP, check, FINE, "it answers")
    return Finding(
        GROUP, check, WARNING, "it takes nobody just now: too many connections, or another program"
    )


def _greeting(place: tuple[str, int], begins_with_tls: bool) -> bytes:
    """The first words at a port. Raises OSError."""
    with socket.create_connection(place, PORT_SECONDS) as plain:
        plain.settimeout(PORT_SECONDS)
        if not begins_with_tls:
            return plain.recv(512)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # whose it is, is looked at below
        with context.wrap_socket(plain) as tls:
            return tls.recv(512)


def _certificate(settings: Settings) -> Finding:
    smtp = settings.smtp
    if smtp.tls_cert is None or smtp.tls_key is None:
        if smtp.listen.loopback:
            return Finding(GROUP, "TLS", FINE, "none, on this machine alone")
        return Finding(
            GROUP, "TLS", WARNING, "none: mail travels here in clear", "[smtp] tls_cert and tls_key"
        )
    try:
        leaf = _leaf(smtp.tls_cert, smtp.tls_key)
    except (OSError, ValueError):
        return Finding(GROUP, "certificate", WRONG, NO_PAIR, "renew it, or mend [smtp] tls_cert and tls_key")
    return _dates(leaf, smtp.greeting, SystemClock(settings.clock.offset_file).now())


def _leaf(chain: Path, private_key: Path) -> x509.Certificate:
    """The relay's own certificate. Raises OSError (ssl.SSLError is one) or ValueError where it has no use."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, private_key)
    return x509.load_pem_x509_certificates(chain.read_bytes())[0]


def _dates(leaf: x509.Certificate, name: str, now: int) -> Finding:
    ends_at = int(leaf.not_valid_after_utc.timestamp())
    until = f"good until {leaf.not_valid_after_utc:%Y-%m-%d}"
    if now >= ends_at or now < leaf.not_valid_before_utc.timestamp():
        return Finding(GROUP, "certificate", WRONG, f"{until}, which is not now", "renew it")
    if not any(_covers(one, name) for one in _dns_names(leaf)):
        return Finding(
            GROUP, "certificate", WARNING, f"{until}, but not for {name}", "one for [smtp] hostname"
        )
    if ends_at - now < SOON_SECONDS:
        return Finding(GROUP, "certificate", WARNING, until, "renew it; a running relay takes the new one")
    return Finding(GROUP, "certificate", FINE, until)


def _dns_names(leaf: x509.Certificate) -> list[str]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [one.lower() for one in names.get_values_for_type(x509.DNSName)]


def _covers(pattern: str, name: str) -> bool:
    """Whether a name of a certificate is ours, or one star in place of our first label (RFC 6125, 6.4.3)."""
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])


def _names(settings: Settings) -> Iterator[Finding]:
    smtp = settings.smtp
    try:
        hosts = asyncio.run(_mail_hosts(settings))
    except DnsTrouble:
        found = "no answer: senders cannot be checked, and their mail is put off"
        yield Finding(GROUP, "name servers", WRONG, found, "[smtp] nameservers, or those of the machine")
        return
    yield Finding(GROUP, "name servers", FINE, "they answer")
    if smtp.greeting in hosts:
        yield Finding(GROUP, "MX", FINE, f"mail for {smtp.domain} comes to {smtp.greeting}")
        return
    found = f"no MX record of {smtp.domain} names {smtp.greeting}"
    yield Finding(GROUP, "MX", WARNING, found, "publish one; or set [smtp] hostname to what it names")


async def _mail_hosts(settings: Settings) -> list[str]:
    """Where other mail servers are told to deliver. Raises DnsTrouble."""
    smtp = settings.smtp
    resolver = DnsResolver([(server.host, server.port) for server in smtp.nameservers])
    return list(await resolver.ask(smtp.domain, "MX"))
