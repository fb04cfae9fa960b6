"""The catalogue and the policy are read whole, with their defaults, or refused with each fault."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from nurture.conditions.condition import Facts
from nurture.files.source import Node, load_yaml
from nurture.project.catalog import Catalog, read_catalog
from nurture.project.policy import Policy, read_policy
from nurture.timing import Cap, Window
from nurture.words import Basis

COMPANY = 'company: {name: Example, postal_address: "1 Street"}\n'
SENDER = "sender: {name: Ada, address: ada@Example.com}\n"


def tree(text: str) -> Node:
    node, faults = load_yaml("x.yaml", text)
    assert faults == []
    assert node is not None
    return node


def catalog(text: str) -> Catalog:
    read, faults = read_catalog(tree(text), "catalog.yaml")
    assert faults == []
    assert read is not None
    return read


def policy(text: str = "") -> Policy:
    read, faults = read_policy(tree(COMPANY + SENDER + text), "nurture.yaml")
    assert faults == []
    assert read is not None
    return read


def test_topics_say_which_bases_they_accept() -> None:
    """By default what the lead itself opted into."""
    topics = catalog("topics: {a: {title: A}, b: {title: B, accepts: [imported], caps: [1 per day]}}").topics

    assert topics["a"].accepts == {Basis.OPT_IN, Basis.DOUBLE_OPT_IN}
    assert topics["b"].accepts == {Basis.IMPORTED}
    assert topics["b"].caps == (Cap(1, span=timedelta(days=1)),)


def test_assets_and_webinars_are_read() -> None:
    """Links, languages, instants with their zone, and lengths."""
    read = catalog(
        "topics: {a: {title: A}}\n"
        "assets: {x: {title: X, url: 'https://e.com/x', topic: a, languages: [en, fr-CA]}}\n"
        "webinars: {w: {title: W, starts_at: 2027-03-02T15:00+01:00, join_url: 'https://e.com/w'}}"
    )

    assert read.assets["x"].languages == ("en", "fr-CA")
    assert read.webinars["w"].starts_at == datetime(2027, 3, 2, 14, tzinfo=UTC)
    assert read.webinars["w"].length == timedelta(hours=1)


def test_the_vocabulary_holds_the_core_and_the_own_words() -> None:
    """Attributes, own signals, more properties of core signals, topics, assets and segments."""
    words = catalog(
        "topics: {a: {title: A}}\nattributes: {industry: text}\n"
        "signals: {trial.started: {plan: text}, mail.clicked: {place: number}}\n"
        "segments: {b: lead.stage == 'lead', a: lead.fit > 1}"
    ).vocabulary()

    assert (words.fields["industry"], words.fields["fit"]) == ("text", "number")
    assert words.signals["trial.started"] == {"plan": "text"}
    assert (words.signals["mail.clicked"]["place"], words.signals["mail.clicked"]["url"]) == (
        "number",
        "text",
    )
    assert words.topics == {"a"}
    assert words.choices["asset"] == frozenset()
    assert set(words.segments) == {"a", "b"}


def test_a_segment_may_use_those_above_it() -> None:
    """And stands for everyone when it is `true`."""
    segments = catalog("segments: {all: true, hot: segment.all and lead.engagement > 60}").segments

    assert segments["hot"].holds(Facts(lead={"engagement": 61}, now=datetime(2027, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("topics: {A: {title: A}}", ("NUR011", 1, 10, "`A` is not a name; write it as `security-guide`")),
        ("topics: {a: {}}", ("NUR010", 1, 10, "`title` is missing")),
        ("topics: {a: {title: A, accepts: [optin]}}", ("NUR011", 1, 34, "`optin` is not known here")),
        (
            "assets: {a: {title: A, url: example.com}}",
            (
                "NUR011",
                1,
                29,
                "`example.com` has no `https://`, so no program opens it; write `https://example.com`",
            ),
        ),
        (
            "assets: {a: {title: A, url: 'javascript:x'}}",
            ("NUR011", 1, 29, "`javascript:x` is not a link; write `https://...`"),
        ),
        ("assets: {a: {title: A, url: /a, topic: b}}", ("NUR041", 1, 40, "unknown topic `b`")),
        (
            "assets: {a: {title: A, url: /a, languages: [french]}}",
            ("NUR011", 1, 45, "`french` is not a language; write `fr` or `fr-CA`"),
        ),
        ("attributes: {company_size: integer}", ("NUR011", 1, 28, "`integer` is not known here")),
        ("attributes: {a-b: text}", ("NUR011", 1, 14, "`a-b` is not a name; write it as `company_size`")),
        ("attributes: {fit: number}", ("NUR013", 1, 14, "`fit` is a core field of every lead")),
        (
            "signals: {started: {}}",
            ("NUR011", 1, 11, "`started` is not a signal type; write it as `trial.started`"),
        ),
        (
            "signals: {mail.clicked: {url: number}}",
            ("NUR013", 1, 31, "`url` of the core signal mail.clicked is text"),
        ),
        ("segments: {a: segment.b, b: lead.fit > 1}", ("NUR020", 1, 23, "unknown segment `b`")),
        ("segments: {a: lead.ft > 1}", ("NUR020", 1, 20, "unknown field `ft`")),
        (
            "segments: {a: signal.asset is defined}",
            ("NUR034", 1, 15, "a segment looks at leads, not at the signal of one moment"),
        ),
        ("segments: {a: 3}", ("NUR011", 1, 15, "expected text, found `3`")),
        ("topic: {}", ("NUR012", 1, 1, "unknown key `topic`")),
    ],
)
def test_a_faulty_catalogue_is_told_in_its_place(text: str, expected: tuple[str, int, int, str]) -> None:
    """One fault, with its code, its line, its column and its words."""
    read, faults = read_catalog(tree(text), "catalog.yaml")

    assert read is None
    assert [(fault.code, fault.line, fault.column, fault.message) for fault in faults] == [expected]


def test_the_policys_defaults_are_safe() -> None:
    """Two mails a week, quiet nights, holidays kept, and a week to confirm."""
    read = policy()

    assert read.caps == (Cap(2, span=timedelta(days=7)),)
    assert read.quiet == (Window(frozenset(range(7)), time(21), time(7)),)
    assert (read.zone, read.language, read.holidays) == ("UTC", "en", True)
    assert read.spread == timedelta(minutes=15)
    assert read.consent.confirm_within == timedelta(days=7)
    assert (read.handoff.due, read.handoff.sellers) == (timedelta(days=1), ())
    assert read.sender.address == "ada@example.com"


def test_the_matrix_maps_grade_and_heat() -> None:
    """By default only fitting and hot leads are for sales."""
    maturity = policy().maturity

    assert [maturity.cell("A", heat) for heat in (1, 2, 3, 4)] == ["mql", "mql", "nurture", "nurture"]
    assert maturity.cell("D", 1) == "nurture"
    assert maturity.engagement == {1: 60, 2: 35, 3: 15}


def test_thresholds_can_be_moved() -> None:
    """Heats are numbers once read."""
    maturity = policy("maturity: {engagement: {1: 90, 2: 50, 3: 20}, fit: {A: 9, B: 5, C: 1}}").maturity

    assert maturity.engagement == {1: 90, 2: 50, 3: 20}
    assert maturity.fit == {"A": 9, "B": 5, "C": 1}


def test_stages_can_be_renamed_for_people() -> None:
    """The others keep their own word."""
    read = policy("stages: {mql: Ready}")

    assert [read.label("mql"), read.label("sal")] == ["Ready", "sal"]


def test_countries_are_codes() -> None:
    """A name that is known becomes its code."""
    assert policy("country: France").country == "FR"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("country: Atlantis", 3, 10, "`Atlantis` is not a country; write its ISO code, such as `FR`"),
        ("country: 33", 3, 10, "`33` is not a country; write its ISO code, such as `FR`"),
        ("zone: Paris", 3, 7, "`Paris` is not an IANA time zone; write `Europe/Paris`"),
        ("quiet_hours: 21:00-07:00", 3, 14, "expected a list, found `21:00-07:00`"),
        ("quiet_hours: [9-17]", 3, 15, '`9-17` are not hours; write "09:00-17:00", in quotes'),
        ("handoff: {sellers: [{name: G, address: 3}]}", 3, 40, "`3` is not a mail address"),
        (
            "maturity: {fit: {A: 1, B: 2, C: 3}}",
            3,
            12,
            "write all three thresholds, the best first, each lower than the one before",
        ),
        (
            "maturity: {fit: {A: 3, B: 2}}",
            3,
            12,
            "write all three thresholds, the best first, each lower than the one before",
        ),
        ("maturity: {engagement: 3}", 3, 24, "expected a mapping, found `3`"),
        ("maturity: {engagement: {4: 1}}", 3, 25, "`4` is not known here"),
        ("maturity: {matrix: {A: [mql, mql, mql, mql]}}", 3, 12, "the row of grade B is missing"),
        (
            "maturity: {matrix: {A: [mql]}}",
            3,
            21,
            "List should have at least 4 items after validation, not 1",
        ),
        ("maturity: {margin: -1}", 3, 20, "`-1` should be greater than or equal to 0"),
        ("stages: {mqll: x}", 3, 10, "`mqll` is not known here"),
    ],
)
def test_a_faulty_policy_is_told_in_its_place(text: str, line: int, column: int, message: str) -> None:
    """One fault, with its line, its column and its words."""
    read, faults = read_policy(tree(COMPANY + SENDER + text), "nurture.yaml")

    assert read is None
    assert [(fault.line, fault.column) for fault in faults] == [(line, column)]
    assert faults[0].message.startswith(message)
