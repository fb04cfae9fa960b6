"""`nurture events`: the events that sites post and events.yaml does not know, with the lines to add."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from cyclopts import App

from console.format import printable, say_at, say_many
from console.frame import Frame, InFrame, note, say, say_json
from console.options import All, Json
from flows.work.project.shelf import read_shelf
from leadstore.events.counts import OTHERS, UnmappedCount, forget_unmapped, list_unmapped
from nurture.events.map import EventMap
from nurture.files.diagnosis import suggest
from nurture.project.book import read_book

app = App(
    name="events", help="Events that sites post and events.yaml does not know.", help_format="plaintext"
)

_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _/-]*")


@app.default
def unmapped(*, all_: All = False, json: Json = False, frame: InFrame) -> int:
    """List events that were posted and that events.yaml does not know, the most frequent first.

    Exits 1 when there are any.

    Parameters
    ----------
    all_
        Also those that the file on disk knows or ignores by now.
    json
        Print a list for machines.
    """
    known = _known(frame)
    with frame.view() as tx:
        every = list_unmapped(tx)
    found = [one for one in every if all_ or not _is_known(one, known)]
    if json:
        say_json([_plain(one, known) for one in found])
    elif found:
        _show(found, known)
    else:
        note("every event that was posted is known")
    return 1 if found else 0


@app.command(name="forget")
def forget(*names: str, json: Json = False, frame: InFrame) -> int:
    """Begin the counts of these events anew.

    Parameters
    ----------
    names
        Their names, as they are listed.
    json
        Print {forgotten} for machines.
    """
    with frame.store() as store:
        count = store.write(forget_unmapped, names)
    if json:
        say_json({"forgotten": count})
    else:
        say(f"forgotten: {say_many(count, 'count')}")
    return 0


def _known(frame: Frame) -> EventMap | None:
    book, _ = read_book(read_shelf(frame.root()))
    return book.events if book is not None else None


def _is_known(one: UnmappedCount, known: EventMap | None) -> bool:
    return known is not None and (known.meaning(one.name) is not None or known.ignores(one.name))


def _meant(one: UnmappedCount, known: EventMap | None) -> str:
    """The declared type whose name is most like the event's; empty when none is."""
    words = {kind.replace(".", " ").replace("_", " "): kind for kind in (known.own if known else ())}
    return words.get(suggest(one.name.replace("_", " "), words), "")


def _plain(one: UnmappedCount, known: EventMap | None) -> dict[str, Any]:
    return {
        "source": one.source,
        "event": one.name,
        "times": one.times,
        "properties": list(one.properties),
        "first_at": one.first_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "meant": _meant(one, known) or None,
        "known_now": _is_known(one, known),
    }


def _show(found: list[UnmappedCount], known: EventMap | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("times", "source", "last (UTC)", "event"):
        table.add_column(name, no_wrap=name != "event", justify="right" if name == "times" else "left")
    table.add_column("its properties", ratio=1)
    for one in found:
        cells = (f"{one.times:,}", one.source, say_at(one.last_at, UTC), one.name, ", ".join(one.properties))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(highlight=False).print(table)
    named = [one for one in found if one.name != OTHERS]
    if named:
        first = named[0]
        name = first.name if _PLAIN_NAME.fullmatch(first.name) else '"' + _quoted(first.name) + '"'
        note(f"\nin events.yaml, under `events:`\n  {name}: {_meant(first, known) or 'a.type'}")
        note("or, when you do not want it, under `ignore:`; then `nurture apply`")


def _quoted(name: str) -> str:
    return printable(name).replace("\\", "\\\\").replace('"', '\\"')
