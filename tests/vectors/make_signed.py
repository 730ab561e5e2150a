"""Cases of statements, acts, policies and the spoken check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keys import policy, spoken, statement, suite
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.encoding import label, u16, u64
from tests.vectors.cast import (
    ACT,
    AGREEMENT,
    AGREEMENT_SALT,
    CLIENT,
    COACH,
    DAY,
    EXPIRES_AT,
    NOW,
    POLICY,
    STRANGER,
    secret,
)
from tests.vectors.generate import Cases, flip, patch

_UNSAFE = (2**53).to_bytes(8, "big")
CHAIN = "statement.verify_chain"
NEW_IDENTITY = suite.SignKey.from_seed(secret("Anna Harrow second identity"))
SMALL_ORDER = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")


def statement_cases(cases: Cases) -> None:
    """Fill `statement.json`."""
    first = COACH.statement()
    card = COACH.card()
    second_card = replace(card, number=2, previous_hash=statement.statement_hash(first), issued_at=NOW)
    second = statement.sign_statement(second_card, COACH.identity)
    changed_card = replace(
        second_card,
        number=3,
        previous_hash=statement.statement_hash(second),
        identity_public=NEW_IDENTITY.public,
    )
    changed = statement.sign_statement(changed_card, NEW_IDENTITY, COACH.identity)
    one_key = replace(card, reading_keys=card.reading_keys[:1])
    cases.good("a first one", CHAIN, pinned=first, later=[])
    cases.good("with one reading key", CHAIN, pinned=_signed(one_key), later=[])
    cases.good("a second one", CHAIN, pinned=first, later=[second])
    cases.good("a new identity key", CHAIN, pinned=first, later=[second, changed])
    cases.good("the coach's first", "statement.blind", identity_seed=COACH.identity.seed, number=1)
    _choices(cases, first)
    _bad_statements(cases, first, card)
    _bad_links(cases, first, second_card, second, changed_card, changed)


def _signed(card: statement.Card, signer: suite.SignKey = COACH.identity) -> bytes:
    return statement.sign_statement(card, signer)


def _choices(cases: Cases, raw: bytes) -> None:
    start = NOW - DAY
    moments = {
        "first key": start,
        "last second of the first key": start + 31 * DAY - 1,
        "second key": start + 31 * DAY,
        "fallback alone": start + 93 * DAY,
    }
    for name, now in moments.items():
        cases.good(name, "statement.choose_reading_key", raw=raw, now=now)
    cases.bad("before all", "statement.choose_reading_key", raw=raw, now=start - 1)
    cases.bad("after all: stale", "statement.choose_reading_key", raw=raw, now=NOW + 700 * DAY)


def _resigned(raw: bytes) -> bytes:
    """Sign changed bytes honestly, so that the change is the only fault."""
    return raw[:-64] + COACH.identity.sign(label("statement"), raw[:-64])


def _bad_statements(cases: Cases, first: bytes, card: statement.Card) -> None:
    keys_at = 196
    key_bytes = 1236
    five = (
        first[:keys_at]
        + b"".join(first[keys_at : keys_at + 4] + first[200:1432] for _ in range(5))
        + bytes(64)
    )
    faults = {
        "empty": b"",
        "version 2": _resigned(patch(first, 0, b"\2")),
        "no reading key": _resigned(patch(first, 1, b"\0")[:keys_at] + bytes(64)),
        "five reading keys": _resigned(patch(five, 1, b"\5")),
        "reserved byte": _resigned(patch(first, 3, b"\1")),
        "issued above 2**53": _resigned(patch(first, 60, _UNSAFE)),
        "number 0": _resigned(patch(first, 20, bytes(8))),
        "first with a previous hash": _resigned(patch(first, 28, secret("hash"))),
        "second without a previous hash": _resigned(patch(first, 20, u64(2))),
        "identity key not canonical": patch(first, 68, (2**255 - 18).to_bytes(32, "little")),
        "identity key of small order": patch(first, 68, SMALL_ORDER),
        "access key of small order": _resigned(patch(first, 100, SMALL_ORDER)),
        "access key not on the curve": _resigned(patch(first, 100, (2).to_bytes(32, "little"))),
        "epochs not ascending": _resigned(_swap_keys(first, keys_at, key_bytes)),
        "an epoch twice": _resigned(patch(first, keys_at + key_bytes, first[keys_at : keys_at + 4])),
        "key valid for no second": _resigned(patch(first, keys_at + 12, first[keys_at + 4 : keys_at + 12])),
        "key valid above 800 days": _resigned(patch(first, keys_at + 12, u64(NOW + 900 * DAY))),
        "signature changed": flip(first, -1),
        "signature by another": first[:-64] + CLIENT.identity.sign(label("statement"), first[:-64]),
        "signature under another label": first[:-64] + COACH.identity.sign(label("content"), first[:-64]),
        "field changed under the signature": flip(first, 170),
        "first with two signatures": first + CLIENT.identity.sign(label("statement"), first[:-64]),
        "three signatures": first + bytes(128),
        "cut short": first[:-1],
        "a byte after": first + b"\0",
    }
    for name, raw in faults.items():
        cases.bad(name, CHAIN, pinned=raw, later=[])
    assert len(card.encode()) + 64 == len(first)


def _swap_keys(raw: bytes, at: int, size: int) -> bytes:
    return raw[:at] + raw[at + size : at + 2 * size] + raw[at : at + size] + raw[at + 2 * size :]


def _bad_links(
    cases: Cases,
    first: bytes,
    second_card: statement.Card,
    second: bytes,
    changed_card: statement.Card,
    changed: bytes,
) -> None:
    body = changed_card.encode()
    alone = body + NEW_IDENTITY.sign(label("statement"), body)
    links = {
        "number skipped": [_signed(replace(second_card, number=3))],
        "number repeated": [first],
        "hash of another statement": [_signed(replace(second_card, previous_hash=secret("hash")))],
        "another account": [_signed(replace(second_card, account_id=secret("account", 16)))],
        "signature of the link changed": [flip(second, -1)],
        "order reversed": [changed, second],
        "superfluous second signature": [second + COACH.identity.sign(label("statement"), second[:-64])],
        "new identity without the old one's signature": [second, alone],
        "new identity, second signature by itself": [second, alone + alone[-64:]],
        "new identity, second signature by another": [
            second,
            alone + STRANGER.identity.sign(label("statement"), body),
        ],
        "new identity, signatures exchanged": [second, body + changed[-64:] + changed[-128:-64]],
        "a stranger's statement": [_signed(replace(STRANGER.card(), number=1), STRANGER.identity)],
    }
    for name, later in links.items():
        cases.bad(name, CHAIN, pinned=first, later=later)


# --- acts ---


def act_cases(cases: Cases) -> None:
    """Fill `acts.json`."""
    who = {"coach_public": COACH.identity.public, "client_public": CLIENT.identity.public}
    both = sign_act(ACT, CLIENT.identity, sign_act(ACT, COACH.identity))
    shorten = _next(ACT, ActKind.SHORTEN, date=NOW, envelope_ids=(secret("envelope", 16), bytes(16)))
    release = _next(
        shorten, ActKind.RELEASE, date=NOW, second_date=EXPIRES_AT, subject=secret("envelope hash")
    )
    acts_of = {
        "policy, by both": both,
        "shorten, by the coach": sign_act(shorten, COACH.identity),
        "shorten, by the client": sign_act(shorten, CLIENT.identity),
        "shorten, by both": sign_act(shorten, CLIENT.identity, sign_act(shorten, COACH.identity)),
        "extend, by both": _both(
            _next(ACT, ActKind.EXTEND, date=EXPIRES_AT, envelope_ids=(secret("e", 16),))
        ),
        "close, by the client": sign_act(
            _next(ACT, ActKind.CLOSE, date=EXPIRES_AT, second_date=EXPIRES_AT + DAY), CLIENT.identity
        ),
        "close, both dates alike, by both": _both(
            _next(ACT, ActKind.CLOSE, date=EXPIRES_AT, second_date=EXPIRES_AT)
        ),
        "reopen, by both": _both(_next(ACT, ActKind.REOPEN, date=EXPIRES_AT)),
        "release, by the client": sign_act(release, CLIENT.identity),
        "release at once, by the client": sign_act(replace(release, date=0), CLIENT.identity),
        "withdraw, by the client": sign_act(
            _next(ACT, ActKind.WITHDRAW, subject=secret("slot")), CLIENT.identity
        ),
        "reopen a mailbox, by both": _both(_next(ACT, ActKind.REOPEN_MAILBOX, subject=secret("spoken"))),
    }
    for name, act in acts_of.items():
        cases.good(name, "acts.verify_act", raw=act.encode(), **who)
    chain = [both.encode(), acts_of["shorten, by the coach"].encode()]
    cases.good(
        "three in order", "acts.check_order", chain=[*chain, acts_of["release, by the client"].encode()]
    )
    _bad_signers(cases, acts_of, who)
    _bad_acts(cases, both.encode(), acts_of, who)
    _bad_orders(cases, chain, shorten)
    _spoken(cases)


def _next(previous: ActCore, kind: ActKind, **fields: Any) -> ActCore:
    core = replace(
        previous, kind=kind, number=previous.number + 1, previous_hash=previous.hash, issued_at=NOW
    )
    unused = {"date": 0, "second_date": 0, "subject": bytes(32), "envelope_ids": ()}
    return replace(core, **(unused | fields))


def _both(core: ActCore) -> Act:
    return sign_act(core, CLIENT.identity, sign_act(core, COACH.identity))


def _bad_signers(cases: Cases, acts_of: dict[str, Act], who: dict[str, bytes]) -> None:
    verify = "acts.verify_act"
    needed = {
        "policy by the coach alone": sign_act(ACT, COACH.identity),
        "policy by the client alone": sign_act(ACT, CLIENT.identity),
        "extend by one": sign_act(acts_of["extend, by both"].core, CLIENT.identity),
        "reopen by one": sign_act(acts_of["reopen, by both"].core, COACH.identity),
        "release by the coach": sign_act(acts_of["release, by the client"].core, COACH.identity),
        "release by both": _both(acts_of["release, by the client"].core),
        "withdraw by the coach": sign_act(acts_of["withdraw, by the client"].core, COACH.identity),
        "shorten by a stranger": sign_act(acts_of["shorten, by the coach"].core, STRANGER.identity),
    }
    for name, act in needed.items():
        cases.bad(name, verify, raw=act.encode(), **who)
    raw = acts_of["policy, by both"].encode()
    other = {"coach_public": STRANGER.identity.public}
    cases.bad("another coach", verify, raw=raw, **(who | other))
    exchanged = patch(patch(raw, 148 + 32, raw[-64:]), -64, raw[180:244])
    cases.bad("signatures exchanged", verify, raw=exchanged, **who)
    cases.bad("signature changed", verify, raw=flip(raw, -1), **who)
    cases.bad("core changed under the signatures", verify, raw=flip(raw, 99), **who)
    one = acts_of["close, by the client"]
    signed = label("content") + one.core.encode()
    mislabelled = Act(one.core, {CLIENT.fp: CLIENT.identity.sign(signed)})
    cases.bad("signature under another label", verify, raw=mislabelled.encode(), **who)


def _bad_acts(cases: Cases, raw: bytes, acts_of: dict[str, Act], who: dict[str, bytes]) -> None:
    """Acts whose bytes are wrong; their signatures cover the wrong bytes."""
    close, shorten = (
        acts_of["close, by the client"].core.encode(),
        acts_of["shorten, by the client"].core.encode(),
    )
    policy_core, reopen = raw[:148], acts_of["reopen, by both"].core.encode()
    withdraw = acts_of["withdraw, by the client"].core.encode()
    release = acts_of["release, by the client"].core.encode()
    cores = {
        "version 2": patch(close, 0, b"\2"),
        "kind 0": patch(close, 1, b"\0"),
        "kind 9": patch(close, 1, b"\x09"),
        "date above 2**53": patch(close, 100, _UNSAFE),
        "number 0": patch(close, 52, bytes(8)),
        "second without a previous hash": patch(close, 60, bytes(32)),
        "first with a previous hash": patch(close, 52, u64(1)),
        "close without a date": patch(close, 100, bytes(8)),
        "close without a second date": patch(close, 108, bytes(8)),
        "close whose hold ends before the work": patch(close, 108, u64(EXPIRES_AT - 1)),
        "close with a subject": patch(close, 116, secret("subject")),
        "close that names an envelope": patch(close, 2, u16(1)) + bytes(16),
        "shorten without an envelope": patch(shorten, 2, u16(0))[:148],
        "shorten with an envelope less than said": patch(shorten, 2, u16(3)),
        "release without an end": patch(release, 108, bytes(8)),
        "release that ends as it begins": patch(release, 108, u64(NOW)),
        "release without a subject": patch(release, 116, bytes(32)),
        "release that names an envelope": patch(release, 2, u16(1)) + bytes(16),
        "withdraw with a date": patch(withdraw, 100, u64(NOW)),
        "reopen without a date": patch(reopen, 100, bytes(8)),
        "reopen with a second date": patch(reopen, 108, u64(EXPIRES_AT)),
        "withdraw without a subject": patch(withdraw, 116, bytes(32)),
        "policy act of another policy": patch(policy_core, 116, secret("other policy")),
        "1,025 envelopes": patch(shorten, 2, u16(1025))[:148] + bytes(16 * 1025),
    }
    signers = sorted((COACH, CLIENT), key=lambda person: person.fp)
    for name, core in cores.items():
        signed = core + b"".join(one.fp + one.identity.sign(label("act"), core) for one in signers)
        cases.bad(name, "acts.verify_act", raw=signed, **who)
    first, second = raw[148:244], raw[244:]
    shapes = {
        "empty": b"",
        "no signer": raw[:148],
        "signers not ascending": raw[:148] + second + first,
        "one signer twice": raw[:148] + first + first,
        "three signers": raw + second,
        "cut short": raw[:-1],
        "a byte after": raw + b"\0",
    }
    for name, changed in shapes.items():
        cases.bad(name, "acts.verify_act", raw=changed, **who)


def _bad_orders(cases: Cases, chain: list[bytes], shorten: ActCore) -> None:
    other = replace(shorten, engagement_id=secret("other engagement", 16))
    again = sign_act(replace(shorten, issued_at=NOW + 1), COACH.identity).encode()
    skipped = sign_act(replace(shorten, number=3), COACH.identity).encode()
    unknown = sign_act(replace(shorten, previous_hash=secret("hash")), COACH.identity).encode()
    orders = {
        "second first": chain[::-1],
        "first missing": chain[1:],
        "a number twice": [*chain, again],
        "a number skipped": [chain[0], skipped],
        "another previous act": [chain[0], unknown],
        "another engagement": [chain[0], sign_act(other, COACH.identity).encode()],
    }
    for name, order in orders.items():
        cases.bad(name, "acts.check_order", chain=order)


def _spoken(cases: Cases) -> None:
    publics = {"coach_public": COACH.identity.public, "client_public": CLIENT.identity.public}
    coach, client = {"coach_random": secret("r1")}, {"client_random": secret("r2")}
    commitment = spoken.commit(COACH.identity.public, CLIENT.identity.public, secret("r1"))
    digits = "spoken.digits"
    cases.good("the coach's", "spoken.commit", **publics, **coach)
    cases.good("both see the same", digits, **publics, **coach, **client, commitment=commitment)
    cases.good("digits with zeros in front", digits, **publics, **_leading_zero(publics))
    cases.bad("another commitment", digits, **publics, **coach, **client, commitment=secret("commitment"))
    changed = {"coach_random": secret("r3")}
    cases.bad("another number revealed", digits, **publics, **changed, **client, commitment=commitment)
    swapped = {"coach_public": CLIENT.identity.public, "client_public": COACH.identity.public}
    cases.bad("keys exchanged", digits, **swapped, **coach, **client, commitment=commitment)
    cases.bad("number of 31 bytes", "spoken.commit", **publics, coach_random=secret("r1", 31))
    result = spoken.SpokenResult(False, COACH.fp, CLIENT.fp).encode()
    cases.good("not agreed", "spoken.parse_result", fixed=result)
    cases.bad("cut short", "spoken.parse_result", fixed=result[:-1])
    cases.bad("a byte after", "spoken.parse_result", fixed=result + b"\0")


def _leading_zero(publics: dict[str, bytes]) -> dict[str, bytes]:
    turn = 0
    while True:
        turn += 1
        found = secret(f"turn {turn}")
        if spoken.digits(*publics.values(), found, secret("r2")).startswith("0"):
            commitment = spoken.commit(*publics.values(), found)
            return {"coach_random": found, "client_random": secret("r2"), "commitment": commitment}


# --- policy ---


def policy_cases(cases: Cases) -> None:
    """Fill `policy.json`."""
    parse = "policy.parse_policy"
    kept_90 = replace(POLICY, longest_keep_days=90, read_marks=True, author_may_recall=False)
    later = replace(POLICY, number=2, previous_hash=POLICY.hash)
    bare = replace(
        later,
        refused_domains=(),
        places=(),
        personal_phones=(),
        sponsor_name="",
        sponsor_scope="",
        hold_days=0,
    )
    cases.good("the first", parse, frame=POLICY.encode(), instant=NOW)
    cases.good("a later one", parse, frame=later.encode(), instant=NOW)
    cases.good("with nothing in its lists", parse, frame=bare.encode(), instant=NOW)
    hold = POLICY.hold_ends_at
    short = replace(POLICY, longest_keep_days=1)
    moments = {"long before the hold ends": NOW, "a day before": hold - DAY, "the last second": hold - 1}
    for name, instant in moments.items():
        cases.good(f"90 days, {name}", parse, frame=kept_90.encode(), instant=instant)
        cases.good(f"one day, {name}", parse, frame=short.encode(), instant=instant)
    cases.good("one day, at midnight", parse, frame=short.encode(), instant=NOW - NOW % DAY)
    _allowed(cases, short, hold)
    cases.good("an agreement", "policy.agreement_hash", salt=AGREEMENT_SALT, text=AGREEMENT)
    cases.good("not ASCII", "policy.agreement_hash", salt=AGREEMENT_SALT, text="Älskar 🌿")
    told = replace(POLICY, sponsor_told_calls=True)
    cases.good("shown a page", "policy.sponsor", frame=POLICY.encode())
    cases.good("told of the calls", "policy.sponsor", frame=told.encode())
    cases.good("every flag", "policy.sponsor", frame=replace(told, read_marks=True).encode())
    cases.good("no sponsor", "policy.sponsor", frame=bare.encode())
    phones = replace(POLICY, personal_phones=("+358 40 000 0000", "+44 7700 900142"))
    marked = {
        "no work number": phones,
        "a work number of the coach": replace(phones, coach_work_phones=2),
        "work numbers of both": replace(phones, coach_work_phones=2, client_work_phones=1),
        "eight work numbers": replace(POLICY, personal_phones=("1",) * 8, client_work_phones=255),
    }
    for name, one in marked.items():
        cases.good(name, "policy.phones", frame=one.encode())
    raw = marked["work numbers of both"].encode()
    faults = {
        "a number marked twice": raw[:-2] + b"\1\1",
        "a mark without its number": raw[:-2] + b"\4\0",
        "marks that name none": raw[:-2] + bytes(2),
        "a mark less": raw[:-1],
        "a mark more": raw + b"\0",
        "marks without the flag": phones.encode() + b"\1\0",
        "the flag without marks": patch(phones.encode(), 1, bytes([phones.encode()[1] | 8])),
        "flag 16": patch(phones.encode(), 1, b"\x10"),
    }
    for name, changed in faults.items():
        cases.bad(name, "policy.phones", frame=changed)
    cases.bad("salt of 31 bytes", "policy.agreement_hash", salt=AGREEMENT_SALT[:-1], text=AGREEMENT)
    _bad_policies(cases)


def _allowed(cases: Cases, short: policy.Policy, hold: int) -> None:
    latest = NOW + DAY
    for name, expires_at, now in (
        ("at now", NOW, NOW),
        ("one second", NOW + 1, NOW),
        ("latest", latest, NOW),
        ("300 seconds of slack", latest + 300, NOW),
        ("301 seconds", latest + 301, NOW),
        ("end of the hold", hold, hold - 1),
        ("past the hold", hold + 1, hold - 1),
    ):
        cases.good(name, "policy.allows", frame=short.encode(), expires_at=expires_at, now=now)


def _bad_policies(cases: Cases) -> None:
    frame = POLICY.encode()
    domains_at = 136
    domains = b"".join(bytes([len(d)]) + d.encode() for d in POLICY.refused_domains)
    after = frame[domains_at + 2 + len(domains) :]

    def with_domains(*names: bytes) -> bytes:
        listed = b"".join(bytes([len(name)]) + name for name in names)
        return frame[:domains_at] + u16(len(names)) + listed + after

    many = sorted(f"d{n:03d}.example".encode() for n in range(65))
    tail = POLICY.sponsor_name.encode()
    faults = {
        "empty": b"",
        "version 2": patch(frame, 0, b"\2"),
        "flag 8": patch(frame, 1, b"\x08"),
        "reserved byte": patch(frame, 2, b"\1"),
        "number 0": patch(frame, 20, bytes(4)),
        "first with a previous hash": patch(frame, 24, secret("hash")),
        "second without a previous hash": patch(frame, 20, b"\0\0\0\2"),
        "work ends within a day": patch(frame, 88, u64(POLICY.work_ends_at + 1)),
        "work ends above 2**53": patch(frame, 88, (2**63 - 2**63 % 86_400).to_bytes(8, "big")),
        "hold of 3,651 days": patch(frame, 96, (3651).to_bytes(4, "big")),
        "keep of 3,651 days": patch(frame, 100, (3651).to_bytes(4, "big")),
        "65 domains": with_domains(*many),
        "domains not ascending": with_domains(b"b.example", b"a.example"),
        "one domain twice": with_domains(b"a.example", b"a.example"),
        "domain with a capital": with_domains(b"A.example"),
        "domain empty": with_domains(b""),
        "domain with a space": with_domains(b"a b.example"),
        "domain with a dot at its end": with_domains(b"a.example."),
        "domain with two dots": with_domains(b"a..example"),
        "domain that is not ASCII": with_domains("ä.example".encode()),
        "domain with a hyphen at its end": with_domains(b"a-.example"),
        "a domain less than said": patch(frame, domains_at, u16(3)),
        "9 places": frame[: -len(after)] + b"\x09" + b"\1p" * 9 + b"\0" + after[-len(tail) :],
        "sponsor's name not UTF-8": frame.replace(tail, b"\xff" * len(tail)),
        "cut short": frame[:-1],
        "a byte after": frame + b"\0",
    }
    for name, changed in faults.items():
        cases.bad(name, "policy.parse_policy", frame=changed, instant=NOW)
