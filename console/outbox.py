"""`nurture outbox`: what was spoken or waits to be, and the operator's word on what nobody knows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from console.frame import InFrame, note, say, say_json
from console.reasons import say_touch
from console.routes import close, reopen, routes
from console.wording import printable, say_at
from leadstore.chapters import Touch
from leadstore.existing import latest_moment, open_existing
from leadstore.resolving import Word, count_by_state, list_outbox, resolve
from nurture.words import OutboxKind, TouchState

app = App(name="outbox", help="Look into the outbox, and settle what nobody knows.", help_format="plaintext")
for command in (routes, close, reopen):
    app.command(command)


@app.command(name="list")
def list_(
    *,
    state: TouchState | None = None,
    kind: OutboxKind | None = None,
    limit: PositiveInt = 50,
    json: Annotated[bool, Parameter(name="--json")] = False,
    frame: InFrame,
) -> int:
    """List outbox rows, the latest first. Exits 1 when a row in it waits for the operator.

    Parameters
    ----------
    state
        Only rows in this state, for example uncertain or failed.
    kind
        Only touches, seller mails or webhooks.
    limit
        How many to show at most.
    json
        Print {total, states, rows} for machines.
    """
    store = open_existing(frame.settings().database_url)
    try:
        with store.read() as tx:
            rows, total = list_outbox(tx, state=state, kind=kind, limit=limit)
            states = count_by_state(tx)
    finally:
        store.close()
    if json:
        say_json({"total": total, "states": states, "rows": [as_json(*row) for row in rows]})
    else:
        _show(rows, total, states)
    return 1 if any(touch.state in WAITING for _, touch in rows) else 0


WAITING = (TouchState.UNCERTAIN, TouchState.FAILED)
"""States that a person should look at."""


@app.command(name="resolve")
def resolve_(
    id: int,
    /,
    *,
    as_: Annotated[Word, Parameter(name="--as")],
    frame: InFrame,
) -> int:
    """Settle an uncertain row by what you know from the relay's log or from the lead.

    Nothing is sent again either way, and the lead's sequence goes on as it is.

    Parameters
    ----------
    id
        The number of the row, from `nurture outbox list --state uncertain`.
    as_
        sent: it arrived, and counts for the caps. failed: it did not, and no longer counts.
    """
    store = open_existing(frame.settings().database_url)
    try:
        with store.begin() as tx:
            resolve(tx, id, as_, latest_moment(tx, datetime.now(UTC)))
    finally:
        store.close()
    say(f"outbox row {id} is settled as {as_}")
    return 0


def as_json(lead_id: int | None, touch: Touch) -> dict[str, Any]:
    """A row: instants are ISO text in UTC, and `why` says what became of it."""
    plain = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(touch).items()}
    return {**plain, "lead": lead_id, "why": say_touch(touch, lambda at: say_at(at, UTC))}


def _show(rows: list[tuple[int | None, Touch]], total: int, states: dict[TouchState, int]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("id", "lead"):
        table.add_column(name, justify="right")
    table.add_column("what", overflow="ellipsis", no_wrap=True, max_width=28)
    table.add_column("what became of it (UTC)", ratio=1)
    for lead_id, touch in rows:
        told = f"{say_at(touch.settled_at or touch.due_at, UTC)}  {say_touch(touch, _utc)}"
        cells = (str(touch.id), str(lead_id or ""), touch.template or touch.step, told)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    if rows:
        Console(highlight=False).print(table)
    counted = ", ".join(f"{states[state]} {state.value}" for state in TouchState if state in states)
    cut = f"; {len(rows)} of {total} are shown, --limit shows more" if len(rows) < total else ""
    note(f"in the whole outbox: {counted or 'nothing'}{cut}")


def _utc(at: datetime) -> str:
    return say_at(at, UTC)
