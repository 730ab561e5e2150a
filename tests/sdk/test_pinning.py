"""Which keepers an account requires: by invitation and by fingerprint, never by the relay's word."""

from __future__ import annotations

import pytest

from client_sdk.errors import Misused, NotTrusted
from client_sdk.pinning import pin_further, views
from client_sdk.protocol.about import RelayKeeper
from keys.encoding import to_base64url
from keys.names import keeper_id
from keys.pins import KeeperPin, Pins
from keys.suite import SignKey

PUBLICS = [SignKey.from_seed(bytes([number]) * 32).public for number in range(1, 8)]
OWN, SECOND, THIRD, FOURTH = (KeeperPin(keeper_id(public), public) for public in PUBLICS[:4])
PINS = Pins(*PUBLICS[3:7], (OWN,))


def told(*pins: KeeperPin, own: KeeperPin = OWN) -> list[RelayKeeper]:
    """What a relay says."""
    return [RelayKeeper(pin.keeper_id, pin.public, pin != own) for pin in pins]


def print_of(pin: KeeperPin) -> str:
    """What its operator prints."""
    return to_base64url(pin.keeper_id)


def test_a_further_keeper_is_pinned_by_its_fingerprint() -> None:
    """The relay supplies the key; the fingerprint says which; the pins ascend and can be written."""
    pins = pin_further(PINS, [print_of(SECOND), f" {print_of(THIRD)}\n"], told(OWN, SECOND, THIRD))
    assert set(pins.keepers) == {OWN, SECOND, THIRD}
    assert pins.encode()
    assert pins.keeper_set != PINS.keeper_set
    assert pin_further(PINS, [], told(OWN, SECOND)) == PINS


def test_a_key_that_does_not_fit_is_not_pinned() -> None:
    """A relay that names another key under that fingerprint, or none, pins nothing."""
    lies = [
        [],
        told(OWN),
        [RelayKeeper(SECOND.keeper_id, THIRD.public, True)],
        [RelayKeeper(SECOND.keeper_id, bytes(32), True)],
    ]
    for lie in lies:
        with pytest.raises(NotTrusted, match="keeper"):
            pin_further(PINS, [print_of(SECOND)], lie)


@pytest.mark.parametrize(
    "wrong", ["", "x", "ä" * 22, print_of(SECOND)[:-1], print_of(SECOND) + "A", "A" * 23]
)
def test_what_is_no_fingerprint_is_said(wrong: str) -> None:
    """A slip of the hand has its own sentence."""
    with pytest.raises(Misused, match="fingerprint"):
        pin_further(PINS, [wrong], told(OWN, SECOND))


def test_the_relays_own_and_the_same_twice_are_refused() -> None:
    """Neither makes anything independent."""
    for twice in ([print_of(OWN)], [print_of(SECOND), print_of(SECOND)]):
        with pytest.raises(Misused, match="own keeper"):
            pin_further(PINS, twice, told(OWN, SECOND))


def test_at_most_two() -> None:
    """An envelope has room for three keepers' locks."""
    with pytest.raises(Misused, match="two"):
        pin_further(
            PINS, [print_of(one) for one in (SECOND, THIRD, FOURTH)], told(OWN, SECOND, THIRD, FOURTH)
        )


def test_without_a_fingerprint_nothing_is_claimed() -> None:
    """A further keeper that was not compared is shown as the relay's, and as not needed; and a lone one as
    the relay's, even where the relay says otherwise.
    """
    own, second = views(PINS, told(OWN, SECOND))
    assert (own.fingerprint, own.required, own.compared) == (print_of(OWN), True, False)
    assert (second.required, second.compared) == (False, False)
    assert second.words.startswith("run by this relay")
    (lone,) = views(PINS, told(OWN, own=SECOND))
    assert not lone.compared


def test_of_several_one_is_the_relays() -> None:
    """Whatever the relay says of them: never are all of them called another operator's."""
    pins = pin_further(PINS, [print_of(SECOND)], told(OWN, SECOND))
    honest = {one.fingerprint: one.compared for one in views(pins, told(OWN, SECOND))}
    assert honest == {print_of(OWN): False, print_of(SECOND): True}
    for lie in (told(OWN, SECOND, own=THIRD), [], told(SECOND, OWN, own=SECOND)):
        assert [one.compared for one in views(pins, lie)].count(False) == 1
