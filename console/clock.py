"""`nurture clock`: shows moments in the store that lie ahead of this machine's clock, and resets them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cyclopts import App

from console.format import say_at, say_many
from console.frame import InFrame, agreed, note, say, say_json
from console.options import Json, Yes
from leadstore.database.clock import Ahead, bring_back, look_ahead

app = App(
    name="clock",
    help="Show what lies ahead of this machine's clock, and bring it back.",
    help_format="plaintext",
)

WORDS = {
    "outbox.slot_at": "places under the caps, dated ahead: their leads would not be mailed until then",
    "outbox.lease_until": "touches that a worker seems to hold until then: they would wait as long",
    "enrolment.step_since": "waits that began ahead: they would last as much longer",
    "route.closed_until": "routes closed until then",
    "lead.score_as_of": "scores counted for a moment to come",
    "consent.at": "consents and withdrawals dated ahead: an answer given now would count as older",
    "suppression.at": "suppressions dated ahead: they hold all the same",
    "lock.lease_until": "leases until then: nobody could lead, or read the mailbox, before",
    "note.moment": "notes of what was last done, or read",
}
"""What the rows mean that have an effect while they lie ahead; the others only date something."""

WHAT_NEXT = """\
If this machine's clock is right, stop the workers and run `nurture clock reset`: all of it is dated now,
what waits is looked at again, and what was allowed or forbidden stays as it is. If the clock is wrong, set
it right first. To go on playing in a moved time instead, give `nurture run --once --now` a later moment."""


@app.default
def show(*, json: Json = False, frame: InFrame) -> int:
    """Show what lies ahead of this machine's clock. Exits 1 when there is something.

    Parameters
    ----------
    json
        Print {now, seen, rows} for machines.
    """
    with frame.view("clock") as tx:
        found = look_ahead(tx, datetime.now(UTC))
    if json:
        say_json(_as_data(found))
    else:
        _tell(found)
    return 1 if found.any else 0


@app.command
def reset(*, yes: Yes = False, json: Json = False, frame: InFrame) -> int:
    """Bring back what a wrong clock left ahead: it is dated now, and all that waits is looked at again.

    Nothing is sent, taken back or allowed by it. Stop the workers first, and set this machine's clock
    right. Exits 1 when the question was answered with no.

    Parameters
    ----------
    yes
        Do not ask.
    json
        Print {now, seen, rows, reset} for machines.
    """
    with frame.store() as store:
        with store.read("clock") as tx:
            found = look_ahead(tx, datetime.now(UTC))
        if found.any and not yes and not _agreed(found):
            return 1
        if found.any:
            with store.begin("clock") as tx:
                found = bring_back(tx, datetime.now(UTC))
    if json:
        say_json({**_as_data(found), "reset": found.any})
    elif found.any:
        say(f"{say_many(sum(found.rows.values()), 'moment')} brought back to {say_at(found.now, UTC)} UTC")
        say("all that waits is looked at again in the next tick, and scores are counted anew")
    else:
        say("nothing lies ahead of this machine's clock")
    return 0


def _agreed(found: Ahead) -> bool:
    _tell(found, say=note)
    return agreed("Is this machine's clock right now? Type yes to go on: ")


def _tell(found: Ahead, say: Any = say) -> None:
    say(f"this machine's clock says     {say_at(found.now, UTC)} UTC")
    if found.seen is not None:
        say(f"the store has seen            {say_at(found.seen, UTC)} UTC")
    if not found.any:
        say("nothing lies ahead of this machine's clock")
        return
    say("ahead of this machine's clock:")
    for name, count in found.rows.items():
        say(f"{count:>8}  {WORDS.get(name, name)}")
    say(WHAT_NEXT)


def _as_data(found: Ahead) -> dict[str, Any]:
    seen = None if found.seen is None else found.seen.isoformat()
    return {"now": found.now.isoformat(), "seen": seen, "rows": dict(found.rows)}
