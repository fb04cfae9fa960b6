"""A lead's story with what explains it: what `nurture why` shows, and the API tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from flows.work.story.reasons import Why, plainly
from flows.work.story.silence import Absence, absences, general
from leadstore.database.access import latest_moment
from leadstore.database.transaction import Transaction
from leadstore.enrolments.snapshots import read_past_runs, read_snapshots
from leadstore.story.chapters import Story
from leadstore.story.reader import read_story
from nurture.project.book import Book
from nurture.speech.cause import say_cause
from nurture.texts.translation import in_language
from nurture.timing import zone_for

NO_RELEASE = "No release that can be read runs in this store, so no sequence does: nurture apply"


@dataclass(frozen=True, slots=True)
class ExplainedStory:
    """A story with what explains it: the release's titles, the lead's zone, and each absence."""

    story: Story
    now: datetime
    zone: tzinfo
    titles: dict[str, str]
    silence: Sequence[str]  # what keeps the lead out of everything
    absences: Sequence[Absence]
    why: Why = plainly


def explain(tx: Transaction, lead_id: int, now: datetime, book: Book | None) -> ExplainedStory:
    """Read a lead's story and explain it by the release that runs."""
    story = read_story(tx, lead_id)
    now = max(latest_moment(tx, now), story.as_of or now)
    profile = story.lead.profile
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
        lambda cause: say_cause(cause, "en", book.policy.language, sequences=book.sequences),
    )


def _absences(tx: Transaction, book: Book, story: Story, now: datetime) -> list[Absence]:
    ids = [story.lead.id]
    snapshot = read_snapshots(tx, ids, signal_types=book.signal_types, slots_since=now)[0]
    return absences(book, story, snapshot, past=read_past_runs(tx, ids, list(book.sequences)), now=now)
