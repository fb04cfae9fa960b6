"""Outcomes: what counts as won, and what was known of each lead in the moment before it was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from nurture.conditions.condition import Vocabulary
from nurture.errors import NotFound
from nurture.files.diagnosis import suggest
from nurture.scoring.engagement import TOLERANCE
from nurture.scoring.model import DERIVED, PASSIVE
from nurture.values import Lead, Signal
from nurture.words import Sig, Stage

LOSSES = (Sig.DEAL_LOST, Sig.HANDOFF_REJECTED)
"""Signals that decide against a lead that was not won."""

AFTERMATH = frozenset(
    {Sig.DEAL_WON, Sig.DEAL_LOST, Sig.HANDOFF_ACCEPTED, Sig.HANDOFF_REJECTED, Sig.LEAD_RECYCLED}
)
"""Signals that follow from what sales did with a lead; they may not predict it."""

BEHAVIOUR = Sig.HISTORY_SUMMARY.value
"""Undated totals from an import: known before the outcome, though the import stores both in one moment."""


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """What counts as won: a signal of this type, or a field with this value (None: true, or above 0)."""

    name: str
    field: str | None = None
    value: str | None = None

    def won_at(self, signals: Sequence[Signal]) -> datetime | None:
        """When the signal that decides it first occurred; machines decide nothing."""
        if self.field is not None:
            return None
        return min((s.occurred_at for s in signals if s.type == self.name and not s.machine), default=None)

    def holds(self, fields: Mapping[str, Any]) -> bool:
        """Whether the field that decides it says so."""
        have = None if self.field is None else fields.get(self.field)
        if self.value is not None:
            return have is not None and _spelt(have) == self.value
        return isinstance(have, (bool, int, float)) and have > 0


@dataclass(frozen=True, slots=True)
class Example:
    """One lead as it stood at `at`: its outcome's moment, else the last thing it did."""

    lead: Lead  # without its stored scores and stage, which may have seen the outcome
    fields: Mapping[str, Any]
    signals: tuple[Signal, ...]  # before the outcome, since the lead was last recycled
    won: bool
    at: datetime
    lost: str = ""  # the signal that decided against it; empty when nothing has
    tied: frozenset[str] = frozenset()  # types that came in the very moment of the outcome
    later: frozenset[str] = frozenset()  # types that came after it

    @property
    def dated(self) -> bool:
        """Whether its history has more than one moment."""
        return len({s.occurred_at for s in self.signals} | {self.at}) > 1


def parse_outcome(text: str, vocabulary: Vocabulary) -> OutcomeRule:
    """Read `deal.won`, `converted` or `status=customer`.

    Raises:
        NotFound: neither a signal type nor a field of the project.
    """
    name, equals, value = text.partition("=")
    if name in vocabulary.signals and not equals:
        return OutcomeRule(name)
    if name in vocabulary.fields:
        return OutcomeRule(name, name, value if equals else None)
    known = [*vocabulary.signals, *vocabulary.fields]
    close = suggest(name, known)
    hint = f"did you mean `{close}`?" if close else "name a signal type or an attribute of catalog.yaml"
    raise NotFound(f"`{name}` is neither a signal type nor a field of this project", hint=hint)


def make_example(outcome: OutcomeRule, lead: Lead, signals: Sequence[Signal], now: datetime) -> Example:
    """What was known of a lead before it was decided, and how it was.

    Undated totals of the same moment count as before. Whatever else came in that very moment may be its
    consequence, and is only named in `tied`.
    """
    happened = [s for s in signals if not s.machine and s.occurred_at <= now + TOLERANCE]
    fields = {name: value for name, value in lead.fields().items() if name not in DERIVED}
    won_at = outcome.won_at(happened)
    won = won_at is not None or outcome.holds(lead.fields())
    losses = [] if won else [(s.occurred_at, s.type) for s in happened if s.type in LOSSES]
    lost_at, lost = min(losses, default=(None, ""))
    acts = [s for s in happened if s.type not in AFTERMATH and s.type != outcome.name]
    ended = won_at or lost_at
    since = max((s.occurred_at for s in happened if _recycles(s, ended)), default=None)
    before = tuple(
        s
        for s in acts
        if (since is None or s.occurred_at > since)
        and (ended is None or s.occurred_at < ended or (s.occurred_at == ended and s.type == BEHAVIOUR))
    )
    last = max((s.occurred_at for s in before if s.type not in PASSIVE or s.type == BEHAVIOUR), default=None)
    return Example(
        lead=replace(lead, stage=Stage.SUBSCRIBER, fit=0.0, engagement=0.0, grade="D", heat=4),
        fields=fields,
        signals=before,
        won=won,
        at=ended or last or lead.created_at or now,
        lost=lost,
        tied=frozenset(s.type for s in acts if s.occurred_at == ended and s.type != BEHAVIOUR),
        later=frozenset(s.type for s in acts if ended is not None and s.occurred_at > ended),
    )


def _recycles(signal: Signal, ended: datetime | None) -> bool:
    return signal.type == Sig.LEAD_RECYCLED and (ended is None or signal.occurred_at < ended)


def _spelt(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
