"""The pepper: tags that need it, seals that are bound to their place, inventions that stay."""

from __future__ import annotations

from itertools import product

import pytest

from keys.errors import Malformed, NotOpened
from relay.core.model import Method
from relay.core.pepper import SEALED_METHOD_BYTES, Pepper
from relay.flow.ways import MOST_METHODS

ONE, OTHER = Pepper(b"p" * 32), Pepper(b"q" * 32)
METHOD = Method(b"m" * 16, "sheet", 1, b"s" * 16, b"l" * 32, b"w" * 104)


def test_tags_differ_by_pepper_purpose_and_subject() -> None:
    """The same text gives another tag under another pepper and for another purpose."""
    tags = [
        ONE.name_tag("maya"),
        OTHER.name_tag("maya"),
        ONE.name_tag("anna"),
        ONE.address_tag("maya"),
        ONE.session_tag(b"maya"),
        ONE.code_tag(b"", "maya"),
    ]
    assert len(set(tags)) == len(tags)
    assert {len(tag) for tag in tags} == {32}
    assert ONE.name_tag("maya") == Pepper(b"p" * 32).name_tag("maya")


def test_a_method_opens_in_its_place_alone() -> None:
    """Another account, another method id, another pepper and a changed byte do not open."""
    sealed = ONE.seal_method(b"a" * 16, METHOD, b"n" * 24)
    assert len(sealed) == SEALED_METHOD_BYTES
    assert ONE.open_method(b"a" * 16, METHOD.method_id, sealed) == METHOD
    bad = [
        (OTHER, b"a" * 16, METHOD.method_id, sealed),
        (ONE, b"b" * 16, METHOD.method_id, sealed),
        (ONE, b"a" * 16, b"x" * 16, sealed),
        (ONE, b"a" * 16, METHOD.method_id, sealed[:-1] + b"x"),
        (ONE, b"a" * 16, METHOD.method_id, b""),
    ]
    for pepper, account_id, method_id, box in bad:
        with pytest.raises(NotOpened):
            pepper.open_method(account_id, method_id, box)


def test_an_invented_person_stays_the_same() -> None:
    """Inventions depend on name and pepper, and no two ids in one are alike."""
    account_id, ways = ONE.invented("nobody-1")
    assert (account_id, ways) == ONE.invented("nobody-1")
    assert account_id != OTHER.invented("nobody-1")[0]
    assert len({account_id, *(way.method_id for way in ways)}) == 1 + len(ways)


def test_invented_people_have_whatever_real_ones_have() -> None:
    """Several ways in of a kind, or the want of a password, prove nothing: whatever people have, a phone and
    a laptop that each open by their own unlock among it, some invented people have too; each has a sheet,
    and none more ways than an account may have.
    """
    told = [ONE.invented(f"name-{number}")[1] for number in range(6_000)]
    found = {tuple(way.kind for way in ways) for ways in told}
    for passwords, devices, passkeys in product((0, 1), range(3), range(4)):
        ways = ("password",) * passwords, ("sheet",), ("device",) * devices, ("passkey",) * passkeys
        assert sum(ways, ()) in found, ways
    assert all("sheet" in ways and len(ways) <= MOST_METHODS for ways in found)


def test_a_pepper_has_32_bytes_and_shows_none() -> None:
    """A short secret is refused; nothing of it is in a repr."""
    with pytest.raises(Malformed):
        Pepper(b"short")
    assert "p" * 8 not in repr(ONE)
