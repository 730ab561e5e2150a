"""What engagements, invitations, acts and mailboxes promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.names import Role
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import DAY_SECONDS, Notes, Reason, State, Step, VaultItem
from relay.core.ports import Store
from tests.contract.people import (
    DRAFT_ENDS,
    HOLD_ENDS,
    NOW,
    People,
    client_invitation,
    coach_invitation,
    draft,
    enrolment,
    envelope,
    mailbox,
    named,
)

COACH, CLIENT, NOTES = "work coach", "work client", "work notes"
WORK, ANNA, MAYA = named("work"), named("anna account"), named("maya account")


async def test_a_draft_has_the_coach_and_two_mailboxes(store: Store) -> None:
    """It is found by its id, its member and either mailbox; with the member's newest statement."""
    people = People(store)
    await people.add_coach()
    await people.add_draft()
    found = await store.engagement(WORK, now=NOW)
    wanted, boxes = draft("work", "anna")
    (coach,) = wanted.members
    assert found == replace(wanted, members=(replace(coach, statement=b"anna statement 1"),))
    assert await store.engagements_of(ANNA, now=NOW) == [found]
    for box in boxes:
        assert await store.engagement_of_mailbox(box.mailbox_id, now=NOW) == found
        assert await store.mailbox(box.mailbox_id, now=NOW) == box
        assert await store.mailbox_by_address(box.address, now=NOW) == box
    assert await store.mailboxes_of(ANNA, now=NOW) == boxes


async def test_creating_again(people: People) -> None:
    """The same coach's again changes nothing, even when active; another coach's id is a conflict."""
    before = await people.store.engagement(WORK, now=NOW)
    await people.add_draft()
    assert await people.store.engagement(WORK, now=NOW) == before
    await people.add_coach("bea")
    with pytest.raises(Conflict) as refused:
        await people.add_draft("work", "bea")
    assert refused.value.code == "engagement-conflict"
    engagement, boxes = draft("third", "anna")
    with pytest.raises(Conflict):
        await people.store.create_engagement(
            engagement, [replace(boxes[0], mailbox_id=named(COACH)), boxes[1]], now=NOW
        )
    assert await people.store.engagement(named("third"), now=NOW) is None


async def test_creating_needs_an_account(store: Store) -> None:
    """No engagement of nobody."""
    with pytest.raises(NotFound):
        await People(store).add_draft()
    assert await store.engagement(WORK, now=NOW) is None


@pytest.mark.parametrize("is_swept", [False, True])
async def test_nothing_of_an_engagement_is_found_from_its_second_on(people: People, is_swept: bool) -> None:
    """Swept or not."""
    store = people.store
    box = await store.mailbox(named(CLIENT), now=HOLD_ENDS - 1)
    assert box is not None
    if is_swept:
        await people.sweep_all(HOLD_ENDS)
    assert await store.engagement(WORK, now=HOLD_ENDS) is None
    assert await store.engagements_of(ANNA, now=HOLD_ENDS) == []
    assert await store.engagement_of_mailbox(named(CLIENT), now=HOLD_ENDS) is None
    assert await store.mailboxes_of(MAYA, now=HOLD_ENDS) == []
    assert await store.mailbox(named(CLIENT), now=HOLD_ENDS) is None
    assert await store.mailbox_by_address(box.address, now=HOLD_ENDS) is None
    assert await store.invitation_of(WORK, now=HOLD_ENDS) is None
    with pytest.raises(NotFound):
        await store.change_address(named(CLIENT), "new", now=HOLD_ENDS)
    with pytest.raises(NotFound):
        await store.apply_act(WORK, Step(2, b"act 2"), now=HOLD_ENDS)
    assert await store.account(MAYA, now=HOLD_ENDS) is not None


async def test_a_new_address_ends_the_old_one(people: People) -> None:
    """One address a mailbox."""
    before = await people.store.mailbox(named(CLIENT), now=NOW)
    assert before is not None
    await people.store.change_address(named(CLIENT), "new", now=NOW)
    assert await people.store.mailbox_by_address(before.address, now=NOW) is None
    assert await people.store.mailbox_by_address("new", now=NOW) == replace(before, address="new")
    with pytest.raises(NotFound):
        await people.store.change_address(named("nowhere"), "new", now=NOW)


async def test_a_new_invitation_withdraws_the_earlier_one(store: Store) -> None:
    """One open invitation an engagement; the draft lives as long as the newest."""
    people = People(store)
    await people.add_coach()
    await people.add_draft()
    first = client_invitation("maya", "work")
    second = client_invitation("nora", "work", DRAFT_ENDS + 5 * DAY_SECONDS)
    for invitation in (first, first, second):
        await store.put_invitation(invitation, now=NOW)
    withdrawn = await store.invitation(first.invite_id, now=NOW)
    assert withdrawn is not None
    assert (withdrawn.state, withdrawn.box) == ("withdrawn", b"")
    assert await store.invitation_of(WORK, now=NOW) == second
    engagement = await store.engagement(WORK, now=NOW)
    assert engagement is not None
    assert engagement.expires_at == DRAFT_ENDS + 5 * DAY_SECONDS
    with pytest.raises(Conflict) as refused:
        await store.put_invitation(replace(second, redemption_key=named("other", 32)), now=NOW)
    assert refused.value.code == "invitation-conflict"


async def test_invitations_need_a_living_draft(people: People) -> None:
    """None into an engagement that is active or unknown."""
    with pytest.raises(Conflict) as refused:
        await people.store.put_invitation(client_invitation("nora", "work"), now=NOW)
    assert refused.value.code == "step-refused"
    with pytest.raises(NotFound):
        await people.store.put_invitation(client_invitation("nora", "nothing"), now=NOW)
    assert await people.store.invitation(named("nora invite"), now=NOW) is None


async def test_a_due_invitation_says_only_that_it_was_there(store: Store) -> None:
    """Until it is swept its page can say *expired*; what was sealed or signed is out of reach."""
    invitation = coach_invitation("anna")
    await store.put_invitation(invitation, now=NOW)
    assert await store.invitation(invitation.invite_id, now=DRAFT_ENDS - 1) == invitation
    due = await store.invitation(invitation.invite_id, now=DRAFT_ENDS)
    assert due == replace(invitation, box=b"")
    await People(store).sweep_all(DRAFT_ENDS)
    assert await store.invitation(invitation.invite_id, now=DRAFT_ENDS) is None


async def test_withdrawing(store: Store) -> None:
    """Withdraws the draft with it; twice is no error; a used one cannot be; an unknown or due one is not
    found.
    """
    people = People(store)
    await people.add_coach()
    await people.add_draft()
    await store.put_invitation(client_invitation("maya", "work"), now=NOW)
    with pytest.raises(NotFound):
        await store.withdraw_invitation(named("maya invite"), now=DRAFT_ENDS)
    for _ in range(2):
        await store.withdraw_invitation(named("maya invite"), now=NOW)
    engagement = await store.engagement(WORK, now=NOW)
    assert engagement is not None
    assert engagement.state is State.WITHDRAWN
    with pytest.raises(Gone) as refused:
        await store.withdraw_invitation(named("anna invite"), now=NOW)
    assert refused.value.code == "invitation-used"
    with pytest.raises(NotFound):
        await store.withdraw_invitation(named("nothing"), now=NOW)


async def test_a_reply_stands_with_the_invitation(store: Store) -> None:
    """The newest alone; one that ends it takes the box and leaves the draft, and the coach may invite again
    or withdraw; what was said goes then.
    """
    people = People(store)
    await people.add_coach()
    await people.add_draft()
    offered = client_invitation("maya", "work")
    await store.put_invitation(offered, now=NOW)
    maya = offered.invite_id
    for box in (b"longer", b"shorter", b"shorter"):
        await store.reply_to_invitation(maya, box, ends=False, now=NOW)
        assert await store.invitation_of(WORK, now=NOW) == replace(offered, acceptance=box)
    for _ in range(2):
        await store.reply_to_invitation(maya, b"no", ends=True, now=NOW)
        declined = replace(offered, acceptance=b"no", state="declined", box=b"")
        assert await store.invitation_of(WORK, now=NOW) == declined
    engagement = await store.engagement(WORK, now=NOW)
    assert engagement is not None
    assert engagement.state is State.DRAFT
    with pytest.raises(Gone) as refused:
        await store.reply_to_invitation(maya, b"yes after all", ends=False, now=NOW)
    assert refused.value.code == "invitation-declined"
    with pytest.raises(Gone) as refused:
        await store.enrol(
            enrolment("maya", Role.CLIENT, mailbox(CLIENT, "work", "maya", Role.CLIENT)), now=NOW
        )
    assert refused.value.code == "invitation-declined"

    await store.put_invitation(client_invitation("nora", "work"), now=NOW)
    replaced = await store.invitation(maya, now=NOW)
    assert replaced is not None
    assert (replaced.state, replaced.acceptance) == ("withdrawn", b"")
    await store.reply_to_invitation(named("nora invite"), b"no", ends=True, now=NOW)
    await store.withdraw_invitation(named("nora invite"), now=NOW)
    withdrawn = await store.invitation(named("nora invite"), now=NOW)
    assert withdrawn is not None
    assert (withdrawn.state, withdrawn.acceptance) == ("withdrawn", b"")
    for missing, now in ((maya, DRAFT_ENDS), (named("nothing"), NOW)):
        with pytest.raises(NotFound):
            await store.reply_to_invitation(missing, b"no", ends=True, now=now)


async def test_acts_follow_one_another(people: People) -> None:
    """Only the next number is taken; the same bytes again change nothing."""
    store = people.store
    assert await store.apply_act(WORK, Step(2, b"act 2"), now=NOW) == []
    assert await store.apply_act(WORK, Step(2, b"act 2"), now=NOW) == []
    for number, act in ((2, b"other"), (4, b"act 4"), (0, b"act 0")):
        with pytest.raises(Conflict) as refused:
            await store.apply_act(WORK, Step(number, act), now=NOW)
        assert refused.value.code == "act-out-of-order"
    engagement = await store.engagement(WORK, now=NOW)
    assert engagement is not None
    assert engagement.acts == (b"act 1 signed by both", b"act 2")
    with pytest.raises(NotFound):
        await store.apply_act(named("nothing"), Step(1, b"act"), now=NOW)


async def test_shortening_to_now_takes_both_copies_away_at_once(people: People) -> None:
    """Coach's and client's copies go in the act's own transaction; the notes and other envelopes stay."""
    await people.put(*[envelope(box, "m1") for box in (COACH, CLIENT, NOTES)], envelope(CLIENT, "m2"))
    changed = await people.store.apply_act(
        WORK, Step(2, b"act 2", shorten=[named("m1"), named("unknown")], date=NOW), now=NOW
    )
    assert changed == [(named(COACH), 2), (named(CLIENT), 3)]
    assert await people.names(COACH) == [(named("m1"), Reason.SHORTENED)]
    assert await people.names(CLIENT) == [(named("m2"), 0), (named("m1"), Reason.SHORTENED)]
    assert await people.names(NOTES) == [(named("m1"), 0)]


async def test_shortening_to_a_later_day_moves_the_date_and_never_back(people: People) -> None:
    """The row goes at the earlier of both dates, and its tombstone says that it was shortened."""
    await people.put(envelope(COACH, "m1", expires_at=NOW + 100), envelope(COACH, "m2", expires_at=NOW + 50))
    ids = [named("m1"), named("m2")]
    assert await people.store.apply_act(WORK, Step(2, b"act 2", shorten=ids, date=NOW + 60), now=NOW) == []
    assert await people.store.apply_act(WORK, Step(3, b"act 3", shorten=ids, date=NOW + 70), now=NOW) == []
    assert await people.names(COACH, now=NOW + 59) == [(named("m1"), 0)]
    assert await people.names(COACH, now=NOW + 60) == []
    await people.sweep_all(NOW + 60)
    assert await people.names(COACH, now=NOW + 60) == [
        (named("m2"), Reason.DUE),
        (named("m1"), Reason.SHORTENED),
    ]


async def test_a_shortened_envelope_takes_its_attachment_along(people: People) -> None:
    """At the earlier date the blob is out of reach, and with the last link its bytes go."""
    blob = await people.upload("photo", b"12345")
    await people.put(*[envelope(box, "m1", blob_ids=(blob.blob_id,)) for box in (COACH, CLIENT)])
    await people.store.apply_act(WORK, Step(2, b"act 2", shorten=[named("m1")], date=NOW + 60), now=NOW)
    assert await people.store.blob(blob.blob_id, now=NOW + 59) is not None
    assert await people.store.blob(blob.blob_id, now=NOW + 60) is None
    assert await people.store.blob_readers(blob.blob_id, now=NOW + 60) == []
    await people.store.apply_act(WORK, Step(3, b"act 3", shorten=[named("m1")], date=NOW + 1), now=NOW + 1)
    assert (await people.store.counts(now=NOW + 1))["blobs"] == 0


async def test_a_new_policy_moves_the_end_on(people: People) -> None:
    """Engagement, mailboxes, tombstones and accounts live longer; envelopes keep the date they were
    promised.
    """
    store, later = people.store, HOLD_ENDS + 500 * DAY_SECONDS
    await people.put(envelope(COACH, "m1", expires_at=NOW + 100), envelope(COACH, "m2"))
    await store.expire_own(named(COACH), [named("m2")], now=NOW)
    await store.apply_act(WORK, Step(2, b"act 2", policy=b"policy 2", ends_at=later), now=NOW)
    engagement = await store.engagement(WORK, now=later - 1)
    assert engagement is not None
    assert engagement.policies == (b"policy 1", b"policy 2")
    assert engagement.acts[1:] == (b"act 2",)
    await people.sweep_all(later - 1)
    assert await people.names(COACH, now=later - 1) == [
        (named("m2"), Reason.OWN_COPY),
        (named("m1"), Reason.DUE),
    ]
    for owner in (ANNA, MAYA):
        found = await store.account(owner, now=NOW)
        assert found is not None
        assert found.expires_at == later + 30 * DAY_SECONDS


async def test_an_end_that_moves_forward_takes_all_along_and_going_back_gives_nothing_back(
    people: People,
) -> None:
    """From the earlier end on nothing of it is found. A later end gives the engagement back, not the dates of
    what was in it; its vault items go on with it; no account ends sooner than before.
    """
    store, soon = people.store, NOW + 50 * DAY_SECONDS
    blob = await people.upload("photo", b"12345")
    await people.put(
        envelope(COACH, "m1", blob_ids=(blob.blob_id,)), envelope(COACH, "m2", expires_at=NOW + 9)
    )
    item = f"engagement/{WORK.hex()}"
    await store.put_vault(ANNA, [VaultItem(item, 1, HOLD_ENDS, b"sealed")], [], now=NOW)
    await store.apply_act(WORK, Step(2, b"close", ends_at=soon), now=NOW)
    assert await store.engagement(WORK, now=soon) is None
    assert await store.mailboxes_of(MAYA, now=soon) == []
    assert item not in [one.name for one in await store.vault(ANNA, now=soon)]
    assert item in [one.name for one in await store.vault(ANNA, now=soon - 1)]
    assert await store.invitation_of(WORK, now=soon) is None
    await store.apply_act(WORK, Step(3, b"reopen", ends_at=HOLD_ENDS), now=NOW + 1)
    assert await people.names(COACH, now=soon - 1) == [(named("m1"), 0)]
    assert await people.names(COACH, now=soon) == []
    assert await store.blob(blob.blob_id, now=soon - 1) is not None
    assert await store.blob(blob.blob_id, now=soon) is None
    assert item in [one.name for one in await store.vault(ANNA, now=HOLD_ENDS - 1)]
    await people.sweep_all(soon)
    assert await people.names(COACH, now=HOLD_ENDS - 1) == [
        (named("m2"), Reason.DUE),
        (named("m1"), Reason.CLOSED),
    ]
    for owner in (ANNA, MAYA):
        found = await store.account(owner, now=NOW)
        assert found is not None
        assert found.expires_at >= HOLD_ENDS + 30 * DAY_SECONDS


@pytest.mark.parametrize("is_late", [False, True])
async def test_at_the_end_all_that_is_named_after_the_work_goes(people: People, is_late: bool) -> None:
    """Proposals, and the parties' vault items, a later date of theirs notwithstanding; nobody else's."""
    store, until = people.store, HOLD_ENDS + 20 * DAY_SECONDS if is_late else HOLD_ENDS
    await people.add_coach("bea")
    name = f"agreement/{WORK.hex()}"
    for owner in (ANNA, named("bea account")):
        await store.put_vault(owner, [VaultItem(name, 1, until, b"sealed")], [], now=NOW)
    await store.put_proposal(WORK, Role.COACH, 2, b"proposed", now=NOW)
    await people.sweep_all(HOLD_ENDS)
    assert name not in [one.name for one in await store.vault(ANNA, now=HOLD_ENDS - 1)]
    assert (name in [one.name for one in await store.vault(named("bea account"), now=NOW)]) is is_late


async def test_nothing_outlives_its_mailbox(people: People) -> None:
    """Whatever the date of an envelope, a mailbox does not take it past its own end."""
    assert (await people.put(envelope(CLIENT, "m1", expires_at=HOLD_ENDS))).status == "stored"
    refused = await people.put(envelope(CLIENT, "m2", expires_at=HOLD_ENDS + 1))
    assert (refused.status, refused.code) == ("refused", "policy-refused")
    assert await people.names(CLIENT) == [(named("m1"), 0)]


async def test_an_act_of_one_side_shortens_there_alone(people: People) -> None:
    """Where only one mailbox is concerned the other's copy keeps its date."""
    await people.put(*[envelope(box, "m1") for box in (COACH, CLIENT)])
    step = Step(2, b"act 2", shorten=[named("m1")], date=NOW, sides=(Role.CLIENT,))
    assert await people.store.apply_act(WORK, step, now=NOW) == [(named(CLIENT), 2)]
    assert await people.names(COACH) == [(named("m1"), 0)]
    assert await people.names(CLIENT) == [(named("m1"), Reason.SHORTENED)]


async def test_a_proposal_waits_until_its_number_is_taken(people: People) -> None:
    """One a side, replaced by its side alone; the next act takes both away, whoever made it; so does
    dropping them.
    """
    store = people.store

    async def shown() -> tuple[bytes, ...]:
        engagement = await store.engagement(WORK, now=NOW)
        assert engagement is not None
        return engagement.proposals

    for number in (1, 3):
        with pytest.raises(Conflict) as refused:
            await store.put_proposal(WORK, Role.COACH, number, b"proposed", now=NOW)
        assert refused.value.code == "act-out-of-order"
    for side, act in ((Role.CLIENT, b"hers"), (Role.COACH, b"his"), (Role.COACH, b"his other")):
        await store.put_proposal(WORK, side, 2, act, now=NOW)
    assert await shown() == (b"his other", b"hers")
    await store.apply_act(WORK, Step(2, b"act 2"), now=NOW)
    assert await shown() == ()
    await store.put_proposal(WORK, Role.CLIENT, 3, b"hers", now=NOW)
    await store.apply_act(WORK, Step(2, b"act 2"), now=NOW)
    assert await shown() == (b"hers",)
    for _ in range(2):
        await store.drop_proposals(WORK, now=NOW)
        assert await shown() == ()
    for step in (
        store.put_proposal(WORK, Role.COACH, 3, b"act", now=HOLD_ENDS),
        store.drop_proposals(WORK, now=HOLD_ENDS),
    ):
        with pytest.raises(NotFound):
            await step


async def test_notes_are_counted_while_they_live(people: People) -> None:
    """The owner's records in the notes mailbox alone, with the date of the last; of an unknown one none."""
    store = people.store
    assert await store.notes(named(NOTES), now=NOW) == Notes(0, 0)
    await people.put(
        envelope(NOTES, "n1", expires_at=NOW + 50, envelope_class=6),
        envelope(NOTES, "n2", expires_at=NOW + 90, envelope_class=6),
        envelope(NOTES, "m1"),
        envelope(COACH, "n3", envelope_class=6),
    )
    assert await store.notes(named(NOTES), now=NOW) == Notes(2, NOW + 90)
    assert await store.notes(named(NOTES), now=NOW + 50) == Notes(1, NOW + 90)
    await store.expire_own(named(NOTES), [named("n2")], now=NOW)
    assert await store.notes(named(NOTES), now=NOW) == Notes(1, NOW + 50)
    assert await store.notes(named("nowhere"), now=NOW) == Notes(0, 0)


async def test_shortening_does_not_touch_what_is_due(people: People) -> None:
    """An envelope that is past its second went because it was due, whatever an act says later."""
    await people.put(envelope(COACH, "m1", expires_at=NOW + 100))
    changed = await people.store.apply_act(
        WORK, Step(2, b"act 2", shorten=[named("m1")], date=NOW + 50), now=NOW + 100
    )
    assert changed == []
    await people.sweep_all(NOW + 100)
    assert await people.names(COACH, now=NOW + 100) == [(named("m1"), Reason.DUE)]
