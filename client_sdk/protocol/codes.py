"""Typed codes: where their words are looked for, and what they open (docs/protocol.md, part 24)."""

from __future__ import annotations

from client_sdk.wire import Call, Fields, Response, b64, nothing, send_json


def new_code(subject: bytes) -> Call[str]:
    """`POST /v1/codes`: the nameplate of one's own open invitation or offer."""

    def parse(response: Response) -> str:
        return Fields.of(response).text("nameplate")

    return send_json("POST", "/v1/codes", {"subject": b64(subject)}, parse)


def seal_code(nameplate: str, check: bytes, box: bytes) -> Call[None]:
    """`PUT /v1/codes/{nameplate}`: what the words open; earlier words end."""
    return send_json("PUT", f"/v1/codes/{nameplate}", {"check": b64(check), "box": b64(box)}, nothing)


def open_code(nameplate: str, proof: bytes) -> Call[bytes]:
    """`POST /v1/codes/open`: the box, for the words' proof."""

    def parse(response: Response) -> bytes:
        return Fields.of(response).blob("box")

    return send_json("POST", "/v1/codes/open", {"nameplate": nameplate, "proof": b64(proof)}, parse)
