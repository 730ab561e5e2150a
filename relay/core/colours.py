"""Colours: whether a firm's own can be read wherever the inbox uses it, the nearest that can, and what
follows from it for both themes.

Owns contrast (WCAG 2.2) and lightness (OKLCH). The grounds are those of `relay/inbox/src/style/tokens.css`,
which a test compares. Must never change the colour that was asked for: one that cannot be read is refused,
and another is proposed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from relay.core.errors import Malformed

Rgb = tuple[int, int, int]

LEAST: Final = 4.5
"""Text on its ground. https://www.w3.org/TR/WCAG22/#contrast-minimum"""
LEAST_DARK: Final = 7.0
"""In the dark theme, whose other text has 7.2 at least."""
TINT: Final = 0.12
"""What a chosen entry has of the colour, over the surface."""
HOVER: Final = 1.12
"""How much brighter a button is under a pointer."""
LIGHT_GROUNDS: Final = ("#f6f4ef", "#ffffff", "#eeebe3", "#fbefd9", "#fbe9e6", "#e5eef6")
"""Canvas, surface, sunken, and the tints of what goes soon, what is gone, and notes."""
DARK_GROUNDS: Final = ("#141716", "#1c201f", "#101312", "#35290f", "#3a1d1a", "#1b2b3a")
LIGHT_SURFACE, DARK_SURFACE = LIGHT_GROUNDS[1], DARK_GROUNDS[1]
ON_DO: Final = "#ffffff"
"""Text on a button of the light theme; the dark theme's is nearly black."""
STEPS: Final = 500
"""Of lightness, from black to white."""

_FORM: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class FirmColours:
    """What a firm's colour is in both themes, each as `#rrggbb`: text, lines and buttons; and the tint."""

    do: str
    do_tint: str
    dark_do: str
    dark_do_tint: str


def parse_colour(text: str) -> str:
    """`#1F5A4C` in lower case. Raises Malformed for what is not six hexadecimal digits behind a #."""
    if not _FORM.fullmatch(text.lower()):
        raise Malformed("not a colour")
    return text.lower()


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, from 1 to 21. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    darker, lighter = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lighter + 0.05) / (darker + 0.05)


def worst(colour: str) -> float:
    """The least contrast that a colour has in the light theme, on any ground and under any text."""
    grounds = (*LIGHT_GROUNDS, _mixed(colour, LIGHT_SURFACE))
    hovered = _hex(tuple(min(255, round(part * HOVER)) for part in _rgb(colour)))
    return min(*(contrast(colour, ground) for ground in grounds), contrast(ON_DO, hovered))


def nearest(colour: str) -> str:
    """The same hue, no more darkened than has to be for `LEAST`; the colour itself where it has that."""
    return next(one for one in _along(colour, -1) if worst(one) >= LEAST)


def firm_colours(colour: str) -> FirmColours:
    """Both themes' colours: in the light one as asked for, in the dark one the same hue, no more lightened
    than has to be for `LEAST_DARK`.
    """
    dark = next(one for one in _along(colour, 1) if _worst_dark(one) >= LEAST_DARK)
    return FirmColours(colour, _mixed(colour, LIGHT_SURFACE), dark, _mixed(dark, DARK_SURFACE))


def _worst_dark(colour: str) -> float:
    grounds = (*DARK_GROUNDS, _mixed(colour, DARK_SURFACE))
    return min(contrast(colour, ground) for ground in grounds)


def _along(colour: str, direction: int) -> Iterator[str]:
    """A colour, and then each step of lightness from it on: down to black, or up to white."""
    lightness, chroma, hue = _oklch(_rgb(colour))
    yield colour
    step = round(lightness * STEPS) + direction
    while 0 < step < STEPS:
        yield _hex(_shown(step / STEPS, chroma, hue))
        step += direction
    yield "#000000" if direction < 0 else "#ffffff"


def _rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _hex(rgb: tuple[int, ...]) -> str:
    return f"#{bytes(rgb).hex()}"


def _mixed(colour: str, ground: str) -> str:
    parts = zip(_rgb(colour), _rgb(ground), strict=True)
    return _hex(tuple(round(TINT * part + (1 - TINT) * under) for part, under in parts))


# --- what light makes of it ---


def _linear(part: int) -> float:
    """IEC 61966-2-1."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _encoded(share: float) -> int:
    curved = share * 12.92 if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055
    return round(255 * curved)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = map(_linear, rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- OKLCH: https://www.w3.org/TR/css-color-4/#ok-lab ---


def _oklch(rgb: Rgb) -> tuple[float, float, float]:
    """Lightness from 0 to 1, chroma, hue in radians."""
    red, green, blue = map(_linear, rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _shown(lightness: float, chroma: float, hue: float) -> Rgb:
    """The colour of this lightness and hue, with as much of the chroma as a screen shows there."""

    def at(share: float) -> tuple[float, float, float]:
        return _linear_of(lightness, share * chroma * math.cos(hue), share * chroma * math.sin(hue))

    red, green, blue = (_encoded(min(1.0, max(0.0, part))) for part in at(_most(at)))
    return red, green, blue


def _most(at: Callable[[float], tuple[float, float, float]]) -> float:
    """The largest hundredth of the chroma with which all three parts are of the screen; without any it is a
    grey, which always is.
    """
    shares = (hundredths / 100 for hundredths in range(100, 0, -1))
    return next((share for share in shares if all(-1e-4 <= part <= 1.0001 for part in at(share))), 0.0)


def _linear_of(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
