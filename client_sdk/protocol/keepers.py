"""Keepers, as the relay reaches them: their days, and sealed questions that are passed through."""

from __future__ import annotations

from typing import Final

from client_sdk.wire import ROWS_BYTES, Call, Response, b64, get, send_bytes
from keys.errors import Malformed

DAY_KEY_BYTES: Final = 1300


def days(keeper_id: bytes, first: int, count: int) -> Call[tuple[bytes, ...]]:
    """`GET /v1/keepers/{keeper_id}/days`: signed day keys, ascending."""

    def parse(response: Response) -> tuple[bytes, ...]:
        if len(response.body) % DAY_KEY_BYTES:
            raise Malformed("day keys have 1,300 bytes each")
        starts = range(0, len(response.body), DAY_KEY_BYTES)
        return tuple(response.body[at : at + DAY_KEY_BYTES] for at in starts)

    return get(f"/v1/keepers/{b64(keeper_id)}/days?first={first}&count={count}", parse, ROWS_BYTES)


def ask_keeper(keeper_id: bytes, request: bytes) -> Call[bytes]:
    """`POST /v1/keepers/{keeper_id}/open`: passed through."""
    return send_bytes("POST", f"/v1/keepers/{b64(keeper_id)}/open", request, _body)


def revoke(keeper_id: bytes, request: bytes) -> Call[bytes | None]:
    """`POST /v1/keepers/{keeper_id}/revoke`: the keeper's answer, or None while it waits at the relay."""

    def parse(response: Response) -> bytes | None:
        return None if response.status == 202 else response.body

    return send_bytes("POST", f"/v1/keepers/{b64(keeper_id)}/revoke", request, parse)


def _body(response: Response) -> bytes:
    return response.body
