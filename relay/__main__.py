"""The operator's command line: `relay`. Owns names, options and exit codes; each command's work is in
`relay.operator`.

Commands import what they need when they run, so that `--help` and short commands start fast. Results go to
standard output, sentences to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from relay.operator.stopped import Exit, Stopped

app = typer.Typer(
    name="relay",
    help="Run a relay of Quietbox.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
coach = typer.Typer(help="The coaches of this relay.", no_args_is_help=True)
expire = typer.Typer(help="What is due, and its end.", no_args_is_help=True)
config_app = typer.Typer(help="The settings.", no_args_is_help=True)
keeper = typer.Typer(help="The keeper of the days' keys.")
clock = typer.Typer(help="The clock.", no_args_is_help=True)
backup = typer.Typer(help="Sealed copies of the database.", no_args_is_help=True)
for name, group in {
    "coach": coach,
    "expire": expire,
    "config": config_app,
    "clock": clock,
    "keeper": keeper,
    "backup": backup,
}.items():
    app.add_typer(group, name=name)

ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE", help="The file of the settings.")]
DEFAULT_CONFIG: Final = Path("relay.toml")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def say(sentence: str) -> None:
    """A sentence for the operator."""
    typer.echo(sentence, err=True)


def result(line: str) -> None:
    """A line of the result."""
    typer.echo(line)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    local: Annotated[
        bool, typer.Option("--local", help="On this computer alone: no TLS, mail caught in a folder.")
    ] = False,
    domain: Annotated[str | None, typer.Option(metavar="NAME", help="The relay's domain name.")] = None,
) -> None:
    """Make a folder with settings, secrets and a keeper."""
    import os

    from relay.clock import SystemClock
    from relay.operator.init import choice_of, initialise

    config = initialise(folder, choice_of(local=local, domain=domain), SystemClock().now(), os.urandom)
    say(f"Made {config}. Next: relay serve --config {config}")
    say(f'Then, beside it: relay coach invite "Anna Harrow" --config {config}')
    say(f"Keep a copy of {folder / 'secrets' / 'backup'} in another place: without it no backup opens.")


@app.command()
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


@keeper.callback(invoke_without_command=True)
def keeper_run(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    listen: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Answer other relays by TCP, too.")
    ] = None,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Run the keeper of the days' keys by itself; or, with a further word, look after it."""
    if context.invoked_subcommand is None:
        from relay.operator.serving import serve_keeper

        serve_keeper(config, child=child, listen=listen)


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
    import os

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
    import os

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


@app.command()
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


@app.command()
def status(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """What the relay holds, and what it is late with."""
    from relay.operator import standing
    from relay.operator.settings import settings_of

    fields = standing.status(settings_of(config))
    _print(fields, standing.told, as_json=as_json)


@expire.command("run")
def expire_run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Sweep now: take away all that is due."""
    from relay.operator.settings import settings_of
    from relay.operator.standing import swept

    sentence, shredded = swept(settings_of(config))
    say(sentence)
    if not shredded:
        raise Stopped(
            "Readers kept the journal busy: bytes may remain in it until the next sweep.", Exit.PARTLY
        )


@expire.command("due")
def expire_due(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print how many rows are due and not yet swept."""
    from relay.operator import standing
    from relay.operator.settings import settings_of

    result(str(standing.status(settings_of(config))["due"]))


@expire.command("overdue")
def expire_overdue(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print how many rows have been due for over a minute; exit 1 if there are any."""
    from relay.operator import standing
    from relay.operator.settings import settings_of

    overdue = standing.status(settings_of(config))["overdue"]
    result(str(overdue))
    if overdue:
        raise Stopped("Something is late. relay doctor says more.")


@config_app.command("show")
def config_show(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print all settings in force, and where each comes from."""
    from relay.operator.settings import shown

    for line in shown(config):
        result(line)


@config_app.command("check")
def config_check(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say whether the settings can be used, with every mistake at once."""
    from relay.operator.settings import settings_of

    settings_of(config)
    say("The settings can be used.")


@config_app.command("explain")
def config_explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="As http.listen.")],
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Say what a setting means, its default, and what is in force."""
    from relay.operator.settings import explained

    for line in explained(config, key):
        result(line)


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
        _print(fields, told, as_json=as_json)


@backup.command("verify")
def backup_verify(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Open a backup to its end and count what it holds."""
    from relay.operator.backup import verified_told, verify
    from relay.operator.settings import settings_of

    _print(verify(settings_of(config), file).fields(), verified_told, as_json=as_json)


@backup.command("prune")
def backup_prune(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Remove the backups that are past their tail; `relay serve` does so too."""
    from relay.operator.backup import prune
    from relay.operator.settings import settings_of

    say(f"{prune(settings_of(config))} backups removed.")


@app.command()
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


@app.command()
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


@app.command()
def doctor(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Look at everything that a relay promises; exit 1 if something is wrong, 3 if there are only
    warnings.
    """
    from relay.operator import examination

    findings = list(examination.examine(config))
    for finding in findings:
        result(json.dumps(finding.fields()) if as_json else finding.line())
    raise typer.Exit(examination.exit_code(findings))


@app.command("verify-web")
def verify_web(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="Where people open it; without it, the origin.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Compare the web inbox on this disk, and as it is served through what stands in front, with the list of
    the installed release; exit 1 if something differs.
    """
    from relay.operator import examination, web_check
    from relay.operator.settings import settings_of
    from relay.service.places import STATIC

    origin = (url or settings_of(config).relay.origin).rstrip("/")
    findings = [*web_check.examine_disk(STATIC), *web_check.examine_served(STATIC, origin)]
    for finding in findings:
        result(json.dumps(finding.fields()) if as_json else finding.line())
    raise typer.Exit(examination.exit_code(findings))


@app.command()
def simulate(
    seed: Annotated[int, typer.Option(min=0, help="The first run's seed.")] = 0,
    runs: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many, each with the next seed.")] = 20,
    steps: Annotated[
        int, typer.Option(min=10, max=100_000, help="Of all people together, in each run.")
    ] = 1_000,
    relays: Annotated[
        int, typer.Option(min=1, max=9, help="On one store in memory, each on a machine of its own.")
    ] = 1,
    on_file: Annotated[bool, typer.Option("--file", help="One relay on a file instead.")] = False,
    processes: Annotated[int, typer.Option(min=1, max=256, help="At a time.")] = os.cpu_count() or 1,
) -> None:
    """Play whole relays in simulated time while everything goes wrong, and judge by a model what must hold;
    exit 1 if something did not. Touches no relay's files.
    """
    from relay.operator.simulation.campaign import Campaign, history, verdicts
    from relay.operator.simulation.play import Kind

    if on_file and relays > 1:
        raise typer.BadParameter("a file has one relay")
    kind, letters, failed = Kind(steps, relays, on_file), 0, 0
    for verdict in verdicts(Campaign(seed, runs, kind, processes)):
        letters += verdict.letters
        if verdict.fault:
            failed += 1
            result(history(verdict, kind))
    say(f"{runs:,} runs of {steps:,} steps, {letters:,} envelopes: {failed or 'none'} failed.")
    if failed:
        raise typer.Exit(Exit.ERROR)


def _print(fields: dict[str, Any], told: Callable[[dict[str, Any]], Any], *, as_json: bool) -> None:
    if as_json:
        result(json.dumps(fields))
        return
    for line in told(fields):
        result(line)


def _ready(line: str) -> None:
    result(line)
    sys.stdout.flush()


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
