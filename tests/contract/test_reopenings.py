"""What reopenings, and what happened to accounts, promise on every body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.names import Role, mailbox_id
from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import BrowserOffer, Happening, Invitation, Reopening, Row, SealedEnvelope, Step, Swap
from tests.contract.people import HOLD_ENDS, NOW, QUOTA, People, account, enrolment, envelope, group, named

WORK = named("work")
FORMER = named("work client")
NEWCOMER = named("maya again account")
UNTIL = NOW + 48 * 3600
NEW = mailbox_id(WORK, Role.CLIENT, account("maya again").fp)


def reopening(name: str = "maya again", expires_at: int = NOW + 1000) -> tuple[Reopening, Invitation]:
    """One that stands open, and its invitation."""
    invite_id = named(f"{name} invite")
    opened = Reopening(WORK, invite_id, "open", NOW, named("maya account"), FORMER, b"", b"", expires_at)
    key = named(f"{name} redemption", 32)
    return opened, Invitation(invite_id, 3, WORK, key, b"box", b"", b"", expires_at)


async def join(people: People, name: str = "maya again") -> None:
    """Somebody enrols by the invitation."""
    newcomer = replace(enrolment(name, Role.CLIENT), acceptance=b"sealed acceptance")
    newcomer = replace(newcomer, account=replace(newcomer.account, expires_at=NOW + 1000))
    await people.store.enrol(newcomer, now=NOW)


async def take(people: People) -> None:
    """Open, join, claim and take."""
    await people.store.put_reopening(*reopening(), now=NOW)
    await join(people)
    await people.store.put_claim(WORK, NEWCOMER, b"claim", now=NOW)
    swap = Swap("take", UNTIL, NEWCOMER, "newcomers-address")
    await people.store.apply_act(WORK, Step(2, b"act 2", swap=swap), now=NOW)


async def living(people: People, mailbox: bytes, now: int) -> list[Row]:
    """What is in a mailbox."""
    page = await people.store.rows(mailbox, after=0, before=None, limit=50, max_bytes=QUOTA, now=now)
    return [row for row in page.rows if row.raw is not None]


async def test_from_open_to_taken(people: People) -> None:
    """Each step is there for all to see; with the act the newcomer is the client, in a mailbox of their own,
    for as long as the engagement lives.
    """
    store = people.store
    opened, invitation = reopening()
    await store.put_reopening(opened, invitation, now=NOW)
    await store.put_reopening(opened, invitation, now=NOW)
    found = await store.reopening(WORK, now=NOW)
    assert found is not None
    assert (found.state, found.statement, found.former_statement) == ("open", b"", b"maya statement 1")
    with pytest.raises(Conflict):
        await store.put_claim(WORK, NEWCOMER, b"claim", now=NOW)
    await join(people)
    found = await store.reopening(WORK, now=NOW)
    assert found is not None
    assert (found.state, found.account_id, found.acceptance) == ("joined", NEWCOMER, b"sealed acceptance")
    assert found.statement == b"maya again statement 1"
    assert await store.mailboxes_of(NEWCOMER, now=NOW) == []
    with pytest.raises(Conflict):
        await store.put_claim(WORK, named("maya account"), b"claim", now=NOW)
    await store.put_claim(WORK, NEWCOMER, b"claim", now=NOW)
    await store.apply_act(WORK, Step(2, b"act 2", swap=Swap("take", UNTIL, NEWCOMER, "address")), now=NOW)
    engagement = await store.engagement(WORK, now=NOW)
    assert engagement is not None
    client = engagement.members[1]
    assert (client.account_id, client.mailbox_id, client.statement) == (
        NEWCOMER,
        NEW,
        b"maya again statement 1",
    )
    mailbox = await store.mailbox(NEW, now=NOW)
    assert mailbox is not None
    assert (mailbox.address, mailbox.expires_at) == ("address", HOLD_ENDS)
    newcomer = await store.account(NEWCOMER, now=HOLD_ENDS)
    assert newcomer is not None, "an account lives as long as its mailbox, and longer"
    found = await store.reopening(WORK, now=UNTIL - 1)
    assert found is not None
    assert (found.state, found.expires_at) == ("taken", UNTIL)
    with pytest.raises(Conflict):
        await store.put_reopening(*reopening("again"), now=NOW)
    with pytest.raises(Conflict):
        await store.drop_reopening(WORK, now=NOW)


async def test_after_48_hours_the_former_is_gone(people: People) -> None:
    """Until then their mailbox is there; with the sweep after it all in it goes, and every way in."""
    store = people.store
    await store.deposit([group(envelope("work client", "to maya"))], now=NOW, quota_bytes=QUOTA)
    await take(people)
    await store.sweep(now=UNTIL - 1, limit=100)
    assert len(await living(people, FORMER, UNTIL - 1)) == 1
    former = await store.account(named("maya account"), now=UNTIL)
    assert former is not None
    assert former.methods
    await people.sweep_all(UNTIL)
    assert await living(people, FORMER, UNTIL) == []
    former = await store.account(named("maya account"), now=UNTIL)
    assert former is not None
    assert not former.methods
    assert await store.vault(named("maya account"), now=UNTIL) == []
    assert await store.reopening(WORK, now=UNTIL) is None
    assert (await store.counts(now=UNTIL))["due"] == 0
    assert [one.mailbox_id for one in await store.mailboxes_of(NEWCOMER, now=UNTIL)] == [NEW]


async def test_a_stop_puts_the_former_back(people: People) -> None:
    """What was sealed to the newcomer is gone at once, as are their ways in and what could add one; the
    former has lost nothing.
    """
    store = people.store
    await store.deposit([group(envelope("work client", "to maya"))], now=NOW, quota_bytes=QUOTA)
    await take(people)
    given = replace(envelope("work client", "given back"), mailbox_id=NEW)
    await store.deposit([group(given)], now=NOW, quota_bytes=QUOTA)
    offer = BrowserOffer(named("offer"), NEWCOMER, bytes(32), b"o" * 189, NOW + 300)
    await store.put_offer(offer, now=NOW)
    await store.apply_act(WORK, Step(3, b"act 3", swap=Swap("stop", NOW + 60, NEWCOMER)), now=NOW + 60)
    engagement = await store.engagement(WORK, now=NOW + 60)
    assert engagement is not None
    assert engagement.members[1].account_id == named("maya account")
    assert await living(people, NEW, NOW + 60) == []
    newcomer = await store.account(NEWCOMER, now=NOW + 60)
    assert newcomer is not None
    assert not newcomer.methods
    assert await store.offer(offer.offer_id, now=NOW + 60) is None, "it could add a way in"
    await people.sweep_all(UNTIL)
    assert len(await living(people, FORMER, UNTIL)) == 1
    assert (await store.counts(now=UNTIL))["due"] == 0
    assert await store.reopening(WORK, now=UNTIL) is None


async def test_an_act_that_was_judged_by_another_reopening(people: People) -> None:
    """Where it ended, was opened anew or was stopped meanwhile, nothing changes and nothing of the act is
    kept: nobody comes in by signatures that were given for another.
    """
    store = people.store
    act = Step(2, b"act 2", swap=Swap("take", UNTIL, NEWCOMER, "address"))
    await store.put_reopening(*reopening(), now=NOW)
    await join(people)
    await store.put_claim(WORK, NEWCOMER, b"claim", now=NOW)
    await store.drop_reopening(WORK, now=NOW)
    with pytest.raises(Conflict):
        await store.apply_act(WORK, act, now=NOW)
    await store.put_reopening(*reopening("another"), now=NOW)
    await join(people, "another")
    await store.put_claim(WORK, named("another account"), b"claim", now=NOW)
    with pytest.raises(Conflict):
        await store.apply_act(WORK, act, now=NOW)
    with pytest.raises(Conflict):
        await store.apply_act(WORK, replace(act, swap=Swap("stop", NOW, named("another account"))), now=NOW)
    engagement = await store.engagement(WORK, now=NOW)
    assert engagement is not None
    assert (len(engagement.acts), engagement.members[1].account_id) == (1, named("maya account"))


async def test_one_that_is_not_taken_ends_with_its_newcomer(people: People) -> None:
    """By a new one, by hand, or by its date: the link opens nothing, and the account is gone."""
    store = people.store
    first, _ = reopening()
    await store.put_reopening(*reopening(), now=NOW)
    await join(people)
    await store.put_reopening(*reopening("second"), now=NOW + 1)
    assert await store.account(NEWCOMER, now=NOW + 1) is None
    found = await store.reopening(WORK, now=NOW + 1)
    assert found is not None
    assert found.state == "open"
    assert found.invite_id != first.invite_id
    await store.drop_reopening(WORK, now=NOW + 2)
    with pytest.raises(NotFound):
        await store.drop_reopening(WORK, now=NOW + 2)
    with pytest.raises(Gone):
        await store.enrol(enrolment("second", Role.CLIENT), now=NOW + 2)
    await store.put_reopening(*reopening("third"), now=NOW + 3)
    await join(people, "third")
    await people.sweep_all(NOW + 1000)
    assert await store.account(named("third account"), now=NOW + 1000) is None
    assert await store.reopening(WORK, now=NOW + 1000) is None
    assert (await store.counts(now=NOW + 1000))["due"] == 0
    engagement = await store.engagement(WORK, now=NOW + 1000)
    assert engagement is not None
    assert engagement.members[1].account_id == named("maya account")


async def test_nothing_of_it_outlives_its_engagement(people: People) -> None:
    """The engagement's end takes a reopening along, whichever step it has reached."""
    await take(people)
    await people.sweep_all(HOLD_ENDS)
    assert await people.store.reopening(WORK, now=HOLD_ENDS) is None
    with pytest.raises(NotFound):
        await people.store.put_reopening(*reopening("late"), now=HOLD_ENDS)


async def test_a_file_given_back_hangs_on_the_coachs_own(people: People) -> None:
    """An envelope that is sealed anew into the newcomer's mailbox links what a living envelope of the
    depositor's links in this engagement, and nothing else.
    """
    store = people.store
    await take(people)
    plan = (await people.upload("plan", b"12345")).blob_id

    def anew(name: str, *blob_ids: bytes) -> SealedEnvelope:
        fresh = envelope("work client", name, envelope_class=5, blob_ids=blob_ids)
        return replace(fresh, mailbox_id=NEW)

    assert (await people.put(anew("first", plan), act=2)).code == "blob-missing"
    await people.put(envelope("work coach", "mine", blob_ids=(plan,)))
    assert (await people.put(anew("first", plan), by="maya again", act=2)).code == "blob-missing"
    assert (await people.put(anew("first", plan, named("other", 32)), act=2)).code == "blob-missing"
    assert (await people.put(anew("first", plan), act=2)).status == "stored"
    assert NEWCOMER in await store.blob_readers(plan, now=NOW)


async def test_happenings(people: People) -> None:
    """Rising numbers of each account, of which a reader asks for those above one; the oldest of many go, and
    each at its date.
    """
    store, owner = people.store, named("maya account")
    one = Happening(owner, 1, NOW, NOW + 100, named("method"), named("session"))
    await store.note_happening(one)
    await store.note_happening(replace(one, kind=3))
    await store.note_happening(replace(one, account_id=named("anna account")))
    found = await store.happenings(owner, after=0, now=NOW)
    assert [(each.kind, each.method_id, each.session_id) for each in found] == [
        (1, named("method"), named("session")),
        (3, named("method"), named("session")),
    ]
    assert found[0].number < found[1].number
    assert await store.happenings(owner, after=found[0].number, now=NOW) == found[1:]
    assert await store.happenings(owner, after=0, now=NOW + 100) == []
    await store.sweep(now=NOW + 100, limit=100)
    await store.note_happening(replace(one, at=NOW + 200, expires_at=NOW + 300))
    (later,) = await store.happenings(owner, after=found[1].number, now=NOW + 200)
    assert later.number > found[1].number
    for number in range(70):
        await store.note_happening(replace(one, at=NOW + 201, expires_at=NOW + 300 + number))
    assert len(await store.happenings(owner, after=0, now=NOW + 202)) == 64
    with pytest.raises(NotFound):
        await store.note_happening(replace(one, account_id=named("nobody")))
