"""Running: the commands that make a relay, run it, let its coaches in, and say that its clock is right."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from relay.operator.commands.saying import DEFAULT_CONFIG, ConfigFile, result, say

coach = typer.Typer(help="The coaches of this relay.", no_args_is_help=True)
clock = typer.Typer(help="The clock.", no_args_is_help=True)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    local: Annotated[
        bool, typer.Option("--local", help="On this computer alone: no TLS, mail caught in a folder.")
    ] = False,
    domain: Annotated[str | None, typer.Option(metavar="NAME", help="The relay's domain name.")] = None,
) -> None:
    """Make a folder with settings, secrets and a keeper."""
    from relay.clock import SystemClock
    from relay.operator.init import choice_of, initialise

    config = initialise(folder, choice_of(local=local, domain=domain), SystemClock().now(), os.urandom)
    say(f"Made {config}. Next: relay serve --config {config}")
    say(f'Then, beside it: relay coach invite "Anna Harrow" --config {config}')
    say(f"Keep a copy of {folder / 'secrets' / 'backup'} in another place: without it no backup opens.")


def serve(
    config: ConfigFile = DEFAULT_CONFIG,
    only: Annotated[str | None, typer.Option(metavar="http|smtp|sweep", help="Run one part alone.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, metavar="N", help="So many relays on the same ports (PostgreSQL).")
    ] = 1,
    worker: Annotated[bool, typer.Option("--worker", hidden=True)] = False,
) -> None:
    """Run the relay: web, mail coming in, sweep, and the keeper."""
    from relay.operator.serving import Asked, serve_relay

    serve_relay(config, Asked(only, workers, is_worker=worker), _ready)


def _ready(line: str) -> None:
    result(line)
    sys.stdout.flush()


def demo(check: Annotated[bool, typer.Option("--check", help="Play it through unattended.")] = False) -> None:
    """A whole relay in a temporary folder, with people who write to each other."""
    from relay.operator.demo import run

    raise typer.Exit(run(check=check))


@coach.command("invite")
def coach_invite(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How the coach is called.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Print a link by which a coach enrols. Whoever has it first is that coach: give it from hand to hand."""
    from relay.operator.coach import invite
    from relay.operator.settings import settings_of

    result(invite(settings_of(config), name))


@clock.command("accept")
def clock_accept(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say that the clock is right, after it has jumped or the relay was off for long."""
    from relay.operator.asking import do
    from relay.operator.settings import settings_of
    from relay.operator.standing import instant

    done = do(settings_of(config), "accept-clock")
    say(f"Accepted: it is {instant(done['now'])}.")
    if done["keeper"] == "away":
        say("The keeper is away; it is told when it is back.")
