"""Two people come to know each other's keys by the link's secret, and by nothing that a relay says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from client_sdk import enrol
from client_sdk.agreement import (
    MOST_TEXT_BYTES,
    Offer,
    agreement_text,
    check_offer,
    make_policy,
)
from client_sdk.catalogue import catalogue
from client_sdk.errors import Misused, NotTrusted, TooLarge
from client_sdk.facts import Facts, normal_domains
from client_sdk.joining import (
    Accepted,
    Invited,
    accept,
    invite,
    kept_until,
    open_invitation,
    read_link,
    shown_text,
    take_in,
)
from client_sdk.vault_items import encode_invitation, parse_agreement
from keys.acts import parse_act, sign_act
from keys.invitation import CLIENT, COACH, Acceptance, Link, seal_acceptance
from keys.names import Role, mailbox_id
from keys.policy import parse_policy
from keys.statement import blind, parse_statement
from keys.suite import SignKey
from keys.vault import parse_engagement
from tests.sdk.pair import NOW, ORIGIN, Keeper, Pair, dice, made_pins

ID = bytes(range(16))


def invited(pair: Pair) -> Invited:
    """The coach's invitation."""
    return invite(
        pair.coach, pair.pins, ORIGIN, pair.offer, engagement_id=ID, now=NOW, random=dice("invitation")
    )


def client_seeds(pair: Pair, name: str = "maya") -> tuple[SignKey, bytes]:
    """A client's identity and first card."""
    seeds = enrol.draw_seeds(NOW, dice(name))
    return seeds.identity, enrol.first_card(seeds, pair.pins, ORIGIN, NOW)


def accepted(pair: Pair, made: Invited, name: str = "Maya O.") -> Accepted:
    """The client's answer."""
    box = open_invitation(made.keys, made.box, made.expires_at, ORIGIN)
    identity, card = client_seeds(pair)
    return accept(made.keys, made.box, box, name=name, identity=identity, card=card, random=dice("accept"))


def taken(pair: Pair, made: Invited, acceptance: bytes) -> dict[str, object]:
    """What the coach makes of an answer."""
    kept = encode_invitation(made.box, made.expires_at)
    return dict(take_in(made.item, acceptance, kept, pair.coach, pair.pins, ORIGIN))


def test_both_come_to_the_same() -> None:
    """Invitation and acceptance leave both sides with the same policy, act and mailboxes, and each
    other's card.
    """
    pair = Pair()
    made = invited(pair)
    answer = accepted(pair, made)
    changes = taken(pair, made, answer.acceptance)
    kept = [changes[name].plain for name in (made.item.name, made.item.standing_name)]  # type: ignore[attr-defined]
    coachs = parse_engagement(*kept)
    clients = answer.item
    assert coachs.active
    assert (coachs.policy, coachs.act) == (clients.policy, clients.act)
    assert coachs.their_mailbox_id == clients.my_mailbox_id
    assert coachs.my_mailbox_id == clients.their_mailbox_id
    assert coachs.invitation_secret == bytes(32)
    assert coachs.their_name == clients.my_name == "Maya O."
    assert clients.their_name == coachs.my_name == "Anna Harrow"
    assert clients.their_statement == pair.coach.statement.raw
    client = parse_statement(coachs.their_statement)
    assert coachs.their_mailbox_id == mailbox_id(ID, Role.CLIENT, client.fp)
    assert set(parse_act(coachs.act).signatures) == {pair.coach.fp, client.fp}
    assert changes[f"invitation/{ID.hex()}"] is None
    text = parse_agreement(changes[f"agreement/{ID.hex()}"].plain)  # type: ignore[attr-defined]
    assert text == answer.agreement
    assert kept_until(parse_policy(coachs.policy)) > parse_policy(coachs.policy).hold_ends_at


def test_links_are_read_strictly() -> None:
    """A link of another kind, a changed or cut one, is refused before anything is fetched."""
    made = invited(Pair())
    text = made.link.text()
    assert read_link(f" {text}\n", CLIENT) == made.link
    for wrong in (text[:-1], text + "A", text.replace("#1.", "#3."), "mail me", text.replace("https", "ftp")):
        with pytest.raises(Misused):
            read_link(wrong, CLIENT)
    with pytest.raises(Misused, match="another kind"):
        read_link(text, COACH)
    with pytest.raises(Misused, match="another kind"):
        read_link(Link(ORIGIN, COACH, bytes(32)).text(), CLIENT)
    assert text not in repr(made)


def test_an_invitation_is_for_one_relay() -> None:
    """A box that opens is still refused where it was made for another origin, or with another date or
    secret.
    """
    made = invited(Pair())
    for keys, box, expires_at, origin in (
        (made.keys, made.box, made.expires_at, "https://other.example"),
        (made.keys, made.box, made.expires_at + 1, ORIGIN),
        (made.keys, made.box[:-1] + b"\0", made.expires_at, ORIGIN),
        (invited(Pair(recall=False)).keys, made.box + b"\0", made.expires_at, ORIGIN),
    ):
        with pytest.raises(NotTrusted, match="invitation"):
            open_invitation(keys, box, expires_at, origin)


def sealed_answer(pair: Pair, made: Invited, **changes: object) -> bytes:
    """An acceptance that is rightly sealed and signed, but for one change."""
    identity, card = client_seeds(pair)
    offered = parse_act(made.item.act)
    act = sign_act(offered.core, identity, offered)
    fields = {
        "blind": blind(identity.seed, 1),
        "client_statement": card,
        "act": act.encode(),
        "shown": {"name": "Maya"},
    }
    box = changes.pop("box", made.box)
    return seal_acceptance(made.keys, Acceptance(**(fields | changes)), box, identity, dice("n")(24))  # type: ignore[arg-type]


def test_an_acceptance_is_of_exactly_this_invitation() -> None:
    """Another box, another act, a missing signature, another relay's card or keepers, or the coach's own:
    refused.
    """
    pair = Pair()
    made = invited(pair)
    assert taken(pair, made, sealed_answer(pair, made))
    identity, _ = client_seeds(pair)
    offered = parse_act(made.item.act)
    other_act = sign_act(replace(offered.core, issued_at=NOW + 1), identity).encode()
    seeds = enrol.draw_seeds(NOW, dice("maya"))
    elsewhere = enrol.first_card(seeds, pair.pins, "https://other.example", NOW)
    other_keepers = enrol.first_card(seeds, made_pins([Keeper("x")]), ORIGIN, NOW)
    for wrong in (
        sealed_answer(pair, made, box=made.box + b"\0"),
        sealed_answer(pair, made, act=offered.encode()),
        sealed_answer(pair, made, act=other_act),
        sealed_answer(pair, made, client_statement=elsewhere),
        sealed_answer(pair, made, client_statement=other_keepers),
        sealed_answer(pair, made, client_statement=pair.coach.statement.raw),
        sealed_answer(pair, made)[:-1],
        b"",
    ):
        with pytest.raises(NotTrusted, match="acceptance"):
            taken(pair, made, wrong)


def test_text_and_frame_say_the_same() -> None:
    """Every date of the agreement's words is one of the frame's, and no fact is left unfilled."""
    pair = Pair()
    facts = replace(pair.offer.facts, refused_domains=("northwind.example",), longest_keep_days=30)
    offer = replace(pair.offer, facts=facts)
    text = agreement_text(offer)
    policy = make_policy(offer, ID, pair.coach.fp, text, bytes(32))
    assert "Sunday 28 February 2027" in text  # the last day of work, whole
    assert policy.work_ends_at == 1803859200  # midnight after it
    assert "Saturday 29 May 2027" in text  # the last day of the hold
    assert policy.hold_ends_at == policy.work_ends_at + 90 * 86400
    assert "30 days at most" in text
    assert "northwind.example" in text
    assert "${" not in text


def test_offers_have_limits() -> None:
    """No name, a past last day, more than ten years, a sponsor without a scope, no place: refused."""
    offer, today = Pair().offer, date(2027, 1, 15)
    check_offer(offer, today)
    for wrong in ("  ", "n" * 201):
        with pytest.raises(Misused):
            check_offer(replace(offer, client_name=wrong), today)
    for change in (
        {"last_day": date(2027, 1, 14)},
        {"last_day": date(2038, 1, 1)},
        {"hold_days": 3651},
        {"hold_days": -1},
        {"longest_keep_days": 3651},
        {"sponsor": "Northwind"},
        {"sponsor_sees": "everything"},
        {"places": ()},
        {"places": ("",)},
        {"phones": ("07700\n900142",)},
    ):
        with pytest.raises(Misused):
            check_offer(replace(offer, facts=replace(offer.facts, **change)), today)


def test_a_template_names_every_fact() -> None:
    """A text of one's own that leaves out a fact, names one there is not, or is too long is refused."""
    offer = Pair().offer
    packaged = catalogue().template()
    own = packaged.replace("How ${coach}", "What ${coach}")
    assert agreement_text(replace(offer, template=own)).startswith("What Anna Harrow")
    for name in sorted(set(re.findall(r"\$\{(\w+)\}", packaged))):
        with pytest.raises(Misused, match=f"leaves out: {name}"):
            agreement_text(replace(offer, template=packaged.replace(f"${{{name}}}", "")))
    for wrong in (packaged + "${unknown}", packaged + "100 $ a month"):
        with pytest.raises(Misused):
            agreement_text(replace(offer, template=wrong))
    with pytest.raises(TooLarge):
        agreement_text(replace(offer, template=packaged + "x" * MOST_TEXT_BYTES))
    for language in ("xx", "../en", ""):
        with pytest.raises(Misused):
            agreement_text(replace(offer, language=language))


def test_domains_are_normal() -> None:
    """Refused domains become lower-case A-labels, ascending, each once; what is none is refused."""
    assert normal_domains(("B.example", "a.example.", "b.EXAMPLE", "bücher.example")) == (
        "a.example",
        "b.example",
        "xn--bcher-kva.example",
    )
    with pytest.raises(Misused):
        normal_domains(("a..example",))
    facts = Facts(date(2027, 1, 1), refused_domains=("a b",))
    with pytest.raises(Misused):
        make_policy(Offer("a", "b", "c", facts), ID, bytes(32), "", bytes(32))


def test_shown_names_are_one_line() -> None:
    """A name that somebody else chose is cut, on one line, and never empty."""
    assert shown_text({"name": "Ma\x1b[31mya\n "}, "name", "x") == "Ma[31mya"
    assert shown_text({"name": " "}, "name", "x") == "x"
    assert shown_text({"name": 7}, "name", "x") == "x"
    assert len(shown_text({"name": "n" * 999}, "name", "x")) == 200
