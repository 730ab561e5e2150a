"""Exits: one table from errors to exit codes (ruling 26), and how an error is said."""

from __future__ import annotations

from typing import Final

from client_sdk import errors
from client_sdk.cli.terminal import say
from client_sdk.words import instant_in_words

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
PARTLY: Final = 3
LOCKED: Final = 4
REFUSED: Final = 5
NOT_FOUND: Final = 6
NOT_REACHABLE: Final = 7
KEY_CHANGED: Final = 8
INTERRUPTED: Final = 130

CODES: Final[tuple[tuple[type[errors.RelayError], int], ...]] = (
    (errors.Misused, USAGE),
    (errors.PartialDeletion, PARTLY),
    (errors.NothingYet, PARTLY),
    (errors.Locked, LOCKED),
    (errors.WrongPassword, LOCKED),
    (errors.DigitsRefused, LOCKED),
    (errors.RetentionExceeded, REFUSED),
    (errors.AgreementMissing, REFUSED),
    (errors.EngagementClosed, REFUSED),
    (errors.EngagementOpen, REFUSED),
    (errors.ProposalOver, REFUSED),
    (errors.ReopeningPending, REFUSED),
    (errors.ReportNotReady, REFUSED),
    (errors.WorkAddressRefused, REFUSED),
    (errors.Refused, REFUSED),
    (errors.NotFound, NOT_FOUND),
    (errors.Deleted, NOT_FOUND),
    (errors.InvitationClosed, NOT_FOUND),
    (errors.NothingHere, NOT_FOUND),
    (errors.ServerUnavailable, NOT_REACHABLE),
    (errors.RateLimited, NOT_REACHABLE),
    (errors.RecipientKeyChanged, KEY_CHANGED),
    (errors.MailboxReopened, KEY_CHANGED),
    (errors.NotTrusted, KEY_CHANGED),
)


def code_of(error: errors.RelayError) -> int:
    """Return the exit code of an error; the first fitting row of the table counts."""
    return next((code for kind, code in CODES if isinstance(error, kind)), FAILED)


def say_error(error: errors.RelayError) -> None:
    """Say what went wrong, what is known of it, and what to do now."""
    say(str(error))
    if isinstance(error, errors.RetentionExceeded) and error.latest:
        say(f"The latest is {instant_in_words(error.latest, error.latest)}.")
    if isinstance(error, errors.NotFound) and error.nearest:
        say("Perhaps: " + ", ".join(error.nearest))
    if isinstance(error, errors.RateLimited) and error.after:
        say(f"Wait {error.after} seconds.")
    say(error.hint)
    if error.request_id:
        say(f"Mention {error.request_id}.")
