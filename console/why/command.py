"""`nurture why`: one lead's scores, stage, sequences and touches, and the reason for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from console.frame import InFrame, say_json
from flows.work.story.explanation import ExplainedStory, explain
from leadstore.database.access import open_existing
from leadstore.leads.lookup import find_lead
from leadstore.releases import current_release

if TYPE_CHECKING:
    from nurture.project.book import Book


def why(
    lead: str,
    /,
    *,
    json: Annotated[bool, Parameter(name="--json")] = False,
    frame: InFrame,
) -> int:
    """Tell one lead's story: what was decided for each touch, and why.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    json
        Print one object for machines.
    """
    store = open_existing(frame.settings().database_url)
    try:
        with store.read() as tx:
            told = tell(tx, find_lead(tx, lead), datetime.now(UTC))
    finally:
        store.close()
    if json:
        from flows.work.story.json import as_json

        say_json(as_json(told))
    else:
        from console.why.page import show

        show(told)
    return 0


def tell(tx: Any, lead_id: int, now: datetime) -> ExplainedStory:
    """Read a lead's story and explain it by the release that runs."""
    return explain(tx, lead_id, now, _book(tx))


def _book(tx: Any) -> Book | None:
    from nurture.project.book import read_book

    release = current_release(tx)
    return None if release is None else read_book(release.files)[0]
