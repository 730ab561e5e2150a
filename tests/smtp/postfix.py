"""A Postfix of the test's own, from a folder of its own. Owns its two files, and that it ends.

It listens on loopback, hands every mail to one relay over a verified STARTTLS, and touches nothing of a
Postfix that the machine may run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.service.programs import free_port

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
multi_instance_name = quietbox-test
myhostname = mail.home.example
mydestination =
local_transport = error:none here
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
message_size_limit = 40000000
notify_classes =
local_header_rewrite_clients =
{more}
"""
TO_A_RELAY = """\
relayhost = [127.0.0.1]:{port}
smtp_host_lookup = native
smtp_tls_security_level = secure
smtp_tls_CAfile = {authority}
smtp_tls_secure_cert_match = mx.quietbox.test
smtp_tls_loglevel = 1
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """One that runs."""

    folder: Path
    port: int

    def log(self) -> str:
        """All that it has said."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def queued(self) -> int:
        """How many mails wait in it."""
        folders = ("incoming", "active", "deferred", "maildrop")
        return sum(one.is_file() for name in folders for one in (self.folder / "queue" / name).rglob("*"))


def why_not() -> str:
    """Why Postfix cannot be run here; empty where it can."""
    if shutil.which("postfix", path=_path()) is None:
        return "Postfix is missing; Debian, Ubuntu: sudo apt-get install postfix"
    return "" if os.geteuid() == 0 else "Postfix can be started by root alone"


@contextmanager
def running(more: str) -> Iterator[Postfix]:
    """A Postfix with these further settings, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="quietbox-postfix-"))
    folder.chmod(0o755)  # its own system user looks in here
    postfix = Postfix(folder, free_port())
    (folder / "etc").mkdir()
    (folder / "queue").mkdir()
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, more=more))
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=postfix.port))
    try:
        _run(postfix, "start")
        yield postfix
    finally:
        _run(postfix, "stop", check=False)
        shutil.rmtree(folder)


def _run(postfix: Postfix, word: str, *, check: bool = True) -> None:
    done = subprocess.run(
        ["postfix", "-c", str(postfix.folder / "etc"), word],
        env={**os.environ, "PATH": _path(), "MAIL_CONFIG": str(postfix.folder / "etc")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 or not check, done.stderr + postfix.log()


def _path() -> str:
    return os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"
