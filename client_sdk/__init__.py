"""The SDK: what a coach's or a client's own program uses. It never meets the relay's code.

    from client_sdk import Account, Attachment

    with Account.open("anna@inbox.harrow.example", password=ask) as me:
        me.engagement("maya").send(subject="Before Thursday", text="Three questions …",
        keep=timedelta(days=30))

`Account` and `AsyncAccount` are twins with the same names. Names are loaded when they are first used, so that
importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from client_sdk import errors
    from client_sdk.account import AsyncAccount
    from client_sdk.attachment import Attachment
    from client_sdk.attachments import AsyncReceivedFile
    from client_sdk.engagement import AsyncEngagement
    from client_sdk.home import FileCost, Home
    from client_sdk.keep import AfterOpening
    from client_sdk.mail import Mail
    from client_sdk.mail_grade import MailGrade
    from client_sdk.messages import (
        EngagementSummary,
        Event,
        Invitation,
        InvitationReply,
        Message,
        Person,
        Progress,
        Proposal,
        RecoverySheet,
        Rule,
        Sender,
        Sent,
    )
    from client_sdk.notices import NoticeChannel
    from client_sdk.refused import RefusedMail
    from client_sdk.sync import Account
    from client_sdk.sync_engagement import Engagement
    from client_sdk.sync_messages import ReceivedFile

_HOME_OF = {
    "Account": "sync",
    "AfterOpening": "keep",
    "AsyncAccount": "account",
    "AsyncEngagement": "engagement",
    "AsyncReceivedFile": "attachments",
    "Attachment": "attachment",
    "Engagement": "sync_engagement",
    "EngagementSummary": "messages",
    "Event": "messages",
    "FileCost": "home",
    "Home": "home",
    "Invitation": "messages",
    "InvitationReply": "messages",
    "Mail": "mail",
    "MailGrade": "mail_grade",
    "Message": "messages",
    "NoticeChannel": "notices",
    "Person": "messages",
    "Progress": "messages",
    "Proposal": "messages",
    "ReceivedFile": "sync_messages",
    "RecoverySheet": "messages",
    "RefusedMail": "refused",
    "Rule": "messages",
    "Sender": "messages",
    "Sent": "messages",
    "errors": "",
}

__all__ = [
    "Account",
    "AfterOpening",
    "AsyncAccount",
    "AsyncEngagement",
    "AsyncReceivedFile",
    "Attachment",
    "Engagement",
    "EngagementSummary",
    "Event",
    "FileCost",
    "Home",
    "Invitation",
    "InvitationReply",
    "Mail",
    "MailGrade",
    "Message",
    "NoticeChannel",
    "Person",
    "Progress",
    "Proposal",
    "ReceivedFile",
    "RecoverySheet",
    "RefusedMail",
    "Rule",
    "Sender",
    "Sent",
    "errors",
]


def __getattr__(name: str) -> Any:
    """Load a name at its first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _HOME_OF[name]
    return (
        getattr(import_module(f"{__name__}.{module}"), name)
        if module
        else import_module(f"{__name__}.errors")
    )
