"""Lets enrolments follow their sequences when a release changes them, as `on_change` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadstore.database.transaction import Transaction
from leadstore.enrolments.follow import let_go, let_go_all, move, places, running
from nurture.project.book import Book
from nurture.sequences.steps import Sequence


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the enrolments of sequences whose structure changed."""

    moved: int = 0  # go on in the new form
    stayed: int = 0  # finish the form they entered
    left: int = 0  # were let go


def leaving(tx: Transaction, book: Book) -> dict[str, int]:
    """How many leads the release would take out of which sequence, if it were the current one."""
    gone = {name: count for name, count in running(tx).items() if name not in book.sequences}
    for (name, version, _), count in places(tx, list(book.sequences)).items():
        if _lets_go(book.sequences[name], version):
            gone[name] = gone.get(name, 0) + count
    return gone


def follow(tx: Transaction, book: Book, release_id: int, now: datetime) -> Followed:
    """Bring every enrolment in line with the release, in the transaction that makes it the current one."""
    moved = stayed = 0
    left = sum(let_go_all(tx, name, now) for name in running(tx) if name not in book.sequences)
    for (name, version, step), count in places(tx, list(book.sequences)).items():
        sequence = book.sequences[name]
        if version == sequence.version:
            continue
        to = _home(sequence, step)
        if _lets_go(sequence, version):
            left += let_go(tx, name, sequence.version, now)
        elif to is not None:
            steps = (step, to)
            moved += move(tx, name, sequence.version, release_id, steps, sequence.priority, now)
        else:
            stayed += count
    return Followed(moved, stayed, left)


def _lets_go(sequence: Sequence, version: str) -> bool:
    """Whether those leave who follow this version of a sequence that may have changed since."""
    return version != sequence.version and sequence.on_change == "exit" and not sequence.stream


def _home(sequence: Sequence, step: str) -> str | None:
    """Where an enrolment at this step of an older form goes on; None: it finishes the older form."""
    if sequence.on_change == "move":
        named = sequence.moves.get(step, step)
        return named if named in sequence.steps else None
    return step if sequence.stream and step in sequence.steps else None
