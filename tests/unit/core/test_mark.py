"""The image beside a firm's name: a small, still PNG, and nothing else."""

from __future__ import annotations

import pytest

from relay.core.errors import Malformed
from relay.core.mark import MOST_BYTES, SIDES, check_mark
from tests.images import SIGNATURE, chunk, png


@pytest.mark.parametrize("side", SIDES)
def test_a_mark(side: int) -> None:
    """Each of the sizes is taken, with what image programs say of colours."""
    check_mark(png(side))
    check_mark(png(side, more=chunk(b"sRGB", b"\0") + chunk(b"pHYs", bytes(9))))


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (b"", "not a PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(90), "not a PNG"),
        (png(23), "23 × 23 pixels instead of 24 × 24 or 48 × 48 or 72 × 72"),
        (png(24, 48), "24 × 48 pixels"),
        (png(4096, 1), "4096 × 1 pixels"),
        (png(24, more=chunk(b"zTXt", bytes(MOST_BYTES))), "larger than 16 KiB"),
        (png(24, more=chunk(b"tEXt", b"Author\0Anna")), "more than a still picture (tEXt)"),
        (png(24, more=chunk(b"acTL", bytes(8)) + chunk(b"eXIf", b"MM")), "(acTL, eXIf)"),
        (SIGNATURE, "damaged"),
        (png(24)[:-1], "damaged"),
        (png(24) + b"\0", "damaged"),
        (png(24) + chunk(b"IDAT"), "damaged"),
        (png(24, more=chunk(b"IHDR", bytes(13))), "damaged"),
        (png(24).replace(b"\x08\x06", b"\x08\x02"), "damaged"),
        (SIGNATURE + chunk(b"IHDR", bytes(12)) + chunk(b"IDAT") + chunk(b"IEND"), "damaged"),
        (SIGNATURE + chunk(b"IHDR", png(24)[16:29]) + chunk(b"IEND"), "damaged"),
        (SIGNATURE + b"\xff\xff\xff\xffIHDR" + bytes(40), "damaged"),
    ],
)
def test_what_is_no_mark(image: bytes, said: str) -> None:
    """Each is refused with its reason."""
    with pytest.raises(Malformed) as refused:
        check_mark(image)
    assert said in refused.value.private
