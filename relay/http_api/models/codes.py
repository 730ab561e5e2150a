"""Typed codes, and offers to a new browser."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from relay.http_api.models.account import MethodFields
from relay.http_api.models.fields import Bytes32, Id, Instant, Model, Sized

CodeBox = Annotated[bytes, Sized(108, 108)]
OfferBox = Annotated[bytes, Sized(189, 189)]
Nameplate = Annotated[str, Field(min_length=4, max_length=4, pattern="^[0-9]{4}$")]


class NewCodeAsked(Model):
    """A code for an open invitation or offer of the caller's."""

    subject: Id


class NewCodeAnswer(Model):
    """Where its words will be looked for, and until when."""

    nameplate: Nameplate
    expires_at: Instant


class CodeSealed(Model):
    """What the words open, and by what they are known; in the place of earlier ones."""

    check: Bytes32
    box: CodeBox


class CodeTyped(Model):
    """A nameplate, and the proof that its words give."""

    nameplate: Nameplate
    proof: Bytes32


class CodeAnswer(Model):
    """What the words open."""

    box: CodeBox


class OfferAsked(Model):
    """The account key for one new browser, sealed."""

    offer_id: Id
    check: Bytes32
    box: OfferBox
    expires_at: Instant


class OfferState(Model):
    """How the caller's offer stands."""

    state: Literal["none", "open", "used"]
    expires_at: int


class OfferLook(Model):
    """An offer, and the proof that its secret gives."""

    offer_id: Id
    proof: Bytes32


class OfferAnswer(Model):
    """An offer that is open."""

    box: OfferBox
    expires_at: Instant


class OfferTaken(Model):
    """An offer, its proof, and the new browser's own way in."""

    offer_id: Id
    proof: Bytes32
    method: MethodFields
