"""Receipting: the command that shows, saves and checks receipts.

A receipt is shown with what it does not prove; one that fails a check is never shown as good. Checking a file
needs no server and no account.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, PasswordFd, now, opened
from client_sdk.cli.terminal import say, tell
from client_sdk.errors import Misused, NotFound
from client_sdk.messages import instant
from client_sdk.words import in_words, instant_in_words, plural
from keys.encoding import to_base64url

if TYPE_CHECKING:
    from client_sdk.receipts import Receipt
    from keys.receipt_check import CopiesVerdict, FileVerdict


def receipts(
    who: Annotated[
        str | None, typer.Argument(metavar="[WHO|check]", help="A name; or check, and then a file.")
    ] = None,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="What to check.")] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Save them as a file that others can check.")
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Show, save or check receipts of taking and deleting. `receipts check FILE` needs no server."""
    if who == "check":
        raise typer.Exit(_check(file, as_json=as_json))
    if file is not None:
        raise Misused("Only check takes a file; to save use --save FILE.")
    with opened(account, password_fd) as me:
        found = me.receipts(who)
        if save is not None:
            _save(save, me.receipt_file(who), me.origin)
        names = {one.id: one.name for one in me.engagements()}
        forked = me.log_forked
    for one in found:
        if as_json:
            show.show_json("receipt", receipt_json(one))
        else:
            _show_receipt(one, names.get(one.engagement_id, ""))
    if not found:
        say("No receipts yet: they are written when something has gone, and the day after something came.")
    if forked:
        say("This server cannot explain a record that the other person's message names, for over a day.")
        say("Either it shows the two of you different records, or that was made up. Ask them, by phone.")
    raise typer.Exit(exits.DONE if all(one.sound for one in found) and not forked else exits.KEY_CHANGED)


def _save(path: Path, content: bytes, origin: str) -> None:
    from client_sdk.home import write_private

    write_private(path, content)
    say(f"Saved in {path}. There is no subject and no text in it.")
    say(f"Whoever has it can check it at {origin}/check/ or by mailbox receipts check.")


def _show_receipt(one: Receipt, name: str) -> None:
    if not one.sound or one.on is None:
        tell(f"WRONG  a receipt that the server shows does not verify{f' ({name})' if name else ''}")
        return
    number = f"no. {one.number:04}"
    if one.kind == "acceptance":
        tell(
            f"{in_words(one.on.date(), now().date())}  {plural(one.asked, 'message')} taken  {name}  {number}"
        )
        return
    left = f", LEFT OVER {one.left}" if one.left else ""
    what = f"{plural(one.messages, 'message')}, {plural(one.files, 'file')}"
    title = "everything" if one.kind == "closing" else what
    tell(f"{instant_in_words(one.on, now())}  deleted: {title}{left}  {name}  {number}")
    if one.promised and one.keys_until and one.backups_until:
        tell(f"  promised    {instant_in_words(one.promised, now())}")
        tell(f"  asked for   {one.asked}   removed {one.removed}   left over {one.left}")
        tell(f"  key gone    {instant_in_words(one.keys_until, now())}")
        tell(f"  backups     gone by {instant_in_words(one.backups_until, now())}")
    tell(f"  in the log  {'yes' if one.logged else 'not yet'}")
    if one.their_copies_gone:
        gone = instant_in_words(one.their_copies_gone, now())
        tell(f"  {name}'s computer: deleted {gone}, as their program says")
    tell(f"  not covered {one.not_covered}")


def receipt_json(one: Receipt) -> dict[str, Any]:
    """Return a receipt for programs."""
    dates = {
        "on": one.on,
        "promised": one.promised,
        "keys_until": one.keys_until,
        "backups_until": one.backups_until,
        "their_copies_gone": one.their_copies_gone,
    }
    return {
        "of": one.kind,
        "engagement": one.engagement_id,
        "number": one.number,
        **{name: show.text_of(date) if date else None for name, date in dates.items()},
        "asked": one.asked,
        "removed": one.removed,
        "left": one.left,
        "messages": one.messages,
        "files": one.files,
        "sound": one.sound,
        "logged": one.logged,
        "receipt": one.note,
    }


def _check(file: Path | None, *, as_json: bool) -> int:
    """Check a file against the keys that it names itself, and say which these are."""
    from client_sdk.receipts import check_file
    from keys.receipt_file import MOST_FILE_BYTES

    if file is None:
        raise Misused("Which file?", hint="mailbox receipts check FILE")
    try:
        with file.open("rb") as opened_file:
            verdict = check_file(opened_file.read(MOST_FILE_BYTES + 1))
    except OSError as cause:
        raise NotFound("That file cannot be read.") from cause
    if as_json:
        show.show_json("checked", checked_json(verdict))
    else:
        _show_verdict(verdict)
    return exits.DONE if verdict.sound else exits.KEY_CHANGED


def _show_verdict(verdict: FileVerdict) -> None:
    tell(f"Signed by   {verdict.keys.host}")
    tell(f"relay key   {to_base64url(verdict.keys.relay_public)}")
    tell(f"log key     {to_base64url(verdict.keys.log_public)}")
    for one in verdict.receipts:
        if one.receipt is None or not one.sound:
            tell(
                f"WRONG  signature {one.signature}, chain {one.chain}, leaves {one.leaves}, log {one.logged}"
            )
        else:
            kind = type(one.receipt).__name__.lower()
            tell(
                f"good   {kind} {one.receipt.number}"
                f"  chain {one.chain}, leaves {one.leaves}, log {one.logged}"
            )
    for said in verdict.own_copies:
        _show_copies(said)
    tell(
        "All of it holds, if these keys are the relay's." if verdict.sound else "Something here is not true."
    )


def _show_copies(one: CopiesVerdict) -> None:
    key = to_base64url(one.identity_public)
    if one.gone is None:
        tell(f"WRONG  a word on somebody's own copies is not of the key {key}")
        return
    tell(f"said   by the key {key} of the copies on their computer {one.gone.computer}")
    for moment in one.gone.moments:
        through, gone_at = instant(moment.through), instant(moment.gone_at)
        tell(f"       due by {instant_in_words(through, now())}: gone {instant_in_words(gone_at, now())}")


def checked_json(verdict: FileVerdict) -> dict[str, Any]:
    """Return the verdict on a file for programs."""
    return {
        "host": verdict.keys.host,
        "relay_key": to_base64url(verdict.keys.relay_public),
        "log_key": to_base64url(verdict.keys.log_public),
        "checkpoint": str(verdict.checkpoint_verdict),
        "sound": verdict.sound,
        "receipts": [
            {
                "order": one.order,
                "number": one.receipt.number if one.receipt else None,
                "signature": str(one.signature),
                "chain": str(one.chain),
                "leaves": str(one.leaves),
                "logged": str(one.logged),
            }
            for one in verdict.receipts
        ],
        "own_copies": [_copies_json(one) for one in verdict.own_copies],
    }


def _copies_json(one: CopiesVerdict) -> dict[str, Any]:
    from keys.receipt_check import Verdict

    moments = one.gone.moments if one.gone else ()
    return {
        "key": to_base64url(one.identity_public),
        "signature": str(Verdict.GOOD if one.gone else Verdict.BAD),
        "computer": one.gone.computer if one.gone else None,
        "moments": [
            {"through": show.text_of(instant(each.through)), "gone": show.text_of(instant(each.gone_at))}
            for each in moments
        ],
    }
