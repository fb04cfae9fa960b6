"""Shows a back-test as tables: the models side by side, what is suggested, and who is handed over."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from console.frame import say
from nurture.learning.backtest import WON

ROWS = (
    ("AUC", "auc", "{:.3f}"),
    ("handed over", "handed_over", "{:d}"),
    ("  of them won", "precision", "{:.1%}"),
    ("  of all won", "recall", "{:.1%}"),
    ("  lift", "lift", "{:.2f}"),
)
"""What is told of each model: the label, the key and how it is written."""


def show(whole: dict[str, Any]) -> None:
    """The figures of `backtest --json`, for people."""
    models = [whole[name] for name in ("model", "against") if name in whole]
    share = f"{whole['won'] / whole['leads']:.1%}" if whole["leads"] else "none"
    say(f"{whole['leads']} leads, {share} of them won ({whole['outcome']})\n")
    console = Console(highlight=False)
    console.print(_figures(models))
    for model in models:
        for told in _suggestions(model):
            console.print(f"\n{told}", markup=False)
        if model["leads"]:
            console.print(f"\nhanded over by {model['file']}, the highest points first:", markup=False)
            console.print(_leads(model["leads"]))


def _figures(models: list[dict[str, Any]]) -> Table:
    table = _table("", *(model["file"] for model in models))

    def add(label: str, cells: list[str]) -> None:
        table.add_row(*(Text(cell) for cell in (label, *cells)))

    for label, key, form in ROWS:
        add(label, [_cell(model[key], form) for model in models])
    for outcome in sorted({outcome for model in models for outcome in model["became"]} - {WON}):
        add(f"  became {outcome}", [str(model["became"].get(outcome, 0)) for model in models])
    add("best fifth: won", [_cell(model["top_fifth"]["precision"], "{:.1%}") for model in models])
    measured = [model["cross_validated"] or {} for model in models]
    if any(measured):
        fifths = [one.get("top_fifth", {}).get("precision") for one in measured]
        edited = [" (edited since)" if one.get("edited") else "" for one in measured]
        add("cross-validated", edited)
        add("  AUC", [_cell(one.get("auc"), "{:.3f}") for one in measured])
        add("  Brier score", [_cell(one.get("brier"), "{:.3f}") for one in measured])
        add("  best fifth: won", [_cell(one, "{:.1%}") for one in fifths])
    for tenth in range(len(models[0]["lift_by_tenth"])):
        add(f"lift of tenth {tenth + 1}", [f"{model['lift_by_tenth'][tenth]:.2f}" for model in models])
    return table


def _table(*names: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for at, name in enumerate(names):
        table.add_column(name, justify="right" if at else "left", overflow="fold")
    return table


def _suggestions(model: dict[str, Any]) -> list[str]:
    told = {"precision": "for the precision wanted", "per_week": "for the number per week wanted"}
    return [
        f"{model['file']}, {told[name]}: from {one['points']:g} points (fit + engagement) on: "
        f"{one['leads']} leads, {one['precision']:.1%} of them won, {one['recall']:.1%} of all won"
        for name, one in model["suggested"].items()
        if one is not None
    ]


def _leads(leads: list[dict[str, Any]]) -> Table:
    table = _table("lead", "points", "when (UTC)", "what became of it")
    for one in leads:
        when = "" if one["at"] is None else f"{one['at']:%Y-%m-%d %H:%M}"
        table.add_row(
            *(Text(cell) for cell in (str(one["lead"]), f"{one['points']:.1f}", when, one["outcome"]))
        )
    return table


def _cell(value: float | int | None, form: str) -> str:
    return "-" if value is None else form.format(value)
