"""`nurture score learn`: learns a scoring file from outcomes, which a marketer can read and edit."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.types import PositiveInt
from cyclopts.validators import Number

from console.frame import Frame, InFrame, note, note_faults, say_json
from console.options import Json
from flows.work.project.shelf import read_shelf
from flows.work.scoring.learn import Learned, Learning, require_learning
from flows.work.scoring.learn import learn as learn_card
from flows.work.scoring.outcomes import behaviour_types, read_examples
from leadstore.database.access import latest_moment
from nurture.errors import BookError, ProjectError
from nurture.learning.card import write_card
from nurture.learning.outcomes import Example, OutcomeRule, parse_outcome
from nurture.learning.proposal import check_excluded
from nurture.project.book import Book, read_book


def learn(
    *,
    outcome: str,
    out: Path,
    exclude: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    max_rules: Annotated[int, Parameter(validator=Number(gte=2, lte=200))] = 25,
    leads: PositiveInt = 20_000,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Learn a points card from the leads of the store, and say how well it will rank new ones.

    The card is a scoring.yaml of few rules with whole points; the ordinary engine runs it. Every figure
    comes from cross-validation: each lead is judged by a card that was learned without it.

    Parameters
    ----------
    outcome
        What counts as won: a signal type (deal.won), a field (converted) or its value (status=customer).
    out
        The file to write. Replace scoring.yaml with it when `score backtest` convinces you.
    exclude
        Fields, signal types, or properties (history.summary.pages) that no rule may read.
    max_rules
        How many rules there may be.
    leads
        Learn from about so many leads at most, spread evenly over the store.
    json
        Print the rules, the figures and the warnings for machines.
    """
    require_learning()
    try:
        book = open_book(frame)
    except BookError as error:
        note_faults(error)
        return 1
    vocabulary = book.catalog.vocabulary()
    goal = parse_outcome(outcome, vocabulary)
    excluded = check_excluded(exclude or [], goal, vocabulary)
    note("reading the leads ...")
    examples = _examples(frame, goal, book, leads)
    note(f"learning from {len(examples)} leads ...")
    learned = learn_card(examples, Learning(vocabulary, book.policy.maturity, excluded, max_rules))
    excluding = sorted(excluded - {goal.name})
    text = write_card(
        learned.card,
        header(learned, outcome, len(examples), excluding),
        {"outcome": outcome, "excluded": excluding, "leads": len(examples), **learned.measured.summary()},
    )
    _write(out, text)
    if json:
        say_json(as_json(learned, outcome, len(examples), out))
    else:
        _show(learned)
    for leak in learned.leaks:
        remedy = "" if leak.left_out else f"; if it knows the outcome, add --exclude {leak.name}"
        note(f"warning: {leak.name} {leak.why}{remedy}")
    note(f"wrote {out}; try it with: nurture score backtest --model {out} --against scoring.yaml")
    return 0


def open_book(frame: Frame) -> Book:
    """The project's checked files.

    Raises:
        BookError: they have faults.
    """
    book, faults = read_book(read_shelf(frame.root()))
    if book is None:
        raise BookError("the project has faults, so nothing can be scored", faults)
    return book


def _examples(frame: Frame, goal: OutcomeRule, book: Book, most: int) -> list[Example]:
    with frame.store() as store:
        with store.read("report") as tx:
            now = latest_moment(tx, datetime.now(UTC))
        types = behaviour_types(book.catalog.vocabulary())
        return list(read_examples(store, goal, types, now, most))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written: {error.strerror}", hint="give another --out"
        ) from error


def header(learned: Learned, outcome: str, leads: int, excluded: list[str]) -> list[str]:
    """What the card says of itself, as the comment it begins with."""
    measured, fifth = learned.measured, learned.measured.top_fifth
    left_out = f" Left out: {', '.join(excluded)}." if excluded else ""
    lines = [
        f"Learned by `nurture score learn --outcome {outcome}` from {leads} leads.{left_out}",
        "Edit it as you like. Points add up; of rules `at least 5` and `at least 10`, both hold for 12.",
        "A rule's comment says for whom it holds and how many of them were won; its points say what",
        "that is worth beside all other rules.",
        "",
        f"Measured on leads that the card had not seen ({measured.folds} folds):",
        f"  AUC {measured.auc:.3f} (0.5 is chance, 1 is perfect); Brier score {measured.brier:.3f}",
        f"  best fifth: {fifth.precision or 0:.1%} won (all leads: {measured.base:.1%})",
        "  tenth  won   forecast  lift",
    ]
    return lines + [
        f"  {t.part:>5}  {t.rate:>4.0%}  {t.mean:>8.0%}  {t.lift:>4.2f}" for t in measured.deciles
    ]


def as_json(learned: Learned, outcome: str, leads: int, out: Path) -> dict[str, Any]:
    """The rules in the order of the file, the figures and the warnings."""
    rules = [
        {
            "axis": rule.candidate.axis,
            "rule": rule.candidate.name,
            "on": rule.candidate.on,
            "when": None if rule.candidate.condition is None else rule.candidate.condition.source,
            "points": rule.points,
            "share": round(rule.share, 4),
            "rate": None if rule.rate is None else round(rule.rate, 4),
            "lift": None if rule.lift is None else round(rule.lift, 4),
        }
        for axis in ("fit", "engagement")
        for rule in learned.card.axis(axis)
    ]
    return {
        "outcome": outcome,
        "out": str(out),
        "leads": leads,
        "rules": rules,
        "cross_validated": learned.measured.as_dict(),
        "warnings": [leak.as_dict() for leak in learned.leaks],
    }


def _show(learned: Learned) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rules = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    rules.add_column("points", justify="right")
    rules.add_column("rule", ratio=1)
    for name in ("leads", "won", "lift"):
        rules.add_column(name, justify="right")
    for axis in ("fit", "engagement"):
        for rule in learned.card.axis(axis):
            told = (f"{rule.share:.0%}", f"{rule.rate or 0:.0%}", f"{rule.lift or 0:.2f}")
            rules.add_row(*(Text(cell) for cell in (f"{rule.points:+d}", rule.candidate.name, *told)))
    deciles = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("tenth", "won", "forecast", "lift"):
        deciles.add_column(name, justify="right")
    measured = learned.measured
    for t in measured.deciles:
        deciles.add_row(str(t.part), f"{t.rate:.1%}", f"{t.mean:.1%}", f"{t.lift:.2f}")
    console = Console(highlight=False)
    console.print(rules)
    fifth = measured.top_fifth.precision or 0.0
    console.print(f"\n{len(learned.card.rules)} rules. On leads they had not seen ({measured.folds} folds):")
    console.print(f"AUC {measured.auc:.3f}, Brier score {measured.brier:.3f},", end=" ")
    console.print(f"best fifth {fifth:.1%} won (all leads: {measured.base:.1%})\n")
    console.print(deciles)
