"""When a touch may leave: windows, quiet hours, holidays and caps taken together (DESIGN 4, rows 7 and 8)."""

from __future__ import annotations

from collections.abc import Sequence as Rows
from datetime import datetime, tzinfo

from nurture.project.catalog import Catalog
from nurture.project.policy import Policy
from nurture.sequences.steps import SendStep, Sequence
from nurture.spans import parse_cap
from nurture.timing import Cap, Holidays, Turn, Window, earliest_free, next_open, spread
from nurture.values import Lead, Slot
from nurture.words import Reason

_HOLIDAYS = Holidays()


def earliest_turn(
    policy: Policy,
    catalog: Catalog,
    sequence: Sequence,
    step: SendStep,
    *,
    lead: Lead,
    zone: tzinfo,
    slots: Rows[Slot],
    now: datetime,
    service: bool,
) -> Turn:
    """The earliest instant >= `now` at which every window is open and every cap has room.

    A release that waited for a window is spread over the policy's minutes by a hash of the lead.
    Service mail is exempt from caps and is not spread.
    """
    windows = tuple(w for w in (policy.window, sequence.window, step.window) if w)  # all must be open
    caps = () if service else _caps(policy, catalog, sequence, lead, slots)
    at, reason = now, Reason.DUE
    while True:  # each turn ends with a later `at`, and every slot ages
        opening = next_open(
            at,
            zone,
            windows=windows,
            quiet=policy.quiet,
            holidays=_HOLIDAYS if policy.holidays else None,
            country=lead.profile.get("country") or policy.country,
        )
        if opening.closed_by is not None:
            # Once a full cap held it at an open moment, the cap is why it waits, whatever closes then.
            at, reason = opening.at, reason if reason is Reason.CAP else opening.closed_by
            if not service:
                at = _spread_inside(at, lead, windows, policy, zone)
        free = max((earliest_free(at, taken, cap, policy.zone) for cap, taken in caps), default=at)
        if free <= at:
            return Turn(at, reason)
        at, reason = free, Reason.CAP


def _spread_inside(
    at: datetime, lead: Lead, windows: tuple[Window, ...], policy: Policy, zone: tzinfo
) -> datetime:
    """Spread a release, but never past the closing of a window shorter than the spread."""
    later = at + spread(lead.id, at, policy.spread)
    still = next_open(later, zone, windows=windows, quiet=policy.quiet, holidays=None, country=None)
    return later if still.closed_by is None else at


def _caps(
    policy: Policy, catalog: Catalog, sequence: Sequence, lead: Lead, slots: Rows[Slot]
) -> list[tuple[Cap, list[datetime]]]:
    everything = [s.at for s in slots]
    of_topic = [s.at for s in slots if s.topic == sequence.topic]
    of_sequence = [s.at for s in slots if s.sequence == sequence.name]
    topic = catalog.topics.get(sequence.topic)
    own = [parse_cap(lead.own_cap)] if lead.own_cap else []
    return [
        *((cap, everything) for cap in own),
        *((cap, everything) for cap in policy.caps),
        *((cap, of_topic) for cap in (topic.caps if topic else ())),
        *((cap, of_sequence) for cap in sequence.caps),
    ]
