"""A copy by the command line: what is said of where it goes, and how wrong use ends."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from client_sdk.cli import exits
from tests.sdk.test_cli import Two, two  # noqa: F401 - the fixture of both people

PASSWORD = "hazel orbit linen crow amber"


def with_password(two: Two, *words: str, code: int = 0, password: str = PASSWORD) -> str:  # noqa: F811
    """Run a command that reads the copy's password from a descriptor; returns what it printed."""
    reading, writing = os.pipe()
    os.write(writing, password.encode() + b"\n")
    os.close(writing)
    os.set_inheritable(reading, True)
    try:
        shown = two.anna.mailbox(*words, "--copy-password-fd", str(reading), code=code, descriptor=reading)
    finally:
        os.close(reading)
    return shown.stdout + shown.stderr


def test_a_copy(two: Two, tmp_path: Path) -> None:  # noqa: F811
    """It says where it goes, that nobody deletes it and that it is not locked; no server checks it;
    it is never written over. A folder that is copied elsewhere is named.
    """
    two.anna.mailbox("send", "maya", "-s", "Before", "What you wrote before.")
    target = tmp_path / "Dropbox" / "maya.zip"
    target.parent.mkdir()
    made = two.anna.mailbox("export", "maya", "-o", str(target))
    assert made.stdout == f"{target}\n"
    for said in ("nobody deletes it for you", "--protect locks it", "somebody else's computers", "1 message"):
        assert said in made.stderr
    assert "messages/0001.txt" in zipfile.ZipFile(target).namelist()
    assert "Sound" in two.maya.mailbox("export", "verify", str(target), MAILBOX_HOME="/nowhere").stdout
    assert two.anna.objects("export", "verify", str(target))[0]["sound"]
    assert (
        "file of that name" in two.anna.mailbox("export", "maya", "-o", str(target), code=exits.USAGE).stderr
    )
    with zipfile.ZipFile(target, "a") as bundle:
        bundle.writestr("more.txt", "Added.")
    assert two.anna.mailbox("export", "verify", str(target), code=exits.FAILED).stdout == "WRONG  more.txt\n"
    two.anna.mailbox("export", "verify", code=exits.USAGE)
    two.anna.mailbox("export", "verify", str(tmp_path / "nothing"), code=exits.USAGE)
    two.anna.mailbox("export", "maya", str(target), code=exits.USAGE)
    two.anna.mailbox("export", "nobody", code=exits.NOT_FOUND)
    two.anna.mailbox("export", "open", str(target), code=exits.USAGE)


def test_a_locked_copy(two: Two, tmp_path: Path) -> None:  # noqa: F811
    """The password comes from a descriptor, never from the account's own; another one ends with *locked*."""
    target, opened = tmp_path / "maya.qba", tmp_path / "maya.zip"
    assert "--protect" not in with_password(two, "export", "maya", "-o", str(target))
    assert "Sound" in with_password(two, "export", "verify", str(target))
    with_password(two, "export", "verify", str(target), code=exits.LOCKED, password=PASSWORD + "s")
    assert str(opened) in with_password(two, "export", "open", str(target))
    assert zipfile.ZipFile(opened).testzip() is None
    with_password(two, "export", "open", str(target), code=exits.USAGE)
    two.anna.mailbox("export", "verify", str(target), code=exits.LOCKED)
    two.anna.mailbox("export", "maya", "--protect", "-o", str(tmp_path / "x.qba"), code=exits.LOCKED)
    with_password(two, "export", "maya", "-o", str(tmp_path / "x.qba"), code=exits.USAGE, password="short")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["maya.qba", "maya.zip"]
