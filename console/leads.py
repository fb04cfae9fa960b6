"""`nurture leads`: the leads, or those whom sales should call first, and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cyclopts import App
from cyclopts.types import PositiveInt

from console.format import printable, say_many
from console.frame import InFrame, note, say_json
from console.options import Json
from flows.work.story.reasons import Why, plainly
from leadstore.database.transaction import Transaction
from leadstore.leads.ranking import Listed, list_leads
from leadstore.releases import current_book
from nurture.speech.cause import is_of_sequence, say_cause
from nurture.words import HandoffState, Stage

app = App(name="leads", help="List leads, or those whom sales should call first.", help_format="plaintext")
app.command(
    "console.lead.duplicates:duplicates", name="duplicates", help="List leads that are probably one person."
)


@app.default
def leads(
    *,
    ready: bool = False,
    stage: Stage | None = None,
    limit: PositiveInt = 50,
    json: Json = False,
    frame: InFrame,
) -> int:
    """List leads, the latest first; with --ready, the mature ones in the order to call them.

    Parameters
    ----------
    ready
        Only leads that are ready for sales and that no seller took yet: hotter first, then better fit,
        then the higher sum of scores. It is the order in which they are offered.
    stage
        Only leads at this stage.
    limit
        How many to show at most.
    json
        Print {total, leads} for machines.
    """
    with frame.view("report") as tx:
        found, total = list_leads(tx, ready=ready, stage=stage, limit=limit)
        why = _sentences(tx, found)
    if json:
        say_json({"total": total, "leads": [as_json(n, one, why) for n, one in enumerate(found, 1)]})
        return 0
    if found:
        _show(found, ready, why)
    note(_remark(len(found), total, ready))
    return 0


def _sentences(tx: Transaction, found: list[Listed]) -> Why:
    """How causes are said; the release is read only when words of its sequences are among them."""
    book = current_book(tx) if any(is_of_sequence(one.cause) for one in found) else None
    if book is None:
        return plainly
    return lambda cause: say_cause(cause, "en", book.policy.language, sequences=book.sequences)


def as_json(rank: int, one: Listed, why: Why) -> dict[str, Any]:
    """A lead in a list, with its place in it and the sum of its scores."""
    as_of = None if one.as_of is None else one.as_of.isoformat()
    return {
        "rank": rank,
        **asdict(one),
        "why": why(one.cause),
        "as_of": as_of,
        "sum": round(one.fit + one.engagement, 4),
    }


def _remark(shown: int, total: int, ready: bool) -> str:
    kind = "ready for sales" if ready else "found"
    if not total:
        return "nobody is ready for sales yet" if ready else "no leads: nurture import brings them"
    cut = f"; the first {shown} are shown, --limit shows more" if shown < total else ""
    return f"{say_many(total, 'lead')} {kind}{cut}"


def _show(found: list[Listed], ready: bool, why: Why) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    if ready:
        table.add_column("#", justify="right")
    table.add_column("lead", justify="right")
    table.add_column("who", overflow="ellipsis", no_wrap=True, ratio=3)
    table.add_column("cell")
    table.add_column("fit", justify="right")
    table.add_column("eng", justify="right")
    table.add_column("why now" if ready else "stage", ratio=4)
    for place, one in enumerate(found, 1):
        number = (str(place),) if ready else ()
        scores = (f"{one.grade}{one.heat}", f"{one.fit:.0f}", f"{one.engagement:.0f}")
        last = _why_now(one, why) if ready else _stage(one, why)
        cells = (*number, str(one.id), _who(one), *scores, last)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(highlight=False).print(table)


def _who(one: Listed) -> str:
    return ", ".join(part for part in (one.name or one.key or one.address, one.company) if part)


def _stage(one: Listed, why: Why) -> str:
    return f"{one.stage.value}: {why(one.cause)}" if one.cause else one.stage.value


def _why_now(one: Listed, say: Why) -> str:
    why = say(one.cause)
    if one.handoff is HandoffState.OFFERED:
        return f"{why}; with {one.seller}"
    if one.handoff is HandoffState.UNASSIGNED:
        return f"{why}; nobody to offer it to"
    return why
