"""Lets enrolments follow their sequences when a release changes them, as `on_change` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadstore.following import let_go, move, places
from nurture.book import Book
from nurture.steps import Sequence


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the enrolments of sequences whose structure changed."""

    moved: int = 0  # go on in the new form
    stayed: int = 0  # finish the form they entered
    left: int = 0  # were let go


def follow(tx: Any, book: Book, release_id: int, now: datetime) -> Followed:
    """Bring every enrolment in line with the release, in the transaction that makes it the current one."""
    moved = stayed = left = 0
    for (name, version, step), count in places(tx, list(book.sequences)).items():
        sequence = book.sequences[name]
        if version == sequence.version:
            continue
        to = _home(sequence, step)
        if sequence.on_change == "exit" and not sequence.stream:
            left += let_go(tx, name, sequence.version, now)
        elif to is not None:
            steps = (step, to)
            moved += move(tx, name, sequence.version, release_id, steps, sequence.priority, now)
        else:
            stayed += count
    return Followed(moved, stayed, left)


def _home(sequence: Sequence, step: str) -> str | None:
    """Where who stands at this step of an older form goes on; None finishes the older form."""
    if sequence.on_change == "move":
        named = sequence.moves.get(step, step)
        return named if named in sequence.steps else None
    return step if sequence.stream and step in sequence.steps else None
