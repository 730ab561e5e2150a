"""Run: from arguments to an exit code.

Owns what becomes of everything that a command can raise. A program that has said an error exits with its code
and shows no stack.
"""

from __future__ import annotations

from collections.abc import Sequence

from client_sdk.errors import RelayError


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code. Usage, interruption and broken pipes end in typer's own
    codes.
    """
    from client_sdk.cli import exits
    from client_sdk.cli.app import app
    from client_sdk.cli.terminal import say

    try:
        app(list(arguments), prog_name="mailbox", standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else exits.FAILED
    except RelayError as error:
        exits.say_error(error)
        return exits.code_of(error)
    except OSError as error:
        say(f"This computer refused: {error.strerror}.")
        return exits.FAILED
    return exits.DONE
