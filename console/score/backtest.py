"""`nurture score backtest`: tries a scoring file on history: whom it hands over, and who was won."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveFloat
from cyclopts.validators import Number

from console.frame import Frame, InFrame, note, note_faults, say_json
from console.options import Json
from console.score.learn import open_book
from console.score.tables import show
from flows.work.scoring.backtest import read_model, replay
from leadstore.database.access import latest_moment
from nurture.errors import BookError, SettingError
from nurture.learning.backtest import WON, Replayed, Suggestion
from nurture.learning.card import learned_figures
from nurture.learning.outcomes import OutcomeRule, parse_outcome
from nurture.project.policy import Maturity
from nurture.scoring.model import ScoringModel
from nurture.words import Sig

STATIC = (
    "history here is not dated, so this test is static: it says who would have been handed over, not when"
)
SEEN = (
    "a model looks better on the leads it was learned from than on new ones: see its cross-validated figures"
)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What sales ask for: the share of leads that is won, or a number of leads a week over so many weeks."""

    precision: float | None = None
    per_week: float | None = None
    weeks: float | None = None


def backtest(
    *,
    model: Path,
    against: Path | None = None,
    outcome: str | None = None,
    precision: Annotated[float | None, Parameter(validator=Number(gt=0, lte=1))] = None,
    per_week: PositiveFloat | None = None,
    weeks: PositiveFloat | None = None,
    limit: NonNegativeInt = 20,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Try a scoring file on the leads of the store: whom it ranks high, whom it hands over, who was won.

    Each lead is scored as it stood before its outcome. It is handed over when the maturity matrix of
    nurture.yaml says so; the ranking is by fit + engagement. Nothing is written.

    Parameters
    ----------
    model
        The scoring file to try.
    against
        Another one to compare it with, for example the scoring.yaml that runs.
    outcome
        What counts as won, as for `score learn`. Left out: what the model was learned from, else deal.won.
    precision
        Suggest the points from which on this share of the leads was won, for example 0.8.
    per_week
        Suggest the points that this many leads a week reach.
    weeks
        How many weeks the leads came in, where history has no dates; for --per-week.
    limit
        How many of the leads handed over to list, the highest points first.
    json
        Print {outcome, leads, won, static, model, against} for machines.
    """
    if per_week is None and weeks is not None:
        raise SettingError("--weeks says nothing by itself", hint="give --per-week too")
    try:
        book = open_book(frame)
        files = [read_model(path, book.catalog.vocabulary()) for path in (model, against) if path is not None]
    except BookError as error:
        note_faults(error)
        return 1
    figures = [learned_figures(file.text) for file in files]
    goal = parse_outcome(
        outcome or str((figures[0] or {}).get("outcome", Sig.DEAL_WON)), book.catalog.vocabulary()
    )
    replayed = _replay(frame, [file.model for file in files], book.policy.maturity, goal)
    wanted = Capacity(precision, per_week, weeks or replayed[0].weeks)
    results = [
        as_json(file.path, one, learned, wanted, limit)
        for file, one, learned in zip(files, replayed, figures, strict=True)
    ]
    whole = _whole(outcome or goal.name, replayed[0], results)
    if json:
        say_json(whole)
    else:
        show(whole)
    for remark in remarks(replayed[0], wanted, learned=any(figures)):
        note(remark)
    return 0


def _replay(
    frame: Frame, models: list[ScoringModel], maturity: Maturity, goal: OutcomeRule
) -> list[Replayed]:
    with frame.store() as store:
        with store.read("report") as tx:
            now = latest_moment(tx, datetime.now(UTC))
        return replay(store, models, maturity, goal, now)


def as_json(
    path: Path, one: Replayed, learned: dict[str, Any] | None, wanted: Capacity, limit: int
) -> dict[str, Any]:
    """What a model comes to: its ranking by fit + engagement, and whom the maturity matrix hands over."""
    chosen = one.chosen()
    number = None if wanted.per_week is None or wanted.weeks is None else wanted.per_week * wanted.weeks
    value = one.auc()
    return {
        "file": str(path),
        "auc": None if value is None else round(value, 4),
        "precision": chosen.as_dict()["precision"],
        "recall": chosen.as_dict()["recall"],
        "lift": chosen.as_dict()["lift"],
        "handed_over": chosen.leads,
        "became": dict(sorted(one.became().items())),
        "top_fifth": one.top_fifth().as_dict(),
        "lift_by_tenth": [round(lift, 4) for lift in one.lifts()],
        "suggested": {
            "precision": None
            if wanted.precision is None
            else _suggestion(one.for_precision(wanted.precision)),
            "per_week": None if number is None else _suggestion(one.for_number(number)),
        },
        "leads": [
            {"lead": h.lead_id, "points": round(h.points, 2), "outcome": h.outcome, "at": h.at}
            for h in one.who(limit)
        ],
        "cross_validated": learned,
    }


def remarks(one: Replayed, wanted: Capacity, *, learned: bool) -> list[str]:
    """What a reader of the figures must know."""
    found = [STATIC] if one.static else []
    if learned:
        found.append(SEEN)
    if wanted.per_week is not None and wanted.weeks is None:
        found.append("how many weeks these leads came in is not known: add --weeks N to --per-week")
    if one.tied * 20 > len(one.ids):
        found.append(
            f"{one.tied} leads did something in the very moment of their outcome; it is not counted for them"
        )
    return found


def _suggestion(found: Suggestion | None) -> dict[str, Any] | None:
    return None if found is None else {"points": found.points, **found.chosen.as_dict()}


def _whole(goal: str, one: Replayed, results: list[dict[str, Any]]) -> dict[str, Any]:
    named = dict(zip(("model", "against"), results, strict=False))
    counts = {"leads": len(one.ids), "won": one.outcomes.count(WON), "static": one.static}
    return {"outcome": goal, **counts, **named}
