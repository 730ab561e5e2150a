"""Which hosts a trace field says took part, as real servers write it."""

from __future__ import annotations

import pytest

from relay.core import mail_head
from relay.core.errors import WorkAddressRefused
from relay.core.trace import delivered_to, hosts

PLAIN = b"by mx.home.example (Postfix) with ESMTPS id 4AB; Thu, 1 Jan 2026 10:00:00 +0000 (UTC)"


@pytest.mark.parametrize(
    "value",
    [
        b"from mail.corp.example (unknown [192.0.2.1]) " + PLAIN,
        b"from localhost (out.corp.example [192.0.2.1]) " + PLAIN,
        b"from localhost (out.corp.example. [192.0.2.1])\t" + PLAIN,
        b"from [192.0.2.1] (corp.example [192.0.2.1]) " + PLAIN,
        b"from x ([192.0.2.1] helo=out.corp.example) by mx.home.example with esmtp (Exim 4.96) id 1; Thu",
        b"from x (HELO out.corp.example) (192.0.2.9) by 0 with SMTP; Thu",
        b"from A.Corp.example (2001:db8::6) by B.prod.example (2001:db8::7) with Microsoft SMTP Server id 15",
        b"from (corp.example [192.0.2.1]) " + PLAIN,
        b"from corp.example(corp.example[192.0.2.1])by mx.home.example; Thu",
        b"FROM corp.example BY mx.home.example; Thu",
        b"from home.example by mta7.corp.example with HTTP; Thu",
        b"by mta7.corp.example id 3; Thu",
        b"(from maya@localhost) by mta7.corp.example (8.15/Submit) id 3; Thu",
        b"by mx.home.example by corp.example; Thu",
        b"from corp.example",
    ],
)
def test_an_employers_host_took_part(value: bytes) -> None:
    """By its own word, or by the name that the other found for it: such a mail is refused."""
    with pytest.raises(WorkAddressRefused):
        mail_head.check_guard([(b"received", value)], ["corp.example"])


@pytest.mark.parametrize(
    "value",
    [
        b"from mail.home.example (mail.home.example [192.0.2.1]) by mx.example for <maya@corp.example>; Thu",
        b"from mail.home.example by mx.home.example (mail for corp.example and others) with ESMTPA id 4; Thu",
        b"from mail.home.example by mx.home.example (Postfix, from corp.example 1000) id 4; Thu",
        b"from mail.home.example (envelope-sender <hr@corp.example>) by mx.home.example; Thu",
        b"from mail.home.example by mx.home.example via corp.example; Thu",
        b"from mail.home.example by mx.home.example with ESMTP id corp.example; Thu",
        b"from notcorp.example by corp.example.home.example; Thu",
        b"(qmail 1234 invoked by uid 89); 1 Jan 2026 10:00:00 -0000 (corp.example)",
        b"",
    ],
)
def test_one_that_is_merely_mentioned_did_not(value: bytes) -> None:
    """In `for`, in an id, in a comment of a private provider: the mail passed no host of the employer's."""
    mail_head.check_guard([(b"received", value)], ["corp.example"])


def test_where_it_was_delivered() -> None:
    """The address in `for`, with and without brackets; not one in a comment."""
    assert delivered_to(b"by x for <maya@Corp.example>; Thu") == ["corp.example"]
    assert delivered_to(b"by x for maya@corp.example (comment); Thu") == ["corp.example"]
    assert delivered_to(b"by x (for maya@corp.example); Thu") == []
    assert delivered_to(b"by x for") == []


@pytest.mark.parametrize(
    "value",
    [
        b"(" * 60_000,
        b"(a" * 30_000,
        b"( " + b"(x) " * 15_000,
        b"from " * 12_000,
        b"from (" + b"helo=" * 12_000,
    ],
)
def test_a_field_of_brackets_is_read_once(value: bytes) -> None:
    """Sixty thousand bytes of nothing cost no more than reading them."""
    assert "corp.example" not in hosts(value)
