"""`nurture lead duplicates`: leads that are probably one person, with a score and the reasons."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cyclopts.types import PositiveInt

from console.format import printable
from console.frame import InFrame, note, say_json
from console.options import Json
from leadstore.leads.duplicates import Double, find_duplicates
from nurture.errors import NurtureError
from nurture.likeness import LikenessFacts


def duplicates(
    *,
    at_least: float = 0.6,
    limit: PositiveInt = 50,
    json: Json = False,
    frame: InFrame,
) -> int:
    """List leads that are probably one person, the surest first; it changes nothing.

    Parameters
    ----------
    at_least
        The lowest score that is shown, from 0 to 1.
    limit
        How many to show at most.
    json
        Print {pairs} for machines.
    """
    if not 0 <= at_least <= 1:
        raise NurtureError(f"--at-least {at_least} is no score", hint="write a number from 0 to 1, as 0.6")
    with frame.view("report") as tx:
        found = find_duplicates(tx, at_least=at_least, limit=limit)
    if json:
        say_json({"pairs": [_as_data(one) for one in found]})
    elif found:
        _show(found)
        surest = found[0]
        note(
            f"`nurture lead merge {surest.other.id} {surest.one.id} --dry-run` tells what merging the first "
            "pair would do"
        )
    else:
        note(f"no two leads look like one person, at a score of {at_least:g} or more")
    return 0


def _as_data(double: Double) -> dict[str, Any]:
    told = {"score": double.likeness.score, "reasons": list(double.likeness.reasons)}
    return {**told, "one": asdict(double.one), "other": asdict(double.other)}


def _show(found: list[Double]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("score", justify="right")
    for name in ("lead", "and", "because"):
        table.add_column(name, overflow="fold")
    for one in found:
        because = ", ".join(one.likeness.reasons)
        cells = (f"{one.likeness.score:.2f}", _who(one.one), _who(one.other), because)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(highlight=False).print(table)


def _who(one: LikenessFacts) -> str:
    name = " ".join(part for part in (one.first_name, one.last_name) if part)
    return ", ".join(part for part in (str(one.id), name, one.address) if part)
