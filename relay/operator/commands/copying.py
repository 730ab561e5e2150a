"""Copying: the commands by which rows leave the database and come back, in backups or to another database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from relay.operator.commands.saying import DEFAULT_CONFIG, AsJson, ConfigFile, result, say, show
from relay.operator.stopped import Exit, Stopped

backup = typer.Typer(help="Sealed copies of the database.", no_args_is_help=True)


@backup.command("create")
def backup_create(
    config: ConfigFile = DEFAULT_CONFIG,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Not the folder of the settings.")] = None,
) -> None:
    """Seal all rows into one file, while the relay serves; print its path."""
    from relay.operator.backup import create
    from relay.operator.settings import settings_of

    made, key_sentence = create(settings_of(config), to)
    if key_sentence:
        say(key_sentence)
    say(f"{made.size_bytes / 1e6:.1f} MB, sealed and read again.")
    result(str(made.path))


@backup.command("list")
def backup_list(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Print the backups in the folder of the settings, oldest first."""
    from relay.operator.backup import listed, told
    from relay.operator.settings import settings_of

    for fields in listed(settings_of(config)):
        show(fields, told, as_json=as_json)


@backup.command("verify")
def backup_verify(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Open a backup to its end and count what it holds."""
    from relay.operator.backup import verified_told, verify
    from relay.operator.settings import settings_of

    show(verify(settings_of(config), file).fields(), verified_told, as_json=as_json)


@backup.command("prune")
def backup_prune(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Remove the backups that are past their tail; `relay serve` does so too."""
    from relay.operator.backup import prune
    from relay.operator.settings import settings_of

    say(f"{prune(settings_of(config))} backups removed.")


def restore(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A backup.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Do it apart, compare, and leave everything as it is.")
    ] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="No backup: a database that was put back by other means.")
    ] = False,
    ledger: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="The ledger of a further relay of the same database."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A ledger that is lost: what its relay let go comes back."),
    ] = None,
    former: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The database that was, postgresql://…: people's vaults come from there."
        ),
    ] = None,
) -> None:
    """Put a backup in the place of the database, without what was promised to be gone."""
    from relay.operator import replaying
    from relay.operator import restore as restoring
    from relay.operator.settings import settings_of

    if replay is (file is not None) or (replay and (rehearse or former)):
        raise Stopped("Either FILE, or --replay alone.", Exit.USAGE)
    settings, ledgers, lost = settings_of(config), ledger or [], without or []
    if file is None:
        for line in replaying.replayed_told(replaying.replay_here(settings, ledgers, lost)):
            result(line)
        return
    from pydantic import SecretStr

    beside = restoring.Beside(ledgers, lost, SecretStr(former) if former else None)
    done = (restoring.rehearse if rehearse else restoring.restore)(settings, file, beside)
    for line in (*restoring.told(done), *(restoring.compared(done) if rehearse else ())):
        result(line)
    if not done.swept:
        raise typer.Exit(Exit.PARTLY)


def migrate(
    config: ConfigFile = DEFAULT_CONFIG,
    to: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Move a stopped relay's rows from its file to postgresql://…"),
    ] = None,
) -> None:
    """Bring the database to this release's shape, as `relay serve` does too; or move it to PostgreSQL."""
    from relay.operator.asking import do
    from relay.operator.settings import settings_of

    if to is None:
        do(settings_of(config), "status")
        say("The database has this release's shape.")
        return
    from relay.operator import moving

    for line in moving.told(moving.move(settings_of(config), to, moving.telling(sys.stderr))):
        say(line)
