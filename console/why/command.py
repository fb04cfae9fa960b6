"""`nurture why`: shows one lead's scores, stage, sequences and touches, and the reason for each."""

from __future__ import annotations

from datetime import UTC, datetime

from console.frame import InFrame, say_json
from console.options import Json
from flows.work.story.explanation import ExplainedStory, explain
from leadstore.database.transaction import Transaction
from leadstore.leads.lookup import find_lead
from leadstore.releases import current_book


def why(lead: str, /, *, json: Json = False, frame: InFrame) -> int:
    """Tell one lead's story: what was decided for each touch, and why.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    json
        Print one object for machines.
    """
    with frame.view() as tx:
        told = tell(tx, find_lead(tx, lead), datetime.now(UTC))
    if json:
        from flows.work.story.json import as_json

        say_json(as_json(told))
    else:
        from console.why.page import show

        show(told)
    return 0


def tell(tx: Transaction, lead_id: int, now: datetime) -> ExplainedStory:
    """Read a lead's story and explain it by the release that runs."""
    return explain(tx, lead_id, now, current_book(tx))
