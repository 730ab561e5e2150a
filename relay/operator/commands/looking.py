"""Looking: the commands that say how a relay stands and is set, what is due in it, and whether its promises
hold.
"""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from relay.operator.commands.saying import DEFAULT_CONFIG, AsJson, ConfigFile, result, say, show
from relay.operator.stopped import Exit, Stopped

expire = typer.Typer(help="What is due, and its end.", no_args_is_help=True)
config_app = typer.Typer(help="The settings.", no_args_is_help=True)


def status(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """What the relay holds, and what it is late with."""
    from relay.operator import standing
    from relay.operator.settings import settings_of

    fields = standing.status(settings_of(config))
    show(fields, standing.told, as_json=as_json)


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
    from relay.operator.mark import checked_mark
    from relay.operator.settings import settings_of

    checked_mark(settings_of(config))
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


def doctor(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Look at everything that a relay promises; exit 1 if something is wrong, 3 if there are only
    warnings.
    """
    from relay.operator import examination

    findings = []
    for finding in examination.examine(config):  # each at once: the next may wait for somebody
        findings.append(finding)
        result(json.dumps(finding.fields()) if as_json else finding.line())
    raise typer.Exit(examination.exit_code(findings))


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
