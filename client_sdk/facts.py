"""Facts: what an agreement says to the machines, in the shapes that people use.

Owns the values between a policy's frame and its words, their limits, and the sentences for a change. Pure.
Must never let words and frame differ: both are made from the same `Facts`. (docs/protocol.md, part 12.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from client_sdk.catalogue import Catalogue
from client_sdk.errors import Misused
from client_sdk.words import day_of_end
from keys.errors import Malformed
from keys.names import DAY_SECONDS
from keys.policy import MOST_DAYS, Policy

DEFAULT_HOLD_DAYS: Final = 90
OWNERS: Final = ("coach", "client")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of an agreement.

    `last_day` is the last day of work; all is held for `hold_days` after it. `longest_keep_days` 0 means
    until the end of the hold. `recall` says whether an author may take a message back for both, `read_marks`
    whether each sees what the other has read, `sponsor_calls` whether a report may name the calls. `phones`
    are agreed as personal, but for those that `work_phones` names: pairs of a number among them and whose
    work number it is, `coach` or `client`.
    """

    last_day: date
    hold_days: int = DEFAULT_HOLD_DAYS
    longest_keep_days: int = 0
    recall: bool = True
    refused_domains: tuple[str, ...] = field(default=(), repr=False)
    sponsor: str = field(default="", repr=False)
    sponsor_sees: str = field(default="", repr=False)
    places: tuple[str, ...] = field(default=(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    read_marks: bool = False
    sponsor_calls: bool = False
    work_phones: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def work_ends_at(self) -> int:
        """The first second after the last day of work."""
        return (self.last_day - date(1970, 1, 1)).days * DAY_SECONDS + DAY_SECONDS

    @property
    def hold_ends_at(self) -> int:
        """The first second at which everything is gone."""
        return self.work_ends_at + self.hold_days * DAY_SECONDS

    @property
    def hold_ends(self) -> date:
        """The last day of the hold."""
        return self.last_day + timedelta(days=self.hold_days)

    @classmethod
    def of(cls, policy: Policy) -> Facts:
        """Return the facts of a policy."""
        return cls(
            last_day=day_of_end(policy.work_ends_at),
            hold_days=policy.hold_days,
            longest_keep_days=policy.longest_keep_days,
            recall=policy.author_may_recall,
            refused_domains=policy.refused_domains,
            sponsor=policy.sponsor_name,
            sponsor_sees=policy.sponsor_scope,
            places=policy.places,
            phones=policy.personal_phones,
            read_marks=policy.read_marks,
            sponsor_calls=policy.sponsor_told_calls,
            work_phones=_marked(policy),
        )

    def policy(
        self,
        engagement_id: bytes,
        number: int,
        previous_hash: bytes,
        coach_fp: bytes,
        hash_of_agreement: bytes,
    ) -> Policy:
        """Return the policy that says the same; `Misused` for what no policy can say."""
        policy = Policy(
            engagement_id=engagement_id,
            number=number,
            previous_hash=previous_hash,
            coach_fp=coach_fp,
            work_ends_at=self.work_ends_at,
            hold_days=self.hold_days,
            longest_keep_days=self.longest_keep_days,
            agreement_hash=hash_of_agreement,
            author_may_recall=self.recall,
            read_marks=self.read_marks,
            refused_domains=self.refused_domains,
            places=self.places,
            personal_phones=self.phones,
            sponsor_name=self.sponsor,
            sponsor_scope=self.sponsor_sees,
            sponsor_told_calls=self.sponsor_calls,
            coach_work_phones=self._mark("coach"),
            client_work_phones=self._mark("client"),
        )
        try:
            policy.encode()
        except Malformed as cause:
            raise Misused(f"The agreement cannot be written so: {cause}.") from cause
        return policy

    def _mark(self, whose: str) -> int:
        """The bits of the numbers that are somebody's work numbers."""
        named = {number for number, owner in self.work_phones if owner == whose}
        return sum(1 << at for at, number in enumerate(self.phones) if number in named)


def _marked(policy: Policy) -> tuple[tuple[str, str], ...]:
    marks = {"coach": policy.coach_work_phones, "client": policy.client_work_phones}
    return tuple(
        (number, whose)
        for at, number in enumerate(policy.personal_phones)
        for whose, bits in marks.items()
        if bits >> at & 1
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of an agreement; None leaves a fact as it is."""

    work_ends: date | None = None
    hold: timedelta | None = None
    longest_keep: timedelta | None = None
    recall: bool | None = None
    refused_domains: tuple[str, ...] | None = field(default=None, repr=False)
    sponsor: str | None = field(default=None, repr=False)
    sponsor_sees: str | None = field(default=None, repr=False)
    places: tuple[str, ...] | None = field(default=None, repr=False)
    phones: tuple[str, ...] | None = field(default=None, repr=False)
    read_marks: bool | None = None
    sponsor_calls: bool | None = None
    work_phones: Mapping[str, str] | None = field(default=None, repr=False)

    def applied(self, facts: Facts) -> Facts:
        """Return facts with these in the place of what they were; `Misused` for days that are not whole."""
        domains = None if self.refused_domains is None else normal_domains(tuple(self.refused_domains))
        sees = "" if self.sponsor == "" and self.sponsor_sees is None else self.sponsor_sees
        wanted: dict[str, Any] = {
            "last_day": self.work_ends,
            "hold_days": whole_days(self.hold),
            "longest_keep_days": whole_days(self.longest_keep),
            "recall": self.recall,
            "refused_domains": domains,
            "sponsor": self.sponsor,
            "sponsor_sees": sees,
            "places": None if self.places is None else tuple(self.places),
            "phones": None if self.phones is None else tuple(self.phones),
            "read_marks": self.read_marks,
            "sponsor_calls": False if self.sponsor == "" else self.sponsor_calls,
        }
        made = replace(facts, **{name: value for name, value in wanted.items() if value is not None})
        return replace(made, work_phones=self._work_phones(made))

    def _work_phones(self, made: Facts) -> tuple[tuple[str, str], ...]:
        """What is wanted; else what was said of the numbers that stay."""
        if self.work_phones is None:
            return tuple(one for one in made.work_phones if one[0] in made.phones)
        return tuple((number, self.work_phones[number]) for number in sorted(self.work_phones))


def whole_days(length: timedelta | None) -> int | None:
    """Return a length in days; `Misused` where it is not whole days: a policy counts days."""
    if length is not None and (length % timedelta(days=1) or length < timedelta(0)):
        raise Misused("An agreement counts whole days.")
    return None if length is None else length.days


def check_facts(facts: Facts, today: date) -> None:
    """Refuse facts that no agreement can have: `Misused` says which."""
    if not today <= facts.last_day <= today + timedelta(days=MOST_DAYS):
        raise Misused("The last day of work is today or later, within ten years.")
    if not 0 <= facts.hold_days <= MOST_DAYS or not 0 <= facts.longest_keep_days <= MOST_DAYS:
        raise Misused("Days are 0 to 3,650.")
    if bool(facts.sponsor) != bool(facts.sponsor_sees):
        raise Misused("A sponsor is named together with what it is shown.")
    if facts.sponsor_calls and not facts.sponsor:
        raise Misused("Only a sponsor can be told of calls.")
    if not facts.places:
        raise Misused("At least one place is named where it is kept.")
    texts = (*facts.places, *facts.phones, facts.sponsor, facts.sponsor_sees)
    if not all(text.isprintable() and text == text.strip() for text in texts):
        raise Misused("Places, numbers and sponsor are single lines of printable signs.")
    if not all((*facts.places, *facts.phones)):
        raise Misused("A place or telephone number is empty.")
    if any(number not in facts.phones or whose not in OWNERS for number, whose in facts.work_phones):
        raise Misused(
            "A work number is among the numbers that are agreed on, and the coach's or the client's."
        )


def normal_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    """Return refused domains as the policy holds them: lower-case A-labels, ascending, each once."""
    try:
        plain = {domain.strip().rstrip(".").encode("idna").decode("ascii").lower() for domain in domains}
    except UnicodeError as cause:
        raise Misused("That is not a mail domain.") from cause
    return tuple(sorted(plain - {""}))


# --- in words -----------------------------------------------------------------------------------------------


def in_sentences(facts: Facts, client: str, words: Catalogue) -> dict[str, str]:
    """Return every fact in words, by the names that templates use."""
    sponsor = {"sponsor": facts.sponsor, "scope": facts.sponsor_sees, "client": client}
    return {
        "places": words.listed(facts.places),
        "work_ends": words.day(facts.last_day),
        "hold": words.count("days", facts.hold_days),
        "hold_ends": words.day(facts.hold_ends),
        "longest": _either(
            words, "fact.longest", facts.longest_keep_days, days=words.count("days", facts.longest_keep_days)
        ),
        "recall": words.say(f"fact.recall.{_yes(facts.recall)}"),
        "refused": _some(words, "fact.refused", facts.refused_domains, "domains"),
        "sponsor": words.say(f"fact.sponsor.{'some' if facts.sponsor else 'none'}", **sponsor)
        + (" " + words.say("fact.sponsor.calls", **sponsor) if facts.sponsor_calls else ""),
        "phones": _some(
            words, "fact.phones.work" if facts.work_phones else "fact.phones", _phones(facts, words), "phones"
        ),
        "read_marks": words.say(f"fact.read_marks.{_yes(facts.read_marks)}"),
    }


def _phones(facts: Facts, words: Catalogue) -> tuple[str, ...]:
    """The numbers, each work number with whose it is."""
    marks = dict(facts.work_phones)
    return tuple(
        words.say(f"fact.phone.{marks[one]}", phone=one) if one in marks else one for one in facts.phones
    )


def _yes(chosen: bool) -> str:
    return "yes" if chosen else "no"


def _either(words: Catalogue, name: str, number: int, **facts: str) -> str:
    return words.say(f"{name}.days", **facts) if number else words.say(f"{name}.none")


def _some(words: Catalogue, name: str, items: tuple[str, ...], called: str) -> str:
    return words.say(f"{name}.some", **{called: words.listed(items)}) if items else words.say(f"{name}.none")


def change_sentences(before: Facts, after: Facts, words: Catalogue, *, same_words: bool) -> tuple[str, ...]:
    """Return what a change changes, a sentence each, and that all else stays; where the words differ by more
    than these facts, that they have to be read.
    """
    told = [
        *_changed_dates(before, after, words),
        *_changed_rules(before, after, words),
        *_changed_sponsor(before, after, words),
        *_changed_lists(before, after, words),
    ]
    rest = "change.same" if same_words else "change.words"
    return (*told, words.say(rest)) if told else (words.say("change.nothing"),)


def _changed_dates(before: Facts, after: Facts, words: Catalogue) -> list[str]:
    told = []
    if before.last_day != after.last_day:
        days = {"before": words.day(before.last_day), "after": words.day(after.last_day)}
        told.append(words.say("change.work_ends", **days))
    if before.hold_days != after.hold_days:
        held = {"before": f"{before.hold_days:,}", "after": words.count("days", after.hold_days)}
        told.append(words.say("change.hold", **held))
    if before.longest_keep_days != after.longest_keep_days:
        name = "change.longest"
        name += "" if before.longest_keep_days and after.longest_keep_days else _first_or_none(after)
        told.append(words.say(name, **_days(words, before.longest_keep_days, after.longest_keep_days)))
    return told


def _first_or_none(after: Facts) -> str:
    return ".first" if after.longest_keep_days else ".none"


def _days(words: Catalogue, before: int, after: int) -> dict[str, str]:
    return {"before": words.count("days", before), "after": words.count("days", after)}


def _changed_rules(before: Facts, after: Facts, words: Catalogue) -> list[str]:
    rules = (
        ("recall", before.recall, after.recall),
        ("read_marks", before.read_marks, after.read_marks),
        ("sponsor_calls", before.sponsor_calls, after.sponsor_calls),
    )
    return [words.say(f"change.{name}.{_yes(new)}") for name, old, new in rules if old != new]


def _changed_sponsor(before: Facts, after: Facts, words: Catalogue) -> list[str]:
    if before.sponsor != after.sponsor:
        name = "change.sponsor"
        name += "" if before.sponsor and after.sponsor else (".first" if after.sponsor else ".none")
        facts = {"before": before.sponsor, "after": after.sponsor, "scope": after.sponsor_sees}
        return [words.say(name, **facts)]
    if before.sponsor_sees != after.sponsor_sees:
        facts = {"after": after.sponsor, "scope": after.sponsor_sees, "before": before.sponsor_sees}
        return [words.say("change.scope", **facts)]
    return []


def _changed_lists(before: Facts, after: Facts, words: Catalogue) -> list[str]:
    told = []
    old, new = set(before.refused_domains), set(after.refused_domains)
    for name, domains in (("more", new - old), ("fewer", old - new)):
        if domains:
            told.append(words.say(f"change.refused.{name}", domains=words.listed(sorted(domains))))
    if before.places != after.places:
        listed = {"before": words.listed(before.places), "after": words.listed(after.places)}
        told.append(words.say("change.places", **listed))
    old_phones, new_phones = _phones(before, words), _phones(after, words)
    if old_phones != new_phones:
        name = "change.phones"
        name += "" if before.phones and after.phones else (".first" if after.phones else ".none")
        listed = {"before": words.listed(old_phones), "after": words.listed(new_phones)}
        told.append(words.say(name, **listed))
    return told


def effect_sentences(ends_at: int, after: Facts, held: bool, now: int, words: Catalogue) -> tuple[str, ...]:
    """Return what a change does to what exists; `ends_at` is the end of the hold in force."""
    told = []
    if after.hold_ends_at < ends_at:
        told.append(words.say("effect.sooner", after=words.day(after.hold_ends)))
    elif after.hold_ends_at > ends_at:
        told.append(words.say("effect.later", after=words.day(after.hold_ends)))
    else:
        told.append(words.say("effect.keeps"))
    if held and after.work_ends_at > now:
        told.append(words.say("effect.reopens"))
    return tuple(told)
