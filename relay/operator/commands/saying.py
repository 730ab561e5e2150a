"""What the operator's commands share: the options that many take, and the two ways to say something.

Results go to standard output, sentences to standard error.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

ConfigFile = Annotated[Path, typer.Option("--config", metavar="FILE", help="The file of the settings.")]
DEFAULT_CONFIG: Final = Path("relay.toml")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def say(sentence: str) -> None:
    """A sentence for the operator."""
    typer.echo(sentence, err=True)


def result(line: str) -> None:
    """A line of the result."""
    typer.echo(line)


def show(fields: dict[str, Any], told: Callable[[dict[str, Any]], Any], *, as_json: bool) -> None:
    """Fields as one JSON object, or as told in lines."""
    if as_json:
        result(json.dumps(fields))
        return
    for line in told(fields):
        result(line)
