"""Cases of ways in, the vault and invitations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keys import browsers, invitation, names, unlock, vault
from keys.acts import sign_act
from keys.box import seal_box
from keys.encoding import counted, label, to_base64url, u16, u64
from keys.names import Role
from keys.suite import H
from tests.vectors.cast import (
    ACCOUNT_ID,
    ACT,
    AGREEMENT,
    AGREEMENT_SALT,
    CLIENT,
    CLIENT_MAILBOX,
    COACH,
    COACH_MAILBOX,
    ENGAGEMENT_ID,
    EXPIRES_AT,
    NOTES_MAILBOX,
    NOW,
    ORIGIN,
    PINS,
    POLICY,
    STRANGER,
    secret,
)
from tests.vectors.generate import Cases, flip, patch

ACCOUNT_KEY = secret("account key")
SALT = secret("server salt", 16)
SMALL_ORDER = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")


def unlock_cases(cases: Cases) -> None:
    """Fill `unlock.json`."""
    _salts(cases)
    _passwords(cases)
    cases.good("a device", "unlock.device_keys", secret=secret("device"))
    cases.bad("secret of 31 bytes", "unlock.device_keys", secret=secret("device", 31))
    _passkeys(cases)
    cases.good("an account key", "unlock.account_keys", account_key=ACCOUNT_KEY)
    _wraps(cases)
    _logins(cases)
    _sheets(cases)


def _passkeys(cases: Cases) -> None:
    operation = "unlock.passkey"
    cases.good("a passkey", operation, origin="https://inbox.harrow.example", credential_id=secret("id", 20))
    cases.good("the longest id", operation, origin="http://localhost:8080", credential_id=bytes(1_023))
    for length in (0, 1_024):
        cases.bad(f"id of {length} bytes", operation, origin="http://x.test", credential_id=bytes(length))


def _salts(cases: Cases) -> None:
    good: dict[str, Any] = {"name": "amber-river-42", "host": "inbox.harrow.example", "server_salt": SALT}
    cases.good("a name", "unlock.kdf_salt", **good)
    cases.good("a port", "unlock.kdf_salt", **(good | {"host": "localhost:8080"}))
    cases.good("three letters", "unlock.kdf_salt", **(good | {"name": "abc"}))
    bad_names = [
        "ab",
        "a" * 65,
        "Amber-river-42",
        "-amber",
        "amber-",
        "amber--river",
        "amber_river",
        "ämber",
        "",
    ]
    for name in bad_names:
        cases.bad(f"name {name[:12]!r}", "unlock.kdf_salt", **(good | {"name": name}))
    cases.bad("salt of 15 bytes", "unlock.kdf_salt", **(good | {"server_salt": SALT[:-1]}))


def _passwords(cases: Cases) -> None:
    typed = {
        "five words": "manliness pessimist retool spelling turtle",
        "space around and within": "  manliness \t pessimist\u00a0\u2003retool\r\nspelling turtle ",
        "decomposed letters": "a\u0308lskar dig mycket",
        "ligature and full-width signs": "\ufb01ne \uff21\uff22\uff23\uff11\uff12\uff13 words",
        "line separator and next line": "manliness\u2028pessimist\u0085retool",
        "12 characters": "abcdefghijkl",
        "12 characters beyond the first plane": "🌿" * 12,
        "1,024 characters": "p" * 1024,
        "zero-width space is a letter": "manliness\u200bpessimist",
    }
    for name, text in typed.items():
        cases.good(name, "unlock.normalise_password", typed=text)
    for name, text in {
        "11 characters": "abcdefghijk",
        "11 characters and spaces": "   abcdefghijk   ",
        "11 characters beyond the first plane": "🌿" * 11,
        "1,025 characters": "p" * 1025,
        "empty": "",
        "half a surrogate pair": "manliness pessimist \ud83c",
    }.items():
        cases.bad(name, "unlock.normalise_password", typed=text)
    salt = unlock.kdf_salt("amber-river-42", "inbox.harrow.example", SALT)
    password = unlock.normalise_password(typed["five words"])
    cases.good("a password", "unlock.password_keys", secret=password, salt=salt)
    cases.good("a sheet", "unlock.password_keys", secret=b"123456789012345678901234", salt=salt)
    cases.bad("salt of 15 bytes", "unlock.password_keys", secret=password, salt=salt[:-1])


def _wraps(cases: Cases) -> None:
    wrap_key, method_id = secret("wrap key"), secret("method", 16)
    method = unlock.Method(method_id, 1, SALT)
    wrapped = unlock.wrap_account_key(ACCOUNT_KEY, wrap_key, ACCOUNT_ID, method, secret("wrap nonce", 24))
    good: dict[str, Any] = {
        "wrapped": wrapped,
        "wrap_key": wrap_key,
        "account_id": ACCOUNT_ID,
        "method_id": method_id,
        "kdf": 1,
        "server_salt": SALT,
    }
    cases.good("a password's", "unlock.unwrap_account_key", **good)
    device = unlock.Method(method_id, 0, bytes(16))
    by_device = unlock.wrap_account_key(ACCOUNT_KEY, wrap_key, ACCOUNT_ID, device, secret("device nonce", 24))
    device_fields = {"wrapped": by_device, "kdf": 0, "server_salt": bytes(16)}
    cases.good("a device's", "unlock.unwrap_account_key", **(good | device_fields))
    longer = seal_box(wrap_key, "wrap", ACCOUNT_ID + method_id + b"\1" + SALT, bytes(33), secret("l", 24))
    purpose = seal_box(wrap_key, "vault", ACCOUNT_ID + method_id + b"\1" + SALT, ACCOUNT_KEY, secret("p", 24))
    faults: dict[str, dict[str, Any]] = {
        "another wrap key": {"wrap_key": secret("other")},
        "another account": {"account_id": secret("other", 16)},
        "another method": {"method_id": secret("other", 16)},
        "another salt": {"server_salt": secret("other", 16)},
        "kdf 2": {"kdf": 2},
        "kdf 0, salted": {"kdf": 0},
        "kdf 1 called kdf 0": {"kdf": 0, "server_salt": bytes(16)},
        "commitment changed": {"wrapped": flip(wrapped, 24)},
        "tag changed": {"wrapped": flip(wrapped, -1)},
        "cut short": {"wrapped": wrapped[:-1]},
        "account key of 33 bytes": {"wrapped": longer},
        "sealed for another purpose": {"wrapped": purpose},
    }
    for name, changes in faults.items():
        cases.bad(name, "unlock.unwrap_account_key", **(good | changes))


def _logins(cases: Cases) -> None:
    key = unlock.device_keys(secret("device")).login
    fields = {
        "origin_hash": names.origin_hash(ORIGIN),
        "account_id": ACCOUNT_ID,
        "method_id": secret("method", 16),
        "challenge": secret("challenge"),
        "client_nonce": secret("client nonce"),
    }
    good = fields | {"login_public": key.public, "signature": unlock.Login(**fields).sign(key)}
    cases.good("a login", "unlock.verify_login", **good)
    for name in fields:
        changed = {name: flip(good[name], 0)}
        cases.bad(f"another {name}", "unlock.verify_login", **(good | changed))
        cut = {name: good[name][:-1]}
        cases.bad(f"{name} cut short", "unlock.verify_login", **(good | cut))
    cases.bad("another key", "unlock.verify_login", **(good | {"login_public": COACH.identity.public}))
    cases.bad(
        "signature changed", "unlock.verify_login", **(good | {"signature": flip(good["signature"], 3)})
    )


def _sheets(cases: Cases) -> None:
    outputs = cases.good("a sheet", "recovery.sheet", random=secret("sheet"))
    cases.good("zeros in front", "recovery.sheet", random=bytes(31) + b"\x07")
    printed = outputs["printed"]
    groups = printed.split()
    cases.good("as printed", "recovery.read_sheet", typed=printed)
    cases.good(
        "hyphens and line ends",
        "recovery.read_sheet",
        typed="-".join(groups[:3]) + "\r\n" + " ".join(groups[3:]),
    )
    cases.good("without spaces", "recovery.read_sheet", typed="".join(groups))
    wrong = str((int(printed[7]) + 1) % 10)
    exchanged = " ".join([groups[1], groups[0], *groups[2:]])
    for name, typed in {
        "a digit wrong": patch(printed.encode(), 7, wrong.encode()).decode(),
        "two groups exchanged": exchanged,
        "two digits exchanged": _exchanged(printed),
        "a group missing": " ".join(groups[:5]),
        "a group more": printed + " " + groups[0],
        "a digit missing": printed[:-1],
        "a digit more": printed + "1",
        "a letter": "O" + printed[1:],
        "digits of another script": printed.replace(printed[0], "٣", 1),
        "empty": "",
    }.items():
        cases.bad(name, "recovery.read_sheet", typed=typed)
    cases.bad("31 random bytes", "recovery.sheet", random=secret("sheet", 31))
    cases.good("five words", "wordlist.offered_password", random=secret("words", 20))
    cases.good("first and last words", "wordlist.offered_password", random=bytes(4) + b"\0\0\x1e\x5f" * 4)
    cases.bad("19 random bytes", "wordlist.offered_password", random=secret("words", 19))


def _exchanged(printed: str) -> str:
    at = next(n for n in range(3) if printed[n] != printed[n + 1])
    return printed[:at] + printed[at + 1] + printed[at] + printed[at + 2 :]


# --- vault ---


def vault_cases(cases: Cases) -> None:
    """Fill `vault.json`."""
    key = unlock.account_keys(ACCOUNT_KEY).vault_key
    plain = vault.encode_identity(COACH.identity.seed)
    sealed = vault.seal_item(key, ACCOUNT_ID, "identity", 3, plain, secret("item nonce", 24))
    good: dict[str, Any] = {
        "account_key": ACCOUNT_KEY,
        "account_id": ACCOUNT_ID,
        "name": "identity",
        "version": 3,
        "sealed_box": sealed,
    }
    cases.good("an item", "vault.open_item", **good)
    faults: dict[str, dict[str, Any]] = {
        "another account key": {"account_key": secret("other")},
        "another account": {"account_id": secret("other", 16)},
        "another name": {"name": "reading"},
        "an earlier version": {"version": 2},
        "a later version": {"version": 4},
        "a name with a capital": {"name": "Identity"},
        "an empty name": {"name": ""},
        "a name of 65 letters": {"name": "i" * 65},
        "commitment changed": {"sealed_box": flip(sealed, 24)},
        "cut short": {"sealed_box": sealed[:-1]},
    }
    for name, changes in faults.items():
        cases.bad(name, "vault.open_item", **(good | changes))
    _plain_items(cases)
    _engagements(cases)
    _writers(cases)
    _browsers(cases)
    _manifests(cases)


def _shapes(cases: Cases, operation: str, plain: bytes, **more: Any) -> None:
    """The faults that every item can have."""
    cases.bad("version 2", operation, plain=patch(plain, 0, b"\2"), **more)
    cases.bad("cut short", operation, plain=plain[:-1], **more)
    cases.bad("a byte after", operation, plain=plain + b"\0", **more)
    cases.bad("empty", operation, plain=b"", **more)


def _plain_items(cases: Cases) -> None:
    identity = vault.encode_identity(COACH.identity.seed)
    seeds = tuple(vault.ReadingSeed(n, NOW, NOW + n, COACH.reading_seed(n)) for n in (1, 2))
    items = {
        "vault.parse_identity": identity,
        "vault.parse_reading": vault.encode_reading(seeds),
        "vault.parse_relay": vault.encode_relay(PINS),
        "vault.parse_card": vault.encode_card(COACH.statement()),
    }
    for operation, plain in items.items():
        cases.good("an item", operation, plain=plain)
        _shapes(cases, operation, plain)
    cases.good("no keys", "vault.parse_reading", plain=vault.encode_reading(()))
    pins = items["vault.parse_relay"]
    keeper = pins[130:]
    other = secret("other keeper", 16) + COACH.identity.public
    two = sorted([keeper, other])
    for name, changed in {
        "no keeper": patch(pins, 129, b"\0")[:130],
        "four keepers": patch(pins, 129, b"\4") + keeper * 3,
        "keepers not ascending": patch(pins, 129, b"\2")[:130] + two[1] + two[0],
        "one keeper twice": patch(pins, 129, b"\2") + keeper,
        "a key of small order": patch(pins, 65, SMALL_ORDER),
        "a keeper's key not on the curve": patch(pins, 146, (2).to_bytes(32, "little")),
    }.items():
        cases.bad(name, "vault.parse_relay", plain=changed)
    cases.good("two keepers", "vault.parse_relay", plain=patch(pins, 129, b"\2")[:130] + two[0] + two[1])


def engagement_item() -> vault.EngagementItem:
    """Return the coach's item of the engagement."""
    act = sign_act(ACT, CLIENT.identity, sign_act(ACT, COACH.identity)).encode()
    return vault.EngagementItem(
        my_role=Role.COACH,
        active=True,
        engagement_id=ENGAGEMENT_ID,
        my_mailbox_id=COACH_MAILBOX,
        their_mailbox_id=CLIENT_MAILBOX,
        notes_mailbox_id=NOTES_MAILBOX,
        invitation_secret=bytes(32),
        their_statement=CLIENT.statement(),
        policy=POLICY.encode(),
        act=act,
        my_name="Anna Harrow",
        their_name="Maya Lindqvist 🌿",
    )


def _engagements(cases: Cases) -> None:
    operation = "vault.parse_engagement"
    active = engagement_item()
    invited = replace(
        active,
        active=False,
        their_mailbox_id=bytes(16),
        invitation_secret=secret("invitation"),
        their_statement=b"",
        act=b"",
        their_name="",
    )
    plain = active.encode()
    cases.good("active", operation, plain=plain)
    cases.good("invited", operation, plain=invited.encode())
    _shapes(cases, operation, plain)
    for name, changed in {
        "role of a sponsor": patch(plain, 1, b"\3"),
        "role 0": patch(plain, 1, b"\0"),
        "state 0": patch(plain, 2, b"\0"),
        "state 3": patch(plain, 2, b"\3"),
        "reserved byte": patch(plain, 3, b"\1"),
        "name not UTF-8": patch(plain, -1, b"\xff"),
    }.items():
        cases.bad(name, operation, plain=changed)
    cases.good("active", "vault.parse_standing", plain=active.encode_standing())
    cases.good("invited", "vault.parse_standing", plain=invited.encode_standing())
    _shapes(cases, "vault.parse_standing", active.encode_standing())


def _writers(cases: Cases) -> None:
    operation = "vault.parse_writers"
    people = sorted([COACH.fp, CLIENT.fp])
    marks = [vault.WriterMark(people[0], 7, 3, secret("c1")), vault.WriterMark(people[0], 8, 1, secret("c2"))]
    marks.append(vault.WriterMark(people[1], 1, 2**48 - 1, secret("c3")))
    plain = vault.encode_writers(tuple(marks))
    rows = [plain[3 + 72 * n : 3 + 72 * (n + 1)] for n in range(3)]
    cases.good("three writers", operation, plain=plain)
    cases.good("none", operation, plain=vault.encode_writers(()))
    _shapes(cases, operation, plain)
    cases.bad("persons not ascending", operation, plain=plain[:3] + rows[2] + rows[0] + rows[1])
    cases.bad("writers not ascending", operation, plain=plain[:3] + rows[1] + rows[0] + rows[2])
    cases.bad("one writer twice", operation, plain=plain[:3] + rows[0] + rows[0] + rows[2])
    cases.bad("a writer less than said", operation, plain=patch(plain, 1, u16(4)))


def _browsers(cases: Cases) -> None:
    operation = "browsers.parse_browsers"
    day = NOW - NOW % 86_400
    ids = sorted(secret(name, 16) for name in ("one", "two"))
    labels = ("Safari on an iPhone", "\u00e9" * 24)
    plain = browsers.encode_browsers(
        [browsers.Browser(one, day, day, label) for one, label in zip(ids, labels, strict=True)]
    )
    first = len(labels[0]) + 33
    cases.good("two browsers", operation, plain=plain)
    cases.good("none", operation, plain=browsers.encode_browsers(()))
    _shapes(cases, operation, plain)
    cases.bad("not ascending", operation, plain=plain[:3] + plain[3 + first :] + plain[3 : 3 + first])
    cases.bad("one twice", operation, plain=plain[:3] + plain[3 : 3 + first] * 2)
    cases.bad("33 browsers", operation, plain=plain[:1] + u16(33) + b"".join(_bare(n) for n in range(33)))
    cases.bad(
        "a label of 49 bytes", operation, plain=plain[:1] + u16(1) + _bare(1)[:-1] + b"\x31" + b"a" * 49
    )
    cases.bad("a label not UTF-8", operation, plain=patch(plain, -1, b"\xff"))


def _bare(number: int) -> bytes:
    return bytes([number]) * 16 + u64(1) + u64(1) + b"\0"


def _manifests(cases: Cases) -> None:
    operation = "vault.open_manifest"
    names_of = ("card", "engagement/" + ENGAGEMENT_ID.hex(), "identity")
    entries = tuple(vault.ManifestEntry(name, 1, secret(name)) for name in names_of)
    plain = vault.sign_manifest(vault.Manifest(9, entries), ACCOUNT_ID, COACH.identity)
    good = {"plain": plain, "account_id": ACCOUNT_ID, "identity_public": COACH.identity.public}
    cases.good("three items", operation, **good)
    _shapes(cases, operation, plain, account_id=ACCOUNT_ID, identity_public=COACH.identity.public)
    rows = [bytes([len(e.name)]) + e.name.encode() + u64(e.version) + e.box_hash for e in entries]
    for name, changed in {
        "names not ascending": _manifest(9, rows[::-1]),
        "a name twice": _manifest(9, [rows[0], rows[0]]),
        "the manifest itself": _manifest(9, [b"\x08manifest" + rows[0][5:]]),
        "a name with a capital": _manifest(9, [b"\x04Card" + rows[0][5:]]),
        "counter changed": flip(plain, 8),
        "signature changed": flip(plain, -1),
        "an item less than said": _manifest(9, rows, said=4),
    }.items():
        cases.bad(name, operation, **(good | {"plain": changed}))
    cases.bad("another account", operation, **(good | {"account_id": secret("other", 16)}))
    cases.bad("another identity", operation, **(good | {"identity_public": CLIENT.identity.public}))


def _manifest(counter: int, rows: list[bytes], said: int | None = None) -> bytes:
    signed = b"\1" + u64(counter) + u16(len(rows) if said is None else said) + b"".join(rows)
    return signed + COACH.identity.sign(label("vault-manifest") + ACCOUNT_ID, signed)


# --- invitations ---


def client_invitation() -> invitation.ClientInvitation:
    """Return the coach's invitation of the client."""
    shown = {
        "relay_name": "Harrow Coaching",
        "coach_name": "Anna",
        "client_name": "Maya",
        "welcome": "So glad you are here.",
        "agreement": AGREEMENT,
    }
    return invitation.ClientInvitation(
        engagement_id=ENGAGEMENT_ID,
        coach_mailbox_id=COACH_MAILBOX,
        pins=PINS,
        agreement_salt=AGREEMENT_SALT,
        blind=secret("blind"),
        coach_statement=COACH.statement(),
        policy=POLICY.encode(),
        act=sign_act(ACT, COACH.identity).encode(),
        shown=shown,
    )


def invitation_cases(cases: Cases) -> None:
    """Fill `invitation.json`."""
    cases.good("a secret", "invitation.keys", secret=secret("invitation"))
    cases.bad("secret of 31 bytes", "invitation.keys", secret=secret("invitation", 31))
    _links(cases)
    keys = invitation.invitation_keys(secret("invitation"))
    offered = client_invitation()
    sealed = invitation.seal_invitation(keys, offered, EXPIRES_AT, secret("invite nonce", 24))
    good: dict[str, Any] = {"secret": secret("invitation"), "sealed_box": sealed, "expires_at": EXPIRES_AT}
    cases.good("a client's", "invitation.open_client", **good)
    coach = invitation.CoachInvitation(PINS, {"relay_name": "Harrow Coaching", "coach_name": "Anna"})
    coach_box = invitation.seal_invitation(keys, coach, EXPIRES_AT, secret("coach nonce", 24))
    cases.good("a coach's", "invitation.open_coach", **(good | {"sealed_box": coach_box}))
    cases.bad("a client's box", "invitation.open_coach", **good)
    cases.bad("a coach's box", "invitation.open_client", **(good | {"sealed_box": coach_box}))
    cases.bad(
        "another date", "invitation.open_coach", **(good | {"sealed_box": coach_box, "expires_at": NOW})
    )
    _bad_invitations(cases, good, keys, offered)
    _acceptances(cases, keys, sealed)
    body = b'{"account_id":"..."}'
    redeem = {
        "secret": secret("invitation"),
        "signature": invitation.sign_redemption(keys, body),
        "body": body,
    }
    cases.good("a redemption", "invitation.verify_redemption", **redeem)
    cases.bad("another body", "invitation.verify_redemption", **(redeem | {"body": body + b" "}))
    cases.bad("another secret", "invitation.verify_redemption", **(redeem | {"secret": secret("other")}))


def _links(cases: Cases) -> None:
    text = to_base64url(secret("invitation"))
    cases.good("a client's", "invitation.parse_link", link=f"{ORIGIN}/i/#1.{text}")
    cases.good("a coach's, with a port", "invitation.parse_link", link=f"http://localhost:8080/i/#2.{text}")
    cases.good("an address of loopback", "invitation.parse_link", link=f"http://127.0.0.1:8080/i/#1.{text}")
    cases.good("loopback of IPv6", "invitation.parse_link", link=f"http://[::1]:8080/i/#1.{text}")
    cases.good("an address of IPv6", "invitation.parse_link", link=f"https://[2001:db8::7]/i/#1.{text}")
    last = text[:-1] + chr(ord(text[-1]) + 1)
    for name, link in {
        "kind 3": f"{ORIGIN}/i/#3.{text}",
        "kind 0": f"{ORIGIN}/i/#0.{text}",
        "unused bits set": f"{ORIGIN}/i/#1.{last}",
        "a sign less": f"{ORIGIN}/i/#1.{text[:-1]}",
        "a sign more": f"{ORIGIN}/i/#1.{text}A",
        "padding": f"{ORIGIN}/i/#1.{text}=",
        "no fragment": f"{ORIGIN}/i/1.{text}",
        "another path": f"{ORIGIN}/j/#1.{text}",
        "a path in front": f"{ORIGIN}/x/i/#1.{text}",
        "plain http beyond loopback": f"http://inbox.harrow.example/i/#1.{text}",
        "host with a capital": f"https://Inbox.harrow.example/i/#1.{text}",
        "host with a control sign": f"https://inbox\x1c.harrow.example/i/#1.{text}",
        "host with a byte order mark": f"https://inbox\ufeff.harrow.example/i/#1.{text}",
        "host that is not ASCII": f"https://inbox.härrow.example/i/#1.{text}",
        "a person's name in front of the host": f"https://inbox.harrow.example@evil.example/i/#1.{text}",
        "port 0": f"{ORIGIN}:0/i/#1.{text}",
        "port of six digits": f"{ORIGIN}:100000/i/#1.{text}",
        "no host": f"https:///i/#1.{text}",
        "another scheme": f"ftp://inbox.harrow.example/i/#1.{text}",
        "line end": f"{ORIGIN}/i/#1.{text}\n",
        "empty": "",
    }.items():
        cases.bad(name, "invitation.parse_link", link=link)


def _bad_invitations(
    cases: Cases,
    good: dict[str, Any],
    keys: invitation.InvitationKeys,
    offered: invitation.ClientInvitation,
) -> None:
    operation = "invitation.open_client"
    sealed = good["sealed_box"]
    cases.bad("another secret", operation, **(good | {"secret": secret("other")}))
    cases.bad("another date", operation, **(good | {"expires_at": EXPIRES_AT + 1}))
    cases.bad("tag changed", operation, **(good | {"sealed_box": flip(sealed, -1)}))
    cases.bad("commitment changed", operation, **(good | {"sealed_box": flip(sealed, 24)}))
    cases.bad("cut short", operation, **(good | {"sealed_box": sealed[:-1]}))
    plain = offered.encode()
    other_policy = replace(POLICY, engagement_id=secret("other", 16))
    other_act = replace(ACT, subject=other_policy.hash, policy_hash=other_policy.hash)
    plains = {
        "version 2": patch(plain, 0, b"\2"),
        "kind 2 within": patch(plain, 1, b"\2"),
        "reserved byte": patch(plain, 2, b"\1"),
        "a byte after": plain + b"\0",
        "a byte missing": plain[:-1],
        "a pin of small order": patch(plain, 36, SMALL_ORDER),
        "statement not signed": replace(offered, coach_statement=flip(offered.coach_statement, -1)).encode(),
        "statement of another": replace(offered, coach_statement=STRANGER.statement()).encode(),
        "another policy than the act's": replace(
            offered, policy=replace(POLICY, hold_days=29).encode()
        ).encode(),
        "policy of another engagement": replace(
            offered, policy=other_policy.encode(), act=sign_act(other_act, COACH.identity).encode()
        ).encode(),
        "act by a stranger": replace(offered, act=sign_act(ACT, STRANGER.identity).encode()).encode(),
        "act not signed": replace(offered, act=flip(offered.act, -1)).encode(),
        "another engagement": replace(offered, engagement_id=secret("other", 16)).encode(),
        "another agreement's text": replace(
            offered, shown=dict(offered.shown) | {"agreement": "No."}
        ).encode(),
        "no agreement's text": replace(offered, shown={}).encode(),
        "another agreement's salt": replace(offered, agreement_salt=secret("other")).encode(),
    }
    aad = label("invite") + b"\1" + keys.invite_id + u64(EXPIRES_AT)
    for name, changed in plains.items():
        box = seal_box(keys.box_key, "invite", aad, changed, secret(name, 24))
        cases.bad(name, operation, **(good | {"sealed_box": box}))
    other = seal_box(keys.box_key, "accept", aad, plain, secret("purpose", 24))
    cases.bad("sealed for another purpose", operation, **(good | {"sealed_box": other}))


def _acceptances(cases: Cases, keys: invitation.InvitationKeys, invited: bytes) -> None:
    operation = "invitation.open_acceptance"
    act = sign_act(ACT, CLIENT.identity, sign_act(ACT, COACH.identity)).encode()
    accepted = invitation.Acceptance(secret("client blind"), CLIENT.statement(), act, {"name": "Maya"})
    sealed = invitation.seal_acceptance(keys, accepted, invited, CLIENT.identity, secret("accept nonce", 24))
    good: dict[str, Any] = {"secret": secret("invitation"), "sealed_box": sealed, "invitation_box": invited}
    cases.good("an acceptance", operation, **good)
    cases.bad("of another invitation box", operation, **(good | {"invitation_box": flip(invited, 0)}))
    cases.bad("another secret", operation, **(good | {"secret": secret("other")}))
    cases.bad("tag changed", operation, **(good | {"sealed_box": flip(sealed, -1)}))
    stranger = invitation.seal_acceptance(keys, accepted, invited, STRANGER.identity, secret("s", 24))
    cases.bad("signed by a stranger", operation, **(good | {"sealed_box": stranger}))
    signature = CLIENT.identity.sign(label("accept"), H(invited))
    tail = (
        accepted.blind
        + counted(accepted.client_statement, 4)
        + counted(act, 4)
        + counted(b'{"name":"Maya"}', 4)
    )
    unsigned = flip(accepted.client_statement, -1)
    bad_tail = accepted.blind + counted(unsigned, 4) + counted(act, 4) + counted(b"{}", 4)
    plains = {
        "version 2": b"\2\0\0\0" + signature + tail,
        "reserved byte": b"\1\0\1\0" + signature + tail,
        "a byte after": b"\1\0\0\0" + signature + tail + b"\0",
        "a byte missing": b"\1\0\0\0" + signature + tail[:-1],
        "signature changed": b"\1\0\0\0" + flip(signature, 0) + tail,
        "statement not signed": b"\1\0\0\0" + signature + bad_tail,
        "JSON a list": b"\1\0\0\0" + signature + tail[:-19] + counted(b"[]", 4),
    }
    aad = label("accept") + keys.invite_id
    for name, plain in plains.items():
        box = seal_box(keys.acceptance_key, "accept", aad, plain, secret(name, 24))
        cases.bad(name, operation, **(good | {"sealed_box": box}))
