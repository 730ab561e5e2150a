"""Receive: from a row of a mailbox to a content that may be shown, or a code that says why not.

Owns the receiving steps of docs/protocol.md, part 14, in their order, as pure functions over one row:
`examine` before the keepers are asked, `finish` with their answers; `judging` has what needs memory.
A refusal is `Unreadable` with a local code; the person gets one neutral sentence and the relay nothing. Must
never give out a byte of a content that failed any step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from client_sdk.parties import Place
from client_sdk.terms import Signed, Terms
from keys.acts import ActKind
from keys.envelope import ZERO_TAG, Envelope, EnvelopeClass, parse_envelope
from keys.errors import BadSignature, KeysError, Malformed, NotOpened, Refused
from keys.keeper_wire import Ask, Grant
from keys.locks import Lock
from keys.names import ZERO_HASH, Role, access_hash, envelope_id, fingerprint
from keys.reopening import SLACK_SECONDS
from keys.resealing import open_resealed
from keys.sealing import Opened, Part, check_grants, open_envelope, open_parts, open_reader_share

READABLE: Final = frozenset(
    {
        EnvelopeClass.MESSAGE,
        EnvelopeClass.DOOR,
        EnvelopeClass.NOTICE,
        EnvelopeClass.RESEALED,
        EnvelopeClass.OWN,
    }
)


class Unreadable(Exception):
    """A row that is not shown. `code` says at which step; it stays on this computer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Due(Exception):
    """A row whose time has come: it is gone, whatever the relay still shows."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A row that may be opened once each keeper has answered. `locks` is by keeper id, in the order of
    locks; `extension` is the act by which a re-sealed one is here;
    `former_revokers` who could revoke while somebody else was client.
    """

    envelope: Envelope
    reader_share: bytes = field(repr=False)
    locks: Mapping[bytes, Lock]
    revoker_hash: bytes
    extension: Signed | None = None
    former_revokers: frozenset[bytes] = frozenset()

    def ask(self, keeper_id: bytes) -> Ask:
        """Return what to ask one keeper."""
        return Ask(self.envelope.header_hash, self.locks[keeper_id])


def examine(
    raw: bytes, place: Place, terms: Terms, now: int, day_key_ids: Mapping[bytes, bytes] | None = None
) -> Examined:
    """Check everything of a row that needs no keeper.

    `day_key_ids` maps each keeper to the id of its key for the row's day; with one keeper it may be left out.
    """
    try:
        envelope = parse_envelope(raw)
    except Malformed:
        raise Unreadable("header") from None
    header = envelope.header
    if header.mailbox_id != place.my_mailbox:
        raise Unreadable("mailbox")
    if header.envelope_class not in READABLE:
        raise Unreadable("class")
    locks = _keeper_locks(envelope, place, day_key_ids)
    if now >= terms.date_of([header.envelope_id], header.expires_at):
        raise Due
    extension = _extension(envelope, place, terms)
    share = _reader_share(envelope, place)
    revoker = _revoker(envelope, place, terms)
    former = frozenset(access_hash(one.card.access_public) for one in place.clients)
    known = former if revoker == place.other_access_hash() and place.my_role is Role.COACH else frozenset()
    return Examined(envelope, share, locks, revoker, extension, known)


def _revoker_in(examined: Examined, grants: Sequence[Grant]) -> bytes:
    """Return whom these keepers have to name: who is the other party, or was it when this was sealed."""
    named = {grant.revoker_hash for grant in grants}
    return named.pop() if len(named) == 1 and named <= examined.former_revokers else examined.revoker_hash


def _extension(envelope: Envelope, place: Place, terms: Terms) -> Signed | None:
    """Find the act of both that lets a re-sealed envelope be here: under exactly its date (P15), or, in an
    inbox that was reopened, what the coach gave back.
    """
    header = envelope.header
    if header.envelope_class is not EnvelopeClass.RESEALED:
        return None
    extension = terms.extension(header.envelope_id)
    if extension is None and terms.reopened is not None and place.my_role is Role.CLIENT:
        return terms.reopened
    if extension is None or extension.core.date != header.expires_at:
        raise Unreadable("not-extended")
    return extension


def _reader_share(envelope: Envelope, place: Place) -> bytes:
    """Open the reader's lock with the reading key that it names."""
    reading_key = place.me.reading.get(envelope.locks[0].key_id)
    if reading_key is None:
        raise Unreadable("reader-key")
    try:
        return open_reader_share(envelope, reading_key)
    except NotOpened:
        raise Unreadable("reader-lock") from None


def _keeper_locks(
    envelope: Envelope, place: Place, day_key_ids: Mapping[bytes, bytes] | None
) -> dict[bytes, Lock]:
    """Find the lock of each required keeper; there is none too few and none too many."""
    required = place.keeper_ids
    if len(envelope.keeper_locks) != len(required):
        raise Unreadable("keepers")
    if len(required) == 1 and day_key_ids is None:
        return {required[0]: envelope.keeper_locks[0]}
    owner_of = {key_id: keeper_id for keeper_id, key_id in (day_key_ids or {}).items()}
    locks = {owner_of.get(lock.key_id, b""): lock for lock in envelope.keeper_locks}
    if set(locks) != set(required):
        raise Unreadable("keepers")
    return locks


def _revoker(envelope: Envelope, place: Place, terms: Terms) -> bytes:
    """Return whom each keeper must name as the one who may revoke (docs/protocol.md, part 5)."""
    header = envelope.header
    if header.envelope_class is EnvelopeClass.OWN:
        return place.my_access_hash()
    policy = terms.by_tag(header.policy_tag)
    if policy is None and header.policy_tag != ZERO_TAG:
        raise Unreadable("policy")
    denied = policy is not None and not policy.author_may_recall
    return place.my_access_hash() if denied else place.other_access_hash()


def finish(examined: Examined, grants: Mapping[bytes, Grant], place: Place, terms: Terms, now: int) -> Opened:
    """Open a row with the keepers' answers, by keeper id, and check what it says of itself."""
    in_order = [grants[keeper_id] for keeper_id in examined.locks if keeper_id in grants]
    try:
        opened = _open(examined, in_order, place, terms, now)
    except Refused as refused:
        raise _refusal(refused) from None
    except KeysError as cause:
        raise Unreadable(_CODES.get(type(cause), "content")) from None
    _check_policy(opened, terms)
    if now >= goes_at(examined, opened, place, terms):
        raise Due
    return opened


def _open(examined: Examined, grants: Sequence[Grant], place: Place, terms: Terms, now: int) -> Opened:
    envelope, extension = examined.envelope, examined.extension
    if extension is not None:
        given_back = extension is terms.reopened
        opened = open_resealed(
            envelope,
            examined.reader_share,
            grants,
            revoker_access_hash=_revoker_in(examined, grants),
            signers={origin: signers(origin, place, terms) for origin in ORIGINS},
            my_fp=place.me.fp,
            former_fps=former_fps(place, terms),
            promised_at=envelope.header.expires_at if given_back else extension.core.date,
            now=now,
        )
        if given_back:
            _check_given_back(envelope, opened, place, terms)
        return opened
    return open_envelope(
        envelope,
        examined.reader_share,
        grants,
        revoker_access_hash=_revoker_in(examined, grants),
        signers=signers(envelope.header.envelope_class, place, terms),
        my_fp=place.me.fp,
        now=now,
    )


def signed_part(examined: Examined, grants: Mapping[bytes, Grant], now: int) -> Part | None:
    """Return the first signed part of a row, byte for byte; None where it does not open."""
    in_order = [grants[keeper_id] for keeper_id in examined.locks if keeper_id in grants]
    try:
        revoker = _revoker_in(examined, in_order)
        shares = check_grants(examined.envelope, in_order, revoker, now)
        return open_parts(examined.envelope, examined.reader_share, shares)[0]
    except KeysError:
        return None


def former_fps(place: Place, terms: Terms) -> tuple[bytes, ...]:
    """Return the fps that count as mine beside my own: those of an inbox of mine that was reopened."""
    return terms.line[:-1] if place.my_role is Role.CLIENT else ()


def _check_given_back(envelope: Envelope, opened: Opened, place: Place, terms: Terms) -> None:
    """Refuse what no reopening gives back: another's content than the parties', one made since, and one whose
    date lies after the one that the acts give it under any id that it had.
    """
    content = opened.content
    reopened = terms.reopened
    late = reopened is None or content.created_at > reopened.core.issued_at + SLACK_SECONDS
    if opened.class_of_origin is not EnvelopeClass.MESSAGE or late:
        raise Unreadable("given-back")
    if envelope.header.expires_at > promised_at(opened, place, terms):
        raise Unreadable("expiry")


def promised_at(opened: Opened, place: Place, terms: Terms) -> int:
    """Return the latest date that the acts before the reopening left to a content, under every id that it had
    in an inbox. What was signed since counts for the given back as for all else.
    """
    reopened, content = terms.reopened, opened.content
    before = reopened.number if reopened else 0
    fps = (place.me.fp, place.other.fp, *terms.line)
    names = {name for fp in fps for name in names_of(opened, fp, terms, b"") if name}
    acts = [act for act in terms.acts[: before - 1] if names.intersection(act.core.envelope_ids)]
    lengthened = [act for act in acts if act.core.kind is ActKind.EXTEND]
    newest = lengthened[-1] if lengthened else None
    base, made_at, since = content.expires_at, content.created_at, 0
    if newest is not None:
        base, made_at, since = newest.core.date, newest.core.issued_at, newest.number
    sooner = [act.core.date for act in acts if act.core.kind is ActKind.SHORTEN and act.number > since]
    taken_at = reopened.core.issued_at if reopened else 0
    ends = [end for act_at, end in terms.in_force.cuts if made_at <= act_at <= taken_at]
    return min([base, *sooner, *ends])


ORIGINS: Final = (EnvelopeClass.MESSAGE, EnvelopeClass.DOOR)
"""The classes whose contents may be re-sealed."""


def goes_at(examined: Examined, opened: Opened, place: Place, terms: Terms) -> int:
    """Return when an opened row goes: by its own date and by every act that reaches it."""
    header, act = examined.envelope.header, examined.extension
    return terms.date_of(
        names_of(opened, place.me.fp, terms, header.envelope_id),
        header.expires_at,
        act.core.issued_at if act else opened.content.created_at,
        act.number if act else 0,
    )


def original_id(opened: Opened, fp: bytes) -> bytes:
    """Return the id of the envelope in which a content first came."""
    return envelope_id(opened.class_of_origin, opened.content_id, fp, opened.content.expires_at)


def names_of(opened: Opened, fp: bytes, terms: Terms, first: bytes) -> list[bytes]:
    """Return the ids that a content has or had in one mailbox, `first` before the others: its original's, and
    one for each act that lengthened it.
    """
    later = extended_ids(opened.content_id, fp, terms)
    return [first, *(one for one in (original_id(opened, fp), *later) if one != first)]


def extended_ids(content_id: bytes, fp: bytes, terms: Terms) -> list[bytes]:
    """Return the ids under which acts let a content be re-sealed into one mailbox, oldest first."""
    dates = {act.core.date: None for act in terms.extensions}
    ids = (envelope_id(EnvelopeClass.RESEALED, content_id, fp, date) for date in dates)
    return [one for one in ids if terms.extension(one) is not None]


_CODES: Final[dict[type[KeysError], str]] = {NotOpened: "not-opened", BadSignature: "signature"}


def _refusal(refused: Refused) -> Exception:
    return Due() if refused.reason == "due" else Unreadable(refused.reason)


def signers(envelope_class: EnvelopeClass, place: Place, terms: Terms | None = None) -> dict[bytes, bytes]:
    """Return who alone may sign a class, by fp: never coach and client interchanged, never the door as a
    person. Who was client before counts among the parties.
    """
    if envelope_class is EnvelopeClass.MESSAGE:
        line = terms.line if terms else ()
        publics = [place.me.identity.public, place.other.card.identity_public]
        publics += [one.card.identity_public for one in place.clients if one.fp in line]
    elif envelope_class is EnvelopeClass.DOOR:
        publics = [place.pins.door_public]
    elif envelope_class is EnvelopeClass.NOTICE:
        publics = [place.pins.notice_public]
    else:
        publics = [place.me.identity.public]
    return {fingerprint(public): public for public in publics}


def _check_policy(opened: Opened, terms: Terms) -> None:
    """Refuse a content under anything but a policy that both signed; a notice or own record may have none."""
    bound = opened.class_of_origin in (EnvelopeClass.MESSAGE, EnvelopeClass.DOOR)
    named = opened.content.policy_hash
    if (bound or named != ZERO_HASH) and terms.by_hash(named) is None:
        raise Unreadable("policy")
