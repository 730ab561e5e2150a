"""Why: the answer that any stored thing can give: when it goes, who decided that, and who can change it.

Owns the sentences for a message, the engagement, the coach's notes, an invitation and the account. Pure. Must
never answer from anything but what was signed: the relay's word is not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from client_sdk.catalogue import Catalogue
from client_sdk.messages import instant
from client_sdk.state_mailboxes import MINE, Seen
from client_sdk.terms import Signed, Terms
from keys.acts import ActKind
from keys.content import ContentKind, date_after_opening
from keys.names import DAY_SECONDS, Role
from keys.policy import Policy

ACCOUNT_SECONDS = 30 * DAY_SECONDS
"""How much longer than its last engagement an account stays (ruling 16)."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why something goes when it does: who `decided` the date, and for whom it is `changeable`."""

    subject: str
    goes_at: datetime
    decided: tuple[str, ...] = field(repr=False)
    changeable: tuple[str, ...] = field(repr=False)

    @property
    def text(self) -> str:
        """All of it, a line each."""
        return "\n".join((*self.decided, *self.changeable))


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: names for both roles, and what is in force between them."""

    terms: Terms
    my_role: Role
    my_name: str = field(repr=False)
    their_name: str = field(repr=False)
    words: Catalogue

    @property
    def other_role(self) -> Role:
        """Which side the other person is."""
        return Role.CLIENT if self.my_role is Role.COACH else Role.COACH

    def name(self, role: Role) -> str:
        """What a party is called."""
        return self.my_name if role is self.my_role else self.their_name


def why_message(
    asker: Asker, seen: Seen, subject: str, policy: Policy, days_after_opening: int | None = None
) -> Why:
    """Answer for a message, a call or a mail; `policy` is the one that it was written under, and its writer
    asked that it goes `days_after_opening` days after it was opened.
    """
    terms, words = asker.terms, asker.words
    decided = [_goes(words, seen.expires_at), _cause(asker, seen, policy, days_after_opening)]
    shared = terms.policy.author_may_recall
    own = "can.mail" if seen.kind == ContentKind.MAIL else "can.sooner.own"
    name = "can.sooner.both" if shared and seen.kind != ContentKind.MAIL else own
    return Why(subject, instant(seen.expires_at), tuple(decided), (words.say(name),))


def _goes(words: Catalogue, goes_at: int) -> str:
    if goes_at % DAY_SECONDS == 0:
        return words.say("why.goes", day=words.last_day(goes_at))
    at = instant(goes_at)
    return words.say("why.at", instant=f"{at:%H:%M:%S}", day=words.day(at.date()))


def _cause(asker: Asker, seen: Seen, policy: Policy, days: int | None) -> str:
    """Find what set the date: an act that moved it, or else what its writer and the agreement chose."""
    terms, words = asker.terms, asker.words
    extension = terms.extension(seen.envelope_id) if seen.since_act else None
    shortening = terms.shortening(seen.envelope_id, seen.since_act)
    if shortening is not None and shortening.core.date == seen.expires_at:
        if days is not None and _counts_from_opening(asker, shortening, seen, days):
            return _by_opening(asker, shortening, seen, days)
        return _by_act(asker, shortening, "why.shortened")
    if seen.expires_at < seen.promised_at:
        return _by_end(asker, seen.expires_at)
    if extension is not None:
        return _act_words(words, extension, "why.extended")
    return _chosen(asker, seen, policy)


def _counts_from_opening(asker: Asker, act: Signed, seen: Seen, days: int) -> bool:
    """Whether an act is its reader's alone, of the date that follows from the day of opening, which it names
    without a time.
    """
    reader = asker.other_role if seen.flags & MINE else asker.my_role
    core = act.core
    follows = core.date == date_after_opening(core.issued_at, days) and core.issued_at % DAY_SECONDS == 0
    return follows and set(act.by) == {reader}


def _by_opening(asker: Asker, act: Signed, seen: Seen, days: int) -> str:
    writer, reader = asker.my_name, asker.their_name
    if not seen.flags & MINE:
        writer, reader = reader, writer
    facts = {"writer": writer, "reader": reader, "days": asker.words.count("days", days)}
    return _act_words(asker.words, act, "why.opened", **facts)


def _by_act(asker: Asker, act: Signed, name: str) -> str:
    if len(act.by) > 1:
        return _act_words(asker.words, act, f"{name}.both")
    return _act_words(asker.words, act, name, who=asker.name(next(iter(act.by))))


def _act_words(words: Catalogue, act: Signed, name: str, **more: str) -> str:
    on = words.day(instant(act.core.issued_at).date())
    return words.say(name, on=on, act=str(act.number), **more)


def _by_end(asker: Asker, ends_at: int) -> str:
    """Find the act that brought the end of everything forward to a date."""
    for act in reversed(asker.terms.acts):
        if act.core.kind is ActKind.CLOSE and act.core.second_date == ends_at:
            who = asker.words.listed([asker.name(role) for role in sorted(act.by)])
            return _act_words(asker.words, act, "why.closed", who=who)
        if act.core.kind is ActKind.POLICY and _policy_of(asker.terms, act).hold_ends_at == ends_at:
            return _act_words(asker.words, act, "why.policy")
    return asker.words.say("can.nobody")


def _policy_of(terms: Terms, act: Signed) -> Policy:
    return next(policy for policy in terms.policies if policy.hash == act.core.subject)


def _chosen(asker: Asker, seen: Seen, policy: Policy) -> str:
    words, number = asker.words, str(policy.number)
    if seen.promised_at == policy.hold_ends_at:
        days = {
            "work_ends": words.last_day(policy.work_ends_at),
            "hold": words.count("days", policy.hold_days),
        }
        return words.say("why.default", number=number, **days)
    if seen.promised_at == policy.default_expires_at(seen.created_at):
        return words.say("why.longest", number=number, days=words.count("days", policy.longest_keep_days))
    who = asker.my_name if seen.flags & MINE else asker.their_name
    return words.say("why.chosen", who=who, number=number)


def why_engagement(asker: Asker) -> Why:
    """Answer for the engagement as a whole."""
    terms, words = asker.terms, asker.words
    policy = terms.policy
    cause = (
        words.say(
            "why.default",
            number=str(policy.number),
            work_ends=words.last_day(policy.work_ends_at),
            hold=words.count("days", policy.hold_days),
        )
        if terms.ends_at == policy.hold_ends_at
        else _by_end(asker, terms.ends_at)
    )
    name = "can.engagement" if policy.author_may_recall else "can.engagement.own"
    decided = (_goes(words, terms.ends_at), cause)
    return Why("engagement", instant(terms.ends_at), decided, (words.say(name),))


def why_notes(asker: Asker) -> Why:
    """Answer for the coach's private notes, which go with the engagement."""
    whole = why_engagement(asker)
    words = asker.words
    return Why("notes", whole.goes_at, (*whole.decided, words.say("why.notes")), (words.say("can.notes"),))


def why_invitation(expires_at: int, words: Catalogue) -> Why:
    """Answer for an invitation that nobody has accepted."""
    decided = (_goes(words, expires_at), words.say("why.draft"))
    return Why("invitation", instant(expires_at), decided, (words.say("can.invitation"),))


def why_account(ends_at: int, is_coach: bool, words: Catalogue) -> Why:
    """Answer for an account whose last engagement ends at `ends_at`."""
    goes_at = ends_at + ACCOUNT_SECONDS
    decided = (_goes(words, goes_at), words.say("why.account.coach" if is_coach else "why.account"))
    return Why("account", instant(goes_at), decided, (words.say("can.account"),))
