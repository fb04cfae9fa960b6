"""`nurture score explain`: shows every term of a lead's score, now or at another moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from console.format import adding_up, printable, say_at
from console.frame import InFrame, say_json
from console.options import Json
from flows.work.story.reasons import plainly
from leadstore.database.access import latest_moment
from leadstore.database.transaction import Transaction
from leadstore.leads.lookup import find_lead
from leadstore.releases import current_book
from leadstore.scores.history import read_for_scoring
from leadstore.story.chapters import ScorePoint
from leadstore.story.reader import read_story
from nurture.errors import ProjectError
from nurture.timing import zone_for
from nurture.values import Score, Signal, Term

if TYPE_CHECKING:
    from nurture.project.book import Book

POINTS = 12
"""Points of the history that are shown at most, the latest."""
ABOUT = ("page", "asset", "webinar", "form", "url", "reason")
"""Properties by which a person tells one signal from another."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A score at a moment, the signals its terms name, the verdict, and the history up to then."""

    lead: int
    score: Score
    cause: str
    signals: dict[int, Signal]
    history: Sequence[ScorePoint]
    zone: tzinfo
    moved: bool  # asked for another moment than now


def explain(lead: str, /, *, at: str | None = None, json: Json = False, frame: InFrame) -> int:
    """Show every term of a lead's score: the rule, the signal, its age, and its points; they add up to it.

    The score is computed from the signals by the release that runs. It reads the store and changes nothing.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    at
        Another moment, as 2027-06-15T10:00:00Z: from what had happened by then, by today's rules and profile.
    json
        Print one object for machines.
    """
    from flows.work.moments import parse_moment

    moved = None if at is None else parse_moment(at)
    with frame.view() as tx:
        explained = explained_at(tx, find_lead(tx, lead), moved)
    if json:
        say_json(as_json(explained))
    else:
        _show(explained)
    return 0


def explained_at(tx: Transaction, lead_id: int, moved: datetime | None) -> Explained:
    """Score one lead at a moment (None: now) by the release that runs.

    Raises:
        ProjectError: no release that can be read runs in this store.
        NotFound: there is no such lead.
    """
    from nurture.scoring.maturity import judge
    from nurture.scoring.score import score

    book = _book(tx)
    now = moved or latest_moment(tx, datetime.now(UTC))
    story = read_story(tx, lead_id)
    [one] = read_for_scoring(tx, [lead_id], book.scoring.signal_types)
    happened = [s for s in one.signals if moved is None or s.occurred_at <= now]
    maturity = book.policy.maturity
    result = score(book.scoring, maturity, one.lead, happened, now, book.engagement_thresholds)
    verdict = judge(maturity, one.lead, one.mature, score=result, signals=happened)
    profile = one.lead.profile
    return Explained(
        lead_id,
        result,
        verdict.cause,
        {s.id: s for s in happened},
        [p for p in story.scores if p.at <= now],
        zone_for(profile.get("zone"), profile.get("country"), book.policy.zone),
        moved is not None,
    )


def _book(tx: Transaction) -> Book:
    book = current_book(tx)
    if book is None:
        raise ProjectError("no release that can be read runs in this store", hint="run `nurture apply`")
    return book


def as_json(told: Explained) -> dict[str, Any]:
    """The explanation for machines: terms with their signals, and both sums."""
    score = told.score
    return {
        "lead": told.lead,
        "as_of": score.as_of.isoformat(),
        "fit": score.fit,
        "engagement": score.engagement,
        "grade": score.grade,
        "heat": score.heat,
        "cause": told.cause,
        "recheck_at": None if score.recheck_at is None else score.recheck_at.isoformat(),
        "terms": [{**term.as_dict(), "points": term.points, **_signal(told, term)} for term in score.terms],
        "history": [
            {"at": p.at.isoformat(), "fit": p.fit, "engagement": p.engagement, "cell": f"{p.grade}{p.heat}"}
            for p in told.history
        ],
    }


def _signal(told: Explained, term: Term) -> dict[str, Any]:
    signal = told.signals.get(term.signal_id or 0)
    if signal is None:
        return {"signal": None}
    return {"signal": {"type": signal.type, "occurred_at": signal.occurred_at.isoformat(), **_about(signal)}}


def _about(signal: Signal) -> dict[str, Any]:
    return {name: signal.properties[name] for name in ABOUT if name in signal.properties}


def _show(told: Explained) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out, score = Console(highlight=False), told.score
    when = say_at(score.as_of, told.zone)
    by = ", by today's rules and profile" if told.moved else ""
    out.print(Text(f"lead {told.lead}, as of {when} ({told.zone}){by}", style="dim"))
    for axis, mark in (("fit", f"grade {score.grade}"), ("engagement", f"heat {score.heat}")):
        terms = [term for term in score.terms if term.axis == axis]
        points, total = adding_up([term.points for term in terms])
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(overflow="fold", style="dim")
        for shown, term in zip(points, terms, strict=True):
            table.add_row(f"{shown:+.1f}", Text(printable(term.rule)), Text(printable(_words(told, term))))
        table.add_row(Text(f"{total:.1f}", style="bold"), Text(f"{axis}, {mark}", style="bold"), "")
        out.print(table)
    out.print(Text(f"{plainly(told.cause)}{_next_look(told)}"))
    if told.history:
        said = (f"{say_at(p.at, told.zone)[:10]} {p.grade}{p.heat} {p.fit:.0f}+{p.engagement:.0f}" for p in
                told.history[-POINTS:])  # fmt: skip
        out.print(Text(f"before: {' → '.join(said)}", style="dim"))


def _next_look(told: Explained) -> str:
    again = told.score.recheck_at
    return "" if again is None else f"; looked at again by {say_at(again, told.zone)}"


def _words(told: Explained, term: Term) -> str:
    """What a term rests on: the signal, its age, what it gave when fresh, and the rule's own note."""
    signal = told.signals.get(term.signal_id or 0)
    facts = []
    if signal is not None:
        about = "".join(f" {value}" for value in _about(signal).values())
        facts.append(f"{signal.type}{about}, {say_at(signal.occurred_at, told.zone)}")
    if term.age_days is not None:
        facts.append(f"{term.age_days:.1f} days old, {term.base:g} when fresh")
    return "; ".join([*facts, *([term.note] if term.note else [])])
