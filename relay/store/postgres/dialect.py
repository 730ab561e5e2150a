r"""The few words in which PostgreSQL differs from the statements of `relay.store`. Owns their translation.

Parameters `?`, `?3` and `:name` become `$3`; bytes `x'00'` become `'\x00'::bytea`. What else the statements
use and PostgreSQL lacks are functions that `relay.store.postgres.tables` makes; what touches bodies is
`relay.store.postgres.bodies`'. No value is looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from relay.store.postgres.bodies import worded

_MARK: Final = re.compile(r"[xX]'([0-9a-fA-F]*)'|'(?:[^']|'')*'|\?(\d*)|(?<![:\w]):([a-z_]+)")

Bound = Sequence[Any] | Mapping[str, Any]


@lru_cache(maxsize=2048)
def translate(statement: str) -> tuple[str, tuple[int | str, ...]]:
    """The statement for PostgreSQL, and which of the caller's parameters its `$1`, `$2`, … are: positions
    from 0, or names.
    """
    statement = worded(statement)
    wanted: list[int | str] = []
    highest = 0

    def marked(match: re.Match[str]) -> str:
        nonlocal highest
        raw, number, name = match.groups()
        if raw is not None:
            return f"'\\x{raw}'::bytea"
        if number is None and name is None:
            return match.group()
        highest = max(highest, int(number)) if number else highest + (name is None)
        parameter: int | str = name or (int(number) if number else highest) - 1
        if parameter not in wanted:
            wanted.append(parameter)
        return f"${wanted.index(parameter) + 1}"

    return _MARK.sub(marked, statement), tuple(wanted)


def arranged(wanted: Sequence[int | str], bound: Bound) -> tuple[Any, ...]:
    """The caller's parameters in the order of the translated statement."""
    if isinstance(bound, Mapping):
        return tuple(bound[name] for name in wanted if isinstance(name, str))
    return tuple(bound[number] for number in wanted if isinstance(number, int))
