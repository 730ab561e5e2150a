"""What typed codes and offers to new browsers promise, on every body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.names import Role
from relay.core.errors import Conflict, Gone, NotFound, TooManyRequests
from relay.core.model import BrowserOffer, Code
from tests.contract.people import DRAFT_ENDS, NOW, People, client_invitation, enrolment, mailbox, named

ANNA, MAYA = named("anna account"), named("maya account")
CODE = Code("4417", ANNA, named("tom invite"), DRAFT_ENDS)
CHECK, BOX = b"c" * 32, b"b" * 108
OFFER = BrowserOffer(named("offer"), MAYA, CHECK, b"o" * 189, NOW + 300)


async def test_a_code_has_one_nameplate(people: People) -> None:
    """A subject keeps the nameplate that it has; a nameplate leads to one subject; an account has so many."""
    store = people.store
    assert await store.put_code(CODE, most=2, now=NOW) == CODE
    assert await store.put_code(replace(CODE, nameplate="0001"), most=2, now=NOW) == CODE
    other = replace(CODE, subject=named("other invite"))
    with pytest.raises(Conflict):
        await store.put_code(other, most=2, now=NOW)
    second = replace(other, nameplate="0000")
    assert await store.put_code(second, most=2, now=NOW) == second
    with pytest.raises(TooManyRequests):
        await store.put_code(replace(CODE, nameplate="0002", subject=named("third")), most=2, now=NOW)
    with pytest.raises(NotFound):
        await store.put_code(replace(CODE, account_id=named("nobody")), most=2, now=NOW)
    assert await store.code("0002", now=NOW) is None


async def test_a_code_is_laid_down_by_its_owner(people: People) -> None:
    """Check and box together, by the owner alone, and again in the place of the earlier ones."""
    store = people.store
    await store.put_code(CODE, most=2, now=NOW)
    for account_id, nameplate in ((MAYA, "4417"), (ANNA, "4418")):
        with pytest.raises(NotFound):
            await store.seal_code(account_id, nameplate, CHECK, BOX, now=NOW)
    for box in (BOX, b"x" * 108):
        await store.seal_code(ANNA, "4417", CHECK, box, now=NOW)
        assert await store.code("4417", now=NOW) == replace(CODE, check=CHECK, box=box)
    with pytest.raises(NotFound):
        await store.seal_code(ANNA, "4417", CHECK, BOX, now=DRAFT_ENDS)


async def test_a_code_ends_and_leaves_its_nameplate(people: People) -> None:
    """What is due is not found, gives its nameplate and its subject free, and is swept."""
    store = people.store
    short = replace(CODE, expires_at=NOW + 10)
    await store.put_code(short, most=1, now=NOW)
    assert await store.code("4417", now=NOW + 9) == short
    assert await store.code("4417", now=NOW + 10) is None
    later = replace(CODE, subject=named("later"))
    assert await store.put_code(later, most=1, now=NOW + 10) == later
    again = replace(short, nameplate="0003", expires_at=DRAFT_ENDS)
    assert await store.put_code(again, most=2, now=NOW + 10) == again
    await people.sweep_all(DRAFT_ENDS)
    assert (await store.counts(now=DRAFT_ENDS))["due"] == 0


@pytest.mark.parametrize("how", ["redeemed", "withdrawn", "declined", "replaced"])
async def test_a_code_goes_with_its_invitation(people: People, how: str) -> None:
    """Whatever ends the invitation ends its code in the same transaction."""
    store = people.store
    await people.add_draft("second")
    await store.put_invitation(client_invitation("tom", "second"), now=NOW)
    await store.put_code(CODE, most=2, now=NOW)
    await store.seal_code(ANNA, "4417", CHECK, BOX, now=NOW)
    if how == "redeemed":
        box = mailbox("second client", "second", "tom", Role.CLIENT)
        await store.enrol(enrolment("tom", Role.CLIENT, box), now=NOW)
    elif how == "withdrawn":
        await store.withdraw_invitation(named("tom invite"), now=NOW)
    elif how == "declined":
        await store.reply_to_invitation(named("tom invite"), b"a change", ends=False, now=NOW)
        assert await store.code("4417", now=NOW) is not None
        await store.reply_to_invitation(named("tom invite"), b"no", ends=True, now=NOW)
    else:
        await store.put_invitation(client_invitation("tom again", "second"), now=NOW)
    assert await store.code("4417", now=NOW) is None


async def test_one_offer_an_account(people: People) -> None:
    """A new one takes the place of the earlier, whose code goes; the same again changes nothing."""
    store = people.store
    await store.put_offer(OFFER, now=NOW)
    await store.put_offer(OFFER, now=NOW)
    assert await store.offer(OFFER.offer_id, now=NOW) == OFFER == await store.offer_of(MAYA, now=NOW)
    for other in (replace(OFFER, account_id=ANNA), replace(OFFER, check=b"x" * 32)):
        with pytest.raises(Conflict):
            await store.put_offer(other, now=NOW)
    await store.put_code(Code("4417", MAYA, OFFER.offer_id, NOW + 300), most=2, now=NOW)
    second = replace(OFFER, offer_id=named("second offer"))
    await store.put_offer(second, now=NOW)
    assert await store.offer(OFFER.offer_id, now=NOW) is None
    assert await store.code("4417", now=NOW) is None
    assert await store.offer_of(MAYA, now=NOW + 299) == second
    assert await store.offer_of(MAYA, now=NOW + 300) is None
    with pytest.raises(NotFound):
        await store.put_offer(replace(OFFER, account_id=named("nobody")), now=NOW)


async def test_an_offer_is_taken_once(people: People) -> None:
    """The way in and the end of the offer are one step; another way in after it is refused."""
    store = people.store
    await store.put_offer(OFFER, now=NOW)
    await store.put_code(Code("4417", MAYA, OFFER.offer_id, NOW + 300), most=2, now=NOW)
    with pytest.raises(NotFound):
        await store.take_offer(OFFER.offer_id, named("new way"), b"sealed", now=NOW + 300)
    replaced = [named("maya method")]
    for _ in range(2):
        await store.take_offer(OFFER.offer_id, named("new way"), b"sealed", now=NOW, replaced=replaced)
    with pytest.raises(Gone):
        await store.take_offer(OFFER.offer_id, named("third way"), b"sealed", now=NOW)
    found = await store.account(MAYA, now=NOW)
    assert found is not None
    assert found.methods == ((named("new way"), b"sealed"),)
    used = replace(OFFER, box=b"", taken_by=named("new way"))
    assert await store.offer(OFFER.offer_id, now=NOW) == used
    assert await store.code("4417", now=NOW) is None


async def test_an_offer_goes(people: People) -> None:
    """By its owner, by its owner's leaving, and by the sweep."""
    store = people.store
    await store.put_offer(OFFER, now=NOW)
    await store.drop_offer(MAYA, now=NOW)
    await store.drop_offer(MAYA, now=NOW)
    assert await store.offer(OFFER.offer_id, now=NOW) is None
    await store.put_offer(OFFER, now=NOW)
    await people.sweep_all(NOW + 300)
    await store.put_offer(replace(OFFER, expires_at=NOW + 600), now=NOW + 300)
    await store.close_account(MAYA, now=NOW + 300)
    assert await store.offer(OFFER.offer_id, now=NOW + 300) is None
