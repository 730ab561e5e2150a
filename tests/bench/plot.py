"""Lines over sizes as a picture (SVG), for docs/performance.md. Owns nothing but the drawing: a logarithmic
axis of sizes, a linear one that begins at zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from typing import Final
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 36, 44
COLOURS: Final = ("#1b5e57", "#9a4a1c", "#4a4a8a", "#7a7a1a", "#8a2a5a")
LINES: Final = 4

Point = tuple[float, float]


def picture(title: str, x_name: str, y_name: str, series: Mapping[str, Sequence[Point]]) -> str:
    """A picture of all series; sizes are at least 1, values at least 0."""
    sizes = [x for points in series.values() for x, _ in points]
    most = _round_up(max(y for points in series.values() for _, y in points))
    first, last = log10(min(sizes)), log10(max(sizes))

    def place(x: float, y: float) -> Point:
        share = (log10(x) - first) / ((last - first) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / most * (HEIGHT - TOP - BOTTOM)

    drawn = [_text(LEFT, 20, title, "start", "bold"), _text(LEFT, HEIGHT - 8, x_name), _text(8, 34, y_name)]
    for number in range(LINES + 1):
        value = most * number / LINES
        _, y = place(min(sizes), value)
        drawn.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        drawn.append(_text(LEFT - 6, y + 4, f"{value:g}", "end"))
    below = HEIGHT - BOTTOM + 16
    drawn += [_text(place(x, 0)[0], below, _size(x), "middle") for x in sorted(set(sizes))]
    for (name, points), colour in zip(series.items(), COLOURS, strict=False):
        drawn += _line(name, [place(*point) for point in points], colour)
    style = 'font-family="sans-serif" font-size="12" fill="#222"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {style}>'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *drawn, "</svg>", ""])


def _line(name: str, places: Sequence[Point], colour: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    x, y = places[-1]
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    return [line, *dots, _text(x + 8, y + 4, name, "start", colour=colour)]


def _text(
    x: float, y: float, text: str, anchor: str = "start", weight: str = "", colour: str = "#222"
) -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{bold}>{escape(text)}</text>'


def _round_up(value: float) -> float:
    step = 10 ** int(log10(value or 1))
    return next(step * one for one in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 20) if step * one >= value)


def _size(value: float) -> str:
    return f"{value:,.0f}" if value < 1e4 else f"10{'⁰¹²³⁴⁵⁶⁷⁸⁹'[round(log10(value))]}"
