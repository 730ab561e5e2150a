"""The settings as a command gets them, and `relay config show|check|explain`: what is in force, where it
comes from, and what it means. Shows no secret. The keeper starts here, too: nothing of the store is imported.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from relay.config import ConfigError, Setting, Settings, described, load, read_table
from relay.operator.stopped import Exit, Stopped


def settings_of(config: Path) -> Settings:
    """The settings. Raises Stopped with every mistake."""
    try:
        return load(config)
    except ConfigError as mistakes:
        raise Stopped(f"{mistakes}") from None


def shown(config: Path) -> Iterator[str]:
    """Every setting in force as TOML, with where its value comes from."""
    settings, file = settings_of(config), read_table(config)
    table = ""
    for setting in described():
        if setting.table != table:
            yield from ([""] if table else [])
            yield f"[{setting.table}]"
            table = setting.table
        value = setting.value(settings)
        line = f"# {setting.key} is not set" if value is None else f"{setting.key} = {value}"
        yield f"{line}  # {setting.source(file)}"
    for keeper in settings.further_keepers:
        yield from ("", "[[further_keepers]]", f'address = "{keeper.address}"', f'key = "{keeper.key}"')


def explained(config: Path, name: str) -> Iterator[str]:
    """Meaning, default, value in force and source of one setting. Raises Stopped for one that there is
    not.
    """
    setting = _named(name)
    yield setting.name
    yield f"  {setting.meaning}"
    yield f"  default: {_default(setting)}"
    yield f"  environment: {setting.variable}"
    if config.exists():
        try:
            value, source = setting.value(settings_of(config)), setting.source(read_table(config))
            yield f"  in force: {'not set' if value is None else value} (from {source})"
        except (Stopped, ConfigError) as mistakes:
            first = str(mistakes).splitlines()[0]
            yield f"  in force: unknown, because the settings cannot be used: {first}"


def _named(name: str) -> Setting:
    known = {setting.name: setting for setting in described()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else " `relay config show` lists all."
    raise Stopped(f"There is no setting {name}.{hint}", Exit.USAGE)


def _default(setting: Setting) -> str:
    if setting.required:
        return "none, it must be set"
    return "not set" if setting.default is None else setting.default
