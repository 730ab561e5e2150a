"""A page of a mailbox, asked for in the usual way and in others: past the router and through it, the answer
is the same.
"""

from __future__ import annotations

from keys.names import Role
from tests.http.served import Served, b64, deposit_body

CLOSING = "Connection: close\r\n"


async def _page(served: Served, target: str, version: str = "1.1", heads: str = CLOSING) -> tuple[bytes, ...]:
    """Status, fields that do not tell of the connection or the second, and body."""
    head = f"GET {target} HTTP/{version}\r\nHost: here.example\r\n{heads}"
    head += f"Authorization: Bearer {await served.token(served.house.client)}\r\n\r\n"
    told = (await served.talk(head.encode())).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    fields, _, body = told.partition(b"\r\n\r\n")
    status, *rest = fields.split(b"\r\n")
    alike = sorted(one for one in rest if not one.startswith((b"Date", b"Connection")))
    return (status.partition(b" ")[2], *alike, body)


async def test_pages_are_alike_whichever_way_they_are_led(served: Served) -> None:
    """Percent-encoded or plain, whole address or path, kept alive, closing, HTTP/1.0 or after `Expect`: the
    same status, fields and bytes. What goes past the router loses nothing by it.
    """
    work = served.house.work
    letters = [work.envelope(served.house.coach, Role.CLIENT) for _ in range(3)]
    body = deposit_body(*[[(raw, [])] for raw in letters])
    assert (await served.ask("POST", "/v1/envelopes", who=served.house.coach, raw=body)).status == 201
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/envelopes"
    usual = await _page(served, path + "?after=0&limit=2")
    assert usual[0] == b"200 OK"
    assert b"Quietbox-More: 1" in usual
    for target in (
        path + "?limit=2&after=0",
        path + "?limit=%32",
        path.replace("/envelopes", "/%65nvelopes") + "?limit=2",
        f"http://here.example{path}?limit=2",
    ):
        assert await _page(served, target) == usual
    assert await _page(served, path + "?limit=2", "1.0", "") == usual
    assert await _page(served, path + "?limit=2", heads=f"Expect: 100-continue\r\n{CLOSING}") == usual
    kept = await served.ask("GET", path + "?limit=2", who=served.house.client)
    assert kept.body == usual[-1]
    assert {f"{name}: {text}".lower() for name, text in kept.headers.items() if name.lower() != "date"} == {
        field.decode().lower() for field in usual[1:-1]
    }


async def test_what_is_asked_for_wrongly_is_refused_either_way(served: Served) -> None:
    """A parameter twice, an unknown one, one without a value, no number, or too large: malformed; a mailbox
    that is no id, or somebody else's, is not found.
    """
    work = served.house.work
    path = f"/v1/mailboxes/{b64(work.mailbox(Role.CLIENT))}/envelopes"
    for query in (
        "limit=1&limit=1",
        "limit=1&limit=%31",
        "latest=1",
        "limit",
        "limit=",
        "=1",
    ):
        told = await served.ask("GET", f"{path}?{query}", who=served.house.client)
        assert (told.status, told.code) == (400, "malformed"), query
    for query in ("limit=0", "limit=201", "limit=-1", "after=1.0", "after=1&before=1", f"after={1 << 63}"):
        told = await served.ask("GET", f"{path}?{query}", who=served.house.client)
        assert (told.status, told.code) == (400, "malformed"), query
    for strange in (path.replace("/envelopes", "A/envelopes"), "/v1/mailboxes/x/envelopes"):
        assert (await served.ask("GET", strange, who=served.house.client)).status == 404
    assert (await served.ask("GET", path, who=served.house.coach)).status == 404
