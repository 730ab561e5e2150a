"""Runs of the spoken check."""

from __future__ import annotations

from dataclasses import dataclass, field

from client_sdk.wire import Call, Fields, Response, b64, get, send_json


@dataclass(frozen=True, slots=True)
class SpokenRun:
    """A run of the spoken check, as the relay shows it; what is not there is empty."""

    commitment: bytes
    client_random: bytes = field(repr=False)
    coach_random: bytes = field(repr=False)


def spoken_run(engagement_id: bytes) -> Call[SpokenRun]:
    """`GET /v1/engagements/{id}/spoken-check`: the run that is under way, of empty values without one."""
    return get(f"/v1/engagements/{b64(engagement_id)}/spoken-check", _spoken_run)


def spoken_step(engagement_id: bytes, commitment: bytes, number: bytes | None) -> Call[SpokenRun]:
    """`PUT /v1/engagements/{id}/spoken-check`: begins a run, or adds one's own random number to it."""
    fields = {"commitment": b64(commitment)} | ({} if number is None else {"random": b64(number)})
    return send_json("PUT", f"/v1/engagements/{b64(engagement_id)}/spoken-check", fields, _spoken_run)


def _spoken_run(response: Response) -> SpokenRun:
    fields = Fields.of(response)
    return SpokenRun(
        *(
            fields.blob(name, 32) if fields.has(name) else b""
            for name in ("commitment", "client_random", "coach_random")
        )
    )
