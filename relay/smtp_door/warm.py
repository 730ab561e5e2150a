"""Warm: does once, in the template, what each worker would else do first for its first mail.

Owns an invented mail to nobody and keys that are thrown away. What libraries load and set up at their first
use, a worker then has from its template: it took milliseconds of each worker's first mail, and memory of its
own. Must never see a real key; what is random stays so after a fork, as the kernel and OpenSSL see to it.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from keys.blob import BlobSealer
from keys.envelope import EnvelopeClass
from keys.sealing import Addressing, ReaderTarget, seal_envelope, sign_content
from keys.suite import OpenKey, SignKey
from relay.core import mail_head
from relay.core.dkim_canon import MailReader
from relay.smtp_door.data import DataReader

HEAD: Final = (
    b"From: Nobody <nobody@nowhere.example>\r\nMessage-ID: <1@nowhere.example>\r\nSubject: .\r\n\r\n"
)
EXPIRES_AT: Final = 1 << 32


def warm(random: Callable[[int], bytes]) -> bytes:
    """Read and seal the invented mail; its envelope, which nobody can open. `random` gives that many random
    bytes.
    """
    mail = MailReader(mail_head.MAX_HEAD_BYTES, mail_head.HeadTooLarge, lambda _: ())
    read = DataReader(1024).feed(HEAD + b"Nothing.\r\n.\r\n")
    mail.feed(read)
    mail.end()
    mail_head.author(mail_head.read_fields(bytes(mail.head)))
    sealer = BlobSealer(random(32), random(32), EXPIRES_AT, random(24))
    sealed = [sealer.start, sealer.update(read), *sealer.finish()]
    record = sealer.record(0).encode() + sha256(b"".join(sealed)).digest()
    signer = SignKey.from_seed(random(32))
    reader, day = (OpenKey.from_seed(random(32)).seal_key() for _ in range(2))
    to = Addressing(
        EnvelopeClass.DOOR, random(16), random(16), EXPIRES_AT, random(32), ReaderTarget(reader, 1),
        signer.public, signer.public,
    )  # fmt: skip
    return seal_envelope(to, [sign_content(record, EnvelopeClass.DOOR, signer)], [day], random)
