"""When a score must be computed again although nothing happened: never after it crosses a threshold.

Without new signals each part of engagement only moves towards 0, and caps keep order. So between two
moments the value is bounded: from below by gains at the later and losses at the earlier one, from above
the other way round.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp2, floor, inf, log2

from nurture.scoring.engagement import Tally, settle, week_start

FARTHEST = 3650 * 86400.0
"""Seconds; what fades more slowly is looked at again after ten years."""

_DAY = 86400.0
_CLOSE = 1e-6  # seconds: the resolution of datetimes
_PRECISE = 1e-4  # of the way: being early only costs one more look
_STEPS = 16  # a lower bound that took more steps is worth less than another look
_TURNS = 4
_NEAR, _FAR = 1 - _PRECISE / 4, 1 + _PRECISE / 4  # either side of a guess
_NOISE = 2e-14  # what rounding may do to a fading sum
_MICROSECOND = timedelta(microseconds=1)


def recheck_at(tally: Tally, value: float, thresholds: Sequence[float]) -> datetime | None:
    """A lower bound, after the tally's moment, of when `value` next reaches, leaves or passes a threshold.

    None when that cannot happen without a new signal.
    """
    ahead = min(tally.changes, default=None)
    seconds = _Course(tally, value, thresholds).calm()
    if seconds is None:
        return ahead
    at = tally.now + max(timedelta(microseconds=floor(seconds * 1e6)), _MICROSECOND)
    return at if ahead is None else min(at, ahead)


class _Course:
    """How a value can move, and the band between two thresholds that it is watched in."""

    def __init__(self, tally: Tally, value: float, thresholds: Sequence[float]) -> None:
        self.tally = tally
        self.value = value
        self.sums = tally.sums()
        self.fixed = tally.ignored()
        self.ends = _week_ends(tally)
        fading = [amount for rule, amount in self.sums if rule.rate]
        self.mixed = any(amount < 0 for amount in fading) and (bool(self.ends) or max(fading) > 0)
        self.floor = max((t for t in thresholds if t < value), default=-inf)
        self.ceiling = min((t for t in thresholds if t > value), default=inf)
        self.pinned = value in thresholds  # it stands on one: any change counts

    def calm(self) -> float | None:
        """For how many seconds it surely stays in its band; None = always.

        Where gains and losses fade together, the bounds are wide, and tighter seen from later on. While
        signals dated ahead wait to fade, the bounds hold only as seen from now.
        """
        now = 0.0
        for _ in range(_STEPS if self.mixed and not self.tally.changes else 1):
            if self._stays(now, inf):
                return None
            until = self._farthest(now)
            if until >= FARTHEST or until - now <= max(_CLOSE, _PRECISE * until):
                return until
            now = until
        return now

    def _farthest(self, start: float) -> float:
        """The latest moment up to which it surely stays, seen from `start`; at most a little too early."""
        safe, step = start, _DAY
        guess = self._guess(start)
        if start < guess * _NEAR < FARTHEST and self._stays(start, guess * _NEAR):
            safe = guess * _NEAR
            if not self._stays(start, guess * _FAR):
                return safe
        while self._stays(start, unsafe := min(safe + step, FARTHEST)):
            if unsafe >= FARTHEST:
                return FARTHEST
            safe, step = unsafe, step * 2
        while unsafe - safe > max(_CLOSE, _PRECISE * (safe - start)):
            middle = (safe + unsafe) / 2
            if self._stays(start, middle):
                safe = middle
            else:
                unsafe = middle
        return safe

    def _guess(self, start: float) -> float:
        """Where the sum reaches the floor if no cap binds: Newton's method on its logarithm; 0: unknown."""
        fading = [(rule.rate, amount) for rule, amount in self.sums if rule.rate]
        still = sum(amount for rule, amount in self.sums if not rule.rate) + self.fixed
        goal = self.floor - still - self.tally.regular(len(self.ends))
        if goal <= 0 or any(amount <= 0 for _, amount in fading):
            return 0.0
        at = start
        for _ in range(_TURNS):
            parts = [(rate, amount * exp2(-at * rate)) for rate, amount in fading]
            total, slope = sum(part for _, part in parts), sum(rate * part for rate, part in parts)
            if total <= 0 or slope <= 0:
                return 0.0
            turn = log2(total / goal) * total / slope
            at += turn
            if abs(turn) < _CLOSE:  # one half-life alone is hit at once
                break
        return at

    def _stays(self, start: float, end: float) -> bool:
        lowest = self._level(end, start, -_NOISE)
        if self.pinned:
            return lowest == self.value == self._level(start, end, _NOISE)
        # What can only fall needs no look upwards, and this is asked dozens of times.
        return lowest > self.floor and (self.ceiling == inf or self._level(start, end, _NOISE) < self.ceiling)

    def _level(self, gains: float, losses: float, noise: float) -> float:
        """The value with all gains as old as `gains` seconds from now, and all losses as old as `losses`."""
        faded = []
        for rule, amount in self.sums:
            if rate := rule.rate:
                amount *= (
                    exp2(-gains * rate) * (1 + noise) if amount > 0 else exp2(-losses * rate) * (1 - noise)
                )
            faded.append((rule, amount))
        weeks = len(self.ends) - bisect_right(self.ends, gains)
        return settle(self.tally.model, faded, self.tally.regular(weeks) + self.fixed)[0]


def _week_ends(tally: Tally) -> list[float]:
    """In how many seconds each active week ceases to count, ascending."""
    rule = tally.model.regularity
    if rule is None:
        return []
    return sorted((week_start(week + rule.weeks) - tally.now).total_seconds() for week in tally.weeks)
