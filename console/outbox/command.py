"""`nurture outbox`: lists what was sent or waits to be; its subcommands settle, retry or give up rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from cyclopts import App
from cyclopts.types import PositiveInt

from console.format import as_plain, printable, say_at
from console.frame import InFrame, note, say_json
from console.options import Json
from flows.work.story.reasons import REASONS, say_touch
from leadstore.database.transaction import Transaction
from leadstore.outbox.failures import FailureFilter, Stuck, find_broken, find_stuck
from leadstore.outbox.resolution import count_by_state, doubts_by_run, list_outbox
from leadstore.story.chapters import Touch
from nurture.words import OutboxKind, Reason, TouchState

app = App(name="outbox", help="Look into the outbox; settle, retry or give up.", help_format="plaintext")
app.command("console.outbox.resolve:resolve_", name="resolve", help="Settle what nobody knows.")
app.command("console.outbox.retry:retry", name="retry", help="Let what failed be tried again.")
app.command("console.outbox.retry:skip", name="skip", help="Give up what failed, and go on.")
app.command("console.outbox.routes:routes", name="routes", help="Show the pace of the relay and of domains.")
app.command("console.outbox.routes:close", name="close", help="Close the relay or a domain for a while.")
app.command("console.outbox.routes:reopen", name="reopen", help="Open the relay or a domain again.")


@app.command(name="list")
def list_(
    *,
    state: TouchState | None = None,
    kind: OutboxKind | None = None,
    limit: PositiveInt = 50,
    json: Json = False,
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
        Print {total, states, rows, held} for machines; held are enrolments whose decision failed.
    """
    with frame.view() as tx:
        rows, total = list_outbox(tx, state=state, kind=kind, limit=limit)
        states = count_by_state(tx)
        runs = doubts_by_run(tx) if states.get(TouchState.UNCERTAIN, 0) > 1 else {}
        able = _able(tx, rows)
        held = find_broken(tx, FailureFilter(kind=kind and kind.value), limit) if state in HIDDEN else []
    if json:
        listed = [as_json(*row) | {"remedy": _remedy(row[1], able)} for row in rows]
        apart = [asdict(one) | {"remedy": _release(one)} for one in held]
        say_json({"total": total, "states": states, "rows": listed, "held": apart})
    else:
        _show(rows, able, held)
        _sum_up(len(rows), total, states)
        _name_runs(runs)
    return 1 if held or any(touch.state in WAITING for _, touch in rows) else 0


WAITING = (TouchState.UNCERTAIN, TouchState.FAILED)
"""States that a person should look at."""
HIDDEN = (None, TouchState.FAILED)
"""With these states, what is held without a row of its own is listed too."""
MENDED = {
    Reason.RENDER: "Mend the template or the lead's fields, and `nurture apply`",
    Reason.RELAY_LATER: "When the other side is well again",
    Reason.RELAY_NO: "When the address or the receiver is mended",
}
"""What comes before another try."""


def _able(tx: Transaction, rows: Sequence[tuple[int | None, Touch]]) -> set[int | None]:
    """Which of these rows may be tried again or given up."""
    failed = tuple(touch.id for _, touch in rows if touch.state in (TouchState.FAILED, TouchState.REFUSED))
    return {one.id for one in find_stuck(tx, FailureFilter(failed))[0]} if failed else set()


def _remedy(touch: Touch, able: Collection[int | None]) -> str | None:
    """The command that settles a row, if there is one."""
    if touch.state is TouchState.UNCERTAIN:
        return f"nurture outbox resolve {touch.id} --as sent|failed"
    return f"nurture outbox retry {touch.id}" if touch.id in able else None


def _release(one: Stuck) -> str:
    return f"nurture outbox retry --lead {one.lead_id}"


def as_json(lead_id: int | None, touch: Touch) -> dict[str, Any]:
    """A row: instants are ISO text in UTC, and `why` says what became of it."""
    return {**as_plain(touch), "lead": lead_id, "why": say_touch(touch, _utc)}


def _show(
    rows: Sequence[tuple[int | None, Touch]], able: Collection[int | None], held: Sequence[Stuck]
) -> None:
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
        if touch.id in able:
            first = MENDED[Reason(touch.reason)]
            told += f" {first}: nurture outbox retry {touch.id}; or: nurture outbox skip {touch.id}"
        cells = (str(touch.id), str(lead_id or ""), touch.template or touch.step, told)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    for one in held:
        told = f"Held: {REASONS[Reason.BROKEN]}. When it is mended: {_release(one)}"
        cells = ("", str(one.lead_id), f"{one.sequence} {one.step}", told)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    if rows or held:
        Console(highlight=False).print(table)


def _sum_up(shown: int, total: int, states: dict[TouchState, int]) -> None:
    counted = ", ".join(f"{states[state]} {state.value}" for state in TouchState if state in states)
    cut = f"; {shown} of {total} are shown, --limit shows more" if shown < total else ""
    note(f"in the whole outbox: {counted or 'nothing'}{cut}")


def _name_runs(runs: dict[str, int]) -> None:
    """Name the processes that left uncertain rows: they can mostly be settled together."""
    for run, count in runs.items():
        note(f"{count} uncertain of the run {run}: nurture outbox resolve --run {run} --as sent|failed")


def _utc(at: datetime) -> str:
    return say_at(at, UTC)
