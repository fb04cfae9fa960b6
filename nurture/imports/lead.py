"""The lead that an import map makes of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nurture.errors import NurtureError
from nurture.values import Consent, Suppression
from nurture.words import Basis, ConsentState, Sig


class RowFault(NurtureError, ValueError):
    """One row cannot be used; the reason is written beside it among the rejects."""


_SHOWN = 40


def shown(value: object) -> str:
    """A value, shortened for a message."""
    text = str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


@dataclass(frozen=True, slots=True)
class PastSignal:
    """Something the lead did before it came to us; unique by (source of the map, source_id)."""

    type: str
    occurred_at: datetime
    source_id: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of a cell that was read: why it was dropped, or what is odd about it."""

    name: str  # of the lead's field, or of the part of the map
    why: str
    column: str = ""  # of the file; empty where the map reads several, or none
    dropped: bool = True  # False: taken as it is

    def __str__(self) -> str:
        place = f"column {self.column}: " if self.column and self.column != self.name else ""
        return f"{place}{self.name}: {self.why}" if self.name else f"{place}{self.why}"


FORBIDDING = frozenset({Sig.CONSENT_WITHDRAWN.value, Sig.MAIL_COMPLAINED.value, Sig.MAIL_BOUNCED.value})
"""Signals that end mail to an address: like a withdrawal, they are kept when their row is rejected."""


@dataclass(frozen=True, slots=True)
class ImportedLead:
    """One row as read. Blank cells are left out, so that they overwrite nothing."""

    line: int  # of the file, from 1
    source: str  # of the map
    address: str  # normalised; empty in a rejected row that only its key tells whose it is
    key: str | None = None
    profile: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()  # at most one a topic
    suppression: Suppression | None = None
    signals: tuple[PastSignal, ...] = ()
    own_cap: str | None = None
    remarks: tuple[Remark, ...] = ()
    rejected: str = ""  # why only the wish to leave is taken from this row

    @property
    def withdraws(self) -> bool:
        """Whether the row says of some topic that it was withdrawn."""
        return any(consent.state is ConsentState.WITHDRAWN for consent in self.consents)

    @property
    def forbids(self) -> bool:
        """Whether the row says that its address must not be written to."""
        return (
            self.suppression is not None or self.withdraws or any(s.type in FORBIDDING for s in self.signals)
        )

    def refused(self, why: str) -> ImportedLead:
        """What is left of a row that is rejected: the wish to leave, and nothing else."""
        withdrawn = tuple(said for said in self.consents if said.state is ConsentState.WITHDRAWN)
        final = tuple(past for past in self.signals if past.type in FORBIDDING)
        return replace(
            self,
            profile={},
            attributes={},
            consents=withdrawn,
            signals=final,
            own_cap=None,
            remarks=(),
            rejected=why,
        )


_STRENGTH = {Basis.IMPORTED: 0, Basis.LEGITIMATE_INTEREST: 0, Basis.OPT_IN: 1, Basis.DOUBLE_OPT_IN: 2}


def consent_after(held: Consent | None, said: Consent) -> Consent | None:
    """The consent to keep once an import has `said` something of a topic; None leaves what is held.

    A withdrawal stays until the lead itself opts in. It wins over any consent, except one the lead gave us
    after the moment that the import dates it at.
    """
    if held is None:
        return said
    if held.state is ConsentState.WITHDRAWN:
        return None
    same_source = held.source == said.source
    if said.state is ConsentState.WITHDRAWN:
        own = held.state is ConsentState.GRANTED and _STRENGTH[held.basis] > 0 and not same_source
        return None if own and said.at < held.at else said
    if said.state is ConsentState.PENDING:
        return None
    if held.state is ConsentState.PENDING:
        return said if same_source or said.basis is Basis.DOUBLE_OPT_IN else None
    stronger = _STRENGTH[said.basis] > _STRENGTH[held.basis]
    return said if stronger or (same_source and said.basis is not held.basis) else None
