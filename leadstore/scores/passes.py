"""How far a pass that scores all leads has come, and by which rules; kept so that it resumes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from leadstore.database.transaction import Transaction
from leadstore.notes import read_note, write_note
from leadstore.rows import lead, release

DONE, PLACE = "scored_by", "scoring_at"


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass that scores everybody by `rules`. `before` are those of the last one that was completed."""

    rules: str
    after: int  # the last lead that is done
    before: str


def scoring_pass(tx: Transaction, rules: str) -> Pass | None:
    """The pass that these rules ask for, where it stopped; None when every score rests on them.

    A store that has had one release only asks for none: each lead was scored by it when it came in.
    """
    done = read_note(tx, DONE)
    if done == rules:
        return None
    if done is None and tx.scalar(select(func.count()).select_from(release)) == 1:
        write_note(tx, DONE, rules)
        return None
    named, _, after = (read_note(tx, PLACE) or "").partition(" ")
    return Pass(rules, int(after) if named == rules else 0, done or "")


def ask_for_pass(tx: Transaction) -> None:
    """Let the next rescoring begin a pass over everybody; one under way goes on instead."""
    write_note(tx, DONE, "")


def mark_pass(tx: Transaction, under_way: Pass, last: int | None) -> None:
    """The pass has come to the lead `last`; None: to its end."""
    if last is None:
        write_note(tx, DONE, under_way.rules)
        write_note(tx, PLACE, "")
    else:
        write_note(tx, PLACE, f"{under_way.rules} {last}")


def leads_behind(tx: Transaction, under_way: Pass) -> int:
    """How many leads the pass has yet to come to."""
    query = select(func.count()).where(lead.c.id > under_way.after, lead.c.merged_into.is_(None))
    return tx.scalar(query) or 0
