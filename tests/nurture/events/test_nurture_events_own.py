"""Signals and leads in our own words: strict, with what was probably meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from nurture.deciding.consent import ALL_TOPICS
from nurture.events.own import read_lead, read_signal
from nurture.events.values import ItemFate, ItemOutcome, SaidLead, SaidSignal
from nurture.values import Consent
from nurture.words import Basis, ConsentState
from tests.nurture.events.test_nurture_events_segment import MAP, NOW

LATER = "2027-06-16T08:00:00Z"


def test_a_signal_says_who_did_what_and_when() -> None:
    """Its properties are of their declared types."""
    found = read_signal(
        {
            "id": "1",
            "type": "trial.started",
            "email": "Ada@x.example",
            "at": "2027-06-15T07:00:00Z",
            "properties": {"seats": "3", "plan": "Paid"},
        },
        MAP,
        NOW,
    )

    assert isinstance(found, SaidSignal)
    assert (found.type, found.who.address, found.properties) == (
        "trial.started",
        "ada@x.example",
        {"seats": 3, "plan": "paid"},
    )
    assert found.at == datetime(2027, 6, 15, 7, 0, tzinfo=UTC)


def test_a_lead_says_who_somebody_is_and_what_she_agreed_to() -> None:
    """A null says nothing, and a consent is never of tomorrow."""
    found = read_lead(
        {
            "email": "a@x.example",
            "key": "u1",
            "fields": {"first_name": "Ada", "employees": 3, "country": None},
            "consents": [
                {"topic": "guides", "at": LATER, "proof": "form"},
                {"topic": "all", "state": "withdrawn"},
            ],
        },
        MAP,
        NOW,
        "api:site",
    )

    assert isinstance(found, SaidLead)
    assert (found.profile, found.attributes) == ({"first_name": "Ada"}, {"employees": 3})
    assert found.consents == (
        Consent("guides", ConsentState.GRANTED, Basis.OPT_IN, NOW, "api:site", "form"),
        Consent(ALL_TOPICS, ConsentState.WITHDRAWN, Basis.OPT_IN, NOW, "api:site", ""),
    )


SIGNALS = {
    "no object": ("x", "an item is not an object", ""),
    "an unknown key": ({"typ": "x"}, "unknown key `typ`", "did you mean `type`?"),
    "no type": ({"key": "u"}, "`type` is missing", ""),
    "an unknown type": (
        {"key": "u", "type": "trial.startd"},
        "`type`: unknown signal type `trial.startd`",
        "did you mean `trial.started`?",
    ),
    "an unknown property": (
        {"key": "u", "type": "trial.started", "properties": {"seat": 1}},
        "`trial.started` has no property `seat`",
        "did you mean `seats`?",
    ),
    "a value of another type": (
        {"key": "u", "type": "trial.started", "properties": {"seats": "many"}},
        "`seats`: 'many' is not a number",
        "see its type in catalog.yaml",
    ),
    "nobody": ({"type": "trial.started"}, "it names nobody", "give `email`, `key` or `anonymous`"),
}


@pytest.mark.parametrize(("item", "why", "hint"), SIGNALS.values(), ids=SIGNALS.keys())
def test_a_signal_that_cannot_be_used_says_what_to_do(item: Any, why: str, hint: str) -> None:
    """With the closest word."""
    found = read_signal(item, MAP, NOW)

    assert isinstance(found, ItemOutcome)
    assert (found.fate, found.why) == (ItemFate.REFUSED, why)
    assert hint in found.help


def consents(*said: Any) -> dict[str, Any]:
    """A lead that says this of topics."""
    return {"key": "u", "consents": list(said)}


LEADS = {
    "nobody": ({"anonymous": "a"}, "it names no lead"),
    "an unknown field": ({"key": "u", "fields": {"employes": 1}}, "a lead has no field `employes`"),
    "a field of another type": (
        {"key": "u", "fields": {"employees": "x"}},
        "`employees`: 'x' is not a number",
    ),
    "consents that are none": ({"key": "u", "consents": {"topic": "guides"}}, "`consents` is not a list"),
    "more consents than topics": (consents(*[{}] * 51), "`consents` is not a list"),
    "a consent that is none": (consents("guides"), "a consent is not an object"),
    "an unknown topic": (consents({"topic": "guide"}), "unknown topic `guide`"),
    "one topic twice": (consents({"topic": "guides"}, {"topic": "guides"}), "`guides` is named twice"),
    "an unknown state": (
        consents({"topic": "guides", "state": "yes"}),
        "`state` or `basis` is none that we know",
    ),
    "everything granted": (consents({"topic": "all"}), "a consent is given to one topic"),
}


@pytest.mark.parametrize(("item", "why"), LEADS.values(), ids=LEADS.keys())
def test_a_lead_that_cannot_be_used_says_why(item: Any, why: str) -> None:
    """And nothing of it is taken."""
    found = read_lead(item, MAP, NOW, "api:site")

    assert isinstance(found, ItemOutcome)
    assert (found.fate, found.why) == (ItemFate.REFUSED, why)
