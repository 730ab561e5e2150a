"""Topics: what `mailbox help TOPIC` prints, and the command that prints it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from client_sdk.cli.terminal import tell
from client_sdk.errors import Misused

EXIT_CODES: Final = """\
Exit codes

  0    done
  1    it failed; the sentence on standard error says why
  2    wrong use: an option, a date, a link that is none
  3    partly done: something waits in the outbox, or a deletion is not confirmed everywhere yet
  4    locked, or the wrong password
  5    refused by the agreement or a rule
  6    not found, or gone as agreed
  7    the server is not reachable, or asks to wait
  8    a key changed, or what the server shows does not fit what was signed: a person has to look
  130  interrupted; nothing is half sent
"""

ENVIRONMENT: Final = """\
Environment

  MAILBOX_HOME           folder of this computer's state (default: quietbox in the place for such things)
  MAILBOX_PASSWORD_FILE  a file whose first line is the password, for scripts
  MAILBOX_ACCESSIBLE     set: plain lines in place of moving bars
  NO_COLOR               obeyed; nothing here is said by colour alone
  HTTPS_PROXY            a proxy to go through

  --password-fd N        in place of the file: an open file descriptor
"""

FORMATS: Final = """\
Formats

With --json, standard output holds one JSON object a line and nothing else. Every object has "v": 1 and a
"type". Within one version fields are added, never changed or taken away. Instants are RFC 3339 in UTC.

  message     id, engagement, from {role, name, checked}, mine, unread, opened (null: nobody says),
              days_after_opening (null, or 1 to 365), sent_at, kept_until, subject, text
              (watch leaves it out unless --show is given), attachments [{name, type, size}], marks, saved
              [path]; of mail that came in by SMTP also grade (its words), grade_number (1 not checked, 2
              signed by its domain, 3 its server alone, 4 by a rule, 5 by a rule and signed, 6 a provider's
              confirmation of a rule), checks; of a notice of the relay refused [{address (masked), reason,
              at}]
              marks: "missing-before" something written before it did not arrive; "gone-before" it had gone
              before it was read here; "old-key" sealed to a replaced key; "given-back" by the
              coach, after this inbox was lost; "no-log-head" it names
              no head of the server's log, though its writer's messages did before; "confirm" its server
              alone vouches for it: say whether it was you; "copied-to-work" a refused domain got a copy
  sent        id, engagement, kept_until, waiting (sealed in the outbox, goes out at the next run), reason
              (what it waits for: unavailable, inbox-full, too-many-requests)
  account     login, origin, name
  engagement  id, handle, name, state (invited, active, held, gone, withdrawn), here, unread, waiting,
              work_ends_at, hold_ends_at (everything is gone), next_deletion_at (null: nothing),
              next_messages, next_files (what goes then), files (all that are here), unread_goes_at (null: not
              within 30 days), unread_going (how many then), notices (unread ones of the relay),
              proposals [{id, kind, mine, since}] (wait for a signature), reply (null, or what was said to an
              invitation that waits: {kind (change, no, work-device), text})
  gone        engagement, reason (due, shortened, own-copy, closed; unread: due, and never read by the other
              person), at (its day)
  reminder    engagement, reason (30, 7 or 1: days), count (unread messages that go within them), at (the
              first)
  agreement   engagement, number, in_force, signed_at, facts {last_day, hold_days, longest_keep_days (0: to
              the end of the hold), recall, refused_domains, sponsor, sponsor_sees, places, phones,
              work_phones {number: coach or client}, read_marks, sponsor_calls}, changes [sentence], text
  proposal    engagement, id, kind (agreement, extend, reopen), mine, state (open, overtaken, expired,
              declined, agreed), proposed_at, sentences, effects, note, text, facts (null but for agreement)
  report      engagement, sponsor, versions [{number, mine, at}] newest first, beside (another version of the
              newest number), coach_signed, window {from (null: at once), until}, client_signed, dropped
              [coach, client], answer (null, declined, change), answered_by_me, note, link_open, release
              {state (waiting, open, ended, withdrawn), from, until, confirmed (by every keeper)}
  link        engagement, link, digits (empty: as they were given before)
  plan        engagement, work_ends_at, gone_at, backups_until (null: none), held and sooner {messages,
              files, notes, calls}, lines [sentence], done (false: nothing was done)
  why         engagement, subject, goes_at, decided [sentence], changeable [sentence]
  unreadable  engagement, reason: a local code; it did not pass a check and is not shown
  joined      engagement: an invitation was accepted
  replied     engagement, reason (change, no, work-device): somebody has said so who has not joined
  keeper      fingerprint, required (nothing opens without it), compared (its fingerprint came from its own
              operator)
  note        id, written_at, kept_until, text
  call        id, held_at, minutes, mine, kept_until, note
  heard       heard_at, mine (of `mailbox check --when`: who has said that the digits were the same)
  reopening   state (none, open, joined, claimed, taken), you (coach, client, newcomer, former),
              opened_at, until
  receipt     of (acceptance, deletion, closing; empty: not even signed), engagement, number, on,
              promised, keys_until, backups_until, asked, removed, left, messages, files, sound, logged,
              receipt (the note)
  copy        path, messages, files, size, locked, left [what could not go into it, in words]
  copy-check  sound, entries, wrong [name: changed, missing, there twice, or in no checksum]
  sender      id, state (waiting, confirmed), added_on; the relay keeps no address
  tested      engagement, id, grade_number (null where it was refused), refused (null, or the reason)
  notice      state (none, waiting, confirmed, broken: mail came back, refused: a work address), address,
              subject, phrase, when (at-once, daily, never), warnings, hour, quiet_from, quiet_until,
              offset_minutes (of the clock that the hours are by, ahead of UTC)
  rule        id, engagement, sender, address, state (waiting, active), ends_at
  web         origin, asked (answers compared), sound, faults [{path, what}]
  checked     host, relay_key, log_key, checkpoint, sound, receipts [{order, number, signature, chain, leaves,
              logged}], each good, bad or open (nothing there to check it against)

Lengths of time: 30d, 12h, 2m (minutes), 90s. Days: 2027-02-28.
"""

TOPICS: Final = {"exit-codes": EXIT_CODES, "environment": ENVIRONMENT, "formats": FORMATS}


def help_topic(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="exit-codes, environment or formats.")],
) -> None:
    """Print a page on a topic."""
    if topic not in TOPICS:
        raise Misused("There is no page on that.", hint="There are: " + ", ".join(TOPICS))
    for line in TOPICS[topic].splitlines():
        tell(line)
