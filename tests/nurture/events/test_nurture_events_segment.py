"""Messages in Segment's shape: what each says, and why one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.events.map import EventMap, read_events
from nurture.events.own import read_lead, read_signal
from nurture.events.segment import KINDS, read_segment
from nurture.events.values import (
    ItemFate,
    ItemOutcome,
    Said,
    SaidLead,
    SaidSignal,
    UnmappedEvent,
    may_post,
)
from tests.nurture.gate_world import project

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
CATALOG = """\
attributes:
  employees: number
  size: {type: text, one_of: [small, large]}
  langs: {type: list, one_of: [fr, en]}
signals:
  trial.started: {plan: {type: text, one_of: [free, paid]}, seats: number, on: date, tags: list}
"""
EVENTS = """\
events:
  Guide Downloaded:
    signal: asset.downloaded
    properties: {asset: slug, page: context.page.path}
    set: {form: side}
  Trial Started: trial.started
traits: {employees: company.employee_count}
ignore: [Heartbeat]
"""


def events(**files: str) -> EventMap:
    """The map of a project with this events.yaml."""
    found = project("- send: hello")
    found["catalog.yaml"] = found["catalog.yaml"].replace("attributes: {interest: text}\n", CATALOG)
    return read_events({**found, "events.yaml": files.get("events", EVENTS)})


MAP = events()


def segment(kind: str, item: Any, batch: Any = None) -> Said | ItemOutcome:
    """Read one message at 8 o'clock."""
    return read_segment(item, kind, MAP, NOW, batch or {})


def track(name: str = "Guide Downloaded", **more: Any) -> Any:
    """A track call of u1."""
    return segment("track", {"messageId": "m1", "userId": "u1", "event": name, **more})


def test_a_known_event_is_its_signal() -> None:
    """With what the line takes from it, and what it always carries."""
    found = track(properties={"slug": "guide", "more": 1}, context={"page": {"path": "/pricing"}})

    assert found.type == "asset.downloaded"
    assert found.properties == {"asset": "guide", "page": "/pricing", "form": "side"}
    assert (found.id, found.who.key, found.at) == ("m1", "u1", NOW)


def test_an_event_that_nobody_knows_is_told_with_the_names_of_its_properties() -> None:
    """Never with their values; and no more of them than help."""
    found = track("Cart Viewed", properties={"b": "ada@x.example", "a": 1, "\n": 2})

    assert found == UnmappedEvent("m1", "Cart Viewed", ("a", "b"))


def test_an_event_that_the_project_ignores_is_ignored() -> None:
    """Neither counted nor told."""
    assert track("heartbeat").fate is ItemFate.IGNORED


def test_a_property_that_cannot_be_read_costs_the_property() -> None:
    """As a cell of an import does."""
    found = track(
        "trial started",
        properties={
            "plan": "gold",
            "seats": "12",
            "on": "2027-03-01",
            "tags": ["a", 1],
            "nested": {"x": 1},
        },
    )

    assert found.properties == {"seats": 12, "on": "2027-03-01", "tags": ["a", 1]}
    assert [one.partition(":")[0] for one in found.remarks] == ["plan"]


LARGE = {
    "a long text": {"slug": "x" * 2001},
    "an object": {"slug": {"a": 1}},
    "a list": {"slug": ["a"]},
    "nothing": {"slug": ""},
}


@pytest.mark.parametrize("properties", LARGE.values(), ids=LARGE.keys())
def test_what_is_no_value_of_its_type_is_left_out(properties: dict[str, Any]) -> None:
    """The event counts all the same."""
    assert "asset" not in track(properties=properties).properties


@pytest.mark.parametrize("tags", [["x"] * 101, ["x" * 2001]], ids=["many", "long"])
def test_a_list_is_short(tags: list[str]) -> None:
    """What a condition reads is never a document."""
    assert "tags" not in track("Trial Started", properties={"tags": tags}).properties


def test_a_page_is_a_visit_without_what_follows_the_path_of_its_link() -> None:
    """Tokens and addresses stand there."""
    found = segment(
        "page",
        {
            "messageId": "m",
            "anonymousId": "a1",
            "properties": {"path": "/pricing", "url": "https://x.example/pricing?email=ada@x.example#top"},
        },
    )

    assert isinstance(found, SaidSignal)
    assert found.type == "page.visited"
    assert found.properties == {"page": "/pricing", "url": "https://x.example/pricing"}
    assert (found.who.key, found.who.called) == (None, ("anonymous:a1",))


def test_a_screen_is_told_by_its_name() -> None:
    """Apps have no paths."""
    found = segment("screen", {"anonymousId": "a1", "name": "Pricing"})

    assert isinstance(found, SaidSignal)
    assert found.properties == {"page": "Pricing"}


def test_a_link_that_is_no_text_stays_as_it_is() -> None:
    """Only a page's own mapping makes it so."""
    plain = events(events="pages: {properties: {url: url}}\n")
    found = read_segment({"anonymousId": "a", "properties": {"url": "/x?y"}}, "page", plain, NOW, {})

    assert isinstance(found, SaidSignal)
    assert found.properties == {"url": "/x"}


def test_pages_can_be_ignored() -> None:
    """By the word `page`."""
    found = read_segment({"anonymousId": "a"}, "page", events(events="ignore: [page]\n"), NOW, {})

    assert isinstance(found, ItemOutcome)
    assert found.fate is ItemFate.IGNORED


def test_an_identify_is_a_lead_with_its_profile_and_attributes() -> None:
    """As Segment writes traits, and as the project's own lines say."""
    found = segment(
        "identify",
        {
            "messageId": "m",
            "userId": 7,
            "anonymousId": "a1",
            "traits": {
                "email": "Ada@Acme.example",
                "firstName": "Ada",
                "company": {"name": "Acme", "employee_count": "300"},
                "address": {"country": "France"},
                "size": "huge",
            },
            "context": {"locale": "fr-FR", "timezone": "Europe/Paris"},
        },
    )

    assert isinstance(found, SaidLead)
    assert (found.who.address, found.who.key) == ("ada@acme.example", "7")
    assert found.who.called == ("user:7", "anonymous:a1")
    assert found.profile == {
        "first_name": "Ada",
        "company": "Acme",
        "country": "FR",
        "language": "fr-FR",
        "zone": "Europe/Paris",
    }
    assert found.attributes == {"employees": 300}
    assert len(found.remarks) == 1


def test_traits_win_over_the_context() -> None:
    """What the lead says of itself is better than what its browser does."""
    found = segment(
        "identify",
        {"traits": {"email": "a@x.example", "language": "en"}, "context": {"locale": "fr"}},
    )

    assert isinstance(found, SaidLead)
    assert found.profile == {"language": "en"}


def test_an_identify_without_address_and_user_describes_nobody() -> None:
    """There is no lead to keep it with."""
    found = segment("identify", {"anonymousId": "a1", "traits": {"firstName": "Ada"}})

    assert isinstance(found, ItemOutcome)
    assert found.fate is ItemFate.IGNORED


WHOM = {
    "a key": ({"userId": "u1"}, ("", "u1")),
    "an address as the user's id": ({"userId": "Ada@x.example"}, ("ada@x.example", None)),
    "a handle": ({"userId": "@ada"}, ("", "@ada")),
    "an address in the context": (
        {"userId": "u1", "context": {"traits": {"email": "a@x.example"}}},
        ("a@x.example", "u1"),
    ),
    "odd traits in the context": ({"userId": "u1", "context": {"traits": []}}, ("", "u1")),
    "an address and another as the user's id": (
        {"userId": "b@x.example", "context": {"traits": {"email": "a@x.example"}}},
        ("a@x.example", None),
    ),
}


@pytest.mark.parametrize(("item", "expected"), WHOM.values(), ids=WHOM.keys())
def test_whom_a_call_is_about(item: dict[str, Any], expected: tuple[str, str | None]) -> None:
    """The address counts before the key."""
    found = segment("track", {"event": "demo.requested", **item})

    assert isinstance(found, SaidSignal)
    assert (found.who.address, found.who.key) == expected


def test_an_alias_links_what_was_called_otherwise() -> None:
    """Under either kind of name."""
    found = segment("alias", {"previousId": "a1", "userId": "u1"})

    assert isinstance(found, SaidLead)
    assert set(found.who.called) == {"user:u1", "anonymous:a1", "user:a1"}
    assert len(set(found.who.names)) == 3
    assert "u1" not in "".join(found.who.names)


def test_nothing_is_made_of_groups() -> None:
    """Companies come by traits."""
    found = segment("group", {"userId": "u1", "groupId": "g"})

    assert isinstance(found, ItemOutcome)
    assert found.fate is ItemFate.IGNORED


HOUR = timedelta(hours=1)
CLOCKS = {
    "no moment": ({}, NOW),
    "its moment": ({"timestamp": "2027-06-15T07:00:00Z"}, NOW - HOUR),
    "in another zone": ({"timestamp": "2027-06-15T07:00:00+02:00"}, NOW - 3 * HOUR),
    "without a zone": ({"timestamp": "2027-06-15T07:00:00"}, NOW - HOUR),
    "by a clock that is an hour slow": (
        {"timestamp": "2027-06-15T06:30:00Z", "sentAt": "2027-06-15T07:00:00Z"},
        NOW - HOUR / 2,
    ),
    "the original by such a clock": (
        {"originalTimestamp": "2027-06-15T06:30:00Z", "sentAt": "2027-06-15T07:00:00Z"},
        NOW - HOUR / 2,
    ),
    "corrected already": (
        {"timestamp": "2027-06-15T05:00:00Z", "originalTimestamp": "2027-06-15T01:00:00Z"},
        NOW - 3 * HOUR,
    ),
    "sent long ago and posted again": (
        {"timestamp": "2027-06-01T06:30:00Z", "sentAt": "2027-06-01T07:00:00Z"},
        datetime(2027, 6, 1, 6, 30, tzinfo=UTC),
    ),
    "sent before it happened": (
        {"timestamp": "2027-06-15T07:30:00Z", "sentAt": "2027-06-15T07:00:00Z"},
        NOW - HOUR / 2,
    ),
}


@pytest.mark.parametrize(("item", "expected"), CLOCKS.values(), ids=CLOCKS.keys())
def test_a_wrong_clock_is_mended(item: dict[str, Any], expected: datetime) -> None:
    """When it was sent, and when it came, tell by how much."""
    assert track(**item).at == expected


def test_what_a_batch_says_goes_for_its_calls() -> None:
    """A call's own word counts before it."""
    batch = {"sentAt": "2027-06-15T07:00:00Z", "context": {"page": {"path": "/a"}, "x": 1}}
    item = {"type": "track", "userId": "u", "event": "Guide Downloaded", "timestamp": "2027-06-15T07:00:00Z"}

    shared = segment("", item, batch)
    own = segment("", {**item, "context": {"page": {"path": "/b"}}}, batch)

    assert isinstance(shared, SaidSignal)
    assert isinstance(own, SaidSignal)
    assert (shared.at, shared.properties["page"], own.properties["page"]) == (NOW, "/a", "/b")


REFUSED = {
    "no object": ("track", [], "an item is not an object"),
    "no type": ("", {"userId": "u"}, "`type` is missing"),
    "another type": ("", {"type": "purchase"}, "`type` is `purchase`"),
    "no event": ("track", {"userId": "u"}, "`event` is missing"),
    "nobody": ("track", {"event": "demo.requested"}, "it names nobody"),
    "an id that is none": ("track", {"messageId": {}}, "`messageId` is not a text"),
    "a long id": ("track", {"messageId": "x" * 201}, "`messageId` is longer than 200 characters"),
    "a NUL": ("track", {"userId": "a\0b", "event": "demo.requested"}, "`userId` holds a NUL character"),
    "properties that are none": ("track", {"event": "x", "properties": []}, "`properties` is not an object"),
    "no address": (
        "identify",
        {"traits": {"email": "ada at acme"}},
        "`traits.email` is not an address that mail can be sent to",
    ),
    "an address of another type": (
        "identify",
        {"traits": {"email": 7}},
        "`traits.email` is not an address that mail can be sent to",
    ),
    "no moment": (
        "track",
        {"userId": "u", "event": "demo.requested", "timestamp": "yesterday"},
        "`timestamp` is not a moment in ISO 8601",
    ),
    "a moment out of range": (
        "track",
        {"userId": "u", "event": "demo.requested", "timestamp": "0001-01-01T00:00:00+14:00"},
        "`timestamp` is not a moment in ISO 8601",
    ),
    "a moment before all websites": (
        "track",
        {"userId": "u", "event": "demo.requested", "timestamp": "1901-01-01T00:00:00Z"},
        "`timestamp` lies before 1970",
    ),
    "half an alias": ("alias", {"userId": "u"}, "`previousId` or `userId` is missing"),
}


@pytest.mark.parametrize(("kind", "item", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_used_is_refused_in_words(kind: str, item: Any, expected: str) -> None:
    """And says what to do."""
    found = segment(kind, item)

    assert isinstance(found, ItemOutcome)
    assert (found.fate, found.status) == (ItemFate.REFUSED, 422)
    assert found.why.startswith(expected)
    assert found.help


TYPES = {
    "what leads do": (frozenset(), "demo.requested", True),
    "the project's own": (frozenset(), "trial.started", True),
    "what sales say": (frozenset(), "deal.won", False),
    "what sales say, named": (frozenset({"deal.won"}), "deal.won", True),
    "another than named": (frozenset({"deal.won"}), "demo.requested", False),
}


@pytest.mark.parametrize(("types", "signal", "expected"), TYPES.values(), ids=TYPES.keys())
def test_a_key_posts_what_leads_do_unless_it_names_more(
    types: frozenset[str], signal: str, expected: bool
) -> None:
    """A website cannot say that a deal was won."""
    assert may_post(types, signal) is expected


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(["ada@x.example", "2027-06-15T07:00:00Z", "u1", "trial.started", "guide", "granted"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(
                [
                    *("type", "messageId", "userId", "anonymousId", "traits", "email", "event", "properties"),
                    *("context", "timestamp", "sentAt", "plan", "seats", "on", "tags", "id", "key", "fields"),
                    *("consents", "topic", "at", "anonymous", "first_name", "country", "previousId"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from([*KINDS, ""]), st.dictionaries(st.sampled_from(["context"]), st.none()))
def test_nothing_that_json_can_hold_raises(item: Any, kind: str, batch: dict[str, Any]) -> None:
    """Whatever is posted is read, or refused in words."""
    found = [
        read_segment(item, kind, MAP, NOW, batch),
        read_signal(item, MAP, NOW),
        read_lead(item, MAP, NOW, "api:x"),
    ]

    assert all(not isinstance(one, ItemOutcome) or one.why for one in found)
