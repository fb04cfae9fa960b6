"""A condition selects in SQL exactly the leads for which its closure holds, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from leadstore.conditions.operands import member
from leadstore.conditions.selection import as_sql
from leadstore.enrolments.snapshots import read_snapshots
from leadstore.rows import REACHED_AT, address, lead
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.conditions.condition import Facts, Vocabulary, parse
from nurture.conditions.evaluate import compile_tree
from nurture.conditions.tree import (
    And,
    Compare,
    ConsentOf,
    Constant,
    Contains,
    Count,
    Defined,
    Edge,
    Field,
    Happened,
    Not,
    OneOf,
    Or,
    Property,
    Tree,
    Value,
)
from nurture.values import NewSignal
from tests.builders import DAY, NOON, add_consent, add_lead

TYPES = ("asset.downloaded", "mail.clicked")
NAMES = ("a", "b", "c")
MOMENT = timedelta(microseconds=1)
WORDS = (
    "",
    "a",
    "A",
    "Ab",
    "ab",
    "VP",
    "vp Ops",
    "é",
    "É",
    "ß",
    "ẞ",
    "%",
    "_",
    "a%",
    "'",
    '"',
    "\\",
    "😀",
    "12",
)

texts = st.sampled_from(WORDS) | st.text("aAé%_ '\"\\😀", max_size=4)
# Short decimals: SQLite reads a JSON number of 17 digits up to one unit in the last place off.
numbers = st.integers(-3, 3) | st.integers(-(10**14), 10**14) | st.sampled_from([0.5, -0.0, 2.25, 1e-7, 99.9])
scalars = texts | numbers | st.booleans()
stored = (
    scalars
    | st.sampled_from([None, 10**400, -(10**25), {"a": 1}, "2027-06-15"])
    | st.lists(texts | numbers | st.booleans() | st.none(), max_size=3)
)
properties = st.dictionaries(st.sampled_from(NAMES), stored, max_size=3)
moments = st.sampled_from([timedelta(), MOMENT, DAY - MOMENT, DAY, DAY + MOMENT, 9 * DAY])

people = st.fixed_dictionaries(
    {
        "attributes": properties,
        "company": st.none() | texts,
        "job_title": st.none() | texts,
        "stage": st.sampled_from(["lead", "mql", "customer"]),
        "fit": numbers.map(float),
        "engagement": st.sampled_from([0.0, 0.5, 40.0]),
        "heat": st.integers(1, 4),
    }
)
deeds = st.tuples(st.sampled_from(TYPES), moments, properties, st.booleans())
sayings = st.dictionaries(
    st.sampled_from(["guides", "news", "*"]), st.sampled_from(["pending", "granted", "withdrawn"])
)
population = st.lists(st.tuples(people, st.lists(deeds, max_size=4), sayings), min_size=8, max_size=8)

counts = st.builds(
    Count,
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(NAMES), scalars, max_size=2).map(lambda held: tuple(held.items())),
    st.none() | st.just(DAY),
)
fields = st.builds(
    Field,
    st.sampled_from(
        [*NAMES, *NAMES, "company", "job_title", "email", "stage", "fit", "engagement", "heat", "id"]
    ),
)
asked = fields | st.builds(ConsentOf, st.sampled_from(["guides", "news"])) | st.just(Property("asset"))
operands = asked | counts | st.builds(Value, scalars)
comparisons = st.builds(Compare, operands, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), operands)
leaves = (
    comparisons
    | st.builds(OneOf, asked | counts, st.lists(scalars, max_size=3).map(tuple), st.booleans())
    | st.builds(Contains, asked, asked | st.builds(Value, texts), st.booleans())
    | st.builds(Edge, asked, st.sampled_from(["startswith", "endswith"]), texts)
    | st.builds(Defined, asked)
    | st.builds(Happened, counts)
    | st.builds(Constant, st.booleans())
)
several = {"min_size": 2, "max_size": 3}
trees: st.SearchStrategy[Tree] = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, **several).map(tuple))
        | st.builds(Or, st.lists(inner, **several).map(tuple))
    ),
    max_leaves=6,
)


def add_people(tx: Connection, found: list[Any]) -> list[int]:
    ids = []
    for number, (fields_of, did, said) in enumerate(found):
        lead_id, address_id = add_lead(tx, f"lead{number}", **fields_of)
        ids.append(lead_id)
        append_signals(
            tx,
            [
                NewSignal(lead_id, kind, NOON - ago, "test", f"{number}-{n}", held, machine=machine)
                for n, (kind, ago, held, machine) in enumerate(did)
            ],
            NOON,
        )
        for topic, state in said.items():
            add_consent(tx, address_id, topic, state)
    return ids


def selected(tx: Connection, tree: Tree) -> list[int]:
    """The ids of the leads that SQL selects."""
    query = select(lead.c.id).join_from(lead, address, REACHED_AT)
    return list(tx.scalars(query.where(as_sql(tree, NOON, tx.dialect.name)).order_by(lead.c.id)))


def holding(tx: Connection, tree: Tree, ids: list[int]) -> list[int]:
    """The ids of the leads for which the closure holds."""
    holds = compile_tree(tree)
    snapshots = read_snapshots(tx, ids, signal_types=TYPES, slots_since=NOON)
    return [s.lead.id for s in snapshots if holds(Facts(s.lead.fields(), NOON, s.signals, None, s.consents))]


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(found=population, asked_for=st.lists(trees, min_size=12, max_size=12))
def test_python_and_sql_agree(store: Store, found: list[Any], asked_for: list[Tree]) -> None:
    """Random conditions over random leads, signals and consents select the same leads as their closures."""
    with store.read() as tx:
        ids = add_people(tx, found)

        assert [selected(tx, one) for one in asked_for] == [holding(tx, one, ids) for one in asked_for]


WARM = parse("lead.fit >= 20")
VOCABULARY = Vocabulary(
    fields={"fit": "number", "industry": "text", "tools": "list", "vip": "flag", "renewal_on": "date"},
    signals={"asset.downloaded": {"asset": "text", "times": "number"}},
    topics=frozenset({"guides"}),
    segments={"warm": WARM},
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("segment.warm", ["ada"]),
        ("not segment.warm", ["bob"]),
        ('lead.industry is startswith("VP")', ["ada"]),
        ('lead.industry not in ["health"]', ["ada"]),
        ('not (lead.industry == "health")', ["ada", "bob"]),
        ('"crm" not in lead.tools', ["ada"]),
        ('lead.renewal_on < "2027-07-01"', ["ada"]),
        ("lead.vip", ["ada"]),
        ('consent.guides == "granted"', ["ada"]),
        ('signals.any("asset.downloaded", asset="guide", within="2 days")', ["ada"]),
        ('signals.count("asset.downloaded") >= 2', []),
        ('signal.asset == "guide"', []),
    ],
)
def test_conditions_as_marketers_write_them(store: Store, text: str, names: list[str]) -> None:
    """What is parsed from a sequence file selects as it reads; a machine's click never counts."""
    known = {"industry": "VP Ops", "tools": ["siem"], "renewal_on": "2027-06-30", "vip": True}
    with store.read() as tx:
        ada, at = add_lead(tx, "ada", fit=20.0, attributes=known)
        add_lead(tx, "bob", fit=19.9)
        add_consent(tx, at)
        new = [
            NewSignal(ada, "asset.downloaded", NOON - n * DAY, "t", str(n), {"asset": "guide"}, machine=n > 1)
            for n in (1, 2)
        ]
        append_signals(tx, new, NOON)
        found = set(selected(tx, parse(text, VOCABULARY).tree))

        assert list(tx.scalars(select(lead.c.key).where(lead.c.id.in_(found)).order_by(lead.c.key))) == names


def test_the_longest_condition(store: Store) -> None:
    """Brackets as deep as the language allows, and as many parts, are no trouble to either database."""
    deep = 'not (lead.fit > 1 and not lead.tools is contains("x") or ' * 10 + "lead.vip" + ")" * 10
    wide = " or ".join(["lead.fit == 7"] * 115)
    with store.read() as tx:
        lead_id, _ = add_lead(tx, fit=7.0)

        assert selected(tx, parse(deep).tree) == holding(tx, parse(deep).tree, [lead_id])
        assert selected(tx, parse(wide).tree) == [lead_id]


def test_a_name_that_nobody_could_declare() -> None:
    """A name that the catalogue would refuse is refused, and never becomes part of a path."""
    with pytest.raises(ValueError, match="not the name"):
        member(lead.c.attributes, 'a"."b', "sqlite")
