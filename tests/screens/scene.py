"""What a scene of the web inbox is, and the two things that scenes of several parts begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.screens.steps import Script, Steps, stay

LINK = "/i/#1." + "A" * 43
COACH: Script = {"role": "coach"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A screen in a state: what the worker is told, where the page opens, and what a person then does."""

    name: str
    address: str = "/"
    script: Script = field(default_factory=dict)
    steps: Steps = stay
    agent: str = ""
    scripts: bool = True
    kept: Mapping[str, str] = field(default_factory=dict)
