"""Fields: the forms of which all models are made, and what all models have in common. Owns how bytes, ids,
instants and numbers travel; knows no request.

Bytes travel as canonical base64url without padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from keys.encoding import from_base64url, to_base64url
from keys.errors import Malformed
from keys.vault import MOST_ITEM_BOX_BYTES

MOST_INSTANT = 2**53 - 1
MOST_ORDER = 2**63 - 1


def _decode(value: Any) -> Any:
    if not isinstance(value, str):
        return value  # an answer is made of bytes; in a request nothing but text can be bytes
    try:
        return from_base64url(value)
    except Malformed:
        raise ValueError("not canonical base64url") from None


@dataclass(frozen=True)
class Sized:
    """Bytes from `least` to `most`, as text outside."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Decode what comes, encode what goes."""
        return core_schema.no_info_before_validator_function(
            _decode,
            core_schema.bytes_schema(min_length=self.least, max_length=self.most, strict=True),
            serialization=core_schema.plain_serializer_function_ser_schema(to_base64url),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """A string, with its lengths in characters."""
        return {
            "type": "string",
            "contentEncoding": "base64url",
            "pattern": "^[A-Za-z0-9_-]*$",
            "minLength": _text_length(self.least),
            "maxLength": _text_length(self.most),
        }


def _text_length(size_bytes: int) -> int:
    return (size_bytes * 8 + 5) // 6


def _digits(value: Any) -> Any:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    raise ValueError("not a whole number")


Id = Annotated[bytes, Sized(16, 16)]
Bytes32 = Annotated[bytes, Sized(32, 32)]
Signature = Annotated[bytes, Sized(64, 64)]
Wrap = Annotated[bytes, Sized(104, 104)]
Statement = Annotated[bytes, Sized(1, 8 * 1024)]
OptionalStatement = Annotated[bytes, Sized(0, 8 * 1024)]
Frame = Annotated[bytes, Sized(1, 48 * 1024)]
OptionalFrame = Annotated[bytes, Sized(0, 48 * 1024)]
Box = Annotated[bytes, Sized(73, 1024 * 1024)]
ItemBox = Annotated[bytes, Sized(73, MOST_ITEM_BOX_BYTES)]
OptionalBox = Annotated[bytes, Sized(0, 64 * 1024)]
ReplyBox = Annotated[bytes, Sized(4168, 4168)]
OptionalReplyBox = Annotated[bytes, Sized(0, 4168)]
Instant = Annotated[int, Field(ge=1, le=MOST_INSTANT)]
Count = Annotated[int, Field(ge=0, le=MOST_ORDER)]
RoleNumber = Annotated[int, Field(ge=1, le=4, description="1 coach, 2 client, 3 sponsor, 4 notes")]
QueryNumber = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=MOST_ORDER)]


class Model(BaseModel):
    """What all have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    latest: int | None = Field(None, description="The latest date that the agreement allows now")
    retry_after: int | None = Field(None, description="Seconds")
    stored: int | None = Field(None, description="Bytes of the blob that are stored")


class EmptyQuery(Model):
    """No parameters."""
