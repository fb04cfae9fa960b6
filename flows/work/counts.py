"""Counts of a piece of work: numbers by name, how they are added up, and how they are printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, TypeVar

from nurture.words import MailCount, OutboxKind, Reason, TouchState

K = TypeVar("K", bound=str)

_Intake = Literal["signals", "woken", "enrolled", "not_enrolled", "swept_elsewhere"]
_Touches = Literal["due", "sent", "held", "skipped", "refused", "later", "failed", "uncertain"]
_Steps = Literal["stopped", "completed", "rescored", "matured", "behind", "thinned"]
_Sellers = Literal["offered", "unassigned", "lapsed", "handed_off"]
_Mails = Literal["mails", "mails_later", "mails_failed", "mails_uncertain"]
_Webhooks = Literal["webhooks", "webhooks_later", "webhooks_failed", "webhooks_uncertain"]
_Waiting = Literal["webhooks_unsigned", "relay_shut", "held_back", "mailbox", "unreachable"]
_Work = Literal["set_aside", "unfinished", "elsewhere"]

CountName = Literal[_Intake, _Touches, _Steps, _Sellers, _Mails, _Webhooks, _Waiting, _Work, MailCount]
"""Every name of a count, as operators read it and as it stands in Prefect's tables."""

Counts: TypeAlias = Counter[CountName]
"""Numbers that are added up while work is done."""

Summary: TypeAlias = dict[CountName, Any]
"""What work returns: numbers by name; `held`, `refused` and some others are numbers by reason."""

OUTCOMES: Mapping[tuple[OutboxKind, TouchState], CountName] = {
    (OutboxKind.TOUCH, TouchState.PLANNED): "later",
    (OutboxKind.TOUCH, TouchState.SENT): "sent",
    (OutboxKind.TOUCH, TouchState.REFUSED): "refused",
    (OutboxKind.TOUCH, TouchState.FAILED): "failed",
    (OutboxKind.TOUCH, TouchState.UNCERTAIN): "uncertain",
    (OutboxKind.TOUCH, TouchState.SKIPPED): "skipped",
    (OutboxKind.SELLER, TouchState.PLANNED): "mails_later",
    (OutboxKind.SELLER, TouchState.SENT): "mails",
    (OutboxKind.SELLER, TouchState.REFUSED): "mails_failed",
    (OutboxKind.SELLER, TouchState.FAILED): "mails_failed",
    (OutboxKind.SELLER, TouchState.UNCERTAIN): "mails_uncertain",
    (OutboxKind.WEBHOOK, TouchState.PLANNED): "webhooks_later",
    (OutboxKind.WEBHOOK, TouchState.SENT): "webhooks",
    (OutboxKind.WEBHOOK, TouchState.REFUSED): "webhooks_failed",
    (OutboxKind.WEBHOOK, TouchState.FAILED): "webhooks_failed",
    (OutboxKind.WEBHOOK, TouchState.UNCERTAIN): "webhooks_uncertain",
}
"""What a row of the outbox counts as, by its kind and by what became of it."""


def total(count: Any) -> int:
    """One number for a count: a count by reason is summed."""
    return sum(count.values()) if isinstance(count, Mapping) else int(count)


def in_words(counts: Summary) -> str:
    """The counts that are not zero, in one line: `due 12, sent 9, held 3`."""
    said = (f"{name} {total(count)}" for name, count in counts.items() if total(count))
    return ", ".join(said) or "nothing due"


def rows(counts: Summary) -> list[dict[str, Any]]:
    """The counts as a table: one row a count, or a row a reason."""
    table: list[dict[str, Any]] = []
    for name, count in counts.items():
        if isinstance(count, Mapping):
            table += [{"what": name, "reason": reason, "count": n} for reason, n in count.items()]
        else:
            table.append({"what": name, "reason": "", "count": count})
    return table


def by_reason(counts: Counter[Reason]) -> dict[str, int]:
    """A count by reason, in plain words for Prefect and JSON."""
    return {reason.value: n for reason, n in counts.items()}


def added(*parts: Mapping[K, Any]) -> dict[K, Any]:
    """Counts by name, summed; a count by reason is summed reason by reason."""
    total: dict[K, Any] = {}
    for part in parts:
        for name, count in part.items():
            before = total.get(name, {} if isinstance(count, Mapping) else 0)
            total[name] = added(before, count) if isinstance(count, Mapping) else before + count
    return total
