"""Secrets never show: not in a repr, not in an error."""

from __future__ import annotations

import pytest

from keys import errors, invitation, keeper_wire, locks, sealing, selftest, stream, suite, unlock, vault
from keys.names import Role
from tests.vectors import cast
from tests.vectors.make_accounts import client_invitation, engagement_item
from tests.vectors.make_contents import FACTS, contents, sealed_blob

SECRET = b"\xaa" * 32
TRACES = (repr(SECRET)[2:10], SECRET.hex()[:8], str(int.from_bytes(SECRET, "big"))[:12], "qqqqqqqq")


def holders() -> list[object]:
    """Return one of each thing that holds a secret."""
    keys = invitation.invitation_keys(SECRET)
    method = unlock.device_keys(SECRET)
    item = vault.EngagementItem(
        Role.COACH, True, bytes(16), bytes(16), bytes(16), bytes(16), SECRET, b"", b"", b"", "Anna", "Maya"
    )
    return [
        suite.SignKey.from_seed(SECRET),
        suite.OpenKey.from_seed(SECRET),
        stream.Schedule.derive(SECRET, bytes(24), b""),
        locks.KeeperPayload(SECRET, bytes(32), bytes(32), 0, 1),
        keeper_wire.Grant(keeper_wire.Status.HERE, SECRET),
        keeper_wire.DayGrant(keeper_wire.Status.HERE, SECRET),
        sealing.LinkTarget(SECRET),
        vault.ReadingSeed(1, 1, 2, SECRET),
        invitation.Link(cast.ORIGIN, 1, SECRET),
        keys,
        method,
        unlock.account_keys(SECRET),
        item,
    ]


@pytest.mark.parametrize("holder", holders(), ids=lambda holder: type(holder).__name__)
def test_repr_is_redacted(holder: object) -> None:
    """No repr holds a secret or what is derived from it."""
    shown = repr(holder)
    assert not any(trace in shown for trace in TRACES)
    for derived in _derived():
        assert derived.hex()[:12] not in shown
        assert repr(derived)[2:20] not in shown


def _derived() -> list[bytes]:
    keys, method, account = (
        invitation.invitation_keys(SECRET),
        unlock.device_keys(SECRET),
        unlock.account_keys(SECRET),
    )
    secret = [keys.box_key, keys.acceptance_key, keys.redemption.seed, method.wrap_key, method.login.seed]
    return [*secret, account.vault_key, account.access.seed, account.index_base]


def test_nothing_of_people_shows() -> None:
    """The repr of contents, records, door facts and policies has no text, address, name or key."""
    record = sealed_blob()[1]
    assert repr(record.blob_key)[2:20] not in repr(record)
    shown = [repr(made) for made in contents().values()]
    shown += [repr(FACTS), repr(cast.POLICY), repr(client_invitation()), repr(engagement_item())]
    for trace in (
        "Shall we begin",
        "lindqvist",
        "Maya",
        "Anna",
        "Northwind",
        "employer",
        "+358",
        "\\xc0\\x00\\x02",
    ):
        assert not any(trace in one for one in shown), trace


def test_errors_have_stable_codes() -> None:
    """Each error has a code of its own, and those of opening and verifying have no further text."""
    classes = {errors.Malformed, errors.NotOpened, errors.BadSignature, errors.Refused, errors.Mistyped}
    codes = {cls.code for cls in classes}
    assert codes == {"malformed", "not-opened", "bad-signature", "refused", "mistyped"}
    assert (str(errors.NotOpened()), str(errors.BadSignature())) == ("not opened", "bad signature")
    assert errors.Refused("due").reason == "due"
    assert issubclass(selftest.SelfTestFailed, errors.KeysError)


def test_selftest_passes_here() -> None:
    """This platform computes suite 1."""
    selftest.selftest()


def test_selftest_finds_another_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform with another result, or one that refuses nothing, is found out."""
    monkeypatch.setattr(selftest, "H", lambda *_: bytes(32))
    with pytest.raises(selftest.SelfTestFailed):
        selftest.selftest()
    monkeypatch.undo()
    monkeypatch.setattr(selftest, "verify", lambda *_: None)
    with pytest.raises(selftest.SelfTestFailed):
        selftest.selftest()
