"""Conditions say what they mean, never raise for facts, and point at what is wrong in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.conditions.condition import ConditionError, Facts, Vocabulary, parse
from nurture.conditions.tree import And, Compare, Contains, Count, Field, Happened, Not, OneOf, Value
from nurture.values import Consent, Signal
from nurture.words import Basis, ConsentState

NOW = datetime(2027, 6, 15, 12, tzinfo=UTC)
WARM = parse("lead.engagement >= 40")
WORDS = Vocabulary(
    fields={
        "fit": "number",
        "engagement": "number",
        "stage": "text",
        "job_title": "text",
        "company": "text",
        "tools": "list",
        "vip": "flag",
        "renewal_on": "date",
    },
    signals={
        "asset.downloaded": {"asset": "text", "times": "number", "reason": "number"},
        "mail.clicked": {"url": "text", "template": "text", "on_day": "date", "reason": "text"},
    },
    topics=frozenset({"guides", "product-news"}),
    segments={"warm": WARM},
    choices={"asset": frozenset({"guide", "story"})},
)


def signal(
    kind: str = "asset.downloaded", days_ago: float = 0, *, machine: bool = False, **properties: Any
) -> Signal:
    at = NOW - timedelta(days=days_ago)
    return Signal(kind, occurred_at=at, received_at=NOW, properties=properties, machine=machine)


FACTS = Facts(
    lead={
        "fit": 30.0,
        "engagement": 45,
        "stage": "lead",
        "job_title": "VP Security",
        "company": "Lumen",
        "tools": ["siem", "vault"],
        "vip": True,
        "renewal_on": date(2027, 3, 1),
        "seen_at": datetime(2027, 3, 1, 9, tzinfo=UTC),
        "pair": ("a", "b"),
        "industry": None,
        "score": "12",
    },
    now=NOW,
    signals=[
        signal(asset="guide", times=2, days_ago=10),
        signal(asset="guide", days_ago=40),
        signal(asset="story", machine=True),
        signal("mail.clicked", url="/pricing", ok=True),
    ],
    signal=signal(asset="guide", times=3),
    consents={"guides": Consent("guides", ConsentState.GRANTED, Basis.OPT_IN, NOW)},
)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("true", True),
        ("false", False),
        ("lead.fit == 30", True),
        ("lead.fit != 30", False),
        ("lead.fit > -5", True),
        ("20 <= lead.fit < 40", True),
        ("40 > lead.fit", True),
        ("30 == lead.fit", True),
        ("lead.fit < lead.engagement", True),
        ('lead.stage == "lead" and lead.vip', True),
        ('lead.stage == "customer" or lead.fit > 20 or lead.fit > 90', True),
        ("not lead.vip", False),
        ("lead.vip == false", False),
        ('lead["job_title"] is startswith("VP")', True),
        ('lead.job_title is startswith("vp")', False),
        ('lead.job_title is endswith("Security")', True),
        ('lead.job_title is contains("Sec")', True),
        ('"Sec" in lead.job_title', True),
        ('"Sec" not in lead.job_title', False),
        ('"siem" in lead.tools', True),
        ('"crm" not in lead.tools', True),
        ('lead.tools is contains("crm")', False),
        ('"a" in lead.pair', True),
        ('lead.stage in ["lead", "mql"]', True),
        ('lead.stage not in ("lead", "mql")', False),
        ('lead.renewal_on < "2027-06-01"', True),
        ('lead.seen_at == "2027-03-01"', True),
        ('signal.asset == "guide"', True),
        ('signal.type == "asset.downloaded"', True),
        ("signal.times >= 3", True),
        ('consent.guides == "granted"', True),
        ('consent.guides in ["pending", "withdrawn"]', False),
        ("consent.guides is defined", True),
        ('signals.any("asset.downloaded")', True),
        ('signals.any("asset.downloaded", asset="story")', False),
        ('signals.any("asset.downloaded", asset="guide", times=2)', True),
        ('signals.any("asset.downloaded", asset="guide", within="5 days")', False),
        ('signals.count("asset.downloaded") == 2', True),
        ('signals.count("asset.downloaded", within="10 days") >= 2', False),
        ('signals.count("asset.downloaded") in [2, 3]', True),
        ('signals.any("mail.clicked", ok=true)', True),
        ('signals.any("mail.clicked", ok=1)', False),
        ("lead.vip == 1", False),
        ("lead.score > 3", False),
        ("lead.score == 12", False),
        ('lead.tools == "siem"', False),
        ('lead.tools in ["siem"]', False),
        ('lead.fit is contains("3")', False),
        ('"3" in lead.fit', False),
        ("lead.job_title is defined", True),
    ],
)
def test_a_condition_holds_as_it_reads(text: str, holds: bool) -> None:
    """Kinds are never mixed: text is no number, true is not 1, a list is not its item."""
    assert parse(text).holds(FACTS) is holds


@pytest.mark.parametrize(
    "text",
    [
        'lead.industry == "banking"',
        'lead.industry != "banking"',
        'lead.industry < "x"',
        'lead.industry in ["banking"]',
        'lead.industry not in ["banking"]',
        '"bank" in lead.industry',
        '"bank" not in lead.industry',
        'lead.industry is startswith("b")',
        'lead.industry is endswith("b")',
        "lead.industry is defined",
        "lead.industry",
        "lead.other == lead.industry",
        'signal.url != "x"',
        'consent.news != "granted"',
        "consent.news is defined",
    ],
)
def test_a_comparison_with_what_is_missing_is_false_and_its_not_is_true(text: str) -> None:
    """Both `==` and `!=`, `in` and `not in`."""
    assert not parse(text).holds(FACTS)
    assert parse(f"not ({text})").holds(FACTS)


def test_without_an_entering_signal_its_properties_are_missing() -> None:
    """A condition that reads one is false, not an error."""
    facts = Facts(lead={}, now=NOW)

    assert not parse('signal.asset == "guide"').holds(facts)
    assert not parse('signal.type != "x"').holds(facts)


ATOM = st.sampled_from(
    [
        "lead.a",
        "lead.b is defined",
        "lead.c > 1",
        'lead.a == "x"',
        'lead.a not in ["x"]',
        '"x" in lead.b',
        'lead.c is startswith("x")',
        "signal.p == 1",
        'consent.t == "granted"',
        'signals.count("s", p=1) >= 1',
    ]
)
TEXT = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        inner.map(lambda a: f"not ({a})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=6,
)
ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.dictionaries(st.text(max_size=1), st.none()),
    st.lists(st.text(max_size=2)),
)


@given(TEXT, st.fixed_dictionaries({"a": ANY, "b": ANY, "c": ANY}), ANY)
def test_no_fact_makes_a_condition_raise(text: str, lead: dict[str, Any], value: Any) -> None:
    """Whatever an import left in a field, the answer is yes or no, and `not` turns it round."""
    facts = Facts(lead=lead, now=NOW, signal=signal("s", p=value), signals=[signal("s", p=value)])

    assert parse(text).holds(facts) is not parse(f"not ({text})").holds(facts)


@given(st.text(alphabet="lead.signtypcou \"'()[]{}=<>!&|+-*/\\0129,:%#\n\té²", max_size=40))
def test_no_text_raises_anything_but_a_condition_error(text: str) -> None:
    """Every text is a condition or a ConditionError whose column lies in it."""
    try:
        parse(text, WORDS)
        column = 1
    except ConditionError as error:
        column = error.column

    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "under", "message", "suggestion"),
    [
        ("lead.ft > 3", "ft", "unknown field `ft`", "did you mean `fit`?"),
        ("led.fit > 3", "led", "unknown name `led`", "did you mean `lead`?"),
        (
            "fit > 3",
            "fit",
            "`fit` alone is not known here",
            'write `lead.fit`, or put text in quotes: `"fit"`',
        ),
        ("lead.fit.x > 3", "x", "a name has two parts", 'write `lead.industry` or `consent["my-topic"]`'),
        ("lead[3] > 3", "[", "a name has two parts", 'write `lead.industry` or `consent["my-topic"]`'),
        ('signal.aset == "x"', "aset", "unknown property `aset`", "did you mean `asset`?"),
        ('signal.asset == "giude"', '"giude"', "unknown asset `giude`", "did you mean `guide`?"),
        ('signal.asset in ["giude"]', '"giude"', "unknown asset `giude`", "did you mean `guide`?"),
        (
            'signal.type == "mail.click"',
            '"mail.click"',
            "unknown signal type `mail.click`",
            "did you mean `mail.clicked`?",
        ),
        ('consent.guide == "granted"', "guide", "unknown topic `guide`", "did you mean `guides`?"),
        (
            'consent["product-news"] == "grantd"',
            '"grantd"',
            "unknown state `grantd`",
            "did you mean `granted`?",
        ),
        ('lead.stage == "custmer"', '"custmer"', "unknown stage `custmer`", "did you mean `customer`?"),
        ("segment.wram", "wram", "unknown segment `wram`", "did you mean `warm`?"),
        ("segment.warm == true", "warm", "`segment.warm` is not a value", "write `segment.name` alone"),
        (
            'signals.any("mail.click")',
            '"mail.click"',
            "unknown signal type `mail.click`",
            "did you mean `mail.clicked`?",
        ),
        (
            'signals.any("mail.clicked", ulr="x")',
            "ulr",
            "`mail.clicked` has no property `ulr`",
            "did you mean `url`?",
        ),
        ('signals.any("mail.clicked", url=3)', "3", "`url` is a text, not a number", ""),
        ('signals.any("mail.clicked", url=lead.fit)', "fit", "`url=` takes a written value", ""),
        ('signals.any("asset.downloaded", asset="x")', '"x"', "unknown asset `x`", "known: `guide`, `story`"),
        (
            'signals.any("mail.clicked", within="3 dais")',
            '"3 dais"',
            "`within` takes a span",
            'write `within="30 days"`',
        ),
        ('signals.any("mail.clicked", within=3)', "3", "`within` takes a span", 'write `within="30 days"`'),
        (
            "signals.any(lead.fit)",
            "any",
            "`signals.any` needs one signal type",
            'write `signals.any("mail.clicked")`',
        ),
        (
            'signals.first("x") == 1',
            "first",
            "only `signals.any(...)` and `signals.count(...)` can be called",
            "",
        ),
        ('lead.any("x")', "any", "only `signals.any(...)` and `signals.count(...)` can be called", ""),
        ("range(9) == 3", "range", "only `signals.any(...)` and `signals.count(...)` can be called", ""),
        ("signals.any == 1", "any", "`signals.any` is not a value", 'write `signals.any("mail.clicked")`'),
        (
            'signals.any("mail.clicked") == true',
            "any",
            "`signals.any(...)` is not compared",
            "write `signals.count(...)`, or leave the comparison out",
        ),
        (
            'signals.count("mail.clicked")',
            "count",
            "a count alone says neither yes nor no",
            "compare it: `... >= 2`",
        ),
        (
            'lead.fit > "3"',
            '"3"',
            "compares a number with a text",
            "put text in quotes, and write numbers, true and false without them",
        ),
        (
            "lead.stage == 3",
            "3",
            "compares a text with a number",
            "put text in quotes, and write numbers, true and false without them",
        ),
        ('lead.tools == "x"', '"x"', "a list is not compared", 'write `"x" in lead.list`'),
        ("lead.vip > true", "true", "a flag is only equal or not equal", "write `== true`"),
        ("1 == 1", "1", "compares two written values", "compare a field with a value"),
        ('"a" in ["a"]', '"a"', "compares two written values", "compare a field with a value"),
        (
            "lead.fit",
            "fit",
            "a number alone says neither yes nor no",
            'compare it: `... == "x"`, or ask `... is defined`',
        ),
        (
            '"x"',
            '"x"',
            "a text alone says neither yes nor no",
            'compare it: `... == "x"`, or ask `... is defined`',
        ),
        ("lead.fit == none", "none", "nothing is compared with `none`", "write `lead.x is not defined`"),
        ('lead.renewal_on < "soon"', '"soon"', "`soon` is not a date", 'write "2027-03-01"'),
        (
            'lead.renewal_on < "2027-13-01"',
            '"2027-13-01"',
            "`2027-13-01` is not a date",
            'write "2027-03-01"',
        ),
        (
            'lead.stage in "customer"',
            '"customer"',
            "only a text or a list can hold something",
            'write `in ["a", "b"]`',
        ),
        ('"x" in lead.fit', "fit", "only a text or a list can hold something", 'write `in ["a", "b"]`'),
        ("3 in lead.tools", "tools", "what is looked for is text", "put it in quotes"),
        (
            "lead.fit in [lead.engagement]",
            "engagement",
            "a list in a condition holds written values only",
            "",
        ),
        (
            'lead.fit in ["3"]',
            '"3"',
            "compares a number with a text",
            "put text in quotes, and write numbers, true and false without them",
        ),
        ('lead.stage == ["lead"]', "[", "a list stands only after `in` or `not in`", ""),
        (
            "lead.stage is lower",
            "is",
            "unknown test `lower`",
            "known: `contains`, `defined`, `endswith`, `startswith`",
        ),
        ('"x" is defined', "is", "only a field can be tested with `is`", ""),
        ("lead.stage is startswith", "is", "`startswith` takes one text", 'write `is startswith("VP")`'),
        ("lead.stage is startswith(3)", "is", "`startswith` compares a text with a text in quotes", ""),
        ('lead.fit is endswith("3")', "is", "`endswith` compares a text with a text in quotes", ""),
        ("lead.fit > 1e999", "1e999", "a number out of range", ""),
        ("lead.fit > -1e999", "-", "a number out of range", ""),
        ('lead.stage == "\\ud800"', '"\\ud800"', "a character that no text can hold", ""),
        ("-lead.fit > 3", "-", "this is not a field, a value or a question about signals", ""),
        ("lead.fit + 1 > 2", "+", "`+` is not available in conditions", ""),
        ("lead.fit | round > 2", "|", "`|` is not available in conditions", "write `or`"),
        ("1 if lead.vip", "if", "`if` is not available in conditions", "write a `choose` step"),
        (
            "{{ lead.vip }}",
            "{",
            "`{` is not available in conditions",
            "write the expression alone, without braces",
        ),
        ("lead.vip && lead.fit", "&", "`&` is not understood", "write `and`"),
        ("lead.stage = 'lead'", "=", "`=` is not expected here", "write `==`"),
        ("lead.stage == 'lead", "'lead", "the text is not closed", "close the quotes"),
        ("lead.stage == '\\N{foo}'", "'", "`'\\N{foo}'` is not expected here", ""),
        ("lead.stage == )", ")", "`)` is not understood", ""),
        ("lead.stage ==", "=", "something is missing at the end", ""),
        ("(lead.vip", "p", "something is missing at the end", ""),
        ("lead.vip lead.vip", "lead", "`lead` is not expected here", ""),
        (
            "(" * 21 + "lead.vip" + ")" * 21,
            "(",
            "nested too deeply",
            "name a part of it as a segment in catalog.yaml",
        ),
        (
            "not " * 61 + "lead.vip",
            "not",
            "nested too deeply",
            "name a part of it as a segment in catalog.yaml",
        ),
        (
            "lead.vip or " * 200 + "lead.vip",
            "l",
            "longer than 2000 characters",
            "name a part of it as a segment in catalog.yaml",
        ),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, under: str, message: str, suggestion: str) -> None:
    """The caret stands under the word at fault, and the suggestion says what to write."""
    with pytest.raises(ConditionError) as caught:
        parse(text, WORDS)
    error = caught.value

    assert (error.message, error.suggestion) == (message, suggestion)
    assert text[error.column - 1 :].startswith(under)
    assert error.width >= min(len(under), 1)


def test_an_empty_condition_is_an_error() -> None:
    """There is nothing to point at but the start."""
    with pytest.raises(ConditionError, match="something is missing") as caught:
        parse("  ")

    assert caught.value.column in (1, 2)


def test_a_long_chain_does_not_recurse() -> None:
    """Two hundred alternatives are one list of parts."""
    tree = parse(" or ".join(["lead.a"] * 200)).tree

    assert len(getattr(tree, "parts", ())) == 200


def test_the_tree_is_public_and_has_types() -> None:
    """It is what other compilers read."""
    tree = parse('lead.fit >= 20 and not signals.any("mail.clicked", within="3 days")', WORDS).tree

    assert tree == And(
        (
            Compare(Field("fit", "number"), ">=", Value(20)),
            Not(Happened(Count("mail.clicked", (), timedelta(days=3)))),
        )
    )


def test_a_written_value_always_stands_on_the_right() -> None:
    """Readers of the tree need not look at both sides."""
    assert parse("20 <= lead.fit").tree == Compare(Field("fit"), ">=", Value(20))


def test_membership_knows_lists_and_texts() -> None:
    """A written list is options; a field is a container."""
    assert parse('lead.a not in ["x"]').tree == OneOf(Field("a"), ("x",), negated=True)
    assert parse('"x" not in lead.a').tree == Contains(Field("a"), Value("x"), negated=True)


def test_a_segment_stands_for_its_condition() -> None:
    """Its tree is taken over, and with it what it reads."""
    condition = parse("segment.warm and lead.vip", WORDS)

    assert condition.thresholds == (("engagement", 40.0),)
    assert condition.fields == {"engagement", "vip"}


def test_a_segment_may_be_written_in_brackets() -> None:
    """Names with a hyphen need it."""
    assert parse('segment["warm"]', WORDS).tree == WARM.tree


@pytest.mark.parametrize(
    ("text", "thresholds"),
    [
        (
            "lead.fit >= 20 and not (lead.engagement < 40 or 20 <= lead.fit)",
            (("fit", 20.0), ("engagement", 40.0)),
        ),
        ("lead.fit in [10, 20]", (("fit", 10.0), ("fit", 20.0))),
        ('lead.heat < 2 or lead.fit is defined or signals.any("x")', ()),
    ],
)
def test_numbers_compared_with_scores_are_thresholds(text: str, thresholds: tuple[Any, ...]) -> None:
    """Each once, at any depth; other numbers are none."""
    assert parse(text).thresholds == thresholds


def test_a_condition_tells_what_it_reads() -> None:
    """Signal types of the history, fields, and whether it needs an entering signal."""
    history = 'signals.count("a.b") > 1 or not signals.any("c.d")'
    text = f'"x" in lead.tools and ({history}) and signal.x is defined and true'
    condition = parse(text)

    assert condition.signal_types == {"a.b", "c.d"}
    assert condition.fields == {"tools"}
    assert condition.reads_signal


def test_a_property_is_checked_against_its_signal() -> None:
    """When the type is known, only its own properties are."""
    with pytest.raises(ConditionError, match=r"`mail.clicked` has no property `asset`"):
        parse('signal.asset == "guide"', WORDS, signal="mail.clicked")


def test_an_unknown_signal_is_not_told_a_second_time() -> None:
    """Its own fault is told where it is named."""
    assert parse('signal.anything == "x"', WORDS, signal="no.such").reads_signal


def test_a_property_of_several_types_has_none() -> None:
    """Without a signal type, a property that differs between types may be compared with anything."""
    assert parse("signal.reason == 3", WORDS).reads_signal


def test_the_columns_survive_line_ends() -> None:
    """A condition over several lines counts its characters as they stand."""
    with pytest.raises(ConditionError) as caught:
        parse("lead.vip\n  and lead.ft > 3\n", WORDS)

    assert caught.value.column == 21


def test_segments_may_not_grow_without_end() -> None:
    """Segments made of segments count in full: what no database could be asked is refused when it is read."""
    segments = {"s0": parse("lead.fit > 1 or lead.fit < 0")}
    words = [Vocabulary(WORDS.fields, {}, segments=segments)]
    for n in range(1, 8):
        segments[f"s{n}"] = parse(f"segment.s{n - 1} or segment.s{n - 1}", words[0])

    with pytest.raises(ConditionError, match="more than 300 questions"):
        parse("segment.s7 and segment.s7", words[0])


def test_segments_may_not_nest_without_end() -> None:
    """Brackets hidden in segments are counted too."""
    deep = "lead.fit > 1 and (lead.fit > 2 or lead.fit > 3 and (" * 6 + "lead.vip" + "))" * 6
    words = Vocabulary(WORDS.fields, {}, segments={"deep": parse(deep)})

    with pytest.raises(ConditionError, match="deeper than 20"):
        parse(deep.replace("lead.vip", "segment.deep"), words)
