"""Every sentence the door can say, in one table. Owns SMTP codes with their enhanced codes (RFC 3463);
never echoes what a peer sent."""

from __future__ import annotations

from relay.core.errors import RelayError

OK = "250 2.0.0 OK"
TAKEN = "250 2.0.0 Sealed and kept"
RECIPIENT_OK = "250 2.1.5 OK"
SENDER_OK = "250 2.1.0 OK"
SEND_DATA = "354 End data with <CR><LF>.<CR><LF>"
READY_FOR_TLS = "220 2.0.0 Ready to start TLS"
BYE = "221 2.0.0 Bye"
CANNOT_VERIFY = "252 2.1.5 Send some mail and see"
HELP = "214 2.0.0 This door takes mail for inboxes here and forwards none"

TIMED_OUT = "421 4.4.2 That took too long, closing"
TOO_SLOW = "421 4.4.2 Others are waiting and this is slow, try later"
TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections, try later"
TOO_MANY_COMMANDS = "421 4.7.0 Too many commands, closing"
STOPPING = "421 4.3.2 Going down, try later"
TROUBLE = "451 4.3.0 Our own trouble, try later"
ONE_RECIPIENT = "452 4.5.3 One recipient at a time"

LINE_TOO_LONG = "500 5.5.2 Line too long"
LINE_ENDING = "500 5.5.2 Lines end in CR LF"
UNKNOWN = "500 5.5.1 Command not understood"
NOT_HERE = "502 5.5.1 Not offered here"
BAD_ARGUMENT = "501 5.5.4 That argument is not understood"
BAD_SENDER = "501 5.1.7 That sender address is not understood"
BAD_RECIPIENT = "501 5.1.3 That recipient address is not understood"
BAD_PARAMETER = "555 5.5.4 That parameter is not offered"
GREET_FIRST = "503 5.5.1 Say EHLO first"
SENDER_FIRST = "503 5.5.1 MAIL comes first"
SENDER_TWICE = "503 5.5.1 MAIL was given already"
RECIPIENT_FIRST = "503 5.5.1 RCPT comes first"
TLS_ALREADY = "503 5.5.1 TLS is on already"
TOO_EAGER = "503 5.5.1 The mail comes after the answer to DATA, closing"
TLS_FIRST = "530 5.7.0 Say STARTTLS first"
NO_POSTMASTER = "550 5.1.1 No such inbox here"

BARE_LINE_ENDING = "550 5.6.11 Bare CR, LF or NUL is not taken"
DATA_LINE_TOO_LONG = "550 5.6.0 A line of the mail is too long"
TOO_BIG = "552 5.3.4 That mail is too big"

_BY_CODE = {
    "no-such-inbox": "550 5.1.1 No such inbox here",
    "null-sender": "550 5.7.1 This inbox expects no bounces",
    "sender-unknown": "550 5.7.1 Only addresses that the owner of this inbox has registered may write here",
    "sender-unproven": (
        "550 5.7.26 Neither a signature (DKIM) nor the sending server (SPF) shows that this mail is from the"
        " address in From"
    ),
    "dns-trouble": "451 4.4.3 The sender could not be checked for want of DNS answers, try later",
    "automatic": "550 5.7.1 Automatic replies are not taken",
    "list-mail": "550 5.7.1 Mail of lists is not taken at this address",
    "loop": "554 5.4.6 That mail has come through here before",
    "too-many-hops": "554 5.4.6 That mail has passed too many hosts",
    "rule-waiting": "550 5.7.1 The forwarding to this address has not been confirmed by its owner",
    "rule-bearer": "550 5.7.1 Only the provider that forwards to this address may bring mail here",
    "head-malformed": "550 5.6.0 The header of that mail is not understood",
    "head-too-large": "552 5.3.4 The header of that mail is too big",
    "work-address-refused": "550 5.7.1 Mail from a work address is not taken here",
    "too-large": TOO_BIG,
    "engagement-closed": "550 5.7.1 This inbox takes no new mail",
    "policy-missing": "550 5.7.1 This inbox takes no mail yet",
    "policy-refused": "550 5.7.1 This inbox takes no new mail",
    "inbox-full": "452 4.2.2 This inbox is full, try later",
    "too-many-requests": "451 4.7.0 Too fast, try later",
}  # fmt: skip


def for_error(error: RelayError) -> str:
    """The reply for a refusal. What the table does not name is our own trouble: temporary, with nothing of
    it in the reply."""
    return _BY_CODE.get(error.code, TROUBLE)
