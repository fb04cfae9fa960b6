"""A lead's story with what explains it: what `nurture why` shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from console.why.reasons import Why, plainly
from console.why.silence import Absence
from leadstore.story.chapters import Story


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
