"""Keeping: the commands of whoever runs a keeper, who may be somebody else than the relay's operator.

Must never load the store: here the keeper's own program begins.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from relay.operator.commands.saying import DEFAULT_CONFIG, ConfigFile, result, say
from relay.operator.stopped import Exit, Stopped

keeper = typer.Typer(help="The keeper of the days' keys.")


@keeper.callback(invoke_without_command=True)
def keeper_run(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Answer other relays by TCP, too.")
    ] = None,
) -> None:
    """Run the keeper of the days' keys by itself; or, with a further word, look after it."""
    if context.invoked_subcommand is None:
        from relay.operator.keeping import serve_keeper

        serve_keeper(config, listen)


@keeper.command("fingerprint")
def keeper_fingerprint(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print the keeper's fingerprint, for people, and its key, for another relay's settings."""
    from relay.operator.keepers import fingerprint
    from relay.operator.settings import settings_of

    short, key = fingerprint(settings_of(config))
    result(f"fingerprint  {short}")
    result(f"key          {key}")


@keeper.command("ring-key")
def keeper_ring_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the private key.")],
) -> None:
    """Make the key pair of ring backups: prints the public key, writes the private one to FILE."""
    from relay.operator.keepers import make_ring_key

    result(make_ring_key(file, os.urandom))
    say(f"Take {file} off this machine and keep it apart from the backups: both together open the ring.")


@keeper.command("ring-restore")
def keeper_ring_restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A ring backup.")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The offline private key.")],
    refused: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A refusal list that is not behind.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Build the keeper's folder from a ring backup."""
    from relay.operator.keepers import restore
    from relay.operator.settings import settings_of
    from relay.operator.standing import instant

    done = restore(settings_of(config), file, key, refused, os.urandom)
    say(f"Restored as of {instant(done.made_at)}: {done.days} days, {done.refusals} locks refused.")
    if done.behind:
        raise Stopped(
            "What was taken back since then may be missing, so it opens nothing yet: "
            "relay keeper catch-up FOLDER",
            Exit.PARTLY,
        )


@keeper.command("catch-up")
def keeper_catch_up(
    refused: Annotated[Path, typer.Argument(metavar="FOLDER", help="A refusal list that is not behind.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Bring a restored keeper's refusal list up to date; from then on it opens again."""
    from relay.operator.keepers import catch_up
    from relay.operator.settings import settings_of

    say(f"Caught up: {catch_up(settings_of(config), refused)} locks are refused. Start the keeper.")


@keeper.command("accept-clock")
def keeper_accept_clock(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say to a keeper that runs by itself that the clock is right."""
    from relay.operator.keepers import accept_clock
    from relay.operator.settings import settings_of

    done = accept_clock(settings_of(config))
    say(f"Accepted: {done['destroyed']} days were over and are destroyed.")
