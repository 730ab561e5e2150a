"""What a relay says of a firm: its colours, and the image beside its name, which is nothing else."""

from __future__ import annotations

import io

from keys.suite import H
from relay.core.colours import firm_colours
from tests.flow.house import House
from tests.http.served import Served, b64, serve
from tests.images import png


async def test_without_anything_of_its_own(served: Served) -> None:
    """Who has set nothing says so, and has no image."""
    told = (await served.ask("GET", "/v1/relay")).json
    assert (told["colours"], told["mark"]) == (None, None)
    assert (await served.ask("GET", f"/v1/relay/mark/{b64(H(png())[:16])}")).status == 404


async def test_colours_and_mark(house: House) -> None:
    """Anybody gets both; the image at an address of its own bytes, under a policy that lets nothing run, and
    nothing at any other.
    """
    name = b64(H(png())[:16])
    async with serve(house, None, said=io.StringIO(), colours=firm_colours("#7a1f5c"), mark=png()) as served:
        told = (await served.ask("GET", "/v1/relay")).json
        assert told["colours"]["do"] == "#7a1f5c"
        assert set(told["colours"]) == {"do", "do_tint", "dark_do", "dark_do_tint"}
        assert told["mark"] == name
        image = await served.ask("GET", f"/v1/relay/mark/{name}")
        assert (image.status, image.body) == (200, png())
        for header, value in (
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ):
            assert image.headers[header] == value
        for other in (b64(bytes(16)), "x", f"{name}.png", "%2e%2e"):
            assert (await served.ask("GET", f"/v1/relay/mark/{other}")).status == 404
