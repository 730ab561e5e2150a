"""Films for a browser whose camera is a file: a square that lies turned on grey. Owns the drawing alone."""

from __future__ import annotations

import math
import re
from collections.abc import Set
from pathlib import Path

WIDTH, HEIGHT = 320, 240
TURN = math.radians(24)
GREY, DARK, LIGHT, COLOURLESS = 120, 30, 230, 128

Modules = Set[tuple[int, int]]


def modules_of(path: str) -> Modules:
    """The dark modules of a square, as the inbox draws them: a unit each."""
    return {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}


def film(target: Path, modules: Modules = frozenset(), size: int = 29) -> None:
    """Write one picture of a square of `size` modules, its margin included, in the form of YUV4MPEG2."""
    edge = HEIGHT * 0.75 / size
    cos, sin = math.cos(TURN) / edge, math.sin(TURN) / edge

    def light(x: int, y: int) -> int:
        across, down = x - WIDTH / 2, y - HEIGHT / 2
        column = math.floor(cos * across + sin * down + size / 2)
        row = math.floor(-sin * across + cos * down + size / 2)
        if not (modules and 0 <= column < size and 0 <= row < size):
            return GREY
        return DARK if (column, row) in modules else LIGHT

    picture = bytes(light(x, y) for y in range(HEIGHT) for x in range(WIDTH))
    colours = bytes([COLOURLESS]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    target.write_bytes(head + (b"FRAME\n" + picture + colours) * 2)
