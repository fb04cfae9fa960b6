"""`nurture why`: shows one lead's scores, stage, sequences and touches, and the reason for each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.frame import InFrame, say_json
from console.options import Json
from console.why.explanation import ExplainedStory
from console.why.silence import Absence, absences, general
from leadstore.database.access import latest_moment
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import read_past_runs, read_snapshots
from leadstore.leads.lookup import find_lead
from leadstore.releases import current_book
from leadstore.story.chapters import Story
from leadstore.story.reader import read_story
from nurture.speech.cause import say_cause
from nurture.texts.translation import in_language
from nurture.timing import zone_for

if TYPE_CHECKING:
    from nurture.project.book import Book


NO_RELEASE = "No release that can be read runs in this store, so no sequence does: nurture apply"


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
        from console.why.json import as_json

        say_json(as_json(told))
    else:
        from console.why.page import show

        show(told)
    return 0


def tell(tx: Transaction, lead_id: int, now: datetime) -> ExplainedStory:
    """Read a lead's story and explain it by the release that runs."""
    story = read_story(tx, lead_id)
    now = max(latest_moment(tx, now), story.as_of or now)
    profile = story.lead.profile
    book = current_book(tx)
    own = book.policy.zone if book is not None else "UTC"
    zone = zone_for(profile.get("zone"), profile.get("country"), own)
    if book is None:
        return ExplainedStory(story, now, zone, {}, [*general(story), NO_RELEASE], ())
    return ExplainedStory(
        story,
        now,
        zone,
        {name: in_language(one.title, "en", book.policy.language) for name, one in book.sequences.items()},
        general(story),
        _absences(tx, book, story, now),
        lambda cause: say_cause(cause, "en", book.policy.language, book.sequences),
    )


def _absences(tx: Transaction, book: Book, story: Story, now: datetime) -> list[Absence]:
    ids = [story.lead.id]
    snapshot = read_snapshots(tx, ids, signal_types=book.signal_types, slots_since=now)[0]
    return absences(book, story, snapshot, read_past_runs(tx, ids, list(book.sequences)), now)
