"""Runs one vector of typed codes and of the offer to a new browser, in terms of `keys`. README.md says the
same for readers in another language.
"""

from __future__ import annotations

from keys import codes, offer
from tests.vectors.operations import Outputs, operation


@operation("codes.draw_words")
def _draw_words(purpose: int, random_bytes: bytes) -> Outputs:
    return {"words": list(codes.draw_words(codes.Purpose(purpose), random_bytes))}


@operation("codes.read_code")
def _read_code(typed: str) -> Outputs:
    code = codes.read_code(typed)
    if codes.read_code(code.text) != code:
        raise AssertionError("written down it is another code")
    return {"purpose": int(code.purpose), "nameplate": code.nameplate, "words": list(code.words)}


@operation("codes.code_keys")
def _code_keys(typed: str, origin: str) -> Outputs:
    keys = codes.code_keys(codes.read_code(typed), origin)
    return {"proof": keys.proof, "check": codes.proof_check(keys.proof), "box_key": keys.box_key}


@operation("codes.open_code")
def _open_code(proof: bytes, box_key: bytes, purpose: int, nameplate: str, sealed: bytes) -> Outputs:
    keys = codes.CodeKeys(proof, box_key)
    secret = codes.open_code(keys, codes.Purpose(purpose), nameplate, sealed)
    again = codes.seal_code(keys, codes.Purpose(purpose), nameplate, secret, sealed[:24])
    if again != sealed:
        raise AssertionError("sealed again it is another box")
    return {"secret": secret}


@operation("offer.offer_keys")
def _offer_keys(secret: bytes, origin: str) -> Outputs:
    keys = offer.offer_keys(secret)
    link = offer.offer_link(origin, secret)
    return {"offer_id": keys.offer_id, "box_key": keys.box_key, "proof": keys.proof, "link": link}


@operation("offer.parse_offer_link")
def _parse_offer_link(link: str) -> Outputs:
    origin, secret = offer.parse_offer_link(link)
    return {"origin": origin, "secret": secret}


@operation("offer.open_offer")
def _open_offer(secret: bytes, sealed: bytes, origin: str, expires_at: int) -> Outputs:
    keys = offer.offer_keys(secret)
    lent = offer.open_offer(keys, sealed, origin, expires_at)
    if offer.seal_offer(keys, lent, origin, expires_at, sealed[:24]) != sealed:
        raise AssertionError("sealed again it is another box")
    return {"account_id": lent.account_id, "account_key": lent.account_key, "name": lent.name}
