"""The command line of coaches and clients: `mailbox`.

Owns names, options, words on the terminal and exit codes; the work is in the SDK. Results go to standard
output, talk to standard error, so that a script can trust what it reads. Must never take a secret as an
argument, where every program of the computer could read it, and never send signs of others to the terminal
that it would obey.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line of this program and exit with its code (`mailbox help exit-codes`)."""
    from client_sdk.cli.run import run

    sys.exit(run(sys.argv[1:]))
