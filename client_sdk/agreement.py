"""Agreement: the text that both sign, and the policy frame that says the same to the machines.

Owns the template's facts and their words, so that text and frame cannot differ: both are made from one
`Offer`. Pure but for reading the packaged template. Must never put a date into the words that the frame does
not hold. (docs/protocol.md, part 12.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from string import Template
from typing import Final

from client_sdk.errors import Misused, TooLarge
from client_sdk.words import day_of_end, in_words, plural
from keys.errors import Malformed
from keys.names import DAY_SECONDS, ZERO_HASH
from keys.policy import MOST_DAYS, Policy, agreement_hash

DEFAULT_HOLD_DAYS: Final = 90
DEFAULT_WORK_DAYS: Final = 182
MOST_TEXT_BYTES: Final = 40_000
"""The invitation's box, which carries the text, has at most 64 KiB."""
TEMPLATE: Final = "templates/agreement-en.txt"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a coach offers. `last_day` is the last day of work; `longest_keep_days` 0 means until the end
    of the hold.
    """

    coach_name: str = field(repr=False)
    client_name: str = field(repr=False)
    relay_name: str
    host: str
    last_day: date
    hold_days: int = DEFAULT_HOLD_DAYS
    longest_keep_days: int = 0
    author_may_recall: bool = True
    refused_domains: tuple[str, ...] = ()
    welcome: str = field(default="", repr=False)
    template: str | None = field(default=None, repr=False)

    @property
    def work_ends_at(self) -> int:
        """The first second after the last day of work."""
        return (self.last_day - date(1970, 1, 1)).days * DAY_SECONDS + DAY_SECONDS

    @property
    def hold_ends_at(self) -> int:
        """The first second at which everything is gone."""
        return self.work_ends_at + self.hold_days * DAY_SECONDS


def check_offer(offer: Offer, today: date) -> None:
    """Refuse an offer that no agreement can be: `Misused` says which part."""
    if not offer.client_name.strip() or len(offer.client_name) > 200:
        raise Misused("A client's name has 1 to 200 characters.")
    if not today <= offer.last_day <= today + timedelta(days=MOST_DAYS):
        raise Misused("The last day of work is today or later, within ten years.")
    if not 0 <= offer.hold_days <= MOST_DAYS or not 0 <= offer.longest_keep_days <= MOST_DAYS:
        raise Misused("Days are 0 to 3,650.")


def agreement_text(offer: Offer) -> str:
    """Return the agreement in words. The offer's template, or the packaged one, uses facts as `${…}`."""
    source = offer.template
    if source is None:
        source = files("client_sdk").joinpath(TEMPLATE).read_text("utf-8")
    try:
        text = Template(source).substitute(_facts(offer))
    except (KeyError, ValueError) as cause:
        raise Misused(
            "The agreement's text names a fact that there is not.",
            hint="The names are: " + ", ".join(sorted(_facts(offer))),
        ) from cause
    if len(text.encode("utf-8", "replace")) > MOST_TEXT_BYTES:
        raise TooLarge(MOST_TEXT_BYTES)
    return text


def _facts(offer: Offer) -> dict[str, str]:
    return {
        "coach": offer.coach_name,
        "client": offer.client_name,
        "place": f"{offer.relay_name} ({offer.host})",
        "work_ends": in_words(offer.last_day),
        "hold": plural(offer.hold_days, "day"),
        "hold_ends": in_words(day_of_end(offer.hold_ends_at)),
        "longest": _longest(offer.longest_keep_days),
        "recall": _RECALL[offer.author_may_recall],
        "refused": _refused(offer.refused_domains),
    }


_RECALL: Final = {
    True: "Whoever wrote a message may also take it back, for both.",
    False: "Whoever wrote a message cannot take back the other's copy.",
}


def _longest(days: int) -> str:
    if not days:
        return "What you write is kept until the end of the hold, unless you choose an earlier date for it."
    return f"What you write is kept for {plural(days, 'day')} at most."


def _refused(domains: tuple[str, ...]) -> str:
    if not domains:
        return "Work mail addresses are not used for this."
    return f"Work mail addresses are not used for this; these are refused: {', '.join(domains)}."


def make_policy(offer: Offer, engagement_id: bytes, coach_fp: bytes, text: str, salt: bytes) -> Policy:
    """Return the first policy of an engagement, whose hash of the agreement covers `text`."""
    policy = Policy(
        engagement_id=engagement_id,
        number=1,
        previous_hash=ZERO_HASH,
        coach_fp=coach_fp,
        work_ends_at=offer.work_ends_at,
        hold_days=offer.hold_days,
        longest_keep_days=offer.longest_keep_days,
        agreement_hash=agreement_hash(salt, text),
        author_may_recall=offer.author_may_recall,
        refused_domains=offer.refused_domains,
        places=(offer.host,),
    )
    try:
        policy.encode()
    except Malformed as cause:
        raise Misused(f"The agreement cannot be written so: {cause}.") from cause
    return policy


def normal_domains(domains: tuple[str, ...]) -> tuple[str, ...]:
    """Return refused domains as the policy holds them: lower-case A-labels, ascending, each once."""
    try:
        plain = {domain.strip().rstrip(".").encode("idna").decode("ascii").lower() for domain in domains}
    except UnicodeError as cause:
        raise Misused("That is not a mail domain.") from cause
    return tuple(sorted(plain - {""}))
