"""`nurture score explain` and `nurture stage`: a score that adds up, and a stage that has a cause."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from math import fsum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from console.app import call
from flows.work.handoffs.offer import offer
from flows.work.project.apply import apply_release
from flows.work.scoring.batch import score_leads
from leadstore.notes import see_moment
from leadstore.rows import handoff, lead, signal, stage_change
from leadstore.signals import append_signals
from leadstore.store import Store, open_store
from nurture.project.book import Book, read_book
from nurture.values import NewSignal
from tests.builders import DAY, NOON, add_lead
from tests.flows.workshop import files

Seen = pytest.CaptureFixture[str]
Ran = tuple[int, str, str]
FILES = files("- send: hello")


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of a project in the environment, with its release."""
    (tmp_path / "nurture.yaml").write_text("")
    for name, value in {"PROJECT": str(tmp_path), "DATABASE_URL": sqlite_url}.items():
        monkeypatch.setenv(f"NURTURE_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    opened = open_store(sqlite_url)
    apply_release(opened, FILES, NOON)
    with opened.begin() as tx:
        see_moment(tx, NOON)
    yield opened
    opened.close()


@pytest.fixture
def nurture(shop: Store, capsys: Seen) -> Callable[..., Ran]:
    """Runs a command line: exit code, stdout and stderr, as they read whatever the width wraps."""

    def run(*arguments: str) -> Ran:
        code = call([*arguments])
        seen = capsys.readouterr()
        return code, " ".join(seen.out.split()), " ".join(seen.err.split())

    return run


def book() -> Book:
    found, faults = read_book(FILES)
    assert found is not None, faults
    return found


def known(store: Store, *deeds: tuple[str, timedelta], scored: bool = True, **fields: Any) -> int:
    """A head who did these things so long ago, scored at noon, and offered if that is due."""
    with store.begin() as tx:
        lead_id, _ = add_lead(tx, job_title="Head", **fields)
        new = [
            NewSignal(lead_id, kind, NOON - ago, "test", f"{kind}{n}", {"asset": "guide"})
            for n, (kind, ago) in enumerate(deeds)
        ]
        append_signals(tx, new, NOON, pending=False)
        if scored:
            offer(tx, book(), score_leads(tx, book(), [lead_id], NOON).ready, NOON)
    return lead_id


def rescored(store: Store, lead_id: int, now: Any = NOON + 2 * DAY) -> str:
    with store.begin() as tx:
        score_leads(tx, book(), [lead_id], now)
        return str(tx.scalar(select(lead.c.stage).where(lead.c.id == lead_id)))


def test_every_term_is_shown(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Rule, signal, age and points; the shown points add up to the shown score; then the verdict."""
    known(shop, ("demo.requested", 30 * DAY), ("asset.downloaded", 3 * DAY))
    _, out, err = nurture("score", "explain", "ada", "--at", "2027-06-15T12:00:00Z")

    assert err == ""
    assert "lead 1, as of 2027-06-15 14:00 (Europe/Paris), by today's rules and profile" in out
    assert "+50.0 head 50.0 fit, grade B" in out
    assert "+25.0 asked demo.requested guide, 2027-05-16 14:00; 30.0 days old, 50 when fresh" in out
    assert "+9.3 read asset.downloaded guide, 2027-06-12 14:00; 3.0 days old, 10 when fresh" in out
    assert "34.3 engagement, heat 3 They asked for a demo; looked at again by" in out
    assert "before: 2027-06-15 B3 50+34" in out


def test_for_machines(shop: Store, nurture: Callable[..., Ran]) -> None:
    """The terms add up to both scores, and name their signals."""
    known(shop, ("demo.requested", 30 * DAY), ("asset.downloaded", 3 * DAY))
    code, out, _ = nurture("score", "explain", "1", "--json")
    told = json.loads(out)
    sums = {a: fsum(t["points"] for t in told["terms"] if t["axis"] == a) for a in ("fit", "engagement")}

    assert code == 0
    assert sums == {"fit": told["fit"], "engagement": pytest.approx(told["engagement"])}
    assert [t["signal"] and t["signal"]["type"] for t in told["terms"]] == [
        None,
        "demo.requested",
        "asset.downloaded",
    ]
    assert [p["cell"] for p in told["history"]] == ["B3"]


def test_at_another_moment(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Only what had happened by then counts, with its age of then."""
    known(shop, ("demo.requested", 30 * DAY), ("asset.downloaded", 3 * DAY))
    _, out, _ = nurture("score", "explain", "1", "--at", (NOON - 30 * DAY).isoformat(), "--json")
    told = json.loads(out)

    assert (told["engagement"], told["heat"], told["history"]) == (50, 2, [])


def test_what_cannot_be_explained(shop: Store, nurture: Callable[..., Ran]) -> None:
    """Nobody of that name; no moment; a score below every threshold needs no next look."""
    known(shop)
    quiet = nurture("score", "explain", "1")

    assert nurture("score", "explain", "nobody")[0] == 2
    assert nurture("score", "explain", "1", "--at", "soon")[0] == 2
    assert quiet[1].endswith(
        "0.0 engagement, heat 4 They fit well (grade B) and are quiet (heat 4): not ready for sales"
        " before: 2027-06-15 B4 50+0"
    )


def test_no_release(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Seen) -> None:
    """A store without a release says what to do."""
    (tmp_path / "nurture.yaml").write_text("")
    monkeypatch.setenv("NURTURE_PROJECT", str(tmp_path))
    monkeypatch.setenv("NURTURE_DATABASE_URL", sqlite_url)
    store = open_store(sqlite_url)
    with store.begin() as tx:
        add_lead(tx)
    store.close()
    code = call(["score", "explain", "1"])

    assert code == 2
    assert "nurture apply" in capsys.readouterr().err


def test_taken_by_hand(shop: Store, nurture: Callable[..., Ran]) -> None:
    """`sal` answers the open handoff, and the next scoring leaves it so."""
    lead_id = known(shop, ("demo.requested", DAY))
    code, out, _ = nurture("stage", "ada", "sal", "--cause", "called back")
    with shop.read() as tx:
        told = tx.execute(select(stage_change.c.after, stage_change.c.cause)).all()
        [answered] = tx.scalars(select(handoff.c.state)).all()

    assert (code, out) == (0, "lead 1 was a mql and is a sal now")
    assert (told[-1], answered) == (("sal", "operator: called back"), "accepted")
    assert rescored(shop, lead_id) == "sal"


def test_sent_back_by_hand(shop: Store, nurture: Callable[..., Ran]) -> None:
    """`lead` recycles: a disqualified one is nurtured again, and what barred it is forgotten."""
    lead_id = known(shop, ("asset.downloaded", DAY), ("handoff.rejected", DAY), scored=False)
    with shop.begin() as tx:
        returned = signal.c.type == "handoff.rejected"
        tx.execute(signal.update().where(returned).values(properties={"reason": "wrong_fit"}))
    before = rescored(shop, lead_id, NOON)
    _, out, _ = nurture("stage", "1", "lead", "--json")
    with shop.read() as tx:
        stands = tx.execute(select(lead.c.cycle, lead.c.mature)).one()

    assert before == "disqualified"
    assert json.loads(out) == {
        "lead": 1,
        "before": "disqualified",
        "after": "lead",
        "changed": True,
        "refused": None,
    }
    assert stands == (1, False)
    assert rescored(shop, lead_id, NOON + 4000 * DAY) == "prospect"


@pytest.mark.parametrize("to", ["customer", "disqualified"])
def test_out_by_hand(shop: Store, nurture: Callable[..., Ran], to: str) -> None:
    """Both close the open handoff, and stay."""
    lead_id = known(shop, ("demo.requested", DAY))
    nurture("stage", "1", to)
    with shop.read() as tx:
        [closed] = tx.scalars(select(handoff.c.state)).all()

    assert (closed, rescored(shop, lead_id)) == ("closed", to)


def test_what_is_refused(shop: Store, nurture: Callable[..., Ran]) -> None:
    """What is computed, and a way that does not exist, are refused with why; the same stage is no change."""
    known(shop)
    computed, same = nurture("stage", "1", "mql"), nurture("stage", "1", "disqualified")
    again, sold = nurture("stage", "1", "disqualified"), nurture("stage", "1", "customer")
    back = nurture("stage", "1", "lead")

    assert computed[0] == 1
    assert computed[2].startswith("mql is decided by scores and signals")
    assert (same[0], sold[0]) == (0, 0)
    assert again[:2] == (0, "lead 1 is a disqualified already")
    assert (back[0], back[2]) == (1, "a customer does not become a lead; from there it goes to: nowhere")
    assert nurture("stage", "1", "elsewhere")[0] == 2
