"""Recovery: the digits of the recovery sheet, six groups of five, the fifth of each a check digit.

Owns the form on paper and its check. Must never be used without `kdf 1`: 24 digits are 79.7 bits, enough
only when each guess costs a run of Argon2id (docs/protocol.md, Keys, Recovery sheet).
"""

from __future__ import annotations

from typing import Final

from keys.encoding import exact
from keys.errors import Malformed, Mistyped

GROUPS: Final = 6
GROUP_DIGITS: Final = 4
RANDOM_BYTES: Final = 32
_DIGITS: Final = GROUPS * GROUP_DIGITS
_SPACING: Final = str.maketrans(
    "", "", " \t\r\n-\N{NO-BREAK SPACE}\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}"
)

# H. Michael Damm's totally anti-symmetric quasigroup of order 10: row = interim digit, column = next digit.
_QUASIGROUP: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def sheet_digits(random_bytes: bytes) -> str:
    """Turn 32 random bytes into the 24 secret digits."""
    drawn = int.from_bytes(exact(random_bytes, RANDOM_BYTES, "random bytes"), "big")
    return f"{drawn % 10**_DIGITS:0{_DIGITS}d}"


def print_sheet(digits: str) -> str:
    """Return the sheet's text: six groups of four digits and a check digit, joined by spaces."""
    if len(digits) != _DIGITS or not _decimal(digits):
        raise Malformed("a sheet has 24 digits")
    groups = (digits[at : at + GROUP_DIGITS] for at in range(0, _DIGITS, GROUP_DIGITS))
    return " ".join(group + _check_digit(index, group) for index, group in enumerate(groups))


def read_sheet(typed: str) -> str:
    """Return the 24 secret digits of a typed sheet; `Mistyped` names the first group that is wrong.

    Spaces, hyphens and line ends are ignored. A sheet of another length has its first incomplete group wrong.
    """
    signs = typed.translate(_SPACING)
    secret = ""
    for index in range(GROUPS):
        group = signs[index * 5 : index * 5 + 5]
        if (
            len(group) != GROUP_DIGITS + 1
            or not _decimal(group)
            or _check_digit(index, group[:4]) != group[4]
        ):
            raise Mistyped(index)
        secret += group[:GROUP_DIGITS]
    if len(signs) != GROUPS * (GROUP_DIGITS + 1):
        raise Mistyped(GROUPS - 1)
    return secret


def _check_digit(index: int, group: str) -> str:
    """Damm's check digit of a group, begun at the group's number so that two exchanged groups show."""
    interim = index + 1
    for digit in group:
        interim = int(_QUASIGROUP[interim][int(digit)])
    return str(interim)


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdigit()
