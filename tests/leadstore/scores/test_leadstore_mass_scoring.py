"""Scoring by sets comes to what scoring lead by lead comes to, for every lead it does not leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from math import fsum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from leadstore.rows import lead, score_history, stage_change
from leadstore.scores.history import read_for_scoring
from leadstore.scores.sets import MassPage, MassScoring, Restaged, write_stages
from leadstore.signals import append_signals
from leadstore.store import Store, open_store
from nurture.files.source import load_yaml
from nurture.project.catalog import Catalog
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel, read_scoring
from nurture.scoring.score import score
from nurture.values import NewSignal, Score, as_terms
from nurture.words import Stage
from tests.builders import DAY, NOON, add_lead

pytestmark = pytest.mark.postgres
VOCABULARY = Catalog(attributes={"employees": "number", "industry": "text"}).vocabulary()
MATURITY = Maturity()
THRESHOLDS = (-5.0, 10.0, 15.0, 30.0, 35.0, 55.0, 60.0)
FITS = (15.0, 20.0, 35.0, 40.0, 55.0, 60.0)
WHOLE = """
fit:
  - {rule: head, when: 'lead.job_title is contains("Head")', points: 30}
  - {rule: large, when: 'lead.employees >= 200', points: 25}
  - {rule: not known, when: 'not lead.industry in ["finance", "it"]', points: -10}
engagement:
  max: 70
  groups: {pages: 20, papers: 35}
  rules:
    - {rule: paper, on: asset.downloaded, points: 12, half_life: 30 days, max: 36, group: papers}
    - {rule: the paper, on: asset.downloaded, points: 7, half_life: 9 days, group: papers,
       when: 'signal.url == "x" and lead.employees > 100'}
    - {rule: price, on: page.visited, points: 18.5, half_life: 14 days, group: pages,
       when: 'signal.page == "pricing"'}
    - {rule: visit, on: page.visited, points: 2, half_life: 3 days, max: 7, group: pages}
    - {rule: reply, on: mail.replied, points: 11}
    - {rule: jobs, on: form.submitted, when: 'signal.form == "jobs"', points: -8, half_life: 5 days, max: 20}
    - {rule: before, on: history.summary, value: visits, points: 1.5, half_life: 60 days, max: 15}
  regularity: {rule: weeks, points: 4, weeks: 6, max: 14}
  unanswered: {rule: silence, after: 2, points: -5, max: -15}
"""
PLAIN = "engagement: {rules: [{rule: paper, on: asset.downloaded, points: 12, half_life: 30 days}]}"
FITTING = "fit: [{rule: head, when: 'lead.job_title == \"Head\"', points: 20.5}]"
STILL = "engagement: {max: 40, rules: [{rule: paper, on: asset.downloaded, points: 12.25}], regularity: {points: 3, weeks: 2}}"  # noqa: E501
KINDS = (
    *("asset.downloaded", "page.visited", "mail.replied", "form.submitted", "history.summary"),
    *("touch.sent", "touch.sent", "mail.opened", "webinar.registered", "lead.recycled"),
)
number = count(1)


def model(text: str) -> ScoringModel:
    node, faults = load_yaml("scoring.yaml", text)
    assert node is not None, faults
    read, faults = read_scoring(node, "scoring.yaml", VOCABULARY)
    assert read is not None, faults
    return read


@pytest.fixture
def pg(postgres_url: str) -> Any:
    """A fresh store on PostgreSQL."""
    store = open_store(postgres_url)
    yield store
    store.close()


properties = st.fixed_dictionaries(
    {},
    optional={
        "url": st.sampled_from(["x", "y"]),
        "page": st.sampled_from(["pricing", "blog", 7]),
        "form": st.sampled_from(["jobs", "contact"]),
        "visits": st.sampled_from([0, 3, -2, 4.5, True, "12", None, 900]),
    },
)
deeds = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 60 * 24 * 60) | st.integers(-2000, 3000),
    st.booleans() | st.just(False),
    properties,
)
people = st.fixed_dictionaries(
    {"attributes": st.fixed_dictionaries({}, optional={"employees": st.sampled_from([50, 150, 300, "many"]),
                                                       "industry": st.sampled_from(["finance", "other"])})},
    optional={"job_title": st.sampled_from(["Head", "Head of IT", "Buyer"])},
)  # fmt: skip
crowds = st.lists(st.tuples(people, st.lists(deeds, max_size=9)), min_size=1, max_size=6)


def settle_in(tx: Connection, crowd: Sequence[Any]) -> list[int]:
    """These leads with their pasts."""
    ids = []
    for fields, past in crowd:
        lead_id, _ = add_lead(tx, f"lead{next(number)}", score_as_of=NOON - 90 * DAY, **fields)
        new = [
            NewSignal(lead_id, kind, NOON - timedelta(minutes=ago), "test", str(next(number)), said, machine)
            for kind, ago, machine, said in past
        ]
        append_signals(tx, new, NOON + 5 * DAY, pending=False)
        ids.append(lead_id)
    return ids


def by_sets(tx: Connection, found: ScoringModel, ids: Sequence[int], now: datetime = NOON) -> MassPage:
    return MassScoring(found, MATURITY, THRESHOLDS, FITS).page(tx, ids, now, judge_all=False)


def one_by_one(tx: Connection, found: ScoringModel, ids: Sequence[int], now: datetime) -> dict[int, Score]:
    read = read_for_scoring(tx, ids, None)
    return {one.lead.id: score(found, MATURITY, one.lead, one.signals, now, THRESHOLDS) for one in read}


def sides(engagement: float) -> list[bool]:
    return [engagement >= at for at in THRESHOLDS]


@pytest.mark.parametrize(
    "text", [WHOLE, PLAIN, FITTING, STILL, "{}"], ids=["whole", "plain", "fit", "still", "none"]
)
@given(crowd=crowds)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sets_come_to_the_same(pg: Store, text: str, crowd: Sequence[Any]) -> None:
    """Scores, grade, heat and breakdown are those of the ordinary way; nobody is looked at too late."""
    found = model(text)
    with pg.begin() as tx:
        ids = settle_in(tx, crowd)
        page = by_sets(tx, found, ids)
        rows = {r.id: r for r in tx.execute(select(lead).where(lead.c.id.in_(ids)))}
        wanted = one_by_one(tx, found, ids, NOON)
        told = [i for i in ids if i not in page.ordinary]
        eves = {i: (rows[i].recheck_at or NOON + 4000 * DAY) - timedelta(milliseconds=1) for i in told}
        later = {i: one_by_one(tx, found, [i], eves[i])[i] for i in told}

    assert [rows[i].score_as_of for i in page.ordinary] == [NOON - 90 * DAY] * len(page.ordinary)
    assert [(rows[i].grade, rows[i].heat) for i in told] == [(wanted[i].grade, wanted[i].heat) for i in told]
    assert [rows[i].fit for i in told] == pytest.approx([wanted[i].fit for i in told])
    assert [rows[i].engagement for i in told] == pytest.approx([wanted[i].engagement for i in told], abs=1e-7)
    assert [fsum(t.points for t in as_terms(rows[i].terms)) for i in told] == pytest.approx(
        [rows[i].fit + rows[i].engagement for i in told], abs=1e-2
    )
    assert all(rows[i].recheck_at is None or rows[i].recheck_at > NOON for i in told)
    assert [sides(later[i].engagement) for i in told] == [sides(wanted[i].engagement) for i in told]


def test_what_a_page_tells(pg: Store) -> None:
    """Who crosses a threshold is told with what it did; who is rare is left alone; the rest is scored."""
    crowd = [
        ({"job_title": "Head"}, [("asset.downloaded", 60, False, {}), ("mail.replied", 60, False, {})]),
        ({}, [("lead.recycled", 60, False, {})]),
        ({}, [("page.visited", 60, False, {})]),
    ]
    with pg.begin() as tx:
        ids = settle_in(tx, crowd)
        page = by_sets(tx, model(WHOLE), ids)
        points = tx.execute(select(score_history.c.lead_id)).scalars().all()

    assert [(one.id, one.grade, one.types) for one in page.moved] == [
        (ids[0], "C", {"asset.downloaded", "mail.replied"})
    ]
    assert (page.leads, page.ordinary) == (3, [ids[1]])
    assert sorted(points) == [ids[0], ids[2]]


def test_stages_are_written_with_their_cause(pg: Store) -> None:
    """A new stage is appended; a change of maturity alone is not."""
    with pg.begin() as tx:
        one, two = settle_in(tx, [({}, []), ({}, [])])
        moves = [
            Restaged(one, Stage.LEAD, Stage.PROSPECT, False, "matrix A4: nurture"),
            Restaged(two, Stage.LEAD, Stage.LEAD, True, ""),
        ]
        write_stages(tx, moves, NOON)
        stands = tx.execute(select(lead.c.stage, lead.c.mature).order_by(lead.c.id)).all()
        changes = tx.execute(select(stage_change)).all()

    assert stands == [("prospect", False), ("lead", True)]
    assert [(c.lead_id, c.before, c.after, c.cause) for c in changes] == [
        (one, "lead", "prospect", "matrix A4: nurture")
    ]


def test_only_where_it_can(pg: Store, sqlite_url: str) -> None:
    """SQLite goes the ordinary way, and so do more weeks than a number has bits."""
    many = model("engagement: {regularity: {points: 1, weeks: 100}}")
    small = open_store(sqlite_url)
    with pg.read() as tx, small.read() as other:
        found = [
            MassScoring.can(tx, model(WHOLE)),
            MassScoring.can(tx, many),
            MassScoring.can(other, model(PLAIN)),
        ]
    small.close()

    assert found == [True, False, False]
