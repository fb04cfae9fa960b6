"""`nurture stage`: puts a lead at a stage that the operator or sales know of, with its cause."""

from __future__ import annotations

from datetime import UTC, datetime

from console.frame import InFrame, note, say, say_json
from console.options import Json
from leadstore.database.access import latest_moment
from leadstore.leads.lookup import find_lead
from leadstore.leads.stages import Placed, place
from nurture.words import Stage


def stage(lead: str, to: Stage, /, *, cause: str = "", json: Json = False, frame: InFrame) -> int:
    """Put a lead to the stage that somebody knows of: sal, sql, customer, disqualified, or back to lead.

    Exits 1 when the lead may not go there; the answer says why, and where it may go.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    to
        The stage. `lead` sends it back to nurturing: engagement counts from zero, and it may mature again.
    cause
        Why, for those who ask later; `nurture why` shows it.
    json
        Print the result for machines.
    """
    with frame.store() as store, store.begin() as tx:
        placed = place(tx, find_lead(tx, lead), to, cause, latest_moment(tx, datetime.now(UTC)))
    if json:
        said = {"lead": placed.lead, "before": placed.before.value, "after": placed.after.value}
        say_json({**said, "changed": placed.changed, "refused": placed.refused})
    elif placed.refused:
        note(placed.refused)
    else:
        say(_told(placed))
    return 1 if placed.refused else 0


def _told(placed: Placed) -> str:
    if not placed.changed:
        return f"lead {placed.lead} is a {placed.after.value} already"
    return f"lead {placed.lead} was a {placed.before.value} and is a {placed.after.value} now"
