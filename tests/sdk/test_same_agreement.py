"""The agreement that the web inbox makes is the one that the SDK makes: both hold against one file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from client_sdk.agreement import Offer, agreement_text
from client_sdk.facts import Facts

CASES = json.loads((Path(__file__).parent / "agreements.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[one["name"] for one in CASES])
def test_the_text_is_as_it_was_written_down(case: dict[str, Any]) -> None:
    """The same facts give the same bytes, here and in `relay/inbox/src/people/agreementtext.test.ts`."""
    facts = case["facts"] | {"last_day": date.fromisoformat(case["facts"]["last_day"])}
    tuples = {name: tuple(value) for name, value in facts.items() if isinstance(value, list)}
    tuples["work_phones"] = tuple((number, whose) for number, whose in facts.get("work_phones", ()))
    offer = Offer(case["coach"], case["client"], "Quietbox", Facts(**(facts | tuples)))
    assert agreement_text(replace(offer, language=case["language"])) == case["text"]
