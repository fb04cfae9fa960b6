"""`nurture audit`: who did what to which lead, and when; ids only, for it outlives the leads."""

from __future__ import annotations

from dataclasses import asdict

from cyclopts.types import PositiveInt

from console.format import printable, say_at
from console.frame import InFrame, note, say_json
from console.options import Json
from leadstore.database.transaction import Transaction
from leadstore.leads.lookup import find_lead
from leadstore.privacy.journal import JournalAct, JournalEntry, read_journal


def audit(
    lead: str | None = None,
    /,
    *,
    act: JournalAct | None = None,
    limit: PositiveInt = 50,
    json: Json = False,
    frame: InFrame,
) -> int:
    """List what was done to leads by hand or by the retention clock, the latest first.

    Parameters
    ----------
    lead
        Only this lead: its id, also of one that was erased, its address or its key.
    act
        Only acts of this kind.
    limit
        How many to show at most.
    json
        Print the lines for machines.
    """
    with frame.view() as tx:
        number = None if lead is None else _number(tx, lead)
        found = read_journal(tx, lead_id=number, act=act, limit=limit)
    if json:
        say_json([{**asdict(one), "act": one.act.value} for one in found])
    elif found:
        _show(found)
    else:
        note("nothing was done to a lead by hand yet" if lead is None else "nothing was done to it by hand")
    return 0


def _number(tx: Transaction, lead: str) -> int:
    """A number is taken as it is: nobody else is found by an erased lead's."""
    bare = lead.removeprefix("id:")
    return int(bare) if bare.isdecimal() and len(bare) < 19 else find_lead(tx, lead)


def _show(found: list[JournalEntry]) -> None:
    from datetime import UTC

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("when (UTC)", "who", "did", "lead", ""):
        table.add_column(name)
    for one in found:
        more = ", ".join(f"{name} {value}" for name, value in one.detail.items())
        cells = (say_at(one.at, UTC), one.who, one.act.value, str(one.lead_id or "-"), more)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(highlight=False).print(table)
