"""A firm's colour is readable wherever the inbox uses it, in both themes, or another is proposed that is."""

from __future__ import annotations

import colorsys
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.core import colours
from relay.core.colours import contrast, firm_colours, nearest, parse_colour, worst
from relay.core.errors import Malformed

TOKENS = Path(__file__).parents[3] / "relay" / "inbox" / "src" / "style" / "tokens.css"
GROUNDS = ("canvas", "surface", "sunken", "soon-tint", "gone-tint", "note-tint")
LEAST, LEAST_DARK = 4.5, 7.0
"""What the design asks of text, and what the dark theme's other text has."""
any_colour = st.binary(min_size=3, max_size=3).map(lambda rgb: f"#{rgb.hex()}")


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme as the page has them."""
    text = TOKENS.read_text(encoding="utf-8")
    start = text.index(':root[data-theme="dark"]') if theme == "dark" else 0
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text[start : text.index("}", start)]))


def test_the_grounds_are_those_of_the_page() -> None:
    """What contrast is computed against is what the page draws."""
    light, dark = tokens("light"), tokens("dark")
    assert tuple(light[name] for name in GROUNDS) == colours.LIGHT_GROUNDS
    assert tuple(dark[name] for name in GROUNDS) == colours.DARK_GROUNDS
    assert light["on-do"] == colours.ON_DO


def test_contrast_is_that_of_the_recommendation() -> None:
    """Known ratios: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(
    "text", ["", "1f5a4c", "#1f5a4", "#1f5a4cc", "#1f5a4g", "green", "#1f5a4c\n", " #1f5a4c"]
)
def test_what_is_no_colour(text: str) -> None:
    """Six hexadecimal digits behind a #, and nothing else: it ends up in a page."""
    with pytest.raises(Malformed):
        parse_colour(text)


@given(any_colour)
def test_the_nearest_can_be_read_and_nothing_between_can(colour: str) -> None:
    """What is proposed passes on every ground, and each step of lightness that lies before it does not."""
    proposed = nearest(colour)
    assert worst(proposed) >= LEAST
    lightness, chroma, hue = colours._oklch(colours._rgb(colour))
    for step in range(round(lightness * 500) - 1, 0, -1) if proposed != colour else ():
        between = colours._hex(colours._shown(step / 500, chroma, hue))
        if between == proposed:
            break
        assert worst(between) < LEAST
    assert nearest(proposed) == proposed
    assert (proposed == colour) == (worst(colour) >= LEAST)


@given(any_colour)
def test_the_nearest_has_the_same_hue(colour: str) -> None:
    """A red firm is offered a red, as far as six digits can say it."""
    proposed = nearest(colour)
    hue, chroma = colours._oklch(colours._rgb(colour))[2], colours._oklch(colours._rgb(proposed))[1]
    found = colours._oklch(colours._rgb(proposed))[2]
    apart = abs((found - hue + 3.1416) % 6.2832 - 3.1416)
    assert chroma < 0.04 or apart < 0.12


@given(any_colour)
def test_both_themes_can_be_read(colour: str) -> None:
    """Of a colour that was taken, text, links and buttons are readable in both themes, on their tint too."""
    firm = firm_colours(nearest(colour))
    for ground in (*colours.LIGHT_GROUNDS, firm.do_tint):
        assert contrast(firm.do, ground) >= LEAST
    for ground in (*colours.DARK_GROUNDS, firm.dark_do_tint):
        assert contrast(firm.dark_do, ground) >= LEAST_DARK
    assert contrast(firm.do, colours.ON_DO) >= LEAST
    assert contrast(firm.dark_do, tokens("dark")["on-do"]) >= LEAST


@given(any_colour)
def test_other_text_can_be_read_on_the_tint(colour: str) -> None:
    """A chosen row has its date and its warnings on it."""
    firm = firm_colours(nearest(colour))
    for theme, tint in (("light", firm.do_tint), ("dark", firm.dark_do_tint)):
        for name in ("ink", "ink-2", "soon", "gone", "note"):
            assert contrast(tokens(theme)[name], tint) >= LEAST, (theme, name)


def test_a_bright_colour_keeps_its_brightness_in_the_dark() -> None:
    """The lightened colour is still of its hue and not grey."""
    red, green, blue = colours._rgb(firm_colours("#0033a0").dark_do)
    hue, _, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    assert 0.55 < hue < 0.68
    assert saturation > 0.8
