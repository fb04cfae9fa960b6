"""`nurture aside`: lists items that were set aside with their reasons, puts them back or drops them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from cyclopts import App
from cyclopts.types import PositiveInt

from console.format import printable, say_at, say_many
from console.frame import Frame, InFrame, agreed, note, say, say_json
from console.options import All, Json, Yes, read_span
from leadstore.aside import payloads
from leadstore.database.access import latest_moment
from leadstore.leads.lookup import find_lead
from leadstore.outbox.backlog import Waiting, WantedWaiting, find_waiting
from nurture.errors import NotFound, NurtureError
from nurture.words import AsideKind, AsideState

app = App(
    name="aside", help="What raised and was set aside; put it back or drop it.", help_format="plaintext"
)

R = TypeVar("R")
Act = Callable[[Any, Sequence[Waiting], datetime], R]


@app.command(name="list")
def list_(
    *,
    kind: AsideKind | None = None,
    reason: str | None = None,
    older: str | None = None,
    lead: str | None = None,
    limit: PositiveInt = 50,
    json: Json = False,
    frame: InFrame,
) -> int:
    """List what waits for you, the latest first. Exits 1 when anything does.

    Parameters
    ----------
    kind
        Only signals, leads, mails, touches, notices, webhooks or enrolments.
    reason
        Only what raised this, as TypeError, or failed for this, as render_failed.
    older
        Only what has waited longer than this, as "2 days".
    lead
        Only what is about this lead: its id, address or key.
    limit
        How many to show at most.
    json
        Print {total, items} for machines.
    """
    _, found = _found(frame, (), kind, reason, older, lead)
    shown = found[:limit]
    if json:
        say_json({"total": len(found), "items": [_plain(one) for one in shown]})
    else:
        _table(shown)
        cut = f"; {len(shown)} are shown, --limit shows more" if len(shown) < len(found) else ""
        note(f"{_counted(found)}{cut}" if found else "nothing waits for you")
    return 1 if found else 0


@app.command(name="show")
def show(name: str, /, *, raw: bool = False, json: Json = False, frame: InFrame) -> int:
    """Show all that is known of one item, and what to type.

    Parameters
    ----------
    name
        Its name in `nurture aside list`, as signal-12.
    raw
        Write what was kept of it to stdout as it came: the bytes of a mail.
    json
        Print it for machines.
    """
    with frame.view() as tx:
        [one] = find_waiting(tx, WantedWaiting((name,)))
        kept = payloads(tx, [one.number]).get(one.number) if raw and one.aside else None
    if raw:
        if kept is None:
            raise NotFound(f"nothing is kept of {one.name}", hint="only of mails, while they wait")
        sys.stdout.buffer.write(kept)
        sys.stdout.buffer.flush()
    elif json:
        say_json(_plain(one))
    else:
        _tell(one)
    return 0


@app.command(name="retry")
def retry(
    *names: str,
    kind: AsideKind | None = None,
    reason: str | None = None,
    older: str | None = None,
    lead: str | None = None,
    all_: All = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Put items back once their cause is mended: the next tick looks at them, and a mail is read at once.

    What raises again is set aside again. Exits 1 when a mail did.

    Parameters
    ----------
    names
        Their names in `nurture aside list`, as signal-12 mail-3.
    kind
        All of this kind.
    reason
        All that raised or failed for this.
    older
        All that have waited longer than this, as "2 days".
    lead
        All that is about this lead: its id, address or key.
    all_
        All that waits.
    json
        Print {retried, raised} for machines.
    """
    _refuse_misuse("retry", names, all_ or any((kind, reason, older, lead)))
    from flows.work.aside.retrial import put_back_all

    now, found = _found(frame, names, kind, reason, older, lead)
    again = _acted(frame, put_back_all, found, now) or []
    done = [one for one in found if one not in again]
    if json:
        say_json({"retried": [one.name for one in done], "raised": [one.name for one in again]})
    else:
        say(f"put back: {_counted(done)}; the next tick looks at it" if done else "nothing to put back")
        if again:
            note(f"{_counted(again)} raised again, and stays set aside: `nurture aside show {again[0].name}`")
    return 1 if again else 0


@app.command(name="drop")
def drop(
    *names: str,
    kind: AsideKind | None = None,
    reason: str | None = None,
    older: str | None = None,
    lead: str | None = None,
    all_: All = False,
    yes: Yes = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Give items up: nothing tries them again, and what was kept of a mail is forgotten.

    A touch is not sent, and its sequence goes on. Exits 1 when the question was answered with no.

    Parameters
    ----------
    names
        Their names in `nurture aside list`, as signal-12 mail-3.
    kind
        All of this kind.
    reason
        All that raised or failed for this.
    older
        All that have waited longer than this, as "2 days".
    lead
        All that is about this lead: its id, address or key.
    all_
        All that waits.
    yes
        Do not ask.
    json
        Print {dropped} for machines.
    """
    _refuse_misuse("drop", names, all_ or any((kind, reason, older, lead)))
    from flows.work.aside.retrial import drop_all

    now, found = _found(frame, names, kind, reason, older, lead)
    found = [one for one in found if one.state is AsideState.OPEN]  # what was put back is in the work again
    if found and not yes and not _agreed(found):
        return 1
    _acted(frame, drop_all, found, now)
    if json:
        say_json({"dropped": [one.name for one in found]})
    else:
        say(f"dropped: {_counted(found)}" if found else "nothing to drop")
    return 0


def _found(
    frame: Frame,
    names: Sequence[str],
    kind: AsideKind | None,
    reason: str | None,
    older: str | None,
    lead: str | None,
) -> tuple[datetime, list[Waiting]]:
    span = read_span(older, f"--older {older}", 'write it as --older "2 days"')
    with frame.view() as tx:
        now = latest_moment(tx, datetime.now(UTC))
        before = None if span is None else now - span
        lead_id = None if lead is None else find_lead(tx, lead)
        return now, find_waiting(tx, WantedWaiting(tuple(names), kind, reason, before, lead_id))


def _acted(frame: Frame, act: Act[R], found: Sequence[Waiting], now: datetime) -> R | None:
    """Do this to the items in a shop of this project; None when there are none."""
    from flows.work.shop.wire import idle_shop

    if not found:
        return None
    with frame.store() as store:
        return act(idle_shop(frame.settings(), store), found, now)


def _refuse_misuse(verb: str, names: Sequence[str], narrowed: bool) -> None:
    if names and narrowed:
        raise NurtureError(
            "items are named one by one, or by what they have in common, not by both",
            hint=f"`nurture aside {verb} signal-12`, or `nurture aside {verb} --kind signal`",
        )
    if not names and not narrowed:
        raise NurtureError(
            f"{verb} what?",
            hint="give names, --kind, --reason, --older, --lead or --all; `nurture aside list` lists them",
        )


def _agreed(found: Sequence[Waiting]) -> bool:
    note(f"{_counted(found)} will not be tried again. Drop?")
    return agreed()


def _counted(found: Sequence[Waiting]) -> str:
    """`2 signals, 1 mail`."""
    kinds = Counter(one.kind for one in found)
    return ", ".join(say_many(n, kind.value) for kind, n in sorted(kinds.items())) or "nothing"


def _plain(one: Waiting) -> dict[str, Any]:
    at = {"first_at": one.first_at, "last_at": one.last_at}
    return {
        "id": one.name,
        "kind": one.kind.value,
        "stage": one.stage,
        "lead": one.lead_id,
        "reason": one.reason,
        "message": one.message,
        "place": one.place,
        "state": one.state.value,
        "times": one.times,
        **{name: moment.isoformat() if moment else None for name, moment in at.items()},
        "kept_bytes": one.size,
    }


def _table(found: Sequence[Waiting]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("what", "lead", "since (UTC)", "where"):
        table.add_column(name, no_wrap=name == "what")
    table.add_column("why", ratio=1)
    for one in found:
        since = say_at(one.first_at, UTC) if one.first_at else ""
        cells = (one.name, str(one.lead_id or ""), since, one.stage, _why(one))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    if found:
        Console(highlight=False).print(table)


def _why(one: Waiting) -> str:
    said = f"{one.reason}: {one.message}" if one.message else one.reason
    return said if one.times == 1 else f"{said} ({one.times} times)"


WORDS = {
    AsideState.OPEN: "waits for you",
    AsideState.RETRIED: "was put back",
    AsideState.DROPPED: "was dropped",
}


def _tell(one: Waiting) -> None:
    say(printable(f"{one.name} {WORDS[one.state]}"))
    facts = {
        "why": _why(one),
        "where": " at ".join(part for part in (one.stage, one.place) if part),
        "lead": f"{one.lead_id} (`nurture why {one.lead_id}` tells its story)" if one.lead_id else "",
        "first": say_at(one.first_at, UTC) if one.first_at else "",
        "last": say_at(one.last_at, UTC) if one.last_at and one.last_at != one.first_at else "",
        "kept": f"{one.size} bytes (`nurture aside show {one.name} --raw` writes them)" if one.size else "",
    }
    for name, told in facts.items():
        if told:
            say(printable(f"  {name:6}{told}"))
    if one.state is not AsideState.RETRIED:
        say(f"when its cause is mended: nurture aside retry {one.name}")
    if one.state is AsideState.OPEN:
        say(f"to give it up: nurture aside drop {one.name} --yes")
