"""What the demo shows: bars while weeks pass, and a table at the end."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from console.format import say_many
from console.frame import note
from flows.work.counts import CountName, Summary, added, in_words
from flows.work.demo.acts import DemoMail
from flows.work.demo.weeks import Played
from flows.work.imports.run import ImportCounts, ImportReport
from flows.work.story.reasons import REASONS
from nurture.words import Reason

TOLD: tuple[CountName, ...] = ("enrolled", "sent", "matured", "mails")
"""What a line about a week tells."""

EXAMPLE = "example.html"


class Shown:
    """Bars on a terminal; without one, a line for the import and one for each week."""

    def __init__(self, leads: int, ticks: int) -> None:
        self._bars: Progress | None = None
        if sys.stderr.isatty():
            columns = (
                TextColumn("{task.description:<38}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bars = Progress(*columns, console=Console(stderr=True))
            self._importing = self._bars.add_task("importing leads", total=leads)
            self._ticking: TaskID = self._bars.add_task("ticks", total=ticks)
        self._week: tuple[int, int] | None = None
        self._counts: Summary = {}

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
        elif kind is None:
            self._tell_week()

    def importing(self, done: int, size: int, counts: ImportCounts) -> None:
        """Told after each batch of the import."""
        if self._bars is not None:
            self._bars.update(self._importing, completed=counts.read)

    def imported(self, counts: ImportCounts) -> None:
        """Told when all rows were read."""
        if self._bars is None:
            note(f"imported {counts.saved} leads of {counts.read} rows")

    def ticked(self, number: int, moment: datetime, counts: Summary) -> None:
        """Told after each tick."""
        if self._bars is not None:
            said = f"{moment:%a %d %b %H:%M}  sent {counts.get('sent', 0):>3}"
            self._bars.update(self._ticking, completed=number, description=said)
            return
        week = moment.isocalendar()[:2]
        if self._week not in (None, week):
            self._tell_week()
        self._week, self._told = week, moment
        self._counts = added(self._counts, {name: counts.get(name, 0) for name in TOLD})

    def _tell_week(self) -> None:
        if self._week is not None:
            note(f"to {self._told:%a %d %b %Y}: {in_words(self._counts)}")
        self._counts = {}


def example(mails: Sequence[DemoMail], folder: Path) -> dict[str, str]:
    """A message worth looking at, written beside for a browser, and the lead with the longest story."""
    marketing = [mail for mail in mails if mail.marketing]
    if not marketing:
        return {}
    got = Counter(mail.recipient for mail in mails)
    sold = {mail.about for mail in mails if mail.about in got}
    lead = max(sorted(got), key=lambda address: (address in sold, got[address] if address in sold else 0))
    shown = next((mail for mail in marketing if mail.recipient == lead), marketing[0])
    (folder / EXAMPLE).write_text(shown.html, encoding="utf-8")
    where = os.path.relpath(folder)
    return {
        "example_mail": str(shown.path),
        "example_page": str(folder / EXAMPLE),
        "why": f"{program('nurture')} why {lead} --project {shlex.quote(where)}",
    }


def totals(
    report: ImportReport, played: Played, mail: Mapping[str, str], *, seconds: float
) -> dict[str, Any]:
    """Everything the demo came to, as one object."""
    counts, tally = played.counts, played.tally
    return {
        "leads": tally.leads,
        "rejected": report.counts.rejected,
        "suppressed": report.counts.suppressed,
        "enrolled": tally.enrolled,
        "sequences": tally.by_sequence,
        "not_enrolled": counts["not_enrolled"],
        "sent": counts["sent"],
        "seller_mails": counts["mails"],
        "in_inbox": played.mails,
        "held": tally.held,
        "skipped": counts["skipped"],
        "unsubscribed": played.left,
        "bounced": counts["refused"],
        "failed": counts["failed"],
        "uncertain": counts["uncertain"],
        "signals": played.signals,
        "machine_clicks": played.clicked_by_machines,
        "rescored": counts["rescored"],
        "matured": counts["matured"],
        "handed_off": tally.handed_off,
        "customers": tally.customers,
        "broken": list(played.broken),
        "seconds": round(seconds, 1),
        **mail,
    }


def closing(found: Mapping[str, Any], places: Mapping[str, Any], *, stays: bool, ours: bool) -> None:
    """The table at the end, the invariants, and where to look."""
    console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 110)
    console.print(_table(found))
    promises = "every promise held" if not found["broken"] else "PROMISES BROKEN"
    console.print(f"{promises}: the inbox holds {found['in_inbox']} messages; {found['seconds']} s\n")
    console.print(f"Prefect UI   {_prefect(places, stays=stays, ours=ours)}")
    console.print(f"inbox        {os.path.relpath(places['inbox'])} (a Maildir: `mutt -f` reads it)")
    if "example_page" in found:
        console.print(f"one mail     {os.path.relpath(found['example_page'])} (open it in a browser)")
        console.print(f"one lead     {found['why']}")


def _prefect(places: Mapping[str, Any], *, stays: bool, ours: bool) -> str:
    address = f"{places['prefect']}/runs"
    if stays or not ours:
        return address
    home = shlex.quote(os.path.relpath(places["prefect_home"]))
    again = f"PREFECT_HOME={home} {program('prefect')} server start"
    return f"{address} ended with this demo; to see its runs again:\n             {again}"


def program(name: str) -> str:
    """How to call a program that was installed beside this one: by its name, if the shell finds that one."""
    beside = Path(sys.executable).parent / name
    found = shutil.which(name)
    same = found is not None and Path(found).resolve() == beside.resolve()
    return name if same else shlex.quote(os.path.relpath(beside))


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(title="Nurture demo", title_justify="left", show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column(style="dim")
    sequences = ", ".join(f"{name} {count}" for name, count in found["sequences"].items())
    rows = (
        (
            "leads",
            "leads",
            f"{say_many(found['rejected'], 'row')} rejected, {found['suppressed']} never to be mailed",
        ),
        ("enrolled", "enrolled", sequences),
        ("sent", "sent", "over SMTP, to the local inbox"),
        *((f"held: {name}", count, REASONS[Reason(name)]) for name, count in found["held"].items()),
        ("skipped", "skipped", "steps that were not needed or came too late"),
        ("unsubscribed", "unsubscribed", "by one click, at once"),
        ("bounced", "bounced", "no such mailbox: never mailed again"),
        ("signals", "signals", f"of them {found['machine_clicks']} clicks by machines, ignored"),
        ("re-scored", "rescored", "times a lead"),
        ("matured", "matured", ""),
        ("handed off", "handed_off", f"with {found['seller_mails']} seller mails"),
        ("customers", "customers", ""),
    )
    for label, value, remark in rows:
        table.add_row(label, str(value if isinstance(value, int) else found[value]), remark)
    return table
