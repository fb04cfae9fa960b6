"""Shows a lead's story to a person: readable at 80 columns, in the lead's own time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from console.format import printable, say_at, say_fully
from console.score.lines import score_lines
from console.why.position import say_entry, say_offer, say_properties, say_standing
from console.why.timeline import timeline
from flows.work.story.explanation import ExplainedStory
from flows.work.story.reasons import say_touch
from leadstore.story.chapters import PastEnrolment
from nurture.deciding.consent import ALL_TOPICS
from nurture.words import ConsentState, EnrolmentState, Sig, Stage, TouchState

WIDTH = 100
"""Lines longer than this are hard to read."""

GOOD, BAD, DOUBT, QUIET = "green", "red", "yellow", "dim"
COLOURS = {
    TouchState.SENT: GOOD,
    TouchState.REFUSED: BAD,
    TouchState.FAILED: BAD,
    TouchState.UNCERTAIN: DOUBT,
}
ECHOES = (Sig.TOUCH_SENT, Sig.TOUCH_REFUSED)
"""Signals that are left out, because the sequences show the same touches."""


def show(told: ExplainedStory) -> None:
    """Print the whole story to stdout."""
    page = Page(told)
    for part in (page.who, page.stage, page.scores, page.consents, page.sequences, page.sales, page.signals):
        part()


class Page:
    """Prints one lead's story to the terminal, section by section."""

    def __init__(self, told: ExplainedStory) -> None:
        self.told, self.story, self.lead = told, told.story, told.story.lead
        self.out = Console(highlight=False)
        self.out.width = min(self.out.width, WIDTH)

    def at(self, at: datetime) -> str:
        """An instant on the lead's wall clock."""
        return say_at(at, self.told.zone)

    def fully(self, at: datetime) -> str:
        """An instant on the lead's wall clock and in UTC."""
        return say_fully(at, self.told.zone)

    def heading(self, title: str, remark: str = "") -> None:
        """A blank line and the name of a section."""
        self.out.print()
        self.out.print(Text.assemble((printable(title), "bold"), f"  {printable(remark)}" if remark else ""))

    def grid(self, rows: Sequence[tuple[str | Text, ...]], indent: int = 2) -> None:
        """Columns without rules; the last one wraps."""
        if not rows:
            return
        table = Table.grid(padding=(0, 2))
        for _ in rows[0][:-1]:
            table.add_column(no_wrap=True, overflow="ellipsis", max_width=24)
        table.add_column(overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(cell)) if isinstance(cell, str) else cell for cell in row))
        self.out.print(Padding(table, (0, 0, 0, indent), expand=False))

    def line(self, text: str, style: str = "", indent: int = 2) -> None:
        """One paragraph."""
        self.out.print(Padding(Text(printable(text), style=style), (0, 0, 0, indent), expand=False))

    def who(self) -> None:
        """Name, numbers and address; these may be shown, for this is the operator's own terminal."""
        lead, profile = self.lead, self.lead.profile
        name = " ".join(profile[f] for f in ("first_name", "last_name") if f in profile) or lead.address
        work = ", ".join(profile[f] for f in ("job_title", "company") if f in profile)
        self.out.print(Text.assemble((printable(name), "bold"), f"  {printable(work)}" if work else ""))
        key = f", key {lead.key}" if lead.key else ""
        self.line(f"lead {lead.id}{key}, {lead.address}", indent=0)
        if self.story.aliases:
            self.line(f"also known as {', '.join(self.story.aliases)}", indent=0)
        self.line(f"Times are in {self.told.zone}, as of {self.at(self.told.now)}.", QUIET, indent=0)

    def stage(self) -> None:
        """The stage, and each cause on the way there."""
        ready = self.story.mature and self.lead.stage in (Stage.MQL, Stage.PQL)
        self.heading("Stage", self.lead.stage.value + (", ready for sales" if ready else ""))
        moves = [
            (self.at(m.at), f"{m.before.value} → {m.after.value}", self.told.why(m.cause))
            for m in self.story.stages
        ]
        self.grid(moves or [("no change since it came in",)])

    def scores(self) -> None:
        """Both scores with their terms, which add up to what is shown."""
        if self.story.as_of is None:
            self.heading("Scores", "none yet; the next tick gives them")
            return
        again = f"; looked at again by {self.at(self.story.recheck_at)}" if self.story.recheck_at else ""
        self.heading("Scores", f"as of {self.at(self.story.as_of)}{again}")
        for axis, mark in (("fit", f"grade {self.lead.grade}"), ("engagement", f"heat {self.lead.heat}")):
            lines, total = score_lines([t for t in self.story.terms if t.axis == axis])
            rows = [(Text(f"{points:+.1f}".rjust(7)), words) for points, words in lines]
            sum_line = Text(f"{total:.1f}".rjust(7), style="bold")
            self.grid([*rows, (sum_line, Text(f"{axis}, {mark}", style="bold"))])

    def consents(self) -> None:
        """The consents of the address, and its suppressions."""
        self.heading("Consents", "" if self.story.consents else "none: no marketing mail may go")
        rows = []
        for one in self.story.consents:
            style = BAD if one.state is ConsentState.WITHDRAWN else ""
            source = f", from {one.source}" if one.source else ""
            ground = f"{self.at(one.at)}, {one.basis.value.replace('_', ' ')}{source}"
            topic = "every topic" if one.topic == ALL_TOPICS else one.topic
            rows.append((topic, Text(one.state.value, style=style), ground))
        self.grid(rows)
        for span in self.story.suppressions:
            lifted = f"; lifted {self.at(span.lifted_at)}" if span.lifted_at else ""
            source = f" ({span.source})" if span.source else ""
            text = f"Suppressed {self.at(span.at)}: {span.reason.value}{source}{lifted}"
            self.line(text, QUIET if span.lifted_at else BAD)

    def sequences(self) -> None:
        """Each sequence the lead is or was in, with its touches and reasons, and why it is in no other."""
        for run in self.story.runs:
            self.run(run)
        if self.told.silence:
            self.heading("Why there is silence")
            for text in self.told.silence:
                self.line(text, DOUBT)
        if self.told.absences:
            self.heading("Not in now" if self.story.runs else "In no sequence")
            self.grid([(one.sequence, f"{one.why[:1].upper()}{one.why[1:]}.") for one in self.told.absences])

    def run(self, run: PastEnrolment) -> None:
        """One enrolment: a head, where it stands, then its timeline."""
        one = run.enrolment
        key = f" {one.entry_key}" if one.entry_key else ""
        nth = f", run {one.run}" if one.run > 1 else ""
        self.heading(f"{one.sequence}{key}", f"{self.told.titles.get(one.sequence, 'no longer runs')}{nth}")
        self.line(say_entry(run, self.told.zone))
        stands = say_standing(run, self.told.zone, self.told.now)
        self.line(stands, DOUBT if one.state is EnrolmentState.HELD else "")
        rows = [
            (
                Text(self.at(ln.at), style=QUIET),
                ln.step,
                Text(printable(ln.text), style=COLOURS.get(ln.mark, "") if ln.mark else ""),
            )
            for ln in timeline(self.story, run, self.told.zone, why=self.told.why)
        ]
        self.grid(rows, indent=4)

    def sales(self) -> None:
        """Handoffs with their notices."""
        if self.story.handoffs:
            self.heading("Handoffs")
        for offer in self.story.handoffs:
            when = self.at(offer.offered_at or offer.created_at)
            notices = [n for n in self.story.notices if n.handoff_id == offer.id]
            told = [("", f"Mail to {offer.seller}: {say_touch(n, self.fully)}") for n in notices]
            self.grid([(Text(when, style=QUIET), say_offer(offer, self.told.zone, self.told.why)), *told])

    def signals(self) -> None:
        """What the lead did of late."""
        own = [s for s in reversed(self.story.signals) if s.type not in ECHOES]
        if own:
            self.heading("Latest signals")
        self.grid([(Text(self.at(s.occurred_at), style=QUIET), s.type, say_properties(s)) for s in own])
