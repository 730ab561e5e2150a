"""What accounts, ways in, sessions, vaults and statements promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from keys.names import Role
from relay.core.errors import Conflict, Gone, NotAllowed, NotFound
from relay.core.model import DAY_SECONDS, Session, State, VaultItem
from relay.core.ports import Store
from tests.contract.people import (
    DRAFT_ENDS,
    HOLD_ENDS,
    NOW,
    People,
    account,
    client_invitation,
    coach_invitation,
    enrolment,
    mailbox,
    named,
)

ANNA, MAYA = named("anna account"), named("maya account")


async def test_coach_enrols_with_all_that_a_finish_brings(store: Store) -> None:
    """Account, way in, statement and vault are there, and the invitation is used and has lost its box."""
    await store.put_invitation(coach_invitation("anna"), now=NOW)
    await store.enrol(enrolment("anna"), now=NOW + 5)
    assert await store.account(ANNA, now=NOW) == account("anna")
    assert await store.account_by_name(named("anna name"), now=NOW) == account("anna")
    assert await store.statements(ANNA, after=0) == [b"anna statement 1"]
    assert await store.vault(ANNA, now=NOW) == list(enrolment("anna").vault)
    used = await store.invitation(named("anna invite"), now=NOW)
    assert used is not None
    assert (used.state, used.used_at, used.box, used.answer) == ("used", NOW + 5, b"", b'{"answer":1}')


async def test_client_enrolment_makes_the_engagement_active(people: People) -> None:
    """Mailbox, member, policy and act are added, and engagement and mailboxes end with the hold."""
    engagement = await people.store.engagement(named("work"), now=NOW)
    assert engagement is not None
    assert (engagement.state, engagement.expires_at) == (State.ACTIVE, HOLD_ENDS)
    assert (engagement.policies, engagement.acts) == ((b"policy 1",), (b"act 1 signed by both",))
    assert [(m.role, m.account_id, m.statement) for m in engagement.members] == [
        (Role.COACH, ANNA, b"anna statement 1"),
        (Role.CLIENT, MAYA, b"maya statement 1"),
    ]
    boxes = [*await people.store.mailboxes_of(ANNA, now=NOW), *await people.store.mailboxes_of(MAYA, now=NOW)]
    assert [(box.role, box.expires_at) for box in boxes] == [
        (Role.COACH, HOLD_ENDS),
        (Role.NOTES, HOLD_ENDS),
        (Role.CLIENT, HOLD_ENDS),
    ]


async def test_the_acceptance_waits_for_the_coach_as_long_as_the_engagement(people: People) -> None:
    """A used invitation of a client outlives its 14 days: the coach may come back later than that."""
    found = await people.store.invitation_of(named("work"), now=HOLD_ENDS - 1)
    assert found is not None
    assert (found.state, found.acceptance) == ("used", b"sealed acceptance")


async def test_the_same_finish_again_changes_nothing(people: People) -> None:
    """Repeated with the same hash it is no error, however late; another finish finds it used."""
    box = mailbox("work client", "work", "maya", Role.CLIENT, HOLD_ENDS)
    again = enrolment("maya", Role.CLIENT, box)
    await people.store.enrol(again, now=NOW)
    await people.store.enrol(again, now=NOW + 15 * DAY_SECONDS)
    other = replace(again, redeemed_hash=named("other finish", 32))
    with pytest.raises(Gone) as refused:
        await people.store.enrol(other, now=NOW)
    assert refused.value.code == "invitation-used"


async def test_enrolment_refused_stores_nothing(store: Store) -> None:
    """Unknown, expired or withdrawn invitations and taken names leave no account behind."""
    with pytest.raises(NotFound):
        await store.enrol(enrolment("anna"), now=NOW)
    await store.put_invitation(coach_invitation("anna"), now=NOW)
    with pytest.raises(Gone) as refused:
        await store.enrol(enrolment("anna"), now=DRAFT_ENDS)
    assert refused.value.code == "invitation-expired"
    await store.put_invitation(coach_invitation("bea"), now=NOW)
    await store.withdraw_invitation(named("bea invite"), now=NOW)
    with pytest.raises(Gone) as refused:
        await store.enrol(enrolment("bea"), now=NOW)
    assert refused.value.code == "invitation-withdrawn"
    for name in ("anna", "bea"):
        assert await store.account(named(f"{name} account"), now=NOW) is None


async def test_a_taken_name_leaves_the_invitation_open(people: People) -> None:
    """One may choose another name and finish; an account id in use is refused alike."""
    await people.store.put_invitation(coach_invitation("bea"), now=NOW)
    wanted = enrolment("bea")
    for clash in (
        replace(wanted, account=replace(wanted.account, name_tag=named("anna name"))),
        replace(wanted, account=replace(wanted.account, account_id=ANNA)),
    ):
        with pytest.raises(Conflict) as refused:
            await people.store.enrol(clash, now=NOW)
        assert refused.value.code == "name-taken"
    await people.store.enrol(wanted, now=NOW)
    assert await people.store.account(named("bea account"), now=NOW) is not None


@pytest.mark.parametrize("is_swept", [False, True])
async def test_a_due_account_is_gone_and_its_name_free(people: People, is_swept: bool) -> None:
    """Swept or not, nothing of it is found, and somebody else may take its name."""
    store = people.store
    maya_ends = HOLD_ENDS + 400 * DAY_SECONDS
    await store.open_session(Session(named("token", 32), MAYA, maya_ends + 1000), now=NOW)
    if is_swept:
        await people.sweep_all(maya_ends)
    assert await store.account(MAYA, now=maya_ends - 1) is not None or is_swept
    assert await store.account(MAYA, now=maya_ends) is None
    assert await store.account_by_name(named("maya name"), now=maya_ends) is None
    assert await store.session(named("token", 32), now=maya_ends) is None
    with pytest.raises(NotFound):
        await store.put_method(MAYA, named("m"), b"", now=maya_ends)
    await store.put_invitation(coach_invitation("bea", maya_ends + 5), now=maya_ends)
    late = enrolment("bea")
    taken = replace(late.account, name_tag=named("maya name"), expires_at=maya_ends + 100)
    await store.enrol(replace(late, account=taken), now=maya_ends)
    found = await store.account_by_name(named("maya name"), now=maya_ends)
    assert found is not None
    assert found.account_id == named("bea account")


async def test_an_account_outlives_its_mailboxes_by_thirty_days(people: People) -> None:
    """Whatever end an account was enrolled with, it is not before its last mailbox's and 30 days."""
    short = enrolment("bea")
    short = replace(short, account=replace(short.account, expires_at=NOW + 10))
    await people.store.put_invitation(coach_invitation("bea"), now=NOW)
    await people.store.enrol(short, now=NOW)
    await people.add_draft("other", "bea")
    bea = await people.store.account(named("bea account"), now=NOW)
    assert bea is not None
    assert bea.expires_at == DRAFT_ENDS + 30 * DAY_SECONDS


async def test_an_accounts_end_moves_on_and_never_back(people: People) -> None:
    """Its ways in and statements live as long as it does."""
    before = await people.store.account(ANNA, now=NOW)
    assert before is not None
    await people.store.extend_account(ANNA, before.expires_at - 1)
    assert await people.store.account(ANNA, now=NOW) == before
    await people.store.extend_account(ANNA, before.expires_at + 1000)
    await people.sweep_all(before.expires_at)
    after = await people.store.account(ANNA, now=before.expires_at)
    assert after == replace(before, expires_at=before.expires_at + 1000)
    assert await people.store.statements(ANNA, after=0) == [b"anna statement 1"]


async def test_ways_in(people: People) -> None:
    """Added, replaced in place, removed; never the last one; an absent one is not found."""
    store, first = people.store, named("anna method")
    await store.put_method(ANNA, named("device"), b"two", now=NOW)
    await store.put_method(ANNA, first, b"renewed", now=NOW)
    found = await store.account(ANNA, now=NOW)
    assert found is not None
    assert found.methods == ((first, b"renewed"), (named("device"), b"two"))
    with pytest.raises(NotFound):
        await store.remove_method(ANNA, named("absent"), now=NOW)
    await store.remove_method(ANNA, first, now=NOW)
    with pytest.raises(NotAllowed):
        await store.remove_method(ANNA, named("device"), now=NOW)
    with pytest.raises(NotFound):
        await store.remove_method(named("nobody"), named("device"), now=NOW)


async def test_a_way_in_takes_the_place_of_others(people: People) -> None:
    """In one transaction: those that are replaced are gone when the new one is there."""
    store, first = people.store, named("anna method")
    for known in ([], [first, named("gone")]):
        with pytest.raises(Conflict):
            await store.put_method(ANNA, named("new"), b"new", now=NOW, replaced=[first], known=known)
        with pytest.raises(Conflict):
            await store.remove_method(ANNA, first, now=NOW, known=known)
    await store.put_method(ANNA, named("new"), b"new", now=NOW, replaced=[first], known=[first])
    found = await store.account(ANNA, now=NOW)
    assert found is not None
    assert found.methods == ((named("new"), b"new"),)
    with pytest.raises(NotFound):
        await store.put_method(named("nobody"), named("new"), b"new", now=NOW, replaced=[first])


async def test_sessions_of_an_account(people: People) -> None:
    """Those that are open, and nobody else's."""
    store = people.store
    for number in (1, 2):
        await store.open_session(Session(named(f"t{number}", 32), ANNA, NOW + number), now=NOW)
    found = await store.sessions_of(ANNA, now=NOW)
    assert [one.expires_at for one in found] == [NOW + 2, NOW + 1]
    assert [one.token_tag for one in await store.sessions_of(ANNA, now=NOW + 1)] == [named("t2", 32)]
    assert await store.sessions_of(named("nobody"), now=NOW) == []


async def test_sessions(people: People) -> None:
    """Open until its second or until closed; closing twice is no error; none for an unknown account."""
    store, session = people.store, Session(named("token", 32), ANNA, NOW + 100)
    await store.open_session(session, now=NOW)
    assert await store.session(session.token_tag, now=NOW + 99) == session
    assert await store.session(session.token_tag, now=NOW + 100) is None
    assert await store.session(named("other", 32), now=NOW) is None
    for _ in range(2):
        await store.close_session(session.token_tag)
        assert await store.session(session.token_tag, now=NOW) is None
    with pytest.raises(NotFound):
        await store.open_session(Session(named("t", 32), named("nobody"), NOW + 1), now=NOW)


async def test_a_part_of_a_vault(people: People) -> None:
    """What is chosen by names and versions comes, by name, and nothing that is due is chosen from; sizes are
    those of the boxes.
    """
    store, seen = people.store, list[dict[str, int]]()
    items = [VaultItem(name, 1, HOLD_ENDS, name.encode()) for name in ("read/1", "manifest", "card")]
    await store.put_vault(ANNA, [*items, VaultItem("read/2", 1, NOW + 10, b"soon")], [], now=NOW)

    def choose(versions: Mapping[str, int]) -> list[str]:
        seen.append(dict(versions))
        return [name for name in versions if name in ("read/1", "card", "read/2")]

    assert await store.vault(ANNA, choose, now=NOW + 10) == [items[2], items[0]]
    assert [one.name for one in await store.vault(ANNA, choose, now=NOW)] == ["card", "read/1", "read/2"]
    assert await store.vault(MAYA, lambda versions: [], now=NOW) == []
    assert [sorted(one) for one in seen] == [
        ["card", "identity", "manifest", "read/1"],
        ["card", "identity", "manifest", "read/1", "read/2"],
    ]
    sizes = await store.vault_sizes(ANNA, now=NOW + 10)
    assert sizes.keys() == seen[0].keys()
    assert (sizes["read/1"], sizes["manifest"]) == (6, 8)


async def test_vault_versions_rise_by_one_all_or_nothing(people: People) -> None:
    """One wrong version leaves every item as it was."""
    store = people.store

    def item(name: str, version: int, expires_at: int = HOLD_ENDS) -> VaultItem:
        return VaultItem(name, version, expires_at, f"{name} {version}".encode())

    await store.put_vault(ANNA, [item("manifest", 1), item("card", 1)], [], now=NOW)
    for wrong in (1, 3):
        with pytest.raises(Conflict) as refused:
            await store.put_vault(ANNA, [item("manifest", 2), item("card", wrong)], ["identity"], now=NOW)
        assert refused.value.code == "vault-conflict"
    assert [(i.name, i.version) for i in await store.vault(ANNA, now=NOW)] == [
        ("card", 1),
        ("identity", 1),
        ("manifest", 1),
    ]
    await store.put_vault(
        ANNA, [item("manifest", 2), item("card", 2, NOW + 10)], ["identity", "absent"], now=NOW
    )
    assert [(i.name, i.version) for i in await store.vault(ANNA, now=NOW)] == [("card", 2), ("manifest", 2)]
    assert [i.name for i in await store.vault(ANNA, now=NOW + 10)] == ["manifest"]
    await store.put_vault(ANNA, [item("card", 1)], [], now=NOW + 10)  # what is due is not there: new again
    with pytest.raises(NotFound):
        await store.put_vault(named("nobody"), [item("card", 1)], [], now=NOW)


async def test_statement_chain(people: People) -> None:
    """The next number is taken, the same bytes again change nothing, all else is a conflict."""
    store = people.store
    await store.add_statement(ANNA, 2, b"two", now=NOW)
    await store.add_statement(ANNA, 2, b"two", now=NOW)
    for number, statement in ((2, b"other"), (4, b"four"), (1, b"one"), (0, b"zero")):
        with pytest.raises(Conflict) as refused:
            await store.add_statement(ANNA, number, statement, now=NOW)
        assert refused.value.code == "statement-conflict"
    assert await store.statements(ANNA, after=0) == [b"anna statement 1", b"two"]
    assert await store.statements(ANNA, after=1) == [b"two"]
    assert await store.statements(ANNA, after=2) == []
    assert await store.statements(named("nobody"), after=0) == []
    engagement = await store.engagement(named("work"), now=NOW)
    assert engagement is not None
    assert engagement.members[0].statement == b"two"
    with pytest.raises(NotFound):
        await store.add_statement(named("nobody"), 1, b"one", now=NOW)


async def test_client_cannot_join_what_is_gone_or_taken(people: People) -> None:
    """An invitation whose engagement is active already, or due, makes no account."""
    await people.add_draft("second")
    await people.store.put_invitation(client_invitation("nora", "second"), now=NOW)
    box = mailbox("second client", "second", "nora", Role.CLIENT, HOLD_ENDS)
    taken = mailbox("work client", "second", "nora", Role.CLIENT, HOLD_ENDS)
    with pytest.raises(Conflict) as refused:
        await people.store.enrol(enrolment("nora", Role.CLIENT, taken), now=NOW)
    assert refused.value.code == "engagement-conflict"
    assert await people.store.account(named("nora account"), now=NOW) is None
    await people.store.enrol(enrolment("nora", Role.CLIENT, box), now=NOW)
    assert await people.store.account(named("nora account"), now=NOW) is not None
