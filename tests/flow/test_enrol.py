"""Enrolment: one finish, one transaction, the same answer again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keys.acts import sign_act
from keys.encoding import to_base64url
from keys.invitation import sign_redemption
from keys.names import DAY_SECONDS, Role
from keys.reply import BOX_BYTES, sign_reply
from relay.core.errors import ActRefused, Conflict, Gone, InvitationUnknown, Malformed, NotAllowed, RelayError
from relay.core.model import Method, State
from relay.flow.enrol import Said
from tests.flow.cast import Person, Work
from tests.flow.house import House, method, operators


async def test_a_finish_makes_account_mailbox_and_agreement(house: House) -> None:
    """After the client's finish the engagement is active under the policy that both signed."""
    view = await house.flows.agreements.one(house.client.account_id, house.work.engagement_id, house.now)
    assert view.state is State.ACTIVE
    assert view.engagement.policies == (house.work.policy.encode(),)
    assert view.engagement.acts == (house.work.agreed().encode(),)
    account, mailboxes = await house.flows.fetch.account(house.client.account_id, house.now)
    assert [box.mailbox_id for box in mailboxes] == [house.work.mailbox(Role.CLIENT)]
    assert mailboxes[0].expires_at == house.work.policy.hold_ends_at
    assert account.expires_at == house.work.policy.hold_ends_at + 30 * DAY_SECONDS


async def test_the_same_finish_again_gives_the_same_answer(house: House) -> None:
    """A finish whose answer was lost is sent again, byte for byte, and succeeds."""
    again = await house.flows.enrol.finish(
        house.work.invitation.invite_id, house.client_finish(), house.now + 5
    )
    told = json.loads(again)
    assert told["account_id"] == to_base64url(house.client.account_id)
    assert told["mailboxes"][0]["mailbox_id"] == to_base64url(house.work.mailbox(Role.CLIENT))
    assert again == await house.flows.enrol.finish(
        house.work.invitation.invite_id, house.client_finish(), house.now + 6
    )


async def test_another_finish_finds_the_invitation_used(house: House) -> None:
    """An invitation enrols once, whoever holds its secret."""
    with pytest.raises(Gone) as refused:
        await house.flows.enrol.finish(
            house.work.invitation.invite_id, house.client_finish(raw=b"another"), house.now
        )
    assert refused.value.code == "invitation-used"


async def test_a_finish_needs_the_redemption_key(empty: House) -> None:
    """Whoever knows the invitation's id alone cannot use it, nor learn whether it was used."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    other = Work(empty.coach, empty.stranger)
    forged = replace(empty.client_finish(), signature=other.sign_redemption(b"a client's finish"))
    for _ in range(2):
        with pytest.raises(NotAllowed):
            await empty.flows.enrol.finish(empty.work.invitation.invite_id, forged, empty.now)
        await empty.enrol_client()


async def test_unknown_withdrawn_and_expired_invitations_say_so(empty: House) -> None:
    """Each end of an invitation has its own code."""
    await empty.enrol_coach(empty.coach)
    with pytest.raises(InvitationUnknown):
        await empty.flows.enrol.invitation(bytes(16), empty.now)
    await empty.invite()
    invite_id = empty.work.invitation.invite_id
    assert (await empty.flows.enrol.invitation(invite_id, empty.now)).box == empty.work.invitation_box
    with pytest.raises(Gone) as expired:
        await empty.flows.enrol.finish(invite_id, empty.client_finish(), empty.now + 10 * DAY_SECONDS)
    assert expired.value.code == "invitation-expired"
    await empty.flows.agreements.withdraw(empty.coach.account_id, invite_id, empty.now)
    with pytest.raises(Gone) as withdrawn:
        await empty.flows.enrol.invitation(invite_id, empty.now)
    assert withdrawn.value.code == "invitation-withdrawn"


async def test_a_reply_wakes_the_coach_once_and_ends_when_it_says_so(empty: House) -> None:
    """The same reply again wakes nobody; one that ends it leaves nothing to finish; a late one is told so."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    invitation = empty.work.invitation
    waiter = empty.wake.join(empty.coach.account_id, [empty.work.engagement_id])

    async def say(box: bytes, *, ends: bool, now: int = empty.now) -> None:
        raw = box[:8] + bytes([ends])
        said = Said(raw=raw, signature=sign_reply(invitation, raw), box=box, ends=ends)
        await empty.flows.enrol.reply(invitation.invite_id, said, now)

    for woken in ({empty.work.engagement_id}, set()):
        await say(b"a" * BOX_BYTES, ends=False)
        assert waiter.take() == ({}, woken)
    assert (await empty.flows.enrol.invitation(invitation.invite_id, empty.now)).state == "open"
    with pytest.raises(Gone) as expired:
        await say(b"b" * BOX_BYTES, ends=True, now=empty.now + 14 * DAY_SECONDS)
    assert expired.value.code == "invitation-expired"
    with pytest.raises(Malformed):
        await say(b"b" * (BOX_BYTES + 1), ends=True)
    await say(b"b" * BOX_BYTES, ends=True)
    with pytest.raises(Gone) as declined:
        await empty.flows.enrol.finish(invitation.invite_id, empty.client_finish(), empty.now)
    assert declined.value.code == "invitation-declined"
    assert waiter.take() == ({}, {empty.work.engagement_id})


async def test_a_taken_name_is_refused_and_the_invitation_stays_open(empty: House) -> None:
    """A login name belongs to one person; the other chooses again with the same invitation."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    taken = replace(empty.client_finish(), name=empty.coach.name)
    with pytest.raises(Conflict) as refused:
        await empty.flows.enrol.finish(empty.work.invitation.invite_id, taken, empty.now)
    assert refused.value.code == "name-taken"
    await empty.enrol_client()


BAD = {
    "odd name": {"name": "Maya"},
    "no methods": {"methods": ()},
    "no manifest": {"vault": ()},
    "no acceptance": {"acceptance": b""},
    "huge acceptance": {"acceptance": bytes(70_000)},
    "no act": {"act": b""},
    "no statement": {"statement": b""},
    "another account's statement": {"statement": Person("otto").statement()},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
async def test_a_finish_with_bad_parts_changes_nothing(empty: House, change: dict[str, object]) -> None:
    """What is not well formed is refused, and the invitation can still be used."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    with pytest.raises(Malformed):
        await empty.flows.enrol.finish(
            empty.work.invitation.invite_id,
            replace(empty.client_finish(), **change),  # type: ignore[arg-type]
            empty.now,
        )
    await empty.enrol_client()


def _ways(person: Person, *kinds: str) -> tuple[Method, ...]:
    """Ways in of these kinds, each with an id of its own."""
    return tuple(method(person.way(kind)) for kind in kinds)


async def _finish_with(house: House, methods: tuple[Method, ...]) -> None:
    await house.flows.enrol.finish(
        house.work.invitation.invite_id, replace(house.client_finish(), methods=methods), house.now
    )


async def test_a_method_twice_is_refused(empty: House) -> None:
    """Two ways in never share an id."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    (sheet,) = _ways(empty.client, "sheet")
    for kind in ("password", "passkey"):
        (way,) = _ways(empty.client, kind)
        with pytest.raises(Malformed):
            await _finish_with(empty, (sheet, way, way))
        with pytest.raises(Malformed):
            await _finish_with(empty, (sheet, replace(way, method_id=sheet.method_id)))


async def test_a_device_and_a_sheet_need_no_password(empty: House) -> None:
    """Who joins by the device's own unlock opens by it and by the sheet, and has no password."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    ways = [empty.client.way("passkey"), empty.client.way("sheet")]
    await _finish_with(empty, tuple(method(way) for way in ways))
    started = await empty.flows.access.start(empty.client.name, empty.now)
    assert [way.kind for way in started.ways] == ["sheet", "passkey"]
    for way in ways:
        assert (await empty.open(empty.client, way)).wrap == way.wrap


@pytest.mark.parametrize(
    "kinds",
    [
        ("passkey",),
        ("device",),
        ("passkey", "device"),
        ("sheet", "sheet"),
        ("password", "password", "sheet"),
        ("sheet", *["passkey"] * 8),
    ],
    ids=",".join,
)
async def test_a_password_or_a_sheet_is_there_and_one_of_each(empty: House, kinds: tuple[str, ...]) -> None:
    """An account never begins with devices alone, with two passwords or two sheets, or with too many ways
    in; the invitation stays open.
    """
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    with pytest.raises(Malformed):
        await _finish_with(empty, _ways(empty.client, *kinds))
    await empty.enrol_client()


@pytest.mark.parametrize(("kind", "kdf"), [("passkey", 1), ("sheet", 0), ("pencil", 0)])
async def test_a_kind_has_its_own_kdf(empty: House, kind: str, kdf: int) -> None:
    """A passkey whose secret would be stretched like a password, or a sheet whose digits would not be, is
    refused, as is a kind that there is not.
    """
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    good = _ways(empty.client, "sheet", "passkey", "password")
    kept = tuple(one for one in good if one.kind != kind)
    with pytest.raises(Malformed):
        await _finish_with(empty, (*kept[:2], replace(good[1], kind=kind, kdf=kdf)))
    await empty.enrol_client()


async def test_an_agreement_that_the_coach_did_not_offer_is_refused(empty: House) -> None:
    """The act is the invitation's, with exactly both signatures."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    work = empty.work
    other_date = replace(work.first_core, issued_at=work.now + 1)
    alone = sign_act(work.first_core, work.client.identity)
    by_stranger = sign_act(
        work.first_core, empty.stranger.identity, sign_act(work.first_core, work.coach.identity)
    )
    both = sign_act(other_date, work.client.identity, sign_act(other_date, work.coach.identity))
    for act in (alone.encode(), both.encode(), by_stranger.encode(), work.offered()):
        with pytest.raises(ActRefused):
            await empty.flows.enrol.finish(
                work.invitation.invite_id, replace(empty.client_finish(), act=act), empty.now
            )


async def test_a_coach_accepts_nothing(empty: House) -> None:
    """A coach's finish with a client's parts is malformed, and the invitation stays open."""
    invitation = operators(empty.coach)
    await empty.store.put_invitation(empty.operators_invitation(empty.coach), now=empty.now)
    signature = sign_redemption(invitation, b"x")
    for acceptance, act in ((empty.work.acceptance(), b""), (b"", empty.work.agreed().encode())):
        finish = empty.finish(empty.coach, b"x", signature, acceptance, act)
        with pytest.raises(Malformed):
            await empty.flows.enrol.finish(invitation.invite_id, finish, empty.now)
    told = await empty.flows.enrol.finish(
        invitation.invite_id, empty.finish(empty.coach, b"x", signature), empty.now
    )
    assert json.loads(told)["mailboxes"] == []


async def test_a_statement_for_another_origin_is_refused(empty: House) -> None:
    """A card says for which relay it is; one made for another is not taken."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    forged = bytearray(empty.client.statement())
    forged[140] ^= 1
    with pytest.raises(RelayError):
        await empty.flows.enrol.finish(
            empty.work.invitation.invite_id,
            replace(empty.client_finish(), statement=bytes(forged)),
            empty.now,
        )


async def test_nobody_enrols_as_the_door(empty: House) -> None:
    """The account id of zeros is the door's: whoever had it could write door mail into every mailbox."""
    empty.stranger.account_id = bytes(16)
    with pytest.raises(Malformed):
        await empty.enrol_coach(empty.stranger)
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    empty.client.account_id = bytes(16)
    with pytest.raises(Malformed):
        await empty.enrol_client()
