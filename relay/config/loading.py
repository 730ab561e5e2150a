"""Reads the settings, tells every mistake at once, and explains them. Never shows a secret or a refused
value."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from relay.config.settings import FurtherKeeper, Settings, Table

PREFIX = "RELAY_"
MAX_FILE_BYTES = 1 << 20


class ConfigError(Exception):
    """The settings cannot be used. The text names every mistake, one a line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as an operator meets it; values are written as in TOML."""

    table: str
    key: str
    meaning: str
    default: str | None
    required: bool

    @property
    def name(self) -> str:
        """As in `relay config explain http.listen`."""
        return f"{self.table}.{self.key}"

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return f"{PREFIX}{self.table}__{self.key}".upper()

    def value(self, settings: Settings) -> str | None:
        """What is in force: a secret as asterisks, None where nothing is set."""
        return _toml(getattr(getattr(settings, self.table), self.key))

    def source(self, file: Mapping[str, Any]) -> Literal["environment", "file", "default"]:
        """Where the value in force comes from; `file` is what `read_table` gave."""
        if self.variable in os.environ:
            return "environment"
        return "file" if self.key in file.get(self.table, {}) else "default"


def load(path: Path) -> Settings:
    """The settings of a file and of the environment, paths made absolute. Raises ConfigError."""
    mistakes = list(_unknown_variables(os.environ))
    try:
        settings = Settings.model_validate(_overlaid(read_table(path), os.environ))
    except ValidationError as error:
        mistakes += [_mistake(detail["type"], detail["loc"], detail["msg"]) for detail in error.errors()]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return settings.below(path.absolute().parent)


def _overlaid(file: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The file's tables, with what the environment says laid over them."""
    whole = {**file}
    for setting in described():
        table = whole.get(setting.table, {})
        if setting.variable in environ and isinstance(table, dict):
            whole[setting.table] = {**table, setting.key: environ[setting.variable]}
    return whole


def read_table(path: Path) -> dict[str, Any]:
    """The file as TOML. Raises ConfigError where it cannot be read, is over 1 MiB, or is no TOML."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    if len(raw) > MAX_FILE_BYTES:
        raise ConfigError(f"{path}: larger than 1 MiB")
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None


def described() -> Iterator[Setting]:
    """All settings, in the order of the file."""
    for table, model in tables().items():
        for key, field in model.model_fields.items():
            yield Setting(table, key, field.description or "", _default(field), field.is_required())


def tables() -> dict[str, type[Table]]:
    """The tables of the file by name."""
    models = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        name: model for name, model in models.items() if isinstance(model, type) and issubclass(model, Table)
    }


def _default(field: FieldInfo) -> str | None:
    return None if field.is_required() else _toml(field.default)


def _toml(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool() | int():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(text for part in value if (text := _toml(part)))}]"
        case SecretStr():
            return '"***"'
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unknown_variables(environ: Iterable[str]) -> Iterator[str]:
    known = [setting.variable for setting in described()]
    for name in environ:
        if name.upper().startswith(PREFIX) and name not in known:
            yield f"{name}: no such variable{_nearest(name.upper(), known)}"


def _nearest(wrong: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _mistake(kind: str, place: tuple[int | str, ...], message: str) -> str:
    name = ".".join(map(str, place))
    if kind == "missing":
        return f"{name}: missing"
    if kind == "extra_forbidden":
        models: dict[str, type[BaseModel]] = {**tables(), "further_keepers": FurtherKeeper}
        known = models[str(place[0])].model_fields if len(place) > 1 else models
        return f"{name}: there is no such name here{_nearest(str(place[-1]), known)}"
    return f"{name}: {message.removeprefix('Value error, ')}".removeprefix(": ")
