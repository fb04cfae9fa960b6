"""What one claim brought: due leads as they were read, and the touches that were decided for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flows.work.counts import Counts
from nurture.project.book import Book
from nurture.values import Claim, Snapshot
from nurture.words import Reason


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim brought."""

    leads: int
    claims: Sequence[Claim]
    snapshots: Mapping[int, Snapshot]
    book: Book | None
    tally: Counts
    held: Counter[Reason]
    interval: timedelta = timedelta(0)  # between two letters of one worker, when the relay is paced
