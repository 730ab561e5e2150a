"""The one address grammar: what it takes, and each disguise that it must refuse."""

from __future__ import annotations

import pytest

from relay.core.addresses import Address, parse_address, parse_domain, split_path, within
from relay.core.errors import Malformed


@pytest.mark.parametrize(
    "raw",
    [b"maya@home.example", b"m.o+tag@mail.home.example", b"=?x?=@home.example", b"a@xn--bcher-kva.example"],
)
def test_plain_addresses_are_taken(raw: bytes) -> None:
    """An ordinary dot-string address is itself, lower-cased, with nothing decoded."""
    assert str(parse_address(raw)) == raw.decode().lower()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"@",
        b"maya",
        b"maya@",
        b"@home.example",
        b"maya@home",
        b"maya@home.example.",
        b"maya@.home.example",
        b"ma..ya@home.example",
        b".maya@home.example",
        b"maya.@home.example",
        b'"maya"@home.example',
        b"maya@[127.0.0.1]",
        b"maya(c)@home.example",
        b"maya@home.example(c)",
        b"hr@=?utf-8?q?corp.example?=",
        b"maya@corp\xe3\x80\x82example",
        b"maya@c\xc2\xador.example",
        b"ma\x00ya@home.example",
        b"maya@home.example\r",
        b"maya@home.example\n",
        b"maya\r\n@home.example",
        b"ma ya@home.example",
        b"<maya@home.example>",
        b"@relay.example:maya@home.example",
        b"maya@-home.example",
        b"maya@home-.example",
        b"maya@ho_me.example",
        b"maya@127.0.0.1",
        b"a" * 65 + b"@home.example",
        b"a@" + b"b" * 64 + b".example",
        b"a@" + b".",
        b"b" * 60,
        b".example",
        "maya@bücher.example".encode(),
        b"maya\xff@home.example",
        b"a@b@home.example",
    ],
)
def test_disguises_are_refused(raw: bytes) -> None:
    """Whatever is not a plain dot-string address is malformed, never repaired."""
    with pytest.raises(Malformed):
        parse_address(raw)


def test_a_path_is_split_from_its_parameters() -> None:
    """The bracketed text and the parameters come apart at the first closing bracket; a null path is empty."""
    assert split_path(b"<maya@home.example> SIZE=12 BODY=8BITMIME") == (
        b"maya@home.example",
        [b"SIZE=12", b"BODY=8BITMIME"],
    )
    assert split_path(b" <>") == (b"", [])


@pytest.mark.parametrize(
    "argument",
    [
        b"",
        b"maya@home.example",
        b"<maya@home.example",
        b"<a@b.example>SIZE=1",
        b"  <a@b.example>",
        b"<" + b"a" * 256 + b">",
    ],
)
def test_unclosed_and_crowded_paths_are_refused(argument: bytes) -> None:
    """A path needs both brackets, its length bound, and a space before parameters."""
    with pytest.raises(Malformed):
        split_path(argument)


def test_refused_domains_cover_what_lies_below_them() -> None:
    """A refused domain refuses itself and its subdomains, and no neighbour that merely ends alike."""
    assert within("corp.example", ["corp.example"])
    assert within("mail.corp.example", ["corp.example"])
    assert not within("notcorp.example", ["corp.example"])
    assert not within("example", ["corp.example"])
    with pytest.raises(Malformed):
        parse_domain(b"corp")


def test_an_address_does_not_show_itself() -> None:
    """The repr of an address, which may reach a traceback, holds nothing of it."""
    assert "maya" not in repr(Address("maya", "home.example"))
