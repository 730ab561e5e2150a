"""The operator's command line: `relay`. Owns the list of its commands, as `--help` has them, and how it ends.

The commands are in `relay.operator.commands`. They import what they need when they run, so that `--help` and
short commands start fast, and a running relay has no memory for what it does not use.
"""

from __future__ import annotations

import sys

import typer

from relay.operator.commands import copying, keeping, looking, running
from relay.operator.commands.saying import say
from relay.operator.stopped import Exit, Stopped

app = typer.Typer(
    name="relay",
    help="Run a relay of Quietbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, group in {
    "coach": running.coach,
    "expire": looking.expire,
    "config": looking.config_app,
    "clock": running.clock,
    "keeper": keeping.keeper,
    "backup": copying.backup,
}.items():
    app.add_typer(group, name=name)
for command in (
    running.init,
    running.serve,
    running.demo,
    looking.status,
    copying.restore,
    copying.migrate,
    looking.doctor,
    looking.verify_web,
    looking.simulate,
):
    app.command()(command)


def main() -> None:
    """Run a command; ends with its exit code."""
    try:
        app(standalone_mode=True)
    except Stopped as stopped:
        say(str(stopped))
        sys.exit(stopped.code)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
