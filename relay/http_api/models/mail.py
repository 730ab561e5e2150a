"""Mail that comes in and the notes that go out: addresses, providers' rules, how somebody is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from relay.http_api.models.fields import Id, Model


class SenderAsked(Model):
    """A personal address."""

    address: Annotated[str, Field(min_length=3, max_length=254)]


class CodeAsked(Model):
    """A code that went to an address."""

    code: Annotated[str, Field(min_length=8, max_length=8, pattern="^[0-9]{8}$")]


class SenderFields(Model):
    """A registered address; the relay keeps a keyed hash alone."""

    sender_id: Id
    state: Annotated[str, Field(pattern="^(waiting|confirmed)$")]
    added_on: int


class SendersAnswer(Model):
    """The registered addresses."""

    senders: list[SenderFields]


ChosenWords = Annotated[str, Field(min_length=1, max_length=60, pattern="^[^\\x00-\\x1f\\x7f]+$")]
Hour = Annotated[int, Field(ge=0, le=23)]
Timing = Annotated[str, Field(pattern="^(at-once|daily|never)$")]
ChannelState = Annotated[str, Field(pattern="^(none|waiting|confirmed|broken|refused)$")]
OffsetMinutes = Annotated[int, Field(ge=-840, le=840, description="Of the caller's clock, ahead of UTC")]


class NoticeChannelAsked(Model):
    """How the caller wants to be told by mail. Subject line and phrase hold no link (part 18)."""

    address: Annotated[str, Field(min_length=3, max_length=254)]
    subject: ChosenWords
    phrase: ChosenWords
    when: Timing
    warnings: Annotated[bool, Field(description="Whether also before something unread goes")] = True
    hour: Annotated[Hour, Field(description="For daily notices and for warnings")] = 8
    quiet_from: Hour = 0
    quiet_until: Annotated[Hour, Field(description="Equal to `quiet_from`: no quiet hours")] = 0
    offset_minutes: OffsetMinutes = 0


class NoticeChannelAnswer(Model):
    """How the caller is told by mail; empty words in state none."""

    state: ChannelState
    address: str
    subject: str
    phrase: str
    when: Timing
    warnings: bool
    hour: Hour
    quiet_from: Hour
    quiet_until: Hour
    offset_minutes: OffsetMinutes


class RuleAsked(Model):
    """A rule for a confirmed address."""

    sender_id: Id


class ChallengeAsked(Model):
    """The rule's confirmed address, in clear: the relay keeps a keyed hash alone."""

    address: Annotated[str, Field(min_length=3, max_length=254)]


class ChallengeAnswer(Model):
    """Until when the challenge is good."""

    expires_at: int


class NewRuleAnswer(Model):
    """A rule that waits for its challenge; `address` is to be entered at the provider."""

    rule_id: Id
    address: str
    state: Annotated[str, Field(pattern="^(waiting|active)$")]
    expires_at: int


class RuleFields(NewRuleAnswer):
    """A provider's automatic forwarding."""

    mailbox_id: Id
    sender_id: Id


class RulesAnswer(Model):
    """The caller's rules."""

    rules: list[RuleFields]


class AddressAnswer(Model):
    """A mailbox's inbound address."""

    address: str
